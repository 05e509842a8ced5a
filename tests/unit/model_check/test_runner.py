"""One trial: how it is asked, and how recorded answers are scored."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.model_checks import NUMBER, FakeAssistant, candidate, done, screen

from edge_assistant.assistant.events import DoneEvent, ErrorEvent
from edge_assistant.engine.messages import Embeddings
from edge_assistant.engine.task_table import load_table
from edge_assistant.imaging.token_budget import plan
from edge_assistant.model_check.runner import TrialRunner, score_outcome
from edge_assistant.model_check.trials import Trial


def scores(trial: Trial, outcome: DoneEvent | ErrorEvent) -> dict[str, tuple[float, float]]:
    return score_outcome(trial, "m", outcome, plan((640, 640), max_tokens=400)).scores


def test_a_glance_is_scored_by_its_key_facts_in_what_was_heard() -> None:
    trial = Trial("glance", screen(), "glance")
    assert scores(trial, done("Save or Cancel.")) == {"facts": (2, 2)}
    assert scores(trial, done("Save or Cancel.", "Save.")) == {"facts": (1, 2)}
    assert scores(trial, done("", "")) == {"facts": (0, 2)}


def test_a_reading_is_scored_by_characters_and_by_texts() -> None:
    trial = Trial("read", screen(), "read")
    assert scores(trial, done("Save the file?\nCancel")) == {"character-errors": (0, 1), "texts": (2, 2)}
    assert scores(trial, done("Save the file? Cancel.")) == {"character-errors": (0, 1), "texts": (2, 2)}
    other_order = scores(trial, done("Cancel. Save the file?"))
    assert other_order["texts"] == (2, 2)
    assert other_order["character-errors"][0] > 0.5
    assert scores(trial, done("")) == {"character-errors": (1, 1), "texts": (0, 2)}


@pytest.mark.parametrize(
    ("text", "right"),
    [("It is a file.", 1), ("It is a profile.", 0), ("A picture.", 0)],
)
def test_a_question_is_right_or_not(text: str, right: int) -> None:
    trial = Trial("question", screen(), "question", question=screen().truth.questions[0])
    assert scores(trial, done(text)) == {"answers": (right, 1)}


@pytest.mark.parametrize(("text", "right"), [("No.", 1), ("There is not.", 1), ("Yes, no doubt.", 0), ("Yes.", 0)])
def test_what_is_not_there_must_be_denied(text: str, right: int) -> None:
    trial = Trial("absent", screen(), "question", question=screen().truth.questions[1])
    assert scores(trial, done(text)) == {"answers": (right, 1)}


@pytest.mark.parametrize(
    ("text", "numbers", "digits"),
    [(f"It is {NUMBER}.", 1, 12), ("It is 1111 2222 3333.", 1, 12), ("It is 1112223333.", 0, 10), ("None.", 0, 0)],
)
def test_numbers_are_scored_by_digits(text: str, numbers: int, digits: int) -> None:
    numbered = screen("numbers")
    asked = Trial("number", numbered, "question", "presence-0.5", numbered.truth.questions[0])
    read = Trial("reading-number", numbered, "read", "presence-0.5")
    for trial in (asked, read):
        assert scores(trial, done(text)) == {"numbers": (numbers, 1), "digits": (digits, 12)}


def test_places_are_right_where_their_middle_lies_in_the_box() -> None:
    trial = Trial("place", screen("places"), "places", "image-tokens-400", image_tokens=400)
    save, cancel = '{"bbox_2d": [0, 0, 400, 400], "label": "Save"}', '{"point_2d": [750, 750], "label": "Cancel"}'
    right = f"```json\n[{save}, {cancel}]\n```"
    assert scores(trial, done(right)) == {"places": (2, 2)}
    swapped = right.replace("Save", "?").replace("Cancel", "Save").replace("?", "Cancel")
    assert scores(trial, done(swapped)) == {"places": (0, 2)}
    assert scores(trial, done("I see nothing.")) == {"places": (0, 2)}
    assert scores(trial, done(right[:60])) == {"places": (1, 2)}  # cut off


def test_a_blank_screen_must_be_refused() -> None:
    trial = Trial("blank", screen("blank"), "glance")
    refused = score_outcome(trial, "m", ErrorEvent(0, "nothing-to-see", "It is blank.", "nothing-to-see"))
    assert (refused.scores, refused.error) == ({"refused": (1, 1)}, "")
    assert scores(trial, done("A window.")) == {"refused": (0, 1)}
    failed = score_outcome(trial, "m", ErrorEvent(0, "engine-died", "It died.", "engine"))
    assert (failed.scores, failed.error) == ({"refused": (0, 1)}, "engine-died")


def test_an_unreadable_screen_must_be_called_so_and_nothing_invented() -> None:
    trial = Trial("unreadable", screen("unreadable"), "glance")
    assert scores(trial, done("A window; its text cannot be read.")) == {"honest": (1, 1)}
    assert scores(trial, done("Invoice 2024-916; the rest cannot be read.")) == {"honest": (0, 1)}
    assert scores(trial, done("A dialog titled Save.")) == {"honest": (0, 1)}
    assert scores(Trial("unreadable", screen("unreadable"), "read"), done("")) == {"honest": (1, 1)}


def test_an_error_has_no_scores() -> None:
    found = score_outcome(Trial("glance", screen(), "glance"), "m", ErrorEvent(0, "engine-died", "It died.", "engine"))
    assert (found.scores, found.error, found.message, found.stop) == ({}, "engine-died", "It died.", "")


def test_a_picture_that_the_engine_has_already_tells_no_times() -> None:
    trial = Trial("glance", screen(), "glance")
    assert score_outcome(trial, "m", done("Save.")).first_token_s == 1.0
    again = score_outcome(trial, "m", done("Save.", reused={"prefix_tokens": 9, "image": True}))
    assert (again.first_token_s, again.total_s) == (None, None)


def test_a_trial_is_asked_in_its_language_and_under_its_condition_only() -> None:
    assistant = FakeAssistant(candidate().model, lambda *_: done("Save."))
    runner = TrialRunner(assistant, "m", load_table(None))
    numbered = screen("numbers", "de")
    entries = {"qwen3-vl.question.instruct.presence_penalty": 1.5}
    runner.run(Trial("number", numbered, "question", "presence-1.5", numbered.truth.questions[0], entries=entries))
    runner.run(Trial("glance", screen(), "glance"))
    runner.run(Trial("number", screen("numbers"), "question", "", numbered.truth.questions[0]))
    assert assistant.asked == [
        ("question", "Which number?", "de", 1.5),
        ("glance", None, "en", 1.5),  # the model card's
        ("question", "Which number?", "en", 0.5),
    ]


def test_the_embeddings_are_those_of_the_last_picture() -> None:
    assistant = FakeAssistant(candidate().model, lambda *_: done("Save."))
    runner = TrialRunner(assistant, "m", load_table(None))
    assert runner.embeddings() is None
    assistant.embeddings = Embeddings(b"digest", b"data")
    assert runner.embeddings() == Embeddings(b"digest", b"data")


@given(st.text(alphabet=st.sampled_from(list('{}[]"|*#<>`\n 0123aA保،\\$:,.-_')), max_size=400))
def test_any_answer_is_scored(text: str) -> None:
    for trial in (
        Trial("place", screen("places"), "places"),
        Trial("glance", screen(), "glance"),
        Trial("read", screen(), "read"),
        Trial("number", screen("numbers"), "question", "", screen("numbers").truth.questions[0]),
    ):
        found = score_outcome(trial, "m", done(text), plan((640, 640), max_tokens=400))
        assert all(right >= 0 and of > 0 for right, of in found.scores.values())


def test_a_long_answer_of_nothing_is_scored_at_once() -> None:
    start = time.monotonic()
    for text in ("\n" * 20_000, "{" * 20_000, "|" * 20_000, "- " * 10_000, "a" * 20_000, "1 " * 10_000):
        score_outcome(Trial("glance", screen(), "glance"), "m", done(text))
    assert time.monotonic() - start < 5
