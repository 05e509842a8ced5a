"""A whole question on a computer that has less memory free than the usual context needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.describing import DIALOG

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.events import DoneEvent, ErrorEvent, Event, NoticeEvent
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.capture.file import read_picture
from edge_assistant.engine.messages import Tuning
from edge_assistant.models.memory_estimate import needed_bytes
from edge_assistant.models.resolver import ResolvedModel, resolve
from edge_assistant.ocr import availability, model_files
from edge_assistant.system import memory
from edge_assistant.tuning import profile
from edge_assistant.tuning.profile import TuningProfile


def demo() -> ResolvedModel:
    return resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=None)


def made(on_event: Callable[[Event], None], **options: Any) -> Assistant:
    return Assistant(
        demo(),
        AnswerOptions(seed=1, max_tokens=20),
        context=4096,
        threads=1,
        language=None,
        voice=None,
        on_event=on_event,
        **options,
    )


def tuned(monkeypatch: pytest.MonkeyPatch, *, repack: bool) -> None:
    """Have this profile found for every model."""
    found = TuningProfile(1, Tuning(repack=repack))
    monkeypatch.setattr(profile, "load_profile", lambda *_, **__: found)


def ask(monkeypatch: pytest.MonkeyPatch, context_that_fits: int, **options: Any) -> tuple[Event, list[Event]]:
    weights = demo()
    free = needed_bytes(weights, context_that_fits, 256) + 1
    monkeypatch.setattr(memory, "available_bytes", lambda: free)
    events: list[Event] = []
    assistant = made(events.append, **options)
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
    assert notices[0].message.endswith("limited to 1024 tokens instead of 4096.")


@pytest.mark.parametrize("installed", [True, False])
def test_the_context_leaves_room_for_text_recognition_where_there_is_any(
    installed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = needed_bytes(demo(), 4096, 256) - needed_bytes(demo(), 1024, 256)
    monkeypatch.setattr(availability, "WORKER_BYTES", more)
    if not installed:
        monkeypatch.setattr(model_files, "find", lambda _: None)
    end, events = ask(monkeypatch, 4096)
    assert isinstance(end, DoneEvent)
    notices = [each.message for each in events if isinstance(each, NoticeEvent) and each.code == "context-reduced"]
    assert [" 1024 tokens" in each for each in notices] == ([True] if installed else [])


def test_a_context_that_was_asked_for_is_not_shrunk(monkeypatch: pytest.MonkeyPatch) -> None:
    end, _ = ask(monkeypatch, 1024, exact_context=True)
    assert isinstance(end, ErrorEvent)
    assert "Use --context 1024 or less" in end.message


def test_weights_that_are_to_be_repacked_are_not_loaded_where_only_plain_ones_fit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tuned(monkeypatch, repack=True)
    end, _ = ask(monkeypatch, 4096, exact_context=True)
    assert isinstance(end, ErrorEvent)
    assert end.code == "memory"
    tuned(monkeypatch, repack=False)
    end, _ = ask(monkeypatch, 4096, exact_context=True)
    assert isinstance(end, DoneEvent)


def test_whoever_loads_it_beside_others_is_told_what_repacking_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    needed = []
    for repack in (False, True):
        tuned(monkeypatch, repack=repack)
        needed.append(made(lambda _: None).needed_bytes())
    plain, repacked = needed
    assert repacked - plain == int(0.75 * demo().model.stat().st_size)
