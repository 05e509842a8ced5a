"""Plays one sound at a time with the first player that can, and is silent the moment it is told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal

from edge_assistant.speech.players import NoSoundError, Player, Playing, Sound
from edge_assistant.system.i18n import later, tr

Outcome = Literal["played", "hushed", "cut"]

# Seconds a player may take longer than the sound, twice over: to open the output, and to play out its buffers.
GRACE = 2.5
# A player that failed after this many seconds was heard; another one would repeat it.
_HEARD_AFTER = 0.5
_NO_OUTPUT = later("There is no sound: the audio output cannot be opened. Check the speakers and the sound settings.")
_NO_PLAYER = later("There is no sound: no audio player is installed. Install alsa-utils, then start again.")


class Playback:
    """`play` belongs to one thread; `hush` may come from any, at any moment."""

    def __init__(self, players: list[Player], clock: Callable[[], float] = time.monotonic) -> None:
        self._players = list(players)
        self._clock = clock
        self._lock = threading.Lock()
        self._hushed = 0
        self._playing: Playing | None = None

    def is_hushed(self, id: int) -> bool:
        """Whether sentence `id` is not to be heard any more."""
        return id <= self._hushed

    def hush(self, id: int) -> None:
        """Be silent at once, and play no sentence up to `id`."""
        with self._lock:
            self._hushed = max(self._hushed, id)
            if self._playing is not None:
                self._playing.stop()

    def play(self, id: int, sound: Sound, on_start: Callable[[], None]) -> Outcome:
        """Block until the sound has ended: by itself, by a hush, or cut off by something outside.

        `on_start` is called once, when a player runs. Raises NoSoundError with a sentence to be shown.
        """
        started = False
        while self._players:
            begun = self._clock()
            try:
                with self._lock:
                    if self.is_hushed(id):
                        return "hushed"
                    self._playing = self._players[0].play(sound)
                if not started:
                    started = True
                    on_start()
                whole = self._playing.wait(sound.seconds + GRACE)
            except NoSoundError as error:
                print(error)  # for the log; it is too technical to be spoken
                if self.is_hushed(id):
                    return "hushed"
                if len(self._players) == 1 or self._clock() - begun > _HEARD_AFTER:
                    raise NoSoundError(tr(_NO_OUTPUT)) from error
                self._players.pop(0)
            else:
                if self.is_hushed(id) and not whole:
                    return "hushed"
                return "played" if whole else "cut"
            finally:
                with self._lock:
                    self._playing = None
        raise NoSoundError(tr(_NO_PLAYER))
