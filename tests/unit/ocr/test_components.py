"""Connected areas of a map: their rectangles, upright and inclined, in one part or joined of several."""

from __future__ import annotations

import math

import numpy as np
import pytest

from edge_assistant.ocr.components import Component, Floats, find_components, find_runs, join


def components(probability: Floats, *, finds_angles: bool = False) -> list[Component]:
    return find_components(find_runs(probability, 0.2, 0, 0), finds_angles=finds_angles)


def test_an_empty_map_has_none() -> None:
    assert components(np.zeros((4, 5), np.float32)) == []


def test_areas_that_touch_at_a_corner_are_one_and_others_are_not() -> None:
    probability = np.zeros((8, 12), np.float32)
    probability[1, 1:4] = probability[2, 4:6] = 0.5
    probability[5:7, 8:12] = 0.9
    first, second = components(probability)
    assert (first.along, first.below) == ((1, 6), (1, 3))
    assert first.score == pytest.approx(0.5)
    assert (second.along, second.below) == ((8, 12), (5, 7))
    assert second.score == pytest.approx(0.9)


def test_an_area_like_a_u_or_a_comb_is_one() -> None:
    probability = np.zeros((9, 40), np.float32)
    probability[:8, ::2] = 1
    probability[8, :] = 1
    assert len(components(probability)) == 1


def test_parts_that_are_joined_give_the_same_as_the_whole() -> None:
    probability = np.random.default_rng(1).random((60, 70)).astype(np.float32) * (np.indices((60, 70)).sum(0) % 9 > 3)
    parts = [
        find_runs(probability[top : top + 20, left : left + 35], 0.6, left, top)
        for top in (0, 20, 40)
        for left in (0, 35)
    ]
    joined = sorted((each.along, each.below) for each in find_components(join(parts), finds_angles=False))
    whole = find_components(find_runs(probability, 0.6, 0, 0), finds_angles=False)
    assert joined == sorted((each.along, each.below) for each in whole)


@pytest.mark.parametrize("degrees", [-40, -10, 3, 25])
def test_the_angle_of_a_long_area_is_found(degrees: int) -> None:
    rows, columns = np.indices((400, 400)) - 200
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    along, below = columns * cosine + rows * sine, rows * cosine - columns * sine
    (found,) = components(((abs(along) < 150) & (abs(below) < 10)).astype(np.float32), finds_angles=True)
    assert math.degrees(found.angle) == pytest.approx(degrees, abs=0.5)
    assert found.along[1] - found.along[0] == pytest.approx(300, abs=4)
    assert found.below[1] - found.below[0] == pytest.approx(20, abs=4)
