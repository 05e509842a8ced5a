"""The list of lines, from a key or a choice to its window, and the focus that is given back."""

from __future__ import annotations

import threading

import pytest
from support.loop_harness import FRONT, PICTURE, LoopHarness, OverlayHarness, ScriptedFocus, ScriptedView
from support.waiting import until

from edge_assistant.controller import lines
from edge_assistant.controller.lines import LinesSource

OTHER = 4712


@pytest.fixture
def focus(monkeypatch: pytest.MonkeyPatch) -> ScriptedFocus:
    """The focus among the windows of all programs, as the list of lines finds it."""
    return scripted_focus(monkeypatch)


def scripted_focus(monkeypatch: pytest.MonkeyPatch) -> ScriptedFocus:
    focus = ScriptedFocus()

    class Backend:
        make_focus = staticmethod(lambda: focus)

    monkeypatch.setattr(lines, "choose_backend", Backend)
    return focus


def opened(view: ScriptedView) -> LinesSource:
    """What the window of the lines was last opened with."""
    name, source = view.shown[-1]
    assert name == "lines"
    assert isinstance(source, LinesSource)
    return source


@pytest.mark.usefixtures("focus")
def test_the_lines_are_those_of_the_described_picture_from_where_a_reading_stopped(harness: LoopHarness) -> None:
    harness.press("window")
    harness.answer("A dialog.")
    harness.end()
    harness.controller.last_answer.read_index = 7
    harness.press("lines")
    source = opened(harness.view)
    assert source.captured.image is PICTURE.image
    assert source.text is harness.controller.last_answer.text
    assert source.start == 7


@pytest.mark.usefixtures("focus")
def test_while_it_is_worked_on_the_lines_are_those_of_the_new_picture_and_the_answer_is_not_heard(
    harness: LoopHarness,
) -> None:
    harness.press("window")
    harness.press("lines")
    assert opened(harness.view).text is harness.newest.text
    harness.answer("A dialog.")
    assert "A dialog." not in harness.speech.heard
    assert harness.controller.last_answer.captured is not None, "it can be asked about"


@pytest.mark.usefixtures("focus")
def test_without_a_picture_the_active_window_is_captured_and_no_model_works(harness: LoopHarness) -> None:
    harness.press("lines")
    assert opened(harness.view).captured.image is PICTURE.image
    assert harness.tasks.asked == []
    assert harness.tasks.preloaded is None
    harness.press("lines")
    assert harness.press("window")[-1] == "(heard)"
    assert ("picture", None, "") in harness.view.shown, "a new picture: the window drops the lines"


def test_the_window_that_had_the_focus_gets_it_back_once(harness: LoopHarness, focus: ScriptedFocus) -> None:
    harness.press("lines")
    focus.has, harness.view.front = OTHER, True  # the window of the lines, from which they are opened again
    harness.press("lines")
    harness.run(harness.controller.lines_closed, restore_focus=True)
    assert focus.given.get(timeout=10) == FRONT
    harness.run(harness.controller.lines_closed, restore_focus=True)
    assert focus.given.empty()


def test_lines_that_are_closed_while_another_window_has_the_focus_leave_it_there(
    harness: LoopHarness, focus: ScriptedFocus
) -> None:
    harness.press("lines")
    harness.run(harness.controller.lines_closed, restore_focus=False)
    assert focus.given.empty()
    harness.now += 31
    harness.step()
    assert harness.controller.last_answer.text is None, "nothing keeps the picture any more"


def test_the_open_list_keeps_the_picture(harness: LoopHarness, focus: ScriptedFocus) -> None:  # noqa: ARG001
    harness.press("window")
    harness.answer("A dialog.")
    harness.end()
    harness.press("lines")
    harness.now += 1000
    harness.step()
    assert harness.controller.last_answer.text is not None


def test_a_window_system_that_does_not_answer_keeps_nothing_waiting(
    harness: LoopHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    focus, answered = scripted_focus(monkeypatch), threading.Event()
    monkeypatch.setattr(lines, "_FOCUS_TIMEOUT_S", 0.01)
    monkeypatch.setattr(focus, "current", lambda: answered.wait(10) and FRONT)
    harness.press("lines")
    opened(harness.view)
    answered.set()


def test_from_the_list_of_choices_it_is_the_frozen_window_and_that_gets_the_focus_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    focus = scripted_focus(monkeypatch)
    monkeypatch.setattr("edge_assistant.assistant.picture_checks.refuse_blank", lambda _: None)
    harness = OverlayHarness(monkeypatch)
    harness.controller._view = view = ScriptedView()
    harness.open()
    view.front, focus.has = True, None  # the list of choices, which has just been closed
    harness.run(harness.controller.choose, harness.overlay_view.opened[-1].ticket, "lines")
    until(lambda: view.shown[-1][0] == "lines", "the lines", meanwhile=harness.step)
    source = opened(view)
    assert source.captured.origin == "window"
    assert source.captured.image.getpixel((0, 0)) == (1, 0, 0), "as it was frozen"
    assert harness.snapshots == 1
    harness.run(harness.controller.lines_closed, restore_focus=True)
    assert focus.given.get(timeout=10) == FRONT


def test_where_there_are_no_windows_that_is_said(harness: LoopHarness) -> None:
    harness.controller._view = None
    said = "The list of lines needs the app's windows. Start it with edge-assistant."
    assert harness.press("lines") == [said]
