"""What scripts/soak.py makes of its figures: it must find what grows, and nothing where nothing does."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from soaking.figures import WARM_UP_QUESTIONS, ProcessFigures, Sample, from_share, lives_of, slope
from soaking.verdict import MOST_BYTES, judge

APP = ProcessFigures(pid=1, bytes=90_000_000, files=37, threads=18)


def figures(
    change: Callable[[int, ProcessFigures], ProcessFigures] = lambda _, each: each, *, name: str = "app"
) -> list[Sample]:
    """An hour of 1000 questions, in which nothing grows, but for what changes with the number of the question.

    What each of the 200 samples finds is a little more or less by chance, as it is.
    """
    rng = random.Random(1)
    made = []
    for number in range(0, 1000, 5):
        app = replace(APP, bytes=APP.bytes + rng.randrange(-500_000, 500_000))
        processes = {"app": app, name: change(number, app)}
        made.append(Sample(number * 3.6, number, processes, files=9, inside={"pictures": 3}))
    return made


def test_where_nothing_grows_nothing_is_told() -> None:
    verdict = judge(figures())
    assert verdict.faults == []
    assert verdict.lines()[-1] == "Nothing grew."
    assert abs(verdict.memory["app"].per_question) < MOST_BYTES


@pytest.mark.parametrize("name", ["app", "edge-engine", "edge-ocr"])
def test_a_process_that_grows_with_each_question_is_found(name: str) -> None:
    verdict = judge(figures(lambda number, each: replace(each, bytes=each.bytes + 8_000 * number), name=name))
    assert [each for each in verdict.faults if each.startswith(f"{name} grows by ")] == verdict.faults
    assert len(verdict.faults) == 1
    assert verdict.lines()[-1].startswith(f"FAULT: {name} grows by ")


@pytest.mark.parametrize("what", ["files", "threads"])
def test_so_are_descriptors_and_threads_that_stay(what: str) -> None:
    verdict = judge(figures(lambda number, each: replace(each, **{what: getattr(each, what) + number // 50})))
    assert len(verdict.faults) == 1
    assert {"files": "descriptors", "threads": "threads"}[what] in verdict.faults[0]


def test_what_fills_up_once_in_the_first_quarter_is_no_growth() -> None:
    filling = figures(lambda number, each: replace(each, bytes=each.bytes + 100_000 * min(number, 240)))
    assert judge(filling).faults == []
    assert judge(filling, settling=0.0).faults, "it is the first quarter that is left out"


def test_files_and_pictures_that_stay_are_told() -> None:
    left = [replace(each, files=9 + each.questions // 20) for each in figures()]
    assert ["more files" in each for each in judge(left).faults] == [True]
    kept = [replace(each, inside={"pictures": 9}) for each in figures()]
    assert judge(kept).faults == ["9 pictures were alive while nothing was done."]


def test_what_else_went_wrong_is_a_fault_too_and_so_is_measuring_nothing() -> None:
    assert judge(figures(), ["Of save-dialog it said 'A cat.'"]).faults == ["Of save-dialog it said 'A cat.'"]
    assert judge([]).faults == ["Nothing was measured."]
    assert judge(figures()[:2]).faults == ["The app was measured too seldom to say anything."]


def test_a_worker_that_is_killed_now_and_then_is_judged_within_each_of_its_lives() -> None:
    def killed(number: int, each: ProcessFigures) -> ProcessFigures:
        life, own = divmod(number, 250)
        return replace(each, pid=100 + life, bytes=50_000_000 - 9_000_000 * life + 8_000 * own)

    samples = figures(killed, name="edge-engine")
    assert [len(life) for life in lives_of(samples, "edge-engine", lambda each: each.bytes)] == [30] * 4
    verdict = judge(samples)
    assert [each.startswith("edge-engine grows by 8.0 KB") for each in verdict.faults] == [True]
    assert verdict.memory["edge-engine"].lives == 3, "the first one is in the quarter that is left out"


@given(
    per_question=st.floats(-1e6, 1e6),
    levels=st.lists(st.integers(0, 10**9), min_size=1, max_size=5),
    count=st.integers(3, 20),
)
def test_the_slope_is_found_whatever_the_level_of_each_life(per_question: float, levels: list[int], count: int) -> None:
    lives = [[(100.0 * life + x, level + per_question * x) for x in range(count)] for life, level in enumerate(levels)]
    found = slope(lives)
    assert found is not None
    assert found.per_question == pytest.approx(per_question, abs=0.01)
    assert (found.lives, found.questions) == (len(levels), (count - 1) * len(levels))


def test_from_too_few_points_no_slope_is_told() -> None:
    assert slope([]) is None
    assert slope([[(1.0, 5.0), (2.0, 6.0)]]) is None, "any line goes through two points"
    assert slope([[(1.0, 5.0), (1.0, 6.0), (1.0, 7.0)]]) is None


def test_the_beginning_of_each_life_is_left_out() -> None:
    first = lives_of(figures(), "app", lambda each: each.bytes)[0][0][0]
    assert first == WARM_UP_QUESTIONS
    assert from_share(figures(), 0.25) == 50
