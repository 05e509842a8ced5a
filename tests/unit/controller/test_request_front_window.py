"""The same key again is about the same picture only while the same window is in front."""

from __future__ import annotations

import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from support.loop_harness import (
    FRONT,
    PICTURE,
    LoopHarness,
    OverlayHarness,
    ScriptedView,
    ScriptedWindowSystem,
    ask_about_picture,
)

from edge_assistant.assistant.options import RequestSettings
from edge_assistant.capture.decode import Origin
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.stacking import WindowAbove
from edge_assistant.controller import request as request_module
from edge_assistant.controller.request import front_window_changed
from edge_assistant.system.errors import InputError

DETAIL = "The same picture in detail."


def described(harness: LoopHarness, action: str = "window") -> None:
    """Describe the window in front to the end."""
    harness.press(action)
    harness.answer("A dialog.")
    harness.end()


@pytest.mark.parametrize("action", ["window", "read", "screen"])
@pytest.mark.parametrize("number", [4712, None])
def test_the_same_key_in_another_window_or_where_it_was_closed_takes_a_new_picture(
    harness: LoopHarness, action: str, number: int | None
) -> None:
    harness.controller.options = RequestSettings(reader="model")
    described(harness, action)
    harness.active.number = number
    assert DETAIL not in harness.press(action)
    assert (harness.newest.action, harness.newest.mode == "detail") == (action, False)
    assert ("picture", None, "") in harness.view.shown, "the old picture is still talked about"


def test_back_in_the_same_window_the_same_key_gives_the_detail(harness: LoopHarness) -> None:
    described(harness)
    harness.active.number = 4712
    harness.active.number = FRONT
    assert DETAIL in harness.press("window")


def test_a_menu_that_was_opened_or_closed_meanwhile_is_another_picture(harness: LoopHarness) -> None:
    described(harness)
    harness.active.above = (WindowAbove(Rect(10, 20, 30, 40), is_menu=True, is_own=True),)
    assert DETAIL not in harness.press("window")
    harness.answer("A menu.")
    harness.end()
    harness.active.above = (WindowAbove(Rect(10, 20, 30, 40), is_own=True),)
    assert DETAIL in harness.press("window"), "a hint is no menu"


def test_a_window_of_ours_in_front_is_not_another_one(harness: LoopHarness) -> None:
    described(harness)
    harness.active.number, harness.view.front = 4712, True
    assert DETAIL in harness.press("window")


def test_while_it_works_or_speaks_the_same_key_stops_whatever_is_in_front(harness: LoopHarness) -> None:
    harness.press("window")
    harness.active.number = 4712
    assert harness.press("window") == ["(silence)", "Stopped."]
    harness.press("window")
    harness.answer("A dialog.")
    harness.active.number = FRONT
    harness.speech.waiting = 1
    assert harness.press("window") == ["(silence)"], "that it ends is heard"


def test_a_question_stays_about_its_picture(harness: LoopHarness) -> None:
    ask_about_picture(harness)
    harness.active.number = 4712
    harness.run(harness.controller.ask, "What is it?")
    assert harness.newest.captured == PICTURE


def test_a_region_is_chosen_again_in_another_window(overlay_harness: OverlayHarness) -> None:
    overlay_harness.open("region")
    overlay_harness.loop.post(overlay_harness.controller.choose, 1, "region", Rect(0, 0, 20, 10))
    while not overlay_harness.tasks.asked:
        overlay_harness.step()
    overlay_harness.answer("A button.")
    overlay_harness.end()
    assert len(overlay_harness.overlay_view.opened) == 1
    overlay_harness.active.number = 4712
    overlay_harness.press("region")
    if len(overlay_harness.overlay_view.opened) == 1:
        overlay_harness.step()  # the desktop has been frozen
    assert len(overlay_harness.overlay_view.opened) == 2


def has_moved(monkeypatch: pytest.MonkeyPatch, backend: Any, origin: Origin = "window") -> bool:
    monkeypatch.setattr(request_module, "choose_backend", lambda: backend)
    return front_window_changed(replace(PICTURE, origin=origin), ScriptedView())


@pytest.mark.parametrize("origin", ["clipboard", "camera", "file"])
def test_what_is_not_of_the_screen_stays_what_it_was(monkeypatch: pytest.MonkeyPatch, origin: Origin) -> None:
    assert not has_moved(monkeypatch, ScriptedWindowSystem(4712).backend(), origin)


def test_where_the_window_system_does_not_tell_the_offer_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not has_moved(monkeypatch, SimpleNamespace(make_windows=None))  # Wayland

    def no_display() -> None:
        raise InputError("There is no display here.", code="no-display")

    assert not has_moved(monkeypatch, SimpleNamespace(make_windows=no_display))


def test_where_no_answer_comes_in_time_the_person_hears_of_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_module, "_FRONT_TIMEOUT_S", 0.01)
    halted = threading.Event()
    active = SimpleNamespace(active=lambda: halted.wait(10) and None)
    assert has_moved(monkeypatch, SimpleNamespace(make_windows=lambda: active))
    halted.set()
