"""Outputs of events: running text for people, or one JSON object a line for programs."""

from __future__ import annotations

import sys
from typing import Protocol

from edge_assistant.assistant.events import (
    DoneEvent,
    ErrorEvent,
    Event,
    FoundEvent,
    NoticeEvent,
    PictureEvent,
    ReadEvent,
    SentenceEvent,
    StageEvent,
    TokenEvent,
    WindowEvent,
    to_json_object,
)
from edge_assistant.cli.progress_line import ProgressLine
from edge_assistant.system import terminal
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.system.terminal import print_error, print_json, print_line
from edge_assistant.system.text_cleaning import clean

_STAGE_NAMES = {
    "load": tr_noop("Loading"),
    "prepare": tr_noop("Preparing the picture"),
    "encode": tr_noop("Reading the picture"),
    "prefill": tr_noop("Reading the question"),
    "think": tr_noop("Thinking"),
    "answer": "",
}

_DIM, _NORMAL = "\x1b[2m", "\x1b[0m"


class Output(Protocol):
    """A destination of events. Raises OSError when the stream is closed."""

    def show(self, event: Event) -> None:
        """Show one event."""


class NoOutput:
    """The output after the stream was closed."""

    def show(self, event: Event) -> None:
        """Show nothing."""


class JsonOutput:
    """JSON objects on standard output; the messages of errors also go to standard error."""

    def show(self, event: Event) -> None:
        """Print the event as one line."""
        print_json(to_json_object(event))
        if isinstance(event, ErrorEvent):
            print_error(event.message)


class TextOutput:
    """The answer on standard output; reasoning and progress on standard error, only if that is a terminal."""

    def __init__(self, *, progress: bool = True) -> None:
        """Without `progress` no line redraws itself."""
        self._terminal = terminal.is_terminal(sys.stderr)
        self._styles = terminal.may_style(sys.stderr)
        self._line = ProgressLine(wanted=progress)
        self._answer_open = False
        self._reasoning_open = False
        self._status: tuple[str, int] | None = None

    def show(self, event: Event) -> None:
        """Print the event as text."""
        if isinstance(event, TokenEvent):
            self._show_token(event)
        elif isinstance(event, SentenceEvent):
            self._show_sentence(event)
        elif isinstance(event, StageEvent):
            self._show_status(event)
        elif isinstance(event, NoticeEvent | ErrorEvent):
            self._end_line()
            print_error(event.message)
        elif isinstance(event, WindowEvent):
            self._end_line()
            print_error(event.shown_title)
        elif isinstance(event, PictureEvent):
            self._end_line()
            print_line(f"{event.name}:")
        elif isinstance(event, DoneEvent | ReadEvent | FoundEvent):
            self._end_line()

    def _show_token(self, token: TokenEvent) -> None:
        self._clear_status()
        if token.kind == "thinking" and self._terminal:
            if not self._reasoning_open:
                self._reasoning_open = True
                self._escape(_DIM)
            print(clean(token.text), end="", file=sys.stderr, flush=True)

    def _show_sentence(self, sentence: SentenceEvent) -> None:
        self._clear_status()
        self._end_reasoning()
        before = sentence.before if self._answer_open else ""
        self._answer_open = True
        print(f"{before}{sentence.text}", end="", flush=True)

    def _show_status(self, stage: StageEvent) -> None:
        name = _STAGE_NAMES[stage.stage]
        if not name or self._answer_open or self._reasoning_open or stage.stage == "think":
            return
        status = name, int(stage.fraction * 10)
        if status != self._status:
            self._status = status
            self._line.show(tr(name), status[1] / 10)

    def _clear_status(self) -> None:
        self._status = None
        self._line.clear()

    def _end_reasoning(self) -> None:
        if self._reasoning_open:
            self._reasoning_open = False
            self._escape(_NORMAL)
            print(file=sys.stderr, flush=True)

    def _escape(self, code: str) -> None:
        if self._styles:
            print(code, end="", file=sys.stderr)

    def _end_line(self) -> None:
        self._clear_status()
        self._end_reasoning()
        if self._answer_open:
            self._answer_open = False
            print(flush=True)
