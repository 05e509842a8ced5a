"""What the models commands tell: on the terminal, as JSON lines for programs, and aloud."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from edge_assistant.assistant.factory import make_speaker
from edge_assistant.models.checksums import ChecksumError
from edge_assistant.models.progress import Tenths, TransferProgress
from edge_assistant.settings.schema import Settings
from edge_assistant.system import signals, terminal
from edge_assistant.system.outside_text import short
from edge_assistant.system.terminal import complain, print_json, print_line

_CLEAR_LINE = "\r\x1b[K"
_JSON_EVERY = 0.5  # seconds between two progress events
_SCREEN_EVERY = 0.25
_POLL = 0.05  # seconds between two looks whether a signal came


class ModelsOutput:
    """One command's voice and screen; to be used in a `with`. Its methods belong to one thread at a time.

    Text goes to standard output. Progress goes to standard error: a line that renews itself where that is a terminal,
    else a plain line at every tenth, which a screen reader can bear. With `as_json`, everything is JSON on standard
    output. `speak` None leaves it to the settings.
    """

    def __init__(
        self,
        chosen: Settings,
        *,
        speak: bool | None,
        as_json: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._json = as_json
        self._clock = clock
        self._terminal = not as_json and terminal.takes_escapes(sys.stderr)
        self._shown_at = -1e9
        self._status = False
        self._says_progress = False
        self._tenths = Tenths()
        self._speaker = make_speaker(chosen, lambda _, message: complain(message), speak=speak)
        if self._speaker is not None:
            self._speaker.start()

    def close(self, *, wait: bool) -> None:
        """End; `wait` lets what was said be heard first, unless a signal comes."""
        self._end_status()
        if self._speaker is not None:
            while wait and not signals.arrived() and not self._speaker.wait(_POLL):
                pass
            self._speaker.close()

    def event(self, kind: str, /, **fields: Any) -> None:
        """For programs only."""
        if self._json:
            print_json({"event": kind, **fields})

    def say(self, sentence: str) -> None:
        """A sentence for people: on the screen and aloud."""
        self._end_status()
        if not self._json:
            print_line(sentence)
        self._say(sentence)

    def step(self, sentence: str) -> None:
        """What is done now: on the screen, and aloud if nothing is being said; the next sentence cuts it short."""
        self._end_status()
        if not self._json:
            print_line(sentence)
        if self._speaker is not None and self._speaker.wait(0):
            self._says_progress = True
            self._speaker.say(sentence)

    def notice(self, code: str, message: str) -> None:
        """Something on the way."""
        self.event("notice", index=0, code=code, message=message)
        self._end_status()
        complain(message)
        self._say(message)

    def error(self, error: Exception) -> None:
        """The end, aloud; whoever started the command writes the sentence down."""
        self._end_status()
        if isinstance(error, ChecksumError):
            self.event("checksums", expected=error.expected, found=error.found)
            if not self._json:
                complain(error.sums())
        self._say(str(error))

    def progress(self, action: str, file: str, progress: TransferProgress) -> None:
        """How far it is: shown often, said at every tenth."""
        now = self._clock()
        ended = progress.fraction >= 1
        if self._json and (ended or now - self._shown_at >= _JSON_EVERY):
            self._shown_at = now
            self.event(
                "progress",
                action=action,
                file=file,
                done_bytes=progress.done,
                total_bytes=progress.total,
                fraction=round(progress.fraction, 4),
                bytes_per_s=None if progress.bytes_per_s is None else round(progress.bytes_per_s),
                seconds_left=None if progress.seconds_left is None else round(progress.seconds_left, 1),
            )
        if self._terminal and (ended or now - self._shown_at >= _SCREEN_EVERY):
            self._shown_at = now
            self._status = True
            print(f"{_CLEAR_LINE}{short(file)}: {progress.words()}", end="", file=sys.stderr, flush=True)
        words = self._tenths.words(progress)
        if words is not None:
            if not self._json and not self._terminal:
                complain(f"{short(file)}: {progress.words()}" if self._tenths.told_tenth else words)
            if self._speaker is not None and self._speaker.wait(0):  # else what is said would soon lag behind
                self._says_progress = True
                self._speaker.say(words)

    def _say(self, sentence: str) -> None:
        """Aloud, at once: how far it was a moment ago interests nobody any more."""
        if self._speaker is not None:
            if self._says_progress:
                self._says_progress = False
                self._speaker.stop()
            self._speaker.say(sentence)

    def _end_status(self) -> None:
        if self._status:
            self._status = False
            print(_CLEAR_LINE, end="", file=sys.stderr, flush=True)
