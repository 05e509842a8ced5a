"""Coordinates in answers are spoken as words."""

from __future__ import annotations

import json

import pytest

from edge_assistant.system.i18n import use_language
from edge_assistant.text.grounding import describe_objects


@pytest.mark.parametrize(
    ("box", "heard"),
    [
        ([780, 850, 960, 950], "Save: at the bottom right, 87 percent from the left and 90 percent from the top."),
        ([0, 0, 100, 100], "Save: at the top left, 5 percent from the left and 5 percent from the top."),
        ([400, 20, 600, 80], "Save: at the top, 50 percent from the left and 5 percent from the top."),
        ([900, 0, 1000, 100], "Save: at the top right, 95 percent from the left and 5 percent from the top."),
        ([100, 480, 200, 520], "Save: on the left, 15 percent from the left and 50 percent from the top."),
        ([400, 480, 600, 520], "Save: in the middle, 50 percent from the left and 50 percent from the top."),
        ([800, 480, 900, 520], "Save: on the right, 85 percent from the left and 50 percent from the top."),
        ([100, 900, 200, 1000], "Save: at the bottom left, 15 percent from the left and 95 percent from the top."),
        ([900, 1000, 1000, 1000], "Save: at the bottom right, 95 percent from the left and 100 percent from the top."),
        ([500.5, 990, 499.5, 1000], "Save: at the bottom, 50 percent from the left and 100 percent from the top."),
    ],
)
def test_a_box_is_told_by_where_its_middle_is(box: list[float], heard: str) -> None:
    assert describe_objects(json.dumps({"bbox_2d": box, "label": "Save"})) == heard


def test_a_point_and_a_thing_without_a_name_are_told_too() -> None:
    assert describe_objects('{"point_2d": [100, 500], "label": " the\\n cat "}') == (
        "the cat: on the left, 10 percent from the left and 50 percent from the top."
    )
    assert describe_objects('{"bbox_2d": [0, 0, 20, 20]}') == (
        "It is at the top left, 1 percent from the left and 1 percent from the top."
    )


def test_of_a_list_each_is_told() -> None:
    two = [{"bbox_2d": [0, 0, 20, 20], "label": name} for name in ("Yes", "No")]
    assert describe_objects(json.dumps(two, indent=1)) == (
        "Yes: at the top left, 1 percent from the left and 1 percent from the top. "
        "No: at the top left, 1 percent from the left and 1 percent from the top."
    )


@pytest.mark.parametrize(
    "text",
    [
        "Save",
        '{"a": 1}',
        '{"bbox_2d": [1, 2, 3], "label": "Save"}',
        '{"bbox_2d": [1, 2, 3, 1001], "label": "Save"}',
        '{"bbox_2d": [1, 2, 3, -1], "label": "Save"}',
        '{"bbox_2d": [1, 2, 3, NaN], "label": "Save"}',
        '{"bbox_2d": [1, 2, 3, true], "label": "Save"}',
        '{"bbox_2d": "1, 2, 3, 4", "label": "Save"}',
        '{"bbox_2d": [1, 2, 3, 4], "label": "Save"',
        '[{"bbox_2d": [1, 2, 3, 4], "label": "Save"}, 7]',
        "[" * 100_000,
        "[]",
        "7",
    ],
)
def test_anything_else_is_left_as_it_is(text: str) -> None:
    assert describe_objects(text) is None


def test_a_place_is_told_in_the_persons_language() -> None:
    use_language("de")
    try:
        told = describe_objects('{"bbox_2d": [780, 850, 960, 950], "label": "Sichern"}')
    finally:
        use_language(None)
    assert told == "Sichern: unten rechts, 87 Prozent von links und 90 Prozent von oben."
