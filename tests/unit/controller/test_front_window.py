"""The same key again is about the same picture only while the same window is in front."""

from __future__ import annotations

import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from support.loop_desk import FRONT, PICTURE, ChoosingDesk, Desk, ScriptedActive, ScriptedWindows, asked_about

from edge_assistant.capture.decode import Origin
from edge_assistant.capture.geometry import Rect
from edge_assistant.controller import front_window
from edge_assistant.controller.front_window import has_moved_on
from edge_assistant.system.errors import InputError

DETAIL = "The same picture in detail."


def described(desk: Desk, action: str = "window") -> None:
    """The window in front is described, and all is said."""
    desk.press(action)
    desk.answer("A dialog.")
    desk.end()


@pytest.mark.parametrize("action", ["window", "read", "screen"])
@pytest.mark.parametrize("number", [4712, None])
def test_the_same_key_in_another_window_or_where_it_was_closed_takes_a_new_picture(
    desk: Desk, action: str, number: int | None
) -> None:
    described(desk, action)
    desk.active.number = number
    assert DETAIL not in desk.press(action)
    assert (desk.newest.action, desk.newest.mode == "detail") == (action, False)
    assert ("picture", None, "") in desk.windows.shown, "the old picture is still talked about"


def test_back_in_the_same_window_the_same_key_tells_more_of_it(desk: Desk) -> None:
    described(desk)
    desk.active.number = 4712
    desk.active.number = FRONT
    assert DETAIL in desk.press("window")


def test_a_window_of_ours_in_front_is_not_another_one(desk: Desk) -> None:
    described(desk)
    desk.active.number, desk.windows.front = 4712, True
    assert DETAIL in desk.press("window")


def test_while_it_works_or_speaks_the_same_key_stops_whatever_is_in_front(desk: Desk) -> None:
    desk.press("window")
    desk.active.number = 4712
    assert desk.press("window") == ["(silence)"]
    desk.press("window")
    desk.answer("A dialog.")
    desk.active.number = FRONT
    assert desk.press("window") == ["(silence)"]


def test_a_question_stays_about_its_picture(desk: Desk) -> None:
    asked_about(desk)
    desk.active.number = 4712
    desk.control.ask("What is it?")
    desk.step()
    assert desk.newest.captured == PICTURE


def test_a_region_is_chosen_anew_in_another_window(choosing_desk: ChoosingDesk) -> None:
    choosing_desk.open("region")
    choosing_desk.control.choose(1, "region", Rect(0, 0, 20, 10))
    while not choosing_desk.work.asked:
        choosing_desk.step()
    choosing_desk.answer("A button.")
    choosing_desk.end()
    assert len(choosing_desk.choosers.opened) == 1
    choosing_desk.active.number = 4712
    choosing_desk.press("region")
    if len(choosing_desk.choosers.opened) == 1:
        choosing_desk.control._step()  # the moment has been taken
    assert len(choosing_desk.choosers.opened) == 2


def has_moved(monkeypatch: pytest.MonkeyPatch, backend: Any, origin: Origin = "window") -> bool:
    monkeypatch.setattr(front_window, "choose", lambda: backend)
    return has_moved_on(replace(PICTURE, origin=origin), ScriptedWindows())


@pytest.mark.parametrize("origin", ["clipboard", "camera", "file"])
def test_what_is_not_of_the_screen_stays_what_it_was(monkeypatch: pytest.MonkeyPatch, origin: Origin) -> None:
    assert not has_moved(monkeypatch, ScriptedActive(4712).backend(), origin)


def test_where_nobody_tells_the_offer_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not has_moved(monkeypatch, SimpleNamespace(make_windows=None))  # Wayland

    def no_display() -> None:
        raise InputError("There is no display here.", code="no-display")

    assert not has_moved(monkeypatch, SimpleNamespace(make_windows=no_display))


def test_where_no_answer_comes_in_time_the_person_hears_of_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_window, "_PATIENCE_S", 0.01)
    halted = threading.Event()
    active = SimpleNamespace(active=lambda: halted.wait(10) and None)
    assert has_moved(monkeypatch, SimpleNamespace(make_windows=lambda: active))
    halted.set()
