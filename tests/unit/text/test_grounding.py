"""Tests of grounding: which numbers are a place, and where that is in the picture."""

from __future__ import annotations

import math
from typing import Any

import pytest

from edge_assistant.imaging.token_budget import ResizePlan
from edge_assistant.system.i18n import translator
from edge_assistant.text.grounding import Coordinates, Place, coordinates, place_words

WHOLE = ResizePlan((1280, 832), (1280, 832))
HALF = ResizePlan((320, 640), (640, 640))  # padded on the right to twice its width


@pytest.mark.parametrize(
    ("item", "numbers"),
    [
        ({"bbox_2d": [1, 2, 3, 4]}, [1, 2, 3, 4]),
        ({"label": "x", "point_2d": [5, 6.5]}, [5, 6.5]),
        ({"bbox": ["1", " 2 ", "3", "4"]}, [1, 2, 3, 4]),
        ({"box_2d": "[1, 2, 3, 4]"}, [1, 2, 3, 4]),
        ({"bounds": "[1,2][3,4]"}, [1, 2, 3, 4]),
        ({"start_box": "<|box_start|>(1,2)<|box_end|>"}, [1, 2]),
        ({"polygon": [[1, 2], [3, 4], [5, 6]]}, [1, 2, 3, 4, 5, 6]),
        ({"points": [{"x": 1, "y": 2}, {"x": 3, "y": 4}]}, [1, 2, 3, 4]),
        ({"bbox": {"x1": 1, "y1": 2, "x2": 3, "y2": 4}}, [1, 2, 3, 4]),
        ({"bbox": {"left": 1, "top": 2, "right": 3, "bottom": 4}}, [1, 2, 3, 4]),
        ({"bbox": {"x": 1, "y": 2, "width": 10, "height": 20}}, [1, 2, 11, 22]),
        ({"label": "x", "x": 1, "y": 2}, [1, 2]),
        ({"label": "x", "place": {"bbox_2d": [1, 2, 3, 4]}}, [1, 2, 3, 4]),
        ({"bbox_2d": [1, 2, 3]}, []),
        ({"bbox_2d": []}, []),
        ({"bbox_2d": None}, []),
        ({"bbox_2d": ["a", 2, 3, 4]}, []),
        ({"bbox_2d": [True, 2, 3, 4]}, []),
        ({"bbox_3d": [1, 2, 3, 4, 5, 6, 7, 8, 9]}, []),
        ({"x": 3, "y": 4}, None),
        ({"points": 12}, None),
        ({"points": ["first", "second"]}, None),
        ({"position": "top left", "location": "Berlin", "box": "checked"}, None),
        ({"coordinates": {"lat": 52.5, "lon": 13.4}}, None),
        ({"label": "x"}, None),
        ({}, None),
    ],
)
def test_which_numbers_are_a_place(item: dict[str, Any], numbers: list[float] | None) -> None:
    assert coordinates(item) == numbers


@pytest.mark.parametrize(
    ("numbers", "across", "down"),
    [
        ([780, 850, 960, 950], 0.87, 0.9),
        ([960, 950, 780, 850], 0.87, 0.9),
        ([500, 250], 0.5, 0.25),
        ([0, 0, 1000, 1000], 0.5, 0.5),
        ([100, 100, 300, 100, 300, 200, 100, 200], 0.2, 0.15),
        ([0.1, 0.2, 0.3, 0.4], 0.2, 0.3),
        ([-5, 0, 5, 0], 0.0025, 0),
        ([1000, 0, 1015, 0], 1, 0),
    ],
)
def test_a_place_is_the_middle_of_its_points(numbers: list[float], across: float, down: float) -> None:
    place = Coordinates().place(numbers)
    assert place is not None
    assert (place.across, place.down) == (pytest.approx(across), pytest.approx(down))


@pytest.mark.parametrize("numbers", [[], [1], [1, 2, 3], [math.nan, 1], [math.inf, 1], [-200, 1], [5000, 1], [1, 1100]])
def test_other_numbers_are_none(numbers: list[float]) -> None:
    assert Coordinates().place(numbers) is None


def test_a_place_in_a_padded_picture_is_that_in_the_picture_itself() -> None:
    padded = Coordinates(HALF)
    assert padded.place([250, 500]) == Place(0.5, 0.5)
    assert padded.place([400, 0, 500, 1000]) == Place(0.9, 0.5)
    assert padded.place([700, 500]) == Place(1.0, 0.5)  # in the padding
    box = padded.place([400, 0, 900, 0])
    assert box is not None
    assert box.across == pytest.approx(0.9)  # what is left of it in the picture


def test_pixels_are_known_by_the_first_number_above_1000_and_then_hold() -> None:
    pixels = Coordinates(WHOLE)
    assert pixels.place([640, 416]) == Place(0.64, 0.416)
    assert not pixels.in_pixels
    assert pixels.place([1270, 416, 1280, 416]) == Place(1275 / 1280, 0.5)
    assert pixels.in_pixels
    assert pixels.place([640, 416]) == Place(0.5, 0.5)
    assert pixels.place([640, 1200]) is None


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Place(0, 0), "at the top left"),
        (Place(0.5, 0), "at the top"),
        (Place(0.9, 0.1), "at the top right"),
        (Place(0.1, 0.5), "on the left"),
        (Place(0.5, 0.5), "in the middle"),
        (Place(1, 0.5), "on the right"),
        (Place(0.1, 1), "at the bottom left"),
        (Place(0.5, 0.9), "at the bottom"),
        (Place(1, 1), "at the bottom right"),
    ],
)
def test_a_place_is_told_by_the_ninth_of_the_picture_and_with_tokens_enough_by_percentages(
    place: Place, words: str
) -> None:
    english = translator("en")
    assert place_words(place, english, exact=False) == words
    across, down = round(100 * place.across), round(100 * place.down)
    exact = f"{words}, {across} percent from the left and {down} percent from the top"
    assert place_words(place, english, exact=True) == exact


def test_percentages_need_a_thousand_image_tokens() -> None:
    assert Coordinates(WHOLE).exact
    assert not Coordinates(HALF).exact
    assert not Coordinates().exact


def test_without_words_a_place_is_numbers() -> None:
    assert place_words(Place(0.87, 0.9), None, exact=True) == "x 87 %, y 90 %"
    assert place_words(Place(0.87, 0.4), None, exact=False) == "x 80 %, y 50 %"
