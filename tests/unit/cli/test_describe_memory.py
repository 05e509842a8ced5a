"""Tests of describe: memory is measured for the JSON output only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest

from edge_assistant.assistant.events import DoneEvent, Event, cancelled
from edge_assistant.cli import describe
from edge_assistant.cli.main import main
from edge_assistant.cli.output import JsonOutput, TextOutput
from edge_assistant.engine.task_table import load_table


class ScriptedAssistant:
    """Answers at once, and notes which threads run meanwhile."""

    threads: set[str]

    def __init__(self, on_event: Callable[[Event], None]) -> None:
        self._on_event = on_event

    tasks = load_table(None)

    def look_at(self, capture: object) -> None:
        pass

    def ask(self, index: int, text: str | None) -> DoneEvent:
        ScriptedAssistant.threads = {thread.name for thread in threading.enumerate()}
        outcome = replace(cancelled(index, text or ""), stop="end")
        self._on_event(outcome)
        return outcome

    def close(self) -> None:
        pass


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """What the output has been given."""
    events: list[Event] = []
    model = SimpleNamespace(notices=(), demo=False)
    monkeypatch.setattr(describe, "resolve_model", lambda *_, **__: model)
    monkeypatch.setattr(describe, "make_assistant", lambda *_, on_event, **__: ScriptedAssistant(on_event))
    for output in (JsonOutput, TextOutput):
        monkeypatch.setattr(output, "show", lambda _, event: events.append(event))
    return events


@pytest.mark.parametrize(("options", "measures"), [(["--json"], True), ([], False)])
def test_memory_is_measured_where_the_output_has_it(options: list[str], measures: bool, shown: list[Event]) -> None:
    assert main(["describe", "picture.png", "--ask", "One?", "--ask", "Two?", "--no-speak", *options]) == 0
    answers = [event for event in shown if isinstance(event, DoneEvent)]
    assert [answer.peak_rss_bytes is not None for answer in answers] == [measures, measures]
    assert ("memory" in ScriptedAssistant.threads) is measures
