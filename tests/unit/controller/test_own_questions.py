"""A person's own questions: asked by key, by trigger and from the palette, with the rules of other actions."""

from __future__ import annotations

import pytest
from support.loop_harness import LoopHarness, OverlayHarness

from edge_assistant.controller.remote_commands import RemoteCommands
from edge_assistant.controller.state import DETAIL_OFFER_S

SEAT, TEXT = "question Free seat", "Which seat is free?"


@pytest.fixture(autouse=True)
def questions(request: pytest.FixtureRequest) -> None:
    for name in ("harness", "overlay_harness"):
        if name in request.fixturenames:
            request.getfixturevalue(name).controller.questions = {"Free seat": TEXT, "Total": "Read the total."}


def test_a_key_asks_the_question_about_a_new_picture(harness: LoopHarness) -> None:
    assert harness.press(SEAT) == ["(silence)", "(heard)"]
    assert (harness.newest.question, harness.newest.mode, harness.newest.action) == (TEXT, "detail", SEAT)
    assert harness.view.shown[-1] == ("question", harness.newest.id, TEXT)
    picture = next(number for number, each in enumerate(harness.view.shown) if each[0] == "picture" and each[1])
    assert picture < len(harness.view.shown) - 1, "the title comes first"


def test_a_second_press_stops_it_and_another_question_takes_its_place(harness: LoopHarness) -> None:
    harness.press(SEAT, SEAT)
    assert harness.tasks.cancelled == [1]
    harness.press(SEAT, "question Total")
    assert harness.newest.question == "Read the total."
    assert harness.tasks.cancelled == [1, 2]


def test_after_the_answer_the_same_key_looks_anew_and_a_question_in_the_window_asks_about_the_old_picture(
    harness: LoopHarness,
) -> None:
    harness.press(SEAT)
    harness.answer("The third.")
    harness.end()
    harness.run(harness.controller.ask, "And the fourth?")
    assert (harness.newest.question, harness.newest.captured is not None) == ("And the fourth?", True)
    harness.end()
    harness.now += DETAIL_OFFER_S / 2
    harness.press(SEAT)
    assert not harness.newest.is_detail
    assert harness.newest.question == TEXT


def test_a_question_that_there_is_not_is_answered(harness: LoopHarness) -> None:
    assert harness.press("question Gone") == ["There is no question Gone."]
    assert harness.tasks.asked == []


def test_the_palette_offers_each_by_a_digit_and_asks_it_about_the_frozen_window(
    overlay_harness: OverlayHarness,
) -> None:
    overlay_harness.open()
    (item,) = (each for each in overlay_harness.overlay_view.opened[-1].items if each.key == "p")
    assert [each.spoken for each in item.children] == ["Free seat, 1", "Total, 2"]
    overlay_harness.run(overlay_harness.controller.choose, 1, item.children[1].name)
    overlay_harness.step()
    assert (overlay_harness.newest.question, overlay_harness.newest.action) == ("Read the total.", "question Total")
    assert overlay_harness.newest.require_picture().image.size == (30, 20), "the window, not the screen"
    assert overlay_harness.snapshots == 1


def test_the_running_program_takes_it_as_any_action(harness: LoopHarness) -> None:
    class Service:
        controller, event_loop = harness.controller, harness.loop

    commands = RemoteCommands()
    commands.serve(Service)  # type: ignore[arg-type]
    harness.loop.call = lambda function, *arguments: function(*arguments)  # type: ignore[method-assign]
    assert commands.answer(SEAT) == ""
    harness.step()
    assert harness.newest.question == TEXT
    assert commands.answer("question Gone") == "There is no question Gone."


def test_the_log_does_not_hold_the_name(harness: LoopHarness, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="edge_assistant")
    harness.press(SEAT)
    assert "a question while idle" in caplog.text
    assert "seat" not in caplog.text
