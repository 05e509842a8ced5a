"""Playback of one sound at a time by the first player that works, with an immediate stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal

from edge_assistant.speech.players import NoSoundError, Player, RunningPlayback, Sound
from edge_assistant.system.i18n import tr, tr_noop

Outcome = Literal["played", "stopped", "interrupted"]

# Seconds a player may take longer than the sound, to open the output and to play out its buffers; allowed twice.
GRACE = 2.5
# A sound that failed after this many seconds was heard; another player would repeat it.
_HEARD_AFTER = 0.5
NO_OUTPUT = tr_noop("There is no sound: the audio output cannot be opened. Check the speakers and the sound settings.")
_NO_PLAYER = tr_noop("There is no sound: no audio player is installed. Install alsa-utils, then start again.")


class Playback:
    """Plays sounds; `play` belongs to one thread, `stop` may be called from any at any time."""

    def __init__(self, players: list[Player], clock: Callable[[], float] = time.monotonic) -> None:
        self._players = list(players)
        self._clock = clock
        self._lock = threading.Lock()
        self._last_stopped = 0
        self._playing: RunningPlayback | None = None

    def is_stopped(self, id: int) -> bool:
        """Return whether utterance `id` was stopped."""
        return id <= self._last_stopped

    def stop(self, id: int) -> None:
        """Be silent at once, and play no utterance up to `id`."""
        with self._lock:
            self._last_stopped = max(self._last_stopped, id)
            if self._playing is not None:
                self._playing.stop()

    def play(self, id: int, sound: Sound, on_start: Callable[[], None]) -> Outcome:
        """Play a sound; return whether it was played, was stopped by `stop`, or was interrupted from outside.

        `on_start` is called once, when a player runs. Raises NoSoundError with a sentence for the user.
        """
        started = False
        while self._players:
            start = self._clock()
            try:
                with self._lock:
                    if self.is_stopped(id):
                        return "stopped"
                    self._playing = self._players[0].play(sound)
                if not started:
                    started = True
                    on_start()
                completed = self._playing.wait(sound.seconds + GRACE)
            except NoSoundError as error:
                print(error)  # only for the log: too technical to be spoken
                if self.is_stopped(id):
                    return "stopped"
                if len(self._players) == 1 or self._clock() - start > _HEARD_AFTER:
                    raise NoSoundError(tr(NO_OUTPUT)) from error
                self._players.pop(0)
            else:
                if self.is_stopped(id) and not completed:
                    return "stopped"
                return "played" if completed else "interrupted"
            finally:
                with self._lock:
                    self._playing = None
        raise NoSoundError(tr(_NO_PLAYER))
