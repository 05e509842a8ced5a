"""What is done for requests on the worker thread, with scripted assistants."""

from __future__ import annotations

from dataclasses import replace

from PIL import Image
from support.worker_harness import (
    SEEN,
    SHORT,
    WorkerHarness,
)

from edge_assistant.assistant.events import (
    ErrorEvent,
)
from edge_assistant.assistant.options import RequestSettings
from edge_assistant.assistant.picture_text import PictureText
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.controller.latency import VariantLatency
from edge_assistant.ocr.client import TextReader
from edge_assistant.system.errors import (
    CancelledError,
    InputError,
    WeightsError,
)


def test_each_request_is_answered_in_its_own_mode_and_ends_with_the_end_tone(ready: WorkerHarness) -> None:
    ready.answer(ready.request(1))
    ready.answer(ready.request(2, mode="detail"))
    ready.expect(("answered", 1, True), ("ended", 1), ("answered", 2, True), ("ended", 2))
    assert ready.speech.heard == [
        ("glance instruct.", 1), ("(end)", 1), ("detail instruct.", 2), ("(end)", 2)
    ]  # fmt: skip


def test_only_a_glance_has_its_detail_encoded_ahead_and_only_where_it_may(ready: WorkerHarness) -> None:
    ready.answer(ready.request(1))
    ready.expect(("answered", 1, True), ("ended", 1))
    assert ready.asked_ahead == []
    ready.ahead = True
    for id, mode in ((2, "glance"), (3, "detail"), (4, "read")):
        ready.answer(ready.request(id, mode=mode))
        ready.expect(("answered", id, True), ("ended", id))
    assert ready.asked_ahead == ["detail"]


def test_what_is_about_to_be_chosen_or_asked_about_is_encoded_with_the_options_of_its_request(
    ready: WorkerHarness,
) -> None:
    ready.ahead = True
    assert ready.encoded_ahead(ready.request(1, action="palette"), lambda: SEEN) == [("glance", None)]
    asked = ready.request(2, action="ask", mode="detail")
    assert ready.encoded_ahead(asked, lambda: SEEN) == [("glance", None), ("question", None)]


def test_nothing_is_encoded_ahead_on_battery_nor_when_it_was_closed_nor_where_there_is_nothing(
    ready: WorkerHarness,
) -> None:
    def off_screen() -> CapturedPicture:
        raise InputError("It is outside of the screen.", code="off-screen")

    assert ready.encoded_ahead(ready.request(1), lambda: SEEN) == []
    ready.ahead = True
    closed = ready.request(2)
    closed.cancel()
    assert ready.encoded_ahead(closed, lambda: SEEN) == []
    assert ready.encoded_ahead(ready.request(3), off_screen) == []
    assert ready.encoded_ahead(ready.request(4), lambda: CapturedPicture(Image.new("RGB", (64, 64)))) == []
    ready.answer(ready.request(5))
    ready.expect(("answered", 5, True), ("ended", 5))


def test_what_was_encoded_ahead_can_be_dropped(ready: WorkerHarness) -> None:
    ready.ahead = True
    ready.encode_ahead(ready.request(1), lambda: SEEN)
    ready.worker.post(ready.tasks.cancel_encode_ahead)
    assert ready.encoded_ahead(ready.request(2), lambda: SEEN) == [
        ("glance", None),
        "dropped",
        ("glance", None),
    ]


def test_a_cancelled_glance_has_nothing_encoded_ahead(ready: WorkerHarness) -> None:
    ready.ahead = ready.held = True
    request = ready.request(1)
    ready.answer(request)
    ready.asked.get(timeout=5)
    ready.tasks.cancel(request)
    ready.expect(("ended", 1))
    assert ready.asked_ahead == []


def test_a_picture_that_could_not_be_had_is_said_and_ends_with_the_end_tone(ready: WorkerHarness) -> None:
    request = ready.request(1)
    request.failure = InputError("There is no display here.")
    ready.answer(request)
    ready.expect(("answered", 1, False), ("ended", 1))
    assert ready.speech.heard == [("There is no display here.", 1), ("(end)", 1)]
    assert isinstance(ready.shown[-1], ErrorEvent)


def test_with_memory_for_both_think_harder_leaves_both_loaded_and_goes_back_at_once(ready: WorkerHarness) -> None:
    toggle_twice(ready)
    instruct, thinking = ready.assistants
    assert [instruct.loaded, thinking.loaded] == [True, True]
    assert [text for text, _ in ready.speech.heard].count("Loading.") == 1
    ready.close()
    assert [instruct.closed, thinking.closed] == [True, True]


def test_where_memory_is_short_the_old_model_is_unloaded(ready: WorkerHarness) -> None:
    ready.free = SHORT
    toggle_twice(ready)
    instruct, thinking = ready.assistants
    assert [instruct.loaded, thinking.loaded] == [True, False]
    assert [text for text, _ in ready.speech.heard].count("Loading.") == 2


def test_the_conversation_goes_on_with_the_other_model_and_comes_back(ready: WorkerHarness) -> None:
    toggle_twice(ready)
    instruct, thinking = ready.assistants
    assert thinking.conversations == ["what was said to instruct, for thinking"]
    assert instruct.conversations == ["what was said to thinking, for instruct"]


def test_what_a_change_and_the_first_word_after_it_took_can_be_read(ready: WorkerHarness) -> None:
    ready.toggle_thinking(ready.request(1))
    ready.answer(ready.request(2))
    ready.expect(("answered", 1, False), ("ended", 1), ("answered", 2, True), ("ended", 2))
    swap = ready.assistants[1].swap
    assert swap is not None
    assert ready.latency_records.of("thinking") == VariantLatency(
        swap=swap, first_token=2.0, swap_to_first_token=3.0, answer=0.0
    )
    assert ready.latency_records.of("instruct") == VariantLatency()


def thinks_with_both(ready: WorkerHarness) -> None:
    """Turn Think harder on, with memory for both models."""
    ready.toggle_thinking(ready.request(1))
    ready.expect(("answered", 1, False), ("ended", 1))


def answered_by(ready: WorkerHarness, id: int, **options: object) -> bool:
    """Answer a request; return whether the Thinking model did."""
    ready.answer(ready.request(id, **options))
    ready.expect(("answered", id, True), ("ended", id))
    return ready.asked.get(timeout=5).think


def test_a_reading_that_was_cut_goes_on_with_the_model_that_read(ready: WorkerHarness) -> None:
    thinks_with_both(ready)
    ready.cuts = True
    reading = ready.request(2, mode="read")
    ready.answer(reading)
    ready.expect(("answered", 2, True), ("ended", 2))
    assert not ready.asked.get(timeout=5).think
    assert not answered_by(ready, 3, mode="detail", more=True, conversation=reading.conversation)
    instruct, thinking = ready.assistants
    assert len(instruct.looked) == 1, "the picture is in its cache"
    assert thinking.conversations == ["what was said to instruct, for thinking"] * 3, "at the change, and after both"
    assert answered_by(ready, 4, mode="detail", question="Why?", conversation=reading.conversation)
    assert answered_by(ready, 5, mode="detail", more=True, conversation=reading.conversation)


def test_the_demo_model_does_not_read_for_another(ready: WorkerHarness) -> None:
    ready.assistants[0].model = replace(ready.assistants[0].model, demo=True)
    thinks_with_both(ready)
    assert answered_by(ready, 2, mode="read")


def cancelled_toggle(ready: WorkerHarness, id: int) -> None:
    """Turn Think harder on or off, and cancel it while the model is still verified."""
    ready.missing = CancelledError()
    ready.toggle_thinking(ready.request(id))
    ready.expect(("answered", id, False), ("ended", id))
    ready.missing = None


def test_a_question_asked_while_the_model_is_still_verified_goes_to_the_thinking_model(ready: WorkerHarness) -> None:
    cancelled_toggle(ready, 1)
    ready.answer(ready.request(2))
    ready.expect(("answered", 2, True), ("ended", 2))
    assert [each.think for each in ready.assistants] == [False, True]
    assert ready.assistants[1].conversations == ["what was said to instruct, for thinking"]
    heard = [words for words, id in ready.speech.heard if id == 2]
    assert heard.index("Think harder is on.") < heard.index("glance thinking.")


def test_a_change_that_was_cancelled_while_the_model_loads_is_told_by_the_next_question_and_once(
    ready: WorkerHarness,
) -> None:
    ready.cancels_loading = True
    ready.toggle_thinking(ready.request(1))
    ready.expect(("answered", 1, False), ("ended", 1))
    ready.cancels_loading = False
    assert "Think harder is on." not in [words for words, _ in ready.speech.heard]
    for id in (2, 3):
        ready.answer(ready.request(id))
        ready.expect(("answered", id, True), ("ended", id))
    told = [(words, id) for words, id in ready.speech.heard if id > 1 and words != "(end)"]
    assert told == [("Think harder is on.", 2), ("glance thinking.", 2), ("glance thinking.", 3)]


def test_think_harder_turned_on_and_off_before_the_model_was_found_is_off(ready: WorkerHarness) -> None:
    cancelled_toggle(ready, 1)
    cancelled_toggle(ready, 2)
    ready.answer(ready.request(3))
    ready.expect(("answered", 3, True), ("ended", 3))
    assert [each.think for each in ready.assistants] == [False]
    assert ("glance instruct.", 3) in ready.speech.heard


def test_where_the_thinking_model_is_missing_the_question_says_so_and_the_next_is_answered(
    ready: WorkerHarness,
) -> None:
    cancelled_toggle(ready, 1)
    ready.missing = WeightsError("The Thinking model is not installed.")
    for id in (2, 3):
        ready.answer(ready.request(id))
        ready.expect(("answered", id, id == 3), ("ended", id))
    assert ("The Thinking model is not installed.", 2) in ready.speech.heard
    assert ("glance instruct.", 3) in ready.speech.heard


def test_a_new_model_is_found_and_loaded_without_a_restart_and_the_old_engines_end(ready: WorkerHarness) -> None:
    ready.toggle_thinking(ready.request(1))
    ready.expect(("answered", 1, False), ("ended", 1))
    ready.reload(ready.request(0))
    ready.expect(("ready", True), ("ended", 0))
    *old, new = ready.assistants
    assert [each.closed for each in old] == [True, True]
    assert (new.think, new.loaded) == (True, True)
    assert new.conversations == ["what was said to thinking, for thinking"]


def test_where_no_new_model_can_be_found_the_old_one_stays(ready: WorkerHarness) -> None:
    ready.missing = WeightsError("There are no weights.")
    ready.reload(ready.request(0))
    ready.expect(("ready", False), ("ended", 0))
    assert ready.assistants[0].loaded


def toggle_twice(ready: WorkerHarness) -> None:
    for id, words in ((1, "Think harder is on."), (2, "Think harder is off.")):
        ready.toggle_thinking(ready.request(id))
        ready.expect(("answered", id, False), ("ended", id))
        assert (words, id) in ready.speech.heard
    assert [each.think for each in ready.assistants] == [False, True]


def test_without_a_thinking_model_the_reason_is_said_and_the_other_stays(ready: WorkerHarness) -> None:
    ready.missing = WeightsError("The Thinking model is not installed.")
    ready.toggle_thinking(ready.request(1))
    ready.expect(("answered", 1, False), ("ended", 1))
    assert ready.speech.heard[-1] == ("The Thinking model is not installed.", 1)
    assert not ready.assistants[0].closed
    ready.answer(ready.request(2))
    ready.expect(("answered", 2, True), ("ended", 2))
    assert ("glance instruct.", 2) in ready.speech.heard


def test_a_thinking_model_that_does_not_fit_is_replaced_by_the_other_again(ready: WorkerHarness) -> None:
    ready.cannot_load = True
    ready.toggle_thinking(ready.request(1))
    ready.expect(("answered", 1, False), ("ended", 1))
    assert ("Too little memory.", 1) in ready.speech.heard
    ready.answer(ready.request(2))
    ready.expect(("answered", 2, True), ("ended", 2))
    assert ("glance instruct.", 2) in ready.speech.heard


def test_a_failed_load_is_reported_and_a_press_tries_again(worker_harness: WorkerHarness) -> None:
    worker_harness.cannot_load = False
    worker_harness.start()
    worker_harness.expect(("ready", False), ("ended", 0))
    assert worker_harness.speech.heard == [("Too little memory.", None)]
    worker_harness.answer(worker_harness.request(1))
    worker_harness.expect(("answered", 1, True), ("ended", 1))


def test_without_any_model_that_is_reported(worker_harness: WorkerHarness) -> None:
    worker_harness.missing = WeightsError("There are no weights.")
    worker_harness.start()
    worker_harness.expect(("failed", "There are no weights."), ("ended", 0))


def test_a_repeat_says_the_sentences_and_nothing_else(ready: WorkerHarness) -> None:
    request = ready.request(1)
    request.sentences = ["One.", "Two."]
    ready.repeat(request)
    ready.expect(("ended", 1))
    assert ready.speech.heard == [("One.", 1), ("Two.", 1)]


def test_loading_may_wait_for_the_first_question(worker_harness: WorkerHarness) -> None:
    worker_harness.tasks.load_at_start = False
    worker_harness.start()
    worker_harness.expect(("ready", True), ("ended", 0))
    assert [each.loaded for each in worker_harness.assistants] == [False]
    assert worker_harness.speech.heard == []


def test_whoever_wants_to_hear_everything_hears_how_long_it_took_and_what_can_be_asked_next(
    ready: WorkerHarness,
) -> None:
    ready.answer(ready.request(1, action="window", options=RequestSettings(verbosity="full")))
    ready.expect(("answered", 1, True), ("ended", 1))
    assert ("This took 0 seconds. The same shortcut again gives details.", 1) in ready.speech.heard


def test_each_request_keeps_the_options_it_started_with(ready: WorkerHarness) -> None:
    options = RequestSettings(glance_tokens=192, detail_tokens=700, thinking_tokens=300, verbosity="brief")
    for mode, tokens in (("glance", 192), ("detail", 700), ("read", None)):
        ready.answer(ready.request(1, mode=mode, options=options))
        ready.expect(("answered", 1, True), ("ended", 1))
        request = ready.assistants[0].request
        assert (request.image_tokens, request.thinking_tokens, request.only_answers) == (tokens, 300, True)


def test_a_follow_up_goes_to_the_same_picture_and_a_new_one_begins_anew(ready: WorkerHarness) -> None:
    first = ready.request(1)
    ready.answer(first)
    ready.answer(ready.request(2, question="Why?", conversation=first.conversation, mode="detail"))
    ready.answer(ready.request(3))
    ready.expect(*(each for id in (1, 2, 3) for each in (("answered", id, True), ("ended", id))))
    (assistant,) = ready.assistants
    assert [request.task for request in assistant.looked] == ["glance", "glance"]
    assert assistant.questions == [None, "Why?", None]


def test_the_assistant_gets_the_text_that_the_request_has_of_its_picture(ready: WorkerHarness) -> None:
    request = ready.request(1)
    request.text = PictureText(TextReader(), Image.new("RGB", (8, 8)))
    ready.answer(request)
    ready.expect(("answered", 1, True), ("ended", 1))
    make_text = ready.assistants[0].make_text
    assert callable(make_text)
    assert make_text(None) is request.text


def test_a_picture_that_was_taken_to_be_asked_about_is_sent_as_a_question_needs_it(ready: WorkerHarness) -> None:
    ready.answer(ready.request(1, question="Why?", mode="detail"))
    ready.expect(("answered", 1, True), ("ended", 1))
    assert [(each.task, each.image_tokens) for each in ready.assistants[0].looked] == [("question", None)]


def test_a_follow_up_after_the_change_is_about_the_same_picture(ready: WorkerHarness) -> None:
    first = ready.request(1, question="What?")
    ready.answer(first)
    ready.toggle_thinking(ready.request(2))
    ready.answer(ready.request(3, question="Why?", conversation=first.conversation))
    ready.expect(("answered", 1, True), ("ended", 1), ("answered", 2, False), ("ended", 2), ("answered", 3, True))
    thinking = ready.assistants[1]
    assert thinking.questions == ["Why?"]
    assert thinking.looked == [], "it has taken the conversation over and needs no picture"


def test_after_a_cancelled_question_the_next_one_is_answered(ready: WorkerHarness) -> None:
    ready.held = True
    first = ready.request(1, question="What?")
    ready.answer(first)
    ready.asked.get(timeout=5)
    ready.tasks.cancel(first)
    ready.held = False
    ready.answer(ready.request(2, question="Why?", conversation=first.conversation))
    ready.expect(("ended", 1), ("answered", 2, True), ("ended", 2))


def test_forgetting_ends_the_engine_and_a_new_one_is_loaded(ready: WorkerHarness) -> None:
    ready.answer(ready.request(1))
    ready.forget_all(ready.request(2))
    ready.expect(("answered", 1, True), ("ended", 1), ("answered", 2, False), ("ended", 2))
    assert [each.closed for each in ready.assistants] == [True, False]
    assert ("Everything was forgotten.", 2) in ready.speech.heard


def test_think_harder_says_what_it_cost_last_time_and_not_before_it_was_measured(ready: WorkerHarness) -> None:
    for id in (1, 2):
        ready.toggle_thinking(ready.request(id))
        ready.expect(("answered", id, False), ("ended", id))
    unknown = "How long an answer takes on this computer is not measured yet."
    assert ready.speech.heard[0] == (unknown, 1)
    assert ready.costs == [(False, ""), (True, ""), (False, "")], "no answer was measured yet"


def test_what_was_not_found_at_the_start_is_looked_for_at_the_next_press(worker_harness: WorkerHarness) -> None:
    worker_harness.missing = WeightsError("There are no weights.")
    worker_harness.start()
    worker_harness.expect(("failed", "There are no weights."), ("ended", 0))
    worker_harness.answer(worker_harness.request(1))
    worker_harness.expect(("answered", 1, False), ("ended", 1))
    worker_harness.missing = None
    worker_harness.answer(worker_harness.request(2))
    worker_harness.expect(("answered", 2, True), ("ended", 2))


def test_more_goes_on_with_the_same_conversation_also_without_its_picture(ready: WorkerHarness) -> None:
    ready.cuts = True
    first = ready.request(1)
    ready.answer(first)
    ready.expect(("answered", 1, True), ("ended", 1))
    assert first.conversation.cut is not None
    more = ready.request(2, conversation=first.conversation, more=True, mode="detail")
    more.captured = None
    assert more.continues
    ready.cuts = False
    ready.answer(more)
    ready.expect(("answered", 2, True), ("ended", 2))
    (assistant,) = ready.assistants
    assert assistant.questions[-1] == "more"
    assert len(assistant.looked) == 1, "the picture is not looked at again"
    assert first.conversation.cut is None


def test_more_after_a_cancelled_question_still_goes_on(ready: WorkerHarness) -> None:
    first = ready.request(1)
    ready.answer(first)
    ready.expect(("answered", 1, True), ("ended", 1))
    ready.asked.get(timeout=5)
    ready.held = True
    question = ready.request(2, conversation=first.conversation, question="What?", mode="detail")
    ready.answer(question)
    ready.asked.get(timeout=5)
    ready.tasks.cancel(question)
    ready.expect(("ended", 2))
    ready.held = False
    more = ready.request(3, conversation=first.conversation, more=True, mode="detail")
    more.captured = None
    ready.answer(more)
    ready.expect(("answered", 3, True), ("ended", 3))


def test_more_about_a_picture_that_is_gone_says_so(ready: WorkerHarness) -> None:
    first = ready.request(1)
    ready.answer(first)
    ready.answer(ready.request(2))
    ready.expect(("answered", 1, True), ("ended", 1), ("answered", 2, True), ("ended", 2))
    more = ready.request(3, conversation=first.conversation, more=True)
    more.captured = None
    ready.answer(more)
    ready.expect(("answered", 3, False), ("ended", 3))
    assert ready.speech.heard[-2:] == [("The picture is no longer kept. Describe it again.", 3), ("(end)", 3)]


def test_more_has_no_detail_encoded_ahead(ready: WorkerHarness) -> None:
    first = ready.request(1)
    ready.answer(first)
    ready.expect(("answered", 1, True), ("ended", 1))
    ready.ahead = True
    ready.answer(ready.request(2, conversation=first.conversation, more=True))
    ready.expect(("answered", 2, True), ("ended", 2))
    assert ready.asked_ahead == []


def think_harder(ready: WorkerHarness) -> None:
    ready.toggle_thinking(ready.request(1))
    ready.expect(("answered", 1, False), ("ended", 1))
    ready.speech.heard.clear()


def test_with_think_harder_on_the_instruct_model_reads_and_the_other_goes_on(ready: WorkerHarness) -> None:
    think_harder(ready)
    reading = ready.request(2, mode="read")
    ready.answer(reading)
    ready.answer(ready.request(3, question="Why?", mode="detail", conversation=reading.conversation))
    ready.answer(ready.request(4))
    ready.expect(("answered", 2, True), ("ended", 2), ("answered", 3, True), ("ended", 3), ("answered", 4, True))
    instruct, thinking = ready.assistants
    said = [text for text, _ in ready.speech.heard]
    assert said[::2][:3] == ["read instruct.", "glance thinking.", "glance thinking."]
    assert thinking.conversations[-1] == "what was said to instruct, for thinking"
    assert thinking.questions[0] == "Why?"
    assert len(thinking.looked) == 1, "for the last picture only"
    assert instruct.loaded


def test_where_both_do_not_fit_the_thinking_model_reads_without_a_change(ready: WorkerHarness) -> None:
    ready.free = SHORT
    think_harder(ready)
    ready.answer(ready.request(2, mode="read"))
    ready.expect(("answered", 2, True), ("ended", 2))
    assert ready.speech.heard[0] == ("read thinking.", 2)
    assert [each.loaded for each in ready.assistants[:2]] == [False, True]


def test_a_reading_by_the_other_model_can_be_cancelled(ready: WorkerHarness) -> None:
    think_harder(ready)
    ready.held = True
    reading = ready.request(2, mode="read")
    ready.answer(reading)
    assert ready.asked.get(timeout=5) is ready.assistants[0]
    ready.tasks.cancel(reading)
    ready.held = False
    ready.answer(ready.request(3))
    ready.expect(("ended", 2), ("answered", 3, True), ("ended", 3))
    assert ready.assistants[0].was_cancelled.is_set()


def test_without_the_instruct_model_the_thinking_model_reads(ready: WorkerHarness) -> None:
    think_harder(ready)
    ready.forget_all(ready.request(2))
    ready.expect(("answered", 2, False), ("ended", 2))
    ready.missing = None
    thinking = ready.assistants[-1]
    ready.missing = WeightsError("The Instruct model is missing.")
    ready.answer(ready.request(3, mode="read"))
    ready.expect(("answered", 3, True), ("ended", 3))
    assert ready.speech.heard[-2] == ("read thinking.", 3)
    assert not thinking.closed
