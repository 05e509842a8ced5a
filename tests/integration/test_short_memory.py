"""A whole question on a computer that has less memory free than the usual context needs."""

from __future__ import annotations

from typing import Any

import pytest
from describing import DIALOG

from edge_assistant import footprint
from edge_assistant.assistant import Assistant
from edge_assistant.capture.file import read_picture
from edge_assistant.events import DoneEvent, ErrorEvent, Event, NoticeEvent
from edge_assistant.models.locate import resolve
from edge_assistant.models.memory import needed_bytes
from edge_assistant.request import Request


def ask(monkeypatch: pytest.MonkeyPatch, context_that_fits: int, **options: Any) -> tuple[Event, list[Event]]:
    weights = resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=None)
    free = needed_bytes(weights, context_that_fits, 256) + 1
    monkeypatch.setattr(footprint, "available", lambda: free)
    events: list[Event] = []
    assistant = Assistant(
        weights,
        Request(seed=1, max_tokens=20),
        context=4096,
        threads=1,
        language=None,
        voice=None,
        on_event=events.append,
        **options,
    )
    try:
        assistant.look_at(lambda: read_picture(str(DIALOG)))
        end = assistant.ask(0)
        return end, events
    finally:
        assistant.close()


def test_with_little_memory_the_context_shrinks_and_the_question_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    end, events = ask(monkeypatch, 1024)
    assert isinstance(end, DoneEvent)
    assert "dialog" in end.answer
    notices = [each for each in events if isinstance(each, NoticeEvent)]
    assert [each.code for each in notices] == ["context-reduced"]
    assert notices[0].message.endswith("can be 1024 tokens long instead of 4096.")


def test_a_context_that_was_asked_for_is_not_shrunk(monkeypatch: pytest.MonkeyPatch) -> None:
    end, _ = ask(monkeypatch, 1024, exact_context=True)
    assert isinstance(end, ErrorEvent)
    assert "Use --context 1024 or less" in end.message
