"""Requests from their start to the last answer: details, questions, repeats, reasoning, forgetting."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.loop_harness import (
    PICTURE,
    LoopHarness,
    ask_about_picture,
)
from support.waiting import until

from edge_assistant.assistant.cut_answers import CutAnswer
from edge_assistant.assistant.events import WindowEvent
from edge_assistant.assistant.options import RequestSettings
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow
from edge_assistant.controller.effects import EffectHandlers
from edge_assistant.controller.request import Request
from edge_assistant.controller.state import Effect
from edge_assistant.engine.messages import Turn


def test_the_same_key_after_the_answer_asks_for_the_same_picture_in_detail_and_says_so(harness: LoopHarness) -> None:
    harness.press("window")
    harness.answer("A dialog.")
    harness.end()
    harness.now += 29
    assert harness.press("window") == ["(silence)", "(heard)", "The same picture in detail."]
    assert harness.newest.mode == "detail"
    assert harness.newest.require_picture().image is PICTURE.image
    assert harness.newest.require_picture().notices == (), "what was to be said of it was said"


def test_the_wait_for_the_detail_is_announced_where_it_is_known_and_long(harness: LoopHarness) -> None:
    for seconds, said in (
        (38.2, "The same picture in detail. This takes about 38 seconds."),
        (2.0, "The same picture in detail."),
    ):
        harness.tasks.expected = seconds
        harness.press("window")
        harness.answer("A dialog.")
        harness.end()
        assert harness.press("window")[-1] == said
        harness.answer("Two buttons.")
        harness.end()


def test_what_is_brief_leaves_out_what_is_only_good_to_know(harness: LoopHarness) -> None:
    harness.controller.options = RequestSettings(verbosity="brief")
    harness.press("window")
    window = ActiveWindow("Invoice", Rect(0, 0, 9, 9), Rect(0, 0, 9, 9))
    heard = len(harness.speech.heard)
    harness.newest.window("Invoice", window)
    harness.newest.notice("demo-weights", "Only the demo model is in use.")
    assert harness.speech.heard[heard:] == ["Only the demo model is in use."]
    assert isinstance(harness.shown[-2], WindowEvent), "it is shown all the same"
    harness.answer("A dialog.")
    harness.end()
    assert harness.press("window") == ["(silence)", "(heard)"]


def test_a_press_preloads_the_model(harness: LoopHarness) -> None:
    harness.press("camera")
    assert harness.tasks.preloaded == 1


def test_every_effect_has_a_method_that_performs_it() -> None:
    missing = [each for each in Effect if not callable(getattr(EffectHandlers, each, None))]
    assert missing == []


def test_a_picture_whose_time_is_over_is_dropped_without_a_press(harness: LoopHarness) -> None:
    harness.press("window")
    harness.answer("A dialog.")
    harness.end()
    assert harness.controller.last_answer.captured is PICTURE
    harness.now += 31
    harness.step()
    assert harness.controller.last_answer.captured is None


def test_repeat_without_an_answer_says_so(harness: LoopHarness) -> None:
    harness.press("repeat")
    assert harness.newest.sentences == ["There is no answer yet."]


def test_repeat_while_it_answers_starts_over_and_the_rest_follows(harness: LoopHarness) -> None:
    harness.press("window")
    harness.newest.sentences += ["One.", "Two."]
    assert harness.press("repeat") == ["(silence)", "One.", "Two."]
    harness.speech.say("Three.", harness.newest.id)
    assert harness.speech.heard[-1] == "Three."


def test_ask_takes_the_picture_then_opens_the_window_and_nothing_is_answered_yet(harness: LoopHarness) -> None:
    heard = len(harness.speech.heard)
    ask_about_picture(harness)
    assert harness.speech.heard[heard:] == ["(silence)", "(heard)", "What do you want to know?"]
    assert ("picture", PICTURE, "") in harness.view.shown
    assert harness.tasks.asked == []
    assert harness.statuses[-1] == "ready"


def test_questions_are_about_the_same_picture_and_belong_to_one_conversation(harness: LoopHarness) -> None:
    ask_about_picture(harness)
    requests = []
    for number, text in enumerate(("What is it?", "Which colour?"), start=2):
        harness.run(harness.controller.ask, text)
        assert ("question", number, text) in harness.view.shown
        requests.append(harness.newest)
        harness.answer("Red.")
        harness.end()
        harness.now += 1000
        harness.step()
    assert [request.question for request in requests] == ["What is it?", "Which colour?"]
    assert requests[0].conversation is requests[1].conversation
    assert all(request.require_picture().image is PICTURE.image for request in requests)


def test_a_question_about_what_a_key_described_goes_on_from_its_answer(harness: LoopHarness) -> None:
    harness.press("window")
    described = harness.newest
    harness.answer("A dialog.")
    harness.run(harness.controller.ask, "Which buttons?")
    assert harness.newest.conversation is described.conversation
    assert harness.newest.question == "Which buttons?"


def test_a_question_may_be_about_what_is_still_being_described(harness: LoopHarness) -> None:
    harness.press("window")
    described = harness.newest
    harness.run(harness.controller.ask, "Which buttons?")
    assert described.is_cancelled()
    assert harness.newest.question == "Which buttons?"
    assert harness.newest.require_picture().image is PICTURE.image


def test_a_question_about_a_picture_whose_time_is_over_is_refused(harness: LoopHarness) -> None:
    harness.press("window")
    harness.answer("A dialog.")
    harness.end()
    harness.now += 31
    harness.step()
    harness.run(harness.controller.ask, "Which buttons?")
    assert harness.speech.heard[-1] == "There is no picture to ask about. Describe something first."


def test_a_question_that_comes_before_the_picture_is_refused_and_the_picture_is_described(
    harness: LoopHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Request, "take_picture", lambda *_: None)
    harness.press("window")
    harness.run(harness.controller.ask, "Which buttons?")
    assert harness.speech.heard[-1] == "There is no picture to ask about. Describe something first."
    assert not harness.controller.current.is_cancelled()


def test_a_question_that_overtakes_the_report_of_a_new_picture_is_about_that_picture(harness: LoopHarness) -> None:
    ask_about_picture(harness)
    harness.run(harness.controller.ask, "What is it?")
    conversation = harness.newest.conversation
    harness.controller.press("window")
    request = harness.controller.current
    until(lambda: request.captured is not None)
    harness.controller.ask("Which buttons?")  # before on_captured had its turn
    assert harness.newest.conversation is request.conversation
    assert harness.newest.conversation is not conversation
    assert harness.view.shown[-2:] == [("picture", PICTURE, ""), ("question", 4, "Which buttons?")]


def test_a_question_heeds_the_settings_as_a_description_does(harness: LoopHarness) -> None:
    harness.controller.options = RequestSettings(thinking_tokens=300, verbosity="brief")
    ask_about_picture(harness)
    harness.run(harness.controller.ask, "What is it?")
    assert harness.newest.options is harness.controller.options


def test_a_question_without_a_picture_is_refused(harness: LoopHarness) -> None:
    harness.run(harness.controller.ask, "What is it?")
    assert harness.speech.heard[-1] == "There is no picture to ask about. Describe something first."
    assert harness.tasks.asked == []


def test_a_new_picture_begins_a_new_conversation(harness: LoopHarness) -> None:
    ask_about_picture(harness)
    harness.run(harness.controller.ask, "What is it?")
    first = harness.newest.conversation
    harness.press("window")
    assert harness.newest.conversation is not first


def test_the_reasoning_is_said_only_when_it_is_asked_for(harness: LoopHarness) -> None:
    harness.press("window")
    harness.newest.reasoning = "First I look. Then I count."
    harness.answer("Two.")
    harness.end()
    assert not any("count" in each for each in harness.speech.heard)
    harness.run(harness.controller.hear_reasoning)
    assert harness.newest.sentences == ["First I look.", "Then I count."]
    harness.press("repeat")
    assert harness.newest.sentences == ["Two."], "the reasoning is no answer"


def test_the_reasoning_so_far_can_be_heard_while_it_thinks(harness: LoopHarness) -> None:
    harness.press("window")
    harness.newest.reasoning = "First I look."
    harness.run(harness.controller.hear_reasoning)
    assert harness.speech.heard[-1] == "First I look."
    assert harness.tasks.cancelled == []


def test_without_reasoning_that_is_said(harness: LoopHarness) -> None:
    harness.run(harness.controller.hear_reasoning)
    assert harness.newest.sentences == ["There is no reasoning. Think harder gives some."]


def test_forget_drops_picture_answers_and_reasoning_here_in_the_windows_and_in_the_work(harness: LoopHarness) -> None:
    ask_about_picture(harness)
    harness.run(harness.controller.ask, "What is it?")
    harness.newest.reasoning = "Hm."
    harness.answer("Red.")
    harness.run(harness.controller.forget)
    assert harness.tasks.asked[-1][0] == "forget"
    assert harness.view.shown[-1] == ("forget",)
    assert harness.controller.last_answer.captured is None
    assert harness.controller.last_answer.conversation.turns == ()
    harness.end()
    harness.press("repeat")
    assert harness.newest.sentences == ["There is no answer yet."]
    harness.run(harness.controller.hear_reasoning)
    assert harness.newest.sentences == ["There is no reasoning. Think harder gives some."]


def test_a_file_and_a_monitor_are_described(harness: LoopHarness, tmp_path: Path) -> None:
    for target in (tmp_path / "a.png", 2):
        harness.run(harness.controller.describe, target)
        assert harness.newest.target == target


def answered(harness: LoopHarness, *sentences: str, cut: bool = False) -> None:
    """Let the newest request be answered, as the worker does."""
    request = harness.newest
    request.answer += sentences
    request.conversation.turns = (Turn("What?", " ".join(sentences)),)
    request.conversation.cut = CutAnswer(" ".join(sentences)) if cut else None
    harness.answer(*sentences)
    harness.end()


def test_more_goes_on_with_the_conversation_whose_answer_was_cut_off(harness: LoopHarness) -> None:
    harness.press("window")
    answered(harness, "A dialog.", cut=True)
    conversation = harness.newest.conversation
    assert harness.press("more") == ["(silence)", "(heard)"]
    assert harness.newest.more
    assert harness.newest.continues
    assert harness.newest.conversation is conversation
    assert harness.view.shown[-1] == ("more", 2, True)
    answered(harness, "Two buttons.")
    assert harness.controller.last_answer.sentences == ["Two buttons."], "this is what is repeated"
    assert harness.controller.last_answer.answer == ["A dialog.", "Two buttons."]
    harness.press("more")
    assert harness.view.shown[-1] == ("more", 3, False)
    answered(harness, "A list.")
    assert harness.controller.last_answer.answer == ["A list."]


def test_more_without_an_answer_or_after_forgetting_says_what_to_do(harness: LoopHarness) -> None:
    words = "There is no answer to go on with. Describe something, or ask a question first."
    assert harness.press("more") == ["(silence)", words]
    harness.press("window")
    answered(harness, "A dialog.", cut=True)
    harness.run(harness.controller.forget)
    harness.end()
    assert harness.press("more") == ["(silence)", words]


def test_more_is_heard_behind_what_is_still_being_spoken(harness: LoopHarness) -> None:
    harness.press("window")
    request = harness.newest
    request.conversation.turns = (Turn("What?", "A dialog."),)
    harness.answer("A dialog.")
    assert harness.press("more") == ["(goes on)", "(heard)"]
    assert request.is_cancelled()
    assert not harness.tasks.cancelled, "nothing is silenced"


def test_the_words_of_the_whole_answer_can_be_spelled(harness: LoopHarness) -> None:
    harness.press("spell")
    assert harness.speech.heard[-1] == "There is no answer yet."
    harness.press("window")
    answered(harness, "A dialog titled Music.", cut=True)
    harness.press("more")
    answered(harness, "A button: Save.")
    harness.press("spell")
    assert harness.view.shown[-1] == ("spelling", ["A", "dialog", "titled", "Music", "A", "button", "Save"])


def test_without_a_window_the_answer_is_spelled_aloud(harness: LoopHarness) -> None:
    harness.press("window")
    answered(harness, "Titled Mai-1.")
    harness.controller._view = None
    harness.press("spell")
    assert harness.newest.sentences == ["Titled: capital T, i, t, l, e, d.", "Mai-1: capital M, a, i, hyphen, 1."]
    assert harness.controller.last_answer.sentences == ["Titled Mai-1."]


def test_help_opens_its_windows_and_needs_them(harness: LoopHarness) -> None:
    harness.press("help")
    harness.press("key-help")
    assert harness.view.shown[-2:] == [("keys",), ("key help",)]
    harness.controller._view = None
    harness.press("help")
    assert harness.speech.heard[-1] == "The list of keys needs the app's windows. Start it with edge-assistant."
