"""Counts, ranges and medians over recorded results."""

from __future__ import annotations

import pytest
from support.model_checks import result

from edge_assistant.model_check.summary import ENOUGH, Share, summarise, total_flag


@pytest.mark.parametrize(
    ("right", "trials", "low", "high"),
    # Wilson's interval, as published tables have it.
    [(7, 12, 0.320, 0.807), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (50, 100, 0.404, 0.596)],
)
def test_the_range_of_a_share(right: int, trials: int, low: float, high: float) -> None:
    assert Share(right, trials, trials).bounds() == pytest.approx((low, high), abs=0.001)


def test_things_on_one_screen_count_as_one_trial() -> None:
    wide, narrow = Share(80, 100, 10).bounds(), Share(80, 100, 100).bounds()
    assert wide[0] < narrow[0] < 0.8 < narrow[1] < wide[1]
    assert Share(0, 0, 0).bounds() == (0, 1)
    assert not Share(99, 100, ENOUGH - 1).enough
    assert Share(0, 8, ENOUGH).enough


def test_results_are_added_up_by_candidate_measure_and_condition() -> None:
    rows = summarise(
        [
            result(scores={"facts": (1, 2)}, flags=frozenset(("cut",)), first_token_s=1.0, peak_bytes=5),
            result(scores={"facts": (2, 2)}, first_token_s=3.0, peak_bytes=7),
            result(scores={"facts": (0, 3)}, first_token_s=None, total_s=None),
            result("number", "presence-0", scores={"numbers": (1, 1)}),
            result(error="engine-died", stop=""),
        ]
    )
    glance, number = rows
    assert (glance.trials, glance.errors, glance.answered) == (4, 1, 3)
    assert glance.shares == {"facts": Share(3, 7, 3)}
    assert glance.flag("cut") == Share(1, 3, 3)
    assert glance.flag("loop") == Share(0, 3, 3)
    assert glance.first_token is not None
    assert (glance.first_token.median, glance.first_token.least, glance.first_token.most) == (2, 1, 3)
    assert glance.first_token.count == 2
    assert glance.peak_bytes == 7
    assert (number.measure, number.condition) == ("number", "presence-0")
    assert total_flag(rows, "cut") == Share(1, 4, 4)


def test_error_rates_have_medians() -> None:
    (row,) = summarise([result("read", scores={"character-errors": (rate, 1.0)}) for rate in (0.0, 0.5, 0.1)])
    assert not row.shares
    assert (row.rates["character-errors"].median, row.rates["character-errors"].most) == (0.1, 0.5)


def test_a_refused_blank_screen_is_right_and_no_answer() -> None:
    (row,) = summarise([result("blank", stop="", scores={"refused": (1, 1)})])
    assert row.shares["refused"] == Share(1, 1, 1)
    assert (row.errors, row.answered) == (0, 0)
