"""The effects of presses and choices: what is heard, what the worker is asked, and what the overlays show."""

from __future__ import annotations

import gc
import queue
import weakref
from dataclasses import replace

import pytest
from support.loop_harness import (
    PICTURE,
    LoopHarness,
    OverlayHarness,
    ask_about_picture,
)

from edge_assistant.assistant.events import NoticeEvent, WindowEvent
from edge_assistant.assistant.options import RequestSettings
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import Snapshot
from edge_assistant.controller.request import Request
from edge_assistant.system.errors import InputError


def test_a_press_sounds_the_tone_and_asks_in_the_actions_own_mode(harness: LoopHarness) -> None:
    assert harness.press("window") == ["(silence)", "(heard)"]
    assert (harness.newest.action, harness.newest.mode) == ("window", "glance")
    harness.controller.options = RequestSettings(reader="model")
    harness.press("read")
    assert (harness.newest.action, harness.newest.mode) == ("read", "read")


def test_a_silenced_request_does_not_tick_and_says_nothing_more(harness: LoopHarness) -> None:
    harness.press("window", "stop")
    assert harness.controller.seconds_until_due() is None
    heard = len(harness.speech.heard)
    harness.answer("A dialog.")
    assert harness.speech.heard[heard:] == []
    assert harness.tasks.cancelled == []
    harness.end()
    harness.press("repeat")
    assert harness.newest.sentences == ["A dialog."]


def test_a_second_stop_cancels(harness: LoopHarness) -> None:
    harness.press("window", "stop", "stop")
    assert harness.tasks.cancelled == [1]
    assert harness.newest.is_cancelled()


def test_nothing_of_an_old_request_is_heard_after_a_new_press(harness: LoopHarness) -> None:
    harness.press("window")
    old = harness.newest
    harness.press("screen")
    heard = len(harness.speech.heard)
    old.notice("late", "Late.")
    assert harness.speech.heard[heard:] == []
    assert harness.tasks.cancelled == [1]


def test_status_says_the_stage_and_whole_seconds_since_the_press(harness: LoopHarness) -> None:
    harness.press("window")
    harness.newest.stage = "encode"
    harness.now += 4.2
    assert "Reading the picture, 4 seconds so far." in harness.press("status")
    harness.newest.stage = "answer"
    harness.now += 1
    assert "Answering, 5 seconds so far." in harness.press("status")
    harness.answer("A dialog.")
    assert harness.press("status") == ["Speaking."]
    harness.end()
    assert harness.press("status") == ["Ready."]


def test_status_reports_the_loading_and_one_second_is_one_second() -> None:
    harness = LoopHarness()
    harness.worker.current = Request(0, print, print, started_at=harness.now)
    harness.worker.current.stage = "load"
    harness.now += 1
    assert harness.press("status") == ["Loading the model, 1 second so far."]


def test_status_counts_from_the_press_or_else_from_when_the_loading_began(harness: LoopHarness) -> None:
    harness.press("window")
    harness.answer("A dialog.")
    harness.end()
    harness.now += 600
    harness.worker.current = Request(0, print, print, started_at=harness.now)
    harness.worker.current.stage = "load"
    harness.run(harness.controller.reload_model)
    harness.now += 5
    assert harness.press("status") == ["Loading the model, 5 seconds so far."]
    harness.press("window")
    harness.now += 1
    assert harness.press("status") == ["Loading the model, 1 second so far."]


def test_a_model_that_is_about_to_be_removed_is_unloaded(harness: LoopHarness) -> None:
    harness.run(harness.controller.unload_model)
    assert harness.tasks.unloaded


def test_the_palette_key_freezes_the_desktop_then_sounds_the_tone_then_opens_the_palette(
    overlay_harness: OverlayHarness,
) -> None:
    heard = overlay_harness.press("palette")
    assert heard == ["(silence)", "(heard)"]
    assert overlay_harness.snapshots == 1
    overlay_harness.step()
    (content,) = overlay_harness.overlay_view.opened
    assert (content.ticket, content.kind) == (1, "palette")
    assert content.items[0].label == "Window: Files"


def test_a_window_that_is_kept_out_of_pictures_is_not_searched_and_the_focus_goes_back(
    overlay_harness: OverlayHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = overlay_harness.active.active()
    assert window is not None
    monkeypatch.setattr(overlay_harness.active, "active", lambda: replace(window, protected=True))
    overlay_harness.open("find")
    assert overlay_harness.overlay_view.opened == []
    assert overlay_harness.overlay_view.closed == [1]
    assert overlay_harness.speech.heard[-1] == (
        "This program keeps its window out of pictures, so it cannot be described."
    )
    assert overlay_harness.focus.given.get(timeout=5) == 4711
    assert not overlay_harness.controller.state.overlay.kind


def test_what_is_chosen_is_cut_from_the_desktop_as_it_was_at_the_press(overlay_harness: OverlayHarness) -> None:
    overlay_harness.open()
    window = overlay_harness.choose("window")
    assert (window.origin, window.image.size, window.image.getpixel((0, 0))) == ("window", (30, 20), (1, 0, 0))
    assert overlay_harness.focus.given.get(timeout=5) == 4711
    assert overlay_harness.overlay_view.closed == [1]
    overlay_harness.open()
    monitor = overlay_harness.choose("monitor-2")
    assert (monitor.origin, monitor.image.size) == ("screen", (64, 48))
    assert monitor.image.getpixel((0, 0)) == (255, 255, 255)
    assert overlay_harness.snapshots == 2, "the choice itself takes none"
    assert any(isinstance(each, NoticeEvent) and each.message == "Monitor 2 of 2" for each in overlay_harness.shown)
    overlay_harness.open()
    assert overlay_harness.choose("screen").image.size == (128, 48)


def test_while_the_palette_is_open_the_model_is_loaded_and_the_window_is_encoded_silently(
    overlay_harness: OverlayHarness,
) -> None:
    heard = overlay_harness.open()
    assert heard == ["(silence)", "(heard)"]
    assert overlay_harness.tasks.preloaded == 0
    ((request, ahead),) = overlay_harness.tasks.ahead
    assert (request.mode, request.is_cancelled()) == ("glance", False)
    assert [event for event in overlay_harness.shown if isinstance(event, WindowEvent)] == []
    chosen = overlay_harness.choose("window")
    assert ahead.image.tobytes() == chosen.image.tobytes()
    assert request.is_cancelled(), "encoding ahead that has not started by then is cancelled"


@pytest.mark.parametrize("choice", ["", "camera", "repeat"])
def test_what_was_encoded_ahead_is_dropped_when_nothing_of_the_desktop_is_chosen(
    overlay_harness: OverlayHarness, choice: str
) -> None:
    overlay_harness.open()
    assert overlay_harness.tasks.ahead
    if choice:
        overlay_harness.run(overlay_harness.controller.choose, 1, choice)
    else:
        overlay_harness.run(overlay_harness.controller.dismiss, 1)
    assert overlay_harness.tasks.ahead == []


@pytest.mark.parametrize("choice", ["status", "history"])
def test_what_the_list_of_choices_was_saying_is_not_said_again_behind_what_was_chosen(
    choice: str, overlay_harness: OverlayHarness
) -> None:
    overlay_harness.open()
    overlay_harness.run(overlay_harness.controller.announce, 1, "Choices.", at_once=True)
    heard = len(overlay_harness.speech.heard)
    overlay_harness.run(overlay_harness.controller.choose, 1, choice)
    after = overlay_harness.speech.heard[heard:]
    assert after[0] == "(silence)", after
    assert len(after) > 1
    overlay_harness.run(overlay_harness.controller.choose, 1, choice)
    assert overlay_harness.speech.heard[heard:] == after, "it is closed"


def test_what_was_encoded_ahead_is_kept_for_the_choice(overlay_harness: OverlayHarness) -> None:
    overlay_harness.open()
    overlay_harness.run(overlay_harness.controller.choose, 1, "window")
    assert overlay_harness.tasks.ahead


def test_the_picture_of_a_question_is_encoded_while_the_question_is_typed(harness: LoopHarness) -> None:
    ask_about_picture(harness)
    ((request, ahead),) = harness.tasks.ahead
    assert (request.action, request.mode, ahead) == ("ask", "detail", PICTURE)


def test_a_global_key_chooses_in_the_open_palette(overlay_harness: OverlayHarness) -> None:
    overlay_harness.open()
    overlay_harness.press("window")
    assert overlay_harness.overlay_view.closed == [1]
    while not overlay_harness.tasks.asked:
        overlay_harness.step()
    assert overlay_harness.newest.require_picture().origin == "window"
    assert overlay_harness.snapshots == 1, "the key itself takes none"


def test_a_region_chosen_from_the_palette_is_cut_from_the_same_frozen_desktop(overlay_harness: OverlayHarness) -> None:
    overlay_harness.open()
    overlay_harness.run(overlay_harness.controller.choose, 1, "region")
    palette, region = overlay_harness.overlay_view.opened
    assert (region.ticket, region.kind) == (1, "region")
    assert region.snapshot is palette.snapshot
    found = overlay_harness.choose("region", Rect(60, 0, 20, 10))
    assert (found.origin, found.image.size, found.image.getpixel((4, 0))) == ("region", (20, 10), (255, 255, 255))


def test_escape_drops_the_frozen_desktop_and_restores_the_focus(overlay_harness: OverlayHarness) -> None:
    overlay_harness.open()
    content = overlay_harness.overlay_view.opened.pop()
    assert content.snapshot is not None
    picture = weakref.ref(content.snapshot.picture)
    del content
    overlay_harness.run(overlay_harness.controller.dismiss, 1)
    assert overlay_harness.focus.given.get(timeout=5) == 4711
    gc.collect()
    assert picture() is None
    assert overlay_harness.tasks.asked == []


def test_an_overlay_takes_the_focus_only_from_the_window_that_had_it(overlay_harness: OverlayHarness) -> None:
    refused: queue.SimpleQueue[bool] = queue.SimpleQueue()
    overlay_harness.open()
    overlay_harness.run(overlay_harness.controller.take_focus, 1, 42, lambda: refused.put(True))
    assert overlay_harness.focus.given.get(timeout=5) == 42
    overlay_harness.focus.has = 4712  # the person has gone elsewhere
    overlay_harness.focus.gives = False
    overlay_harness.run(overlay_harness.controller.take_focus, 1, 42, lambda: refused.put(True))
    with pytest.raises(queue.Empty):
        overlay_harness.focus.given.get(timeout=0.2)
    assert refused.empty()


def test_an_overlay_takes_the_focus_that_nobody_has(overlay_harness: OverlayHarness) -> None:
    overlay_harness.open()
    overlay_harness.focus.has = None
    overlay_harness.run(overlay_harness.controller.take_focus, 1, 42, lambda: None)
    assert overlay_harness.focus.given.get(timeout=5) == 42


def test_an_overlay_that_is_refused_the_focus_learns_it(overlay_harness: OverlayHarness) -> None:
    refused: queue.SimpleQueue[bool] = queue.SimpleQueue()
    overlay_harness.open()
    overlay_harness.focus.gives = False
    overlay_harness.run(overlay_harness.controller.take_focus, 1, 42, lambda: refused.put(True))
    assert refused.get(timeout=5)


def test_a_locked_session_opens_nothing_and_says_why(overlay_harness: OverlayHarness) -> None:
    overlay_harness.locked = True
    overlay_harness.open()
    assert overlay_harness.overlay_view.opened == []
    assert overlay_harness.speech.heard[-1].startswith("The session is locked")
    overlay_harness.locked = False
    overlay_harness.open()
    assert len(overlay_harness.overlay_view.opened) == 1


def test_without_a_picture_of_the_screen_the_rest_can_be_chosen_and_the_reason_is_said(
    overlay_harness: OverlayHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> Snapshot:
        raise InputError("You did not allow it.", code="refused")

    monkeypatch.setattr("edge_assistant.controller.frozen_desktop.targets.take_unchecked_snapshot", refused)
    overlay_harness.open()
    (content,) = overlay_harness.overlay_view.opened
    assert "You did not allow it." in overlay_harness.speech.heard
    assert "clipboard" in [each.name for each in content.items]
    assert "window" not in [each.name for each in content.items]
    overlay_harness.run(overlay_harness.controller.dismiss, 1)
    overlay_harness.open("region")
    assert len(overlay_harness.overlay_view.opened) == 1, "there is nothing to choose a region of"


def test_only_the_open_overlay_is_heard(overlay_harness: OverlayHarness) -> None:
    overlay_harness.open()
    for ticket, text, at_once in ((1, "One.", False), (1, "Two.", True), (2, "Stale.", True)):
        overlay_harness.run(overlay_harness.controller.announce, ticket, text, at_once=at_once)
    assert overlay_harness.speech.heard[-3:] == ["One.", "(silence)", "Two."]


def test_an_answer_that_was_missed_meanwhile_is_heard_after_escape(overlay_harness: OverlayHarness) -> None:
    overlay_harness.press("clipboard")
    overlay_harness.tasks.asked.append(("answer", overlay_harness.controller.current))
    overlay_harness.open()
    before = len(overlay_harness.speech.heard)
    overlay_harness.answer("A dialog.")
    overlay_harness.end()
    assert "A dialog." not in overlay_harness.speech.heard[before:]
    overlay_harness.run(overlay_harness.controller.dismiss, 1)
    kind, request = overlay_harness.tasks.asked[-1]
    assert (kind, request.sentences) == ("repeat", ["A dialog."])


def test_a_failure_that_was_missed_meanwhile_is_heard_after_escape(overlay_harness: OverlayHarness) -> None:
    overlay_harness.press("clipboard")
    overlay_harness.tasks.asked.append(("answer", overlay_harness.controller.current))
    overlay_harness.open()
    overlay_harness.newest.failure = InputError("There is no picture in the clipboard.")
    overlay_harness.run(overlay_harness.controller.on_answered, overlay_harness.newest, complete=False)
    overlay_harness.end()
    overlay_harness.run(overlay_harness.controller.dismiss, 1)
    kind, request = overlay_harness.tasks.asked[-1]
    assert (kind, request.sentences) == ("repeat", ["There is no picture in the clipboard."])


def test_what_fails_later_for_a_closed_overlay_is_not_told_of_the_next(
    overlay_harness: OverlayHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> Snapshot:
        raise InputError("You did not allow it.", code="refused")

    monkeypatch.setattr("edge_assistant.controller.frozen_desktop.targets.take_unchecked_snapshot", refused)
    overlay_harness.open()
    overlay_harness.run(overlay_harness.controller.dismiss, 1)
    overlay_harness.open()
    overlay_harness.run(overlay_harness.controller.on_frozen, 1, InputError("Too late."))
    overlay_harness.run(overlay_harness.controller.choose, 2, "region")
    assert "Too late." not in overlay_harness.speech.heard
    assert overlay_harness.speech.heard.count("You did not allow it.") == 3


def test_without_windows_the_palette_says_where_it_is(harness: LoopHarness) -> None:
    assert any("edge-assistant" in each for each in harness.press("palette"))
    assert any("edge-assistant" in each for each in harness.press("region"))


def test_ask_in_our_own_window_leads_to_its_input_and_takes_no_picture(harness: LoopHarness) -> None:
    harness.view.front = True
    assert harness.press("ask") == ["(silence)", "What do you want to know?"]
    assert harness.view.shown == [("ask",)]
    harness.run(harness.controller.ask_about_window)
    assert ("picture", PICTURE, "") in harness.view.shown, "from its menu the window beneath is meant"


def test_the_windows_if_there_are_any_show_whether_think_harder_is_on(harness: LoopHarness) -> None:
    harness.run(harness.controller.on_thinking_changed, True, "It took long.")
    assert harness.view.shown == [("think", True, "It took long.")]
    without_windows = LoopHarness(view=None)
    without_windows.run(without_windows.controller.on_thinking_changed, True, "It took long.")
    assert without_windows.speech.heard == [], "and nothing went wrong"


def test_a_program_without_windows_says_where_questions_can_be_asked() -> None:
    harness = LoopHarness(view=None)
    assert harness.press("ask") == ["Questions need the app's window. Start it with edge-assistant."]
