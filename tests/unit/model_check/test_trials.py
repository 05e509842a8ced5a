"""The order of the trials, and what each changes."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from support.model_checks import screen

from edge_assistant.drawn_screens.truth import DrawnScreen, Kind
from edge_assistant.engine.task_entries import Family, Variant
from edge_assistant.engine.task_table import load_table
from edge_assistant.model_check.trials import (
    MEASURES,
    PLACE_TOKENS,
    PRESENCE_PENALTIES,
    USUAL_PLACE_TOKENS,
    USUAL_PRESENCE_PENALTY,
    Trial,
    kinds_of_a_round,
    plan_round,
)


@pytest.fixture
def screens() -> Mapping[Kind, DrawnScreen]:
    return {kind: screen(kind) for kind in kinds_of_a_round()}


def planned(screens: Mapping[Kind, DrawnScreen], family: Family = "qwen3-vl", **options: bool) -> list[Trial]:
    return list(plan_round(screens, family, "instruct", **options))


def test_a_round_has_every_measure_and_the_same_order_each_time(screens: Mapping[Kind, DrawnScreen]) -> None:
    trials = planned(screens)
    assert {trial.measure for trial in trials} == set(MEASURES) - {"sample"}
    assert trials == planned(screens)


def test_the_first_minute_has_a_glance_numbers_and_places_under_every_condition(
    screens: Mapping[Kind, DrawnScreen],
) -> None:
    first = planned(screens)[: 1 + len(PRESENCE_PENALTIES) + len(PLACE_TOKENS)]
    assert [trial.measure for trial in first] == ["glance", *["number"] * 3, *["place"] * 4]
    assert [trial.condition for trial in first[1:4]] == ["presence-0", "presence-0.5", "presence-1.5"]
    assert [trial.image_tokens for trial in first[4:]] == [256, 512, 1024, 2048]


@pytest.mark.parametrize("family", ["qwen3-vl", "demo"])
@pytest.mark.parametrize("variant", ["instruct", "thinking"])
def test_what_a_trial_changes_is_possible_and_holds(
    screens: Mapping[Kind, DrawnScreen], family: Family, variant: Variant
) -> None:
    for trial in plan_round(screens, family, variant):
        table = load_table(None).with_entries(trial.entries)
        found = table.settings(family, trial.task, variant, "de")
        if trial.condition.startswith("presence"):
            assert found.sampling.presence_penalty == float(trial.condition.partition("-")[2])
        if trial.measure == "place":
            assert found.image_tokens == trial.image_tokens
            assert found.min_image_tokens == min(1024, found.image_tokens)


def test_a_candidate_that_is_only_compared_is_asked_under_the_usual_conditions(
    screens: Mapping[Kind, DrawnScreen],
) -> None:
    every, usual = planned(screens), planned(screens, every_condition=False)
    assert {trial.condition for trial in usual} == {"", "presence-0.5", "image-tokens-1024"}
    assert [trial for trial in every if trial in usual] == usual
    assert USUAL_PLACE_TOKENS in PLACE_TOKENS
    assert set(USUAL_PRESENCE_PENALTY.values()) <= set(PRESENCE_PENALTIES)


def test_the_demo_model_is_not_asked_for_places(screens: Mapping[Kind, DrawnScreen]) -> None:
    assert "place" not in {trial.measure for trial in planned(screens, "demo")}


def test_kinds_without_a_screen_are_left_out(screens: Mapping[Kind, DrawnScreen]) -> None:
    assert {trial.screen.kind for trial in planned({"dialog": screens["dialog"]})} == {"dialog"}
    assert not planned({})
