"""Requests from their beginning to what is kept of them: details, questions, repeats, reasoning, forgetting."""

from __future__ import annotations

from pathlib import Path

from support.loop_desk import (
    PICTURE,
    Desk,
    asked_about,
    do,
)

from edge_assistant.assistant.events import WindowEvent
from edge_assistant.assistant.options import RequestOptions
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow


def test_the_same_key_after_the_answer_asks_for_the_same_picture_in_detail_and_says_so(desk: Desk) -> None:
    desk.press("window")
    desk.answer("A dialog.")
    desk.end()
    desk.now += 29
    assert desk.press("window") == ["(silence)", "(heard)", "The same picture in detail."]
    assert desk.newest.mode == "detail"
    assert desk.newest.picture().image is PICTURE.image
    assert desk.newest.picture().notices == (), "what was to be said of it was said"


def test_the_wait_for_the_detail_is_announced_where_it_is_known_and_long(desk: Desk) -> None:
    for seconds, said in (
        (38.2, "The same picture in detail. This takes about 38 seconds."),
        (2.0, "The same picture in detail."),
    ):
        desk.work.expected = seconds
        desk.press("window")
        desk.answer("A dialog.")
        desk.end()
        assert desk.press("window")[-1] == said
        desk.answer("Two buttons.")
        desk.end()


def test_what_is_brief_leaves_out_what_is_only_good_to_know(desk: Desk) -> None:
    desk.control.behave(RequestOptions(verbosity="brief"))
    desk.step()
    desk.press("window")
    window = ActiveWindow("Invoice", Rect(0, 0, 9, 9), Rect(0, 0, 9, 9))
    heard = len(desk.voice.heard)
    desk.newest.window("Invoice", window)
    desk.newest.notice("demo-weights", "Only the demo model is in use.")
    assert desk.voice.heard[heard:] == ["Only the demo model is in use."]
    assert isinstance(desk.shown[-2], WindowEvent), "it is shown all the same"
    desk.answer("A dialog.")
    desk.end()
    assert desk.press("window") == ["(silence)", "(heard)"]


def test_a_press_wakes_the_weights(desk: Desk) -> None:
    desk.press("camera")
    assert desk.work.woken == 1


def test_a_picture_whose_time_is_over_is_dropped_without_a_press(desk: Desk) -> None:
    desk.press("window")
    desk.answer("A dialog.")
    desk.end()
    assert desk.control._doing.requests.memory.picture is PICTURE
    desk.now += 31
    desk.step()
    assert desk.control._doing.requests.memory.picture is None


def test_repeat_without_an_answer_says_so(desk: Desk) -> None:
    desk.press("repeat")
    assert desk.newest.sentences == ["There is no answer yet."]


def test_repeat_while_it_answers_begins_anew_and_the_rest_follows(desk: Desk) -> None:
    desk.press("window")
    desk.newest.sentences += ["One.", "Two."]
    assert desk.press("repeat") == ["(silence)", "One.", "Two."]
    desk.voice.say("Three.", desk.newest.id)
    assert desk.voice.heard[-1] == "Three."


def test_ask_takes_the_picture_then_opens_the_window_and_nothing_is_answered_yet(desk: Desk) -> None:
    heard = len(desk.voice.heard)
    asked_about(desk)
    assert desk.voice.heard[heard:] == ["(silence)", "(heard)", "What do you want to know?"]
    assert ("picture", PICTURE, "") in desk.windows.shown
    assert desk.work.asked == []
    assert desk.conditions[-1] == "ready"


def test_questions_are_about_the_same_picture_and_belong_to_one_conversation(desk: Desk) -> None:
    asked_about(desk)
    jobs = []
    for number, text in enumerate(("What is it?", "Which colour?"), start=2):
        do(desk, lambda text=text: desk.control.ask(text))  # type: ignore[misc]
        assert ("question", number, text) in desk.windows.shown
        jobs.append(desk.newest)
        desk.answer("Red.")
        desk.end()
        desk.now += 1000
        desk.step()
    assert [job.question for job in jobs] == ["What is it?", "Which colour?"]
    assert jobs[0].talk is jobs[1].talk
    assert all(job.picture().image is PICTURE.image for job in jobs)


def test_a_question_about_what_a_key_described_goes_on_from_its_answer(desk: Desk) -> None:
    desk.press("window")
    described = desk.newest
    desk.answer("A dialog.")
    do(desk, lambda: desk.control.ask("Which buttons?"))
    assert desk.newest.talk is described.talk
    assert desk.newest.question == "Which buttons?"


def test_a_question_without_a_picture_is_told_so(desk: Desk) -> None:
    do(desk, lambda: desk.control.ask("What is it?"))
    assert desk.voice.heard[-1] == "There is no picture to ask about. Describe something first."
    assert desk.work.asked == []


def test_a_new_picture_begins_a_new_conversation(desk: Desk) -> None:
    asked_about(desk)
    do(desk, lambda: desk.control.ask("What is it?"))
    first = desk.newest.talk
    desk.press("window")
    assert desk.newest.talk is not first


def test_the_reasoning_is_said_only_when_it_is_asked_for(desk: Desk) -> None:
    desk.press("window")
    desk.newest.reasoning = "First I look. Then I count."
    desk.answer("Two.")
    desk.end()
    assert not any("count" in each for each in desk.voice.heard)
    do(desk, desk.control.read_reasoning)
    assert desk.newest.sentences == ["First I look.", "Then I count."]
    desk.press("repeat")
    assert desk.newest.sentences == ["Two."], "the reasoning is no answer"


def test_the_reasoning_so_far_can_be_heard_while_it_thinks(desk: Desk) -> None:
    desk.press("window")
    desk.newest.reasoning = "First I look."
    do(desk, desk.control.read_reasoning)
    assert desk.voice.heard[-1] == "First I look."
    assert desk.work.cancelled == []


def test_without_reasoning_that_is_said(desk: Desk) -> None:
    do(desk, desk.control.read_reasoning)
    assert desk.newest.sentences == ["There is no reasoning. Think harder gives some."]


def test_forget_drops_picture_answers_and_reasoning_here_in_the_windows_and_in_the_work(desk: Desk) -> None:
    asked_about(desk)
    do(desk, lambda: desk.control.ask("What is it?"))
    desk.newest.reasoning = "Hm."
    desk.answer("Red.")
    do(desk, desk.control.forget)
    assert desk.work.asked[-1][0] == "forget"
    assert desk.windows.shown[-1] == ("forget",)
    assert desk.control._doing.requests.memory.picture is None
    assert desk.control._doing.requests.memory.talk.turns == ()
    desk.end()
    desk.press("repeat")
    assert desk.newest.sentences == ["There is no answer yet."]
    do(desk, desk.control.read_reasoning)
    assert desk.newest.sentences == ["There is no reasoning. Think harder gives some."]


def test_a_file_and_a_monitor_are_looked_at(desk: Desk, tmp_path: Path) -> None:
    for target in (tmp_path / "a.png", 2):
        do(desk, lambda target=target: desk.control.look_at(target))  # type: ignore[misc]
        assert desk.newest.target == target
