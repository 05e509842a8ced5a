"""What is proposed from recorded results, and what is not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from support.model_checks import result

from edge_assistant.engine.task_entries import Family
from edge_assistant.engine.task_table import load_table
from edge_assistant.model_check.proposals import Proposals, propose
from edge_assistant.model_check.results import TrialResult
from edge_assistant.model_check.summary import summarise

TABLE = load_table(None)


def proposed(results: Sequence[TrialResult], family: Family = "qwen3-vl", candidate: str = "m, F16") -> Proposals:
    return propose(summarise(results), candidate, TABLE, family, "instruct")


def numbers(*right: int, of: int = 12, measure: str = "number") -> list[TrialResult]:
    """So many of `of` right with a presence penalty of 0, 0.5 and 1.5."""
    return [
        result(measure, f"presence-{penalty:g}", scores={"numbers": (float(number < hits), 1.0)})
        for penalty, hits in zip((0, 0.5, 1.5), right, strict=True)
        for number in range(of)
    ]


def places(*right: int, of: int = 10, screens: int = 10) -> list[TrialResult]:
    """So many of `of` right on each of `screens` with 256, 512, 1024 and 2048 image tokens."""
    return [
        result("place", f"image-tokens-{tokens}", scores={"places": (float(hits), float(of))})
        for tokens, hits in zip((256, 512, 1024, 2048), right, strict=True)
        for _ in range(screens)
    ]


def test_a_penalty_that_is_surely_better_is_proposed() -> None:
    found = proposed(numbers(12, 5, 1))
    assert found.entries == {"qwen3-vl.question.instruct.presence_penalty": 0.0}
    (change,) = found.changes
    assert change.reason == (
        "With a presence penalty of 0.0, 12 of 12 numbers of 12 digits were right, with 0.5 5 of 12."
    )


@pytest.mark.parametrize("right", [(7, 5, 1), (5, 5, 5), (5, 12, 5), (0, 0, 0), (6, 5, 12 - 5)])
def test_what_chance_explains_is_not(right: tuple[int, ...]) -> None:
    assert not proposed(numbers(*right)).changes


def test_readings_have_a_penalty_of_their_own() -> None:
    found = proposed(numbers(2, 12, 3, measure="reading-number"))
    assert found.entries == {"qwen3-vl.read.instruct.presence_penalty": 0.5}


def test_too_few_are_said_to_be_too_few() -> None:
    found = proposed([*numbers(7, 0, 0, of=7), *places(0, 9, 9, 9, screens=7)])
    assert not found.changes
    assert found.undecided == (
        "Too few numbers were asked for to choose the presence penalty of questions.",
        "Too few numbers were read to choose the presence penalty of readings.",
        "Too few places were asked for to choose the image tokens for places.",
    )
    assert "Too few numbers were asked for" in proposed(numbers(12, 0, 0)[:-5]).undecided[0]


def test_fewer_image_tokens_are_proposed_where_places_are_as_good() -> None:
    found = proposed(places(3, 9, 9, 9))
    assert found.entries == {
        "qwen3-vl.places.instruct.image_tokens": 512,
        "qwen3-vl.places.instruct.min_image_tokens": 512,
    }
    TABLE.with_entries(found.entries)


@pytest.mark.parametrize("right", [(3, 8, 9, 9), (3, 3, 9, 10), (8, 8, 9, 9)])
def test_never_anything_worse(right: tuple[int, ...]) -> None:
    assert not proposed(places(*right)).changes


def test_more_image_tokens_are_proposed_where_places_are_surely_better() -> None:
    found = proposed(places(1, 2, 3, 9, screens=20))
    assert found.entries == {"qwen3-vl.places.instruct.image_tokens": 2048}


def test_where_no_place_is_ever_right_nothing_can_be_chosen() -> None:
    found = proposed(places(0, 0, 0, 0))
    assert not found.changes
    assert "No place was right with any number of image tokens." in found.undecided


def test_limits_are_raised_for_answers_that_are_often_cut() -> None:
    def cut(count: int, task: str) -> list[TrialResult]:
        return [result(task, flags=frozenset(("cut",) if each < count else ())) for each in range(12)]

    assert proposed([*cut(8, "glance"), *cut(1, "detail")]).entries == {"qwen3-vl.glance.instruct.max_tokens": 180}
    assert not proposed(cut(12, "glance")[:7]).changes
    assert not proposed(cut(2, "glance")).changes


def test_other_candidates_and_other_families_do_not_count() -> None:
    assert not proposed(numbers(12, 5, 1), candidate="other, F16").changes
    assert proposed(numbers(12, 0, 1), "demo").entries == {"demo.question.instruct.presence_penalty": 0.0}
    assert not any("places" in each for each in proposed([], "demo").undecided)


def test_nothing_comes_of_nothing() -> None:
    assert not proposed([]).changes
