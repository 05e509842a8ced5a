"""Photographs: where things are afterwards, and what cannot be read any more."""

from __future__ import annotations

import random

import pytest
from PIL import Image, ImageDraw

from edge_assistant.drawn_screens.photograph import move, perspective, photograph, unreadable


def test_a_perspective_moves_its_corners_and_back() -> None:
    corners = ((0, 0), (100, 0), (100, 80), (0, 80))
    become = ((5, 3), (90, 8), (97, 75), (2, 78))
    there, back = perspective(corners, become), perspective(become, corners)
    for corner, other in zip(corners, become, strict=True):
        assert move(corner, there) == pytest.approx(other)
        assert move(move((30, 40), there), back) == pytest.approx((30, 40))


@pytest.mark.parametrize("seed", range(12))
def test_boxes_move_with_what_is_in_them(seed: int) -> None:
    image = Image.new("RGB", (600, 400), "white")
    boxes = ((120, 90, 180, 130), (400, 250, 470, 310))
    for box, colour in zip(boxes, ("#ff0000", "#0000ff"), strict=True):
        ImageDraw.Draw(image).rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=colour)
    made, moved = photograph(image, boxes, random.Random(seed))
    assert made.size == image.size
    for box, strong, weak in ((moved[0], 0, 2), (moved[1], 2, 0)):
        bands = made.split()
        pairs = list(zip(bands[strong].tobytes(), bands[weak].tobytes(), strict=True))
        coloured = [at for at, (one, other) in enumerate(pairs) if one > 60 + other]
        xs, ys = [at % 600 for at in coloured], [at // 600 for at in coloured]
        found = min(xs), min(ys), max(xs) + 1, max(ys) + 1
        assert all(abs(one - other) <= 3 for one, other in zip(found, box, strict=True)), (found, box)


def test_a_photograph_is_neither_flat_nor_the_same_for_another_seed() -> None:
    image = Image.new("RGB", (300, 200), "#e0e0e0")
    box = ((100, 80, 200, 120),)
    one, again, other = (photograph(image, box, random.Random(seed))[0] for seed in (1, 1, 2))
    assert one.tobytes() == again.tobytes() != other.tobytes()
    low, high = one.convert("L").getextrema()
    assert isinstance(low, int | float)
    assert high - low > 30


@pytest.mark.parametrize("seed", range(4))
def test_an_unreadable_line_has_no_more_than_three_rows_of_contents(seed: int) -> None:
    image = Image.effect_noise((300, 60), 200).convert("RGB")
    made = unreadable(image, 60, random.Random(seed))
    assert made.size == image.size
    # Three rows are all that it was made from: reduced to three rows it can be made again.
    small = made.resize((15, 3), Image.Resampling.BOX)
    rebuilt = [small.resize(image.size, way) for way in (Image.Resampling.BICUBIC, Image.Resampling.NEAREST)]
    assert min(difference(made, each) for each in rebuilt) < 12 < difference(image, made)


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of the grey levels."""
    pairs = zip(one.convert("L").tobytes(), other.convert("L").tobytes(), strict=True)
    return sum(abs(a - b) for a, b in pairs) / (one.width * one.height)
