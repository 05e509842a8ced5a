"""What presses and choices bring about: what is heard, what is asked of the work, and what the choosers show."""

from __future__ import annotations

import gc
import queue
import weakref

import pytest
from support.loop_desk import (
    PICTURE,
    ChoosingDesk,
    Desk,
    asked_about,
    do,
)

from edge_assistant.assistant.events import NoticeEvent, WindowEvent
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import Snapshot
from edge_assistant.controller.event_loop import EventLoop
from edge_assistant.controller.request import Request
from edge_assistant.system.errors import InputError


def test_a_press_sounds_the_tone_and_asks_in_the_actions_own_mode(desk: Desk) -> None:
    assert desk.press("window") == ["(silence)", "(heard)"]
    assert (desk.newest.action, desk.newest.mode) == ("window", "glance")
    desk.press("read")
    assert (desk.newest.action, desk.newest.mode) == ("read", "read")


def test_a_silenced_request_does_not_tick_and_says_nothing_more(desk: Desk) -> None:
    desk.press("window", "stop")
    assert desk.control._until_due() is None
    heard = len(desk.voice.heard)
    desk.answer("A dialog.")
    assert desk.voice.heard[heard:] == []
    assert desk.work.cancelled == []
    desk.end()
    desk.press("repeat")
    assert desk.newest.sentences == ["A dialog."]


def test_a_second_stop_cancels(desk: Desk) -> None:
    desk.press("window", "stop", "stop")
    assert desk.work.cancelled == [1]
    assert desk.newest.is_cancelled()


def test_nothing_of_an_old_request_is_heard_after_a_new_press(desk: Desk) -> None:
    desk.press("window")
    old = desk.newest
    desk.press("screen")
    heard = len(desk.voice.heard)
    old.notice("late", "Late.")
    assert desk.voice.heard[heard:] == []
    assert desk.work.cancelled == [1]


def test_status_says_the_stage_and_whole_seconds_since_the_press(desk: Desk) -> None:
    desk.press("window")
    desk.newest.stage = "encode"
    desk.now += 4.2
    assert "Reading the picture, 4 seconds so far." in desk.press("status")
    desk.newest.stage = "answer"
    desk.now += 1
    assert "Answering, 5 seconds so far." in desk.press("status")
    desk.answer("A dialog.")
    assert desk.press("status") == [], "the answer being spoken says enough"
    desk.end()
    assert desk.press("status") == ["Ready."]


def test_status_tells_the_loading_and_one_second_is_one_second() -> None:
    desk = Desk()
    desk.work.job = Request(0, print, print)
    desk.work.job.stage = "load"
    desk.now += 1
    assert desk.press("status") == ["Loading the model, 1 second so far."]


def test_the_leader_key_takes_the_moment_then_sounds_the_tone_then_opens_the_palette(
    choosing_desk: ChoosingDesk,
) -> None:
    heard = choosing_desk.press("palette")
    assert heard == ["(silence)", "(heard)"]
    assert choosing_desk.taken == 1
    choosing_desk.step()
    (opening,) = choosing_desk.choosers.opened
    assert (opening.ticket, opening.chooser) == (1, "palette")
    assert opening.choices[0].label == "Window: Files"


def test_what_is_chosen_is_cut_from_the_moment_of_the_press(choosing_desk: ChoosingDesk) -> None:
    choosing_desk.open()
    window = choosing_desk.choose("window")
    assert (window.origin, window.image.size, window.image.getpixel((0, 0))) == ("window", (30, 20), (1, 0, 0))
    assert choosing_desk.focus.given.get(timeout=5) == 4711
    assert choosing_desk.choosers.closed == [1]
    choosing_desk.open()
    monitor = choosing_desk.choose("monitor-2")
    assert (monitor.origin, monitor.image.size) == ("screen", (64, 48))
    assert monitor.image.getpixel((0, 0)) == (255, 255, 255)
    assert choosing_desk.taken == 2, "the choice itself takes none"
    assert any(isinstance(each, NoticeEvent) and each.message == "Monitor 2 of 2" for each in choosing_desk.shown)
    choosing_desk.open()
    assert choosing_desk.choose("screen").image.size == (128, 48)


def test_while_it_is_chosen_the_weights_are_loaded_and_the_window_is_looked_at_without_a_word(
    choosing_desk: ChoosingDesk,
) -> None:
    heard = choosing_desk.open()
    assert heard == ["(silence)", "(heard)"]
    assert choosing_desk.work.woken == 0
    ((job, ahead),) = choosing_desk.work.ahead
    assert (job.mode, job.is_cancelled()) == ("glance", False)
    assert [event for event in choosing_desk.shown if isinstance(event, WindowEvent)] == []
    chosen = choosing_desk.choose("window")
    assert ahead.image.tobytes() == chosen.image.tobytes()
    assert job.is_cancelled(), "what was not begun by then is no longer wanted"


@pytest.mark.parametrize("choice", ["", "camera", "repeat"])
def test_what_was_looked_at_ahead_is_given_up_when_nothing_of_the_moment_is_chosen(
    choosing_desk: ChoosingDesk, choice: str
) -> None:
    choosing_desk.open()
    assert choosing_desk.work.ahead
    if choice:
        choosing_desk.control.choose(1, choice)
    else:
        choosing_desk.control.dismiss(1)
    choosing_desk.step()
    assert choosing_desk.work.ahead == []


def test_what_was_looked_at_ahead_is_kept_for_what_is_chosen(choosing_desk: ChoosingDesk) -> None:
    choosing_desk.open()
    choosing_desk.control.choose(1, "window")
    choosing_desk.step()
    assert choosing_desk.work.ahead


def test_what_is_to_be_asked_about_is_looked_at_while_the_question_is_typed(desk: Desk) -> None:
    asked_about(desk)
    ((job, ahead),) = desk.work.ahead
    assert (job.action, job.mode, ahead) == ("ask", "detail", PICTURE)


def test_a_region_is_cut_from_the_same_moment_by_way_of_the_palette(choosing_desk: ChoosingDesk) -> None:
    choosing_desk.open()
    choosing_desk.control.choose(1, "region")
    choosing_desk.step()
    palette, region = choosing_desk.choosers.opened
    assert (region.ticket, region.chooser) == (1, "region")
    assert region.snapshot is palette.snapshot
    found = choosing_desk.choose("region", Rect(60, 0, 20, 10))
    assert (found.origin, found.image.size, found.image.getpixel((4, 0))) == ("region", (20, 10), (255, 255, 255))


def test_escape_forgets_the_moment_and_gives_the_focus_back(choosing_desk: ChoosingDesk) -> None:
    choosing_desk.open()
    opening = choosing_desk.choosers.opened.pop()
    assert opening.snapshot is not None
    picture = weakref.ref(opening.snapshot.picture)
    del opening
    choosing_desk.control.dismiss(1)
    choosing_desk.step()
    assert choosing_desk.focus.given.get(timeout=5) == 4711
    gc.collect()
    assert picture() is None
    assert choosing_desk.work.asked == []


def test_a_chooser_takes_the_focus_only_from_the_window_that_had_it(choosing_desk: ChoosingDesk) -> None:
    choosing_desk.open()
    choosing_desk.control.take_focus(1, 42)
    choosing_desk.step()
    assert choosing_desk.focus.given.get(timeout=5) == 42
    choosing_desk.focus.has = 4712  # the person has gone elsewhere
    choosing_desk.control.take_focus(1, 42)
    choosing_desk.step()
    with pytest.raises(queue.Empty):
        choosing_desk.focus.given.get(timeout=0.2)


def test_a_locked_session_opens_nothing_and_says_why(choosing_desk: ChoosingDesk) -> None:
    choosing_desk.locked = True
    choosing_desk.open()
    assert choosing_desk.choosers.opened == []
    assert choosing_desk.voice.heard[-1].startswith("The session is locked")
    choosing_desk.locked = False
    choosing_desk.open()
    assert len(choosing_desk.choosers.opened) == 1


def test_without_a_picture_of_the_screen_the_rest_can_be_chosen_and_the_reason_is_said(
    choosing_desk: ChoosingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> Snapshot:
        raise InputError("You did not allow it.", code="refused")

    monkeypatch.setattr("edge_assistant.controller.frozen_desktop.targets.snap_at_once", refused)
    choosing_desk.open()
    (opening,) = choosing_desk.choosers.opened
    assert "You did not allow it." in choosing_desk.voice.heard
    assert "clipboard" in [each.name for each in opening.choices]
    assert "window" not in [each.name for each in opening.choices]
    choosing_desk.control.dismiss(1)
    choosing_desk.step()
    choosing_desk.open("region")
    assert len(choosing_desk.choosers.opened) == 1, "there is nothing to choose a region of"


def test_only_the_open_chooser_is_heard(choosing_desk: ChoosingDesk) -> None:
    choosing_desk.open()
    for ticket, text, at_once in ((1, "One.", False), (1, "Two.", True), (2, "Stale.", True)):
        choosing_desk.control.utter(ticket, text, at_once=at_once)
        choosing_desk.step()
    assert choosing_desk.voice.heard[-3:] == ["One.", "(silence)", "Two."]


def test_an_answer_that_was_missed_meanwhile_is_heard_after_escape(choosing_desk: ChoosingDesk) -> None:
    choosing_desk.press("clipboard")
    choosing_desk.work.asked.append(("answer", choosing_desk.control._doing.requests.job))
    choosing_desk.open()
    before = len(choosing_desk.voice.heard)
    choosing_desk.answer("A dialog.")
    choosing_desk.end()
    assert "A dialog." not in choosing_desk.voice.heard[before:]
    choosing_desk.control.dismiss(1)
    choosing_desk.step()
    kind, job = choosing_desk.work.asked[-1]
    assert (kind, job.sentences) == ("repeat", ["A dialog."])


def test_without_windows_the_palette_says_where_it_is(desk: Desk) -> None:
    assert any("edge-assistant" in each for each in desk.press("palette"))
    assert any("edge-assistant" in each for each in desk.press("region"))


def test_ask_in_our_own_window_leads_to_its_input_and_takes_no_picture(desk: Desk) -> None:
    desk.windows.front = True
    assert desk.press("ask") == ["(silence)"]
    assert desk.windows.shown == [("ask",)]
    do(desk, desk.control.ask_about_window)
    assert ("picture", PICTURE, "") in desk.windows.shown, "from its menu the window beneath is meant"


def test_a_program_without_windows_says_where_questions_can_be_asked() -> None:
    desk = Desk()
    desk.control = EventLoop(desk.work, desk.voice, desk.shown.append, lambda: desk.now)  # type: ignore[arg-type]
    assert desk.press("ask") == ["Questions need the app's window. Start it with edge-assistant."]
