"""Shows events on a terminal: as running text for people, or as one JSON object a line for programs."""

from __future__ import annotations

import sys
from typing import Protocol

from edge_assistant.assistant.answer_text import AnswerText
from edge_assistant.assistant.events import (
    AFTER_THE_ANSWER,
    DoneEvent,
    ErrorEvent,
    Event,
    NoticeEvent,
    StageEvent,
    TokenEvent,
    WindowEvent,
    as_json_object,
)
from edge_assistant.system import terminal
from edge_assistant.system.i18n import later, tr
from edge_assistant.system.outside_text import clean
from edge_assistant.system.terminal import complain, print_json

_STAGE_NAMES = {
    "load": later("Loading"),
    "prepare": later("Preparing the picture"),
    "encode": later("Reading the picture"),
    "prefill": later("Reading the question"),
    "think": later("Thinking"),
    "answer": "",
}

_DIM, _NORMAL, _CLEAR_LINE = "\x1b[2m", "\x1b[0m", "\r\x1b[K"


class Output(Protocol):
    """Where events go. Raises OSError when nobody reads any more."""

    def show(self, event: Event) -> None:
        """Show one event."""


class NoOutput:
    """For when nobody reads any more."""

    def show(self, event: Event) -> None:
        """Show nothing."""


class JsonOutput:
    """Standard output holds only JSON objects; the sentences of errors and notices also go to standard error."""

    def show(self, event: Event) -> None:
        """Print the event as one line."""
        print_json(as_json_object(event))
        if isinstance(event, ErrorEvent):
            complain(event.message)


class TextOutput:
    """The answer goes to standard output; reasoning and progress to standard error, only where that is a terminal."""

    def __init__(self) -> None:
        self._terminal = terminal.is_terminal(sys.stderr)
        self._escapes = terminal.takes_escapes(sys.stderr)
        self._answer = AnswerText()
        self._in_answer = False
        self._in_reasoning = False
        self._status = ""

    def show(self, event: Event) -> None:
        """Print what a person wants to see of the event."""
        if isinstance(event, TokenEvent):
            self._show_token(event)
        elif isinstance(event, StageEvent):
            self._show_status(event)
        elif isinstance(event, NoticeEvent):
            if event.code in AFTER_THE_ANSWER:
                self._end_answer()
            self._end_line()
            complain(event.message)
        elif isinstance(event, ErrorEvent):
            self._end_answer()
            complain(event.message)
        elif isinstance(event, WindowEvent):
            self._end_line()
            complain(event.title)
        elif isinstance(event, DoneEvent):
            self._end_answer()

    def _show_token(self, token: TokenEvent) -> None:
        self._clear_status()
        if token.kind == "answer":
            self._show_answer(self._answer.feed(token.text))
        elif self._terminal:
            if not self._in_reasoning:
                self._in_reasoning = True
                self._command(_DIM)
            print(clean(token.text), end="", file=sys.stderr, flush=True)

    def _show_answer(self, text: str) -> None:
        if text:
            self._end_reasoning()
            self._in_answer = True
            print(clean(text), end="", flush=True)

    def _show_status(self, stage: StageEvent) -> None:
        name = _STAGE_NAMES[stage.stage]
        if not self._escapes or not name or self._in_answer or self._in_reasoning or stage.stage == "think":
            return
        status = tr("{doing}, {percent} percent", doing=tr(name), percent=int(stage.fraction * 10) * 10)
        if status != self._status:
            self._status = status
            print(f"{_CLEAR_LINE}{status}", end="", file=sys.stderr, flush=True)

    def _clear_status(self) -> None:
        if self._status:
            self._status = ""
            print(_CLEAR_LINE, end="", file=sys.stderr, flush=True)

    def _end_reasoning(self) -> None:
        if self._in_reasoning:
            self._in_reasoning = False
            self._command(_NORMAL)
            print(file=sys.stderr, flush=True)

    def _command(self, code: str) -> None:
        if self._escapes:
            print(code, end="", file=sys.stderr)

    def _end_answer(self) -> None:
        self._show_answer(self._answer.finish())
        self._end_line()

    def _end_line(self) -> None:
        self._clear_status()
        self._end_reasoning()
        if self._in_answer:
            self._in_answer = False
            print(flush=True)
