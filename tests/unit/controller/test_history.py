"""The last answers: what is kept, for how long, and how it is heard again."""

from __future__ import annotations

import pytest
from support.loop_harness import LoopHarness, OverlayHarness, ask_about_picture
from support.waiting import until

from edge_assistant.controller.history import MOST_ANSWERS, History, PastAnswer

pytestmark = pytest.mark.usefixtures("no_recognition")


def answer(harness: LoopHarness, *sentences: str, title: str = "") -> None:
    """Answer the newest request, and end it."""
    harness.newest.answer += sentences
    harness.newest.title = title
    harness.answer(*sentences)
    harness.end()


def texts(harness: LoopHarness) -> list[str]:
    return [each.text for each in harness.controller.history.answers]


def test_it_keeps_so_many_and_the_oldest_go() -> None:
    history = History()
    for number in range(MOST_ANSWERS + 5):
        history.add(PastAnswer((f"Number {number}.",), 0.0))
    assert [each.text for each in history.answers] == [f"Number {number}." for number in range(MOST_ANSWERS + 4, 4, -1)]


@pytest.mark.parametrize(
    ("seconds", "age"),
    [(0, "just now"), (59, "just now"), (60, "1 minute ago"), (3599, "59 minutes ago"), (7300, "2 hours ago")],
)
def test_what_it_was_about_is_told_with_its_age(seconds: int, age: str) -> None:
    asked = PastAnswer(("Row 5.",), 100.0, "Which seat is free?", "Tickets - Firefox", "window")
    assert asked.about(100.0 + seconds) == f"Which seat is free?, Tickets, Firefox, {age}"
    assert PastAnswer(("A cat.",), 100.0, origin="camera").about(100.0 + seconds) == f"Camera, {age}"


def test_descriptions_and_answers_are_kept_with_the_question_and_what_went_on_is_one_answer(
    harness: LoopHarness,
) -> None:
    harness.press("window")
    answer(harness, "A dialog.", title="Invoice")
    harness.now += 100
    ask_about_picture(harness)
    harness.controller.last_answer.title = "Writer"
    harness.run(harness.controller.ask, "Which colour?")
    answer(harness, "Red.")
    first, second = harness.controller.history.answers
    assert (first.text, first.question, first.title, first.origin) == ("Red.", "Which colour?", "Writer", "window")
    assert (second.text, second.question, second.title, second.at) == ("A dialog.", "", "Invoice", 1000.0)
    harness.newest.continues = True
    harness.run(harness.controller._keep_in_history, harness.newest)
    assert texts(harness) == ["Red. Red.", "A dialog."]


def test_what_has_no_answer_is_not_kept(harness: LoopHarness) -> None:
    harness.press("window")
    harness.run(harness.controller.on_answered, harness.newest, complete=False)
    assert texts(harness) == []


def test_forget_everything_forgets_them(harness: LoopHarness) -> None:
    harness.press("window")
    answer(harness, "A dialog.")
    harness.run(harness.controller.forget)
    assert texts(harness) == []


def test_the_key_opens_the_list_and_what_is_spoken_ends(harness: LoopHarness) -> None:
    assert harness.press("history") == ["There is no answer yet."]
    harness.press("window")
    answer(harness, "A dialog.")
    assert harness.press("history") == ["(silence)"]
    assert harness.view.shown[-1] == ("history", harness.controller.history.answers, harness.now)


def test_while_another_request_is_worked_on_it_goes_on_unheard(harness: LoopHarness) -> None:
    harness.press("window")
    answer(harness, "A dialog.")
    harness.now += 100
    harness.press("screen", "history")
    assert (harness.controller.state.phase, harness.controller.state.muted) == ("working", True)
    assert harness.speech.request_id is None
    answer(harness, "A desktop.")
    assert texts(harness) == ["A desktop.", "A dialog."]


def walk(harness: LoopHarness, *steps: int) -> list[list[str]]:
    """Walk; return what is heard at each step."""
    heard = []
    for step in steps:
        before = len(harness.speech.heard)
        harness.run(harness.controller.walk_history, step)
        heard.append(harness.speech.heard[before:])
    return heard


def test_one_can_walk_through_them_by_ear(harness: LoopHarness) -> None:
    for action, sentences in (("window", ("A dialog.", "Two buttons.")), ("screen", ("A desktop.",))):
        harness.press(action)
        answer(harness, *sentences, title=action)
        harness.now += 120
    older = ["(silence)", "2 of 2, window, 4 minutes ago.", "A dialog.", "Two buttons."]
    newer = ["(silence)", "1 of 2, screen, 2 minutes ago.", "A desktop."]
    assert walk(harness, 1, 1, 1, -1, -1) == [newer, older, ["No earlier answer."], newer, ["No later answer."]]


def test_a_new_answer_is_the_next_one_to_be_walked_to(harness: LoopHarness) -> None:
    for number in range(3):
        harness.press("window")
        answer(harness, f"Number {number}.")
        harness.now += 100
        walk(harness, 1, 1)
    harness.press("window")
    answer(harness, "The last.")
    assert walk(harness, 1)[0][-1] == "The last."


def test_without_windows_the_key_says_one_after_the_other(overlay_harness: OverlayHarness) -> None:
    harness = overlay_harness
    harness.press("window")
    until(lambda: bool(harness.tasks.asked), "the picture", meanwhile=harness.step)
    answer(harness, "A dialog.")
    assert harness.press("history")[-1] == "A dialog."
    assert harness.press("history") == ["No earlier answer."]


@pytest.mark.parametrize(("choice", "shown"), [("history", "history"), ("spell", "spelling")])
def test_the_window_that_had_the_focus_gets_it_back_from_the_list_chosen_in_the_palette(
    choice: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness = OverlayHarness(monkeypatch)
    harness.controller._view = harness.view
    harness.controller.history.add(PastAnswer(("A dialog.",), 1000.0))
    harness.controller.last_answer.answer = ["A dialog."]
    harness.view.front = True  # the list of choices
    monkeypatch.setattr("edge_assistant.controller.lines.choose_backend", lambda: harness)
    monkeypatch.setattr(harness, "make_focus", lambda: harness.focus, raising=False)
    harness.open()
    harness.run(harness.controller.choose, harness.overlay_view.opened[-1].ticket, choice)
    assert harness.view.shown[-1][0] == shown
    harness.run(harness.controller.list_closed, restore_focus=True)
    assert harness.focus.given.get(timeout=10) == harness.focus.has
