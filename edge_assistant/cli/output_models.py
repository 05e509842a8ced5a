"""The output of the models and tune commands: on the terminal, as JSON lines for programs, and spoken."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from edge_assistant.assistant.factory import make_speaker
from edge_assistant.cli.progress_line import ProgressLine
from edge_assistant.models.checksums import ChecksumError
from edge_assistant.models.progress import ProgressAnnouncements, TransferProgress
from edge_assistant.settings.schema import Settings
from edge_assistant.speech.messages import ABOUT_VOICES
from edge_assistant.system import terminal
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import AssistantError, CancelledError, WeightsError, explain_error
from edge_assistant.system.i18n import tr
from edge_assistant.system.shown_text import heard
from edge_assistant.system.terminal import print_error, print_event, print_line
from edge_assistant.system.text_cleaning import shorten
from edge_assistant.text.passing import Passing

_JSON_INTERVAL = 0.5  # seconds between two progress events
_SCREEN_INTERVAL = 0.25


class ModelsOutput:
    """The screen and voice of one command (an OperationListener). Not to be called by two threads at a time.

    Text goes to standard output. Progress goes to standard error: a line that redraws itself where that is possible
    and wanted (`progress`), else a plain line at every tenth. With `as_json`, everything is JSON on standard output.
    `speak` None leaves it to the settings. `fail` prints an error that ends the command, which is not to wait for its
    words; that it is raised too prints it no second time.
    """

    def __init__(
        self,
        settings: Settings,
        cancellation: Cancellation,
        *,
        speak: bool | None,
        as_json: bool,
        progress: bool = True,
        fail: Callable[[AssistantError], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cancellation = cancellation
        self._as_json = as_json
        self._fail = fail
        self._clock = clock
        self._line = ProgressLine(wanted=progress and not as_json)
        self._last_shown = -1e9
        self._speaking_progress = self._speaking_passing = False
        self._tenths = ProgressAnnouncements()
        self._speaker = make_speaker(settings, self._report_speech, speak=speak)
        if self._speaker is not None:
            self._speaker.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: TracebackType | None) -> None:
        """Speak an error that ends the command, and close."""
        quiet = isinstance(error, CancelledError | BrokenPipeError)
        if error is not None and not quiet:
            self.error(explained := explain_error(error))
            self._fail(explained)
        self.close(wait=not quiet)

    def close(self, *, wait: bool) -> None:
        """Close; with `wait`, let the speech finish first unless a cancel silences it."""
        self._line.clear()
        if self._speaker is not None:
            with self._cancellation.calling(self._speaker.close):
                if wait:
                    self._speaker.wait()
            self._speaker.close()

    def event(self, kind: str, /, **fields: Any) -> None:
        """Print a JSON event; nothing without `as_json`."""
        if self._as_json:
            print_event(kind, **fields)

    def show_line(self, line: str) -> None:
        """Print a line for people; nothing with `as_json`."""
        self._line.clear()
        if not self._as_json:
            print_line(line)

    def say(self, sentence: str) -> None:
        """Print and speak a sentence for people."""
        self.show_line(sentence)
        self._say(sentence)

    def step(self, sentence: str) -> None:
        """Print the present step, and speak it unless something else is spoken; the next sentence interrupts it."""
        self.show_line(sentence)
        if self._speaker is not None and self._speaker.wait(0):
            self._speaking_progress = True
            self._speaker.say(sentence)

    def notice(self, code: str, message: str) -> None:
        """Report a notice."""
        self.event("notice", index=0, code=code, message=message)
        self._line.clear()
        print_error(message)
        self._say(message)

    def error(self, error: AssistantError) -> None:
        """Speak the error that ends the command, or of one file."""
        self._line.clear()
        if isinstance(error, ChecksumError):
            self.event("checksums", expected=error.expected, found=error.found)
            if not self._as_json:
                print_error(error.sums())
        self._say(error.spoken)

    def checked(self, path: Path, error: WeightsError | None) -> None:
        """Report the result for one file that was verified."""
        sentence = tr("{name} is OK.", name=path.name) if error is None else str(error)
        if error is None:
            self.say(sentence)
        else:
            self.error(error)
            print_error(sentence)
        self.event("file", path=str(path), result=error.code if error else "whole", message=sentence)

    @property
    def can_ask(self) -> bool:
        """Whether a person is at the terminal, and no program reads what is printed."""
        return not self._as_json and terminal.is_terminal(sys.stdin)

    def ask(self, question: str, yes: str, no: str, /) -> bool:
        """Ask at the terminal, where the first letter of `yes` is enough; return False where nobody can be asked.

        What was typed before the question is no answer to it.
        """
        if not self.can_ask:
            return False
        yes, no = yes.replace("&", ""), no.replace("&", "")
        terminal.discard_typed(sys.stdin)
        for sentence in (question, tr("{letter} and Enter: {yes}. Only Enter: {no}.", letter=yes[:1], yes=yes, no=no)):
            self.say(sentence)
            if not terminal.is_terminal(sys.stdout) and terminal.is_terminal(sys.stderr):
                print_error(sentence)  # the output goes to a file, where nobody sees that something is asked
        # Not sys.stdin: a thread waiting here would hold its lock when a cancel exits the program.
        line = os.read(sys.stdin.fileno(), 4096)
        if not line:
            raise CancelledError  # the terminal was closed
        answer = line.decode(errors="replace").strip().lower()
        return bool(answer) and yes.lower().startswith(answer)  # not "don't" for "download"

    def progress(self, action: str, file: str, progress: TransferProgress) -> None:
        """Report progress: shown often, spoken at every tenth."""
        now = self._clock()
        ended = progress.fraction >= 1
        if self._as_json and (ended or now - self._last_shown >= _JSON_INTERVAL):
            self._last_shown = now
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
        if self._line.is_possible and (ended or now - self._last_shown >= _SCREEN_INTERVAL):
            self._last_shown = now
            self._line.show_bytes(shorten(file), progress.done, progress.total, progress.bytes_per_s)
        words = self._tenths.words(progress)
        if words is not None:
            if not self._as_json and not self._line.is_possible:
                print_error(f"{shorten(file)}: {progress.words()}" if self._tenths.names_tenth else words)
            if self._speaker is not None and self._speaker.wait(0):  # otherwise speech would lag behind
                self._speaking_progress = True
                self._speaker.say(words)

    def _report_speech(self, code: str, message: str) -> None:
        print_error(message)
        if code in ABOUT_VOICES and self._speaker is not None:
            self._speaker.say(message)

    def _say(self, sentence: str) -> None:
        """Speak at once, interrupting what is outdated by now: progress, and a Passing sentence. One of those that
        comes while another one is spoken is left out: each would keep the one before from being understood.
        """
        if self._speaker is None:
            return
        is_passing = isinstance(sentence, Passing)
        if is_passing and self._speaking_passing and not self._speaker.wait(0):
            return
        if self._speaking_progress or self._speaking_passing:
            self._speaker.stop()
        self._speaking_progress, self._speaking_passing = False, is_passing
        self._speaker.say(heard(sentence))
