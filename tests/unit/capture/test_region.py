"""Choosing a rectangle: where the keys move it, where it ends, and how it is said."""

from __future__ import annotations

import pytest

from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.region import (
    MIN_SIZE,
    PART_KEYS,
    Viewport,
    describe_rect,
    monitor_of,
    monitor_part,
    move,
    move_to_next_monitor,
    rect_between,
    resize,
    step_size,
)
from edge_assistant.capture.snapshot import Monitor

LEFT = Monitor(1, Rect(-1280, 0, 1280, 1024))
RIGHT = Monitor(2, Rect(0, -56, 1920, 1080))
BOTH = (LEFT, RIGHT)
AREA = Rect(-1280, -56, 3200, 1080)
HD = Rect(0, 0, 1920, 1080)


def test_it_moves_by_what_is_asked_and_stops_at_each_side_with_its_size() -> None:
    rect = Rect(100, 100, 640, 400)
    assert move(rect, 50, -50, HD) == Rect(150, 50, 640, 400)
    assert move(rect, -500, -500, HD) == Rect(0, 0, 640, 400)
    assert move(rect, 5000, 5000, HD) == Rect(1280, 680, 640, 400)


def test_it_moves_across_monitors_also_to_negative_places() -> None:
    assert move(Rect(0, 0, 100, 100), -50, 0, AREA) == Rect(-50, 0, 100, 100)
    assert move(Rect(0, 0, 100, 100), -5000, -5000, AREA) == Rect(-1280, -56, 100, 100)


def test_sizing_moves_the_right_and_the_bottom_side_between_the_least_and_the_end() -> None:
    rect = Rect(100, 100, 640, 400)
    assert resize(rect, 50, -50, HD) == Rect(100, 100, 690, 350)
    assert resize(rect, -5000, -5000, HD) == Rect(100, 100, MIN_SIZE, MIN_SIZE)
    assert resize(rect, 5000, 5000, HD) == Rect(100, 100, 1820, 980)


@pytest.mark.parametrize(("height", "coarse", "fine"), [(768, 50, 5), (1080, 50, 5), (1600, 50, 5), (2160, 100, 10)])
def test_steps_grow_with_the_density_of_the_monitor(height: int, coarse: int, fine: int) -> None:
    monitor = Rect(0, 0, 100, height)
    assert (step_size(monitor, fine=False), step_size(monitor, fine=True)) == (coarse, fine)


def test_two_corners_in_any_order_make_a_rectangle_inside_the_desktop() -> None:
    assert rect_between((300, 50), (100, 250), HD) == Rect(100, 50, 200, 200)
    assert rect_between((1900, 1000), (3000, 900), HD) == Rect(1900, 900, 20, 100)


@pytest.mark.parametrize("other", [(100, 100), (100 + MIN_SIZE - 1, 500), (500, 100 + MIN_SIZE - 1)])
def test_a_click_or_a_sliver_is_no_rectangle(other: tuple[int, int]) -> None:
    assert rect_between((100, 100), other, HD) is None


def test_what_is_dragged_outside_of_the_desktop_is_none() -> None:
    assert rect_between((5000, 5000), (6000, 6000), HD) is None


def test_the_number_pad_chooses_the_parts_by_where_its_keys_lie() -> None:
    assert monitor_part(HD, "7") == Rect(0, 0, 960, 540)
    assert monitor_part(HD, "3") == Rect(960, 540, 960, 540)
    assert monitor_part(HD, "6") == Rect(960, 0, 960, 1080)
    assert monitor_part(HD, "2") == Rect(0, 540, 1920, 540)
    assert monitor_part(HD, "5") == Rect(480, 270, 960, 540)
    assert monitor_part(HD, "0") == HD


def test_quarters_and_halves_of_odd_monitors_leave_nothing_out() -> None:
    odd = Rect(7, 3, 1367, 769)
    assert monitor_part(odd, "7").right == monitor_part(odd, "9").left
    assert monitor_part(odd, "9").right == odd.right
    assert monitor_part(odd, "8").bottom == monitor_part(odd, "2").top
    assert monitor_part(odd, "2").bottom == odd.bottom


def test_every_part_has_words_of_its_own() -> None:
    one = (Monitor(1, HD),)
    said = {describe_rect(monitor_part(HD, key), one) for key in PART_KEYS}
    assert len(said) == len(PART_KEYS)
    assert "top left quarter" in said
    assert not any(letter.isdigit() for text in said for letter in text)


def test_any_other_rectangle_is_said_by_its_place_on_its_monitor_and_its_size() -> None:
    one = (Monitor(1, HD),)
    rect = Rect(200, 100, 640, 400)
    assert describe_rect(rect, one) == "left 10, top 9, 33 by 37 percent"
    assert describe_rect(Rect(200, 44, 640, 400), BOTH) == "left 10, top 9, 33 by 37 percent, monitor 2"
    in_pixels = describe_rect(rect, one, in_pixels=True)
    assert in_pixels == "left 10, top 9, 33 by 37 percent, left 200, top 100, 640 by 400 pixels"
    assert describe_rect(monitor_part(LEFT.bounds, "1"), BOTH) == "bottom left quarter, monitor 1"


def test_the_monitor_that_shows_most_counts() -> None:
    assert monitor_of(Rect(-60, 0, 100, 100), BOTH) is LEFT
    assert monitor_of(Rect(-40, 0, 100, 100), BOTH) is RIGHT
    assert monitor_of(Rect(9000, 0, 100, 100), BOTH) is LEFT


def test_the_next_monitor_has_it_at_the_same_place_and_inside() -> None:
    assert move_to_next_monitor(Rect(-1180, 50, 300, 200), BOTH) == Rect(100, -6, 300, 200)
    assert move_to_next_monitor(Rect(100, -6, 300, 200), BOTH) == Rect(-1180, 50, 300, 200)
    assert move_to_next_monitor(RIGHT.bounds, BOTH) == LEFT.bounds


def test_a_monitor_of_twice_the_density_is_shown_at_half_its_pixels() -> None:
    fit = Viewport(Rect(1920, 100, 3840, 2160), 1920, 1080)
    assert fit.to_view(Rect(1920, 100, 3840, 2160)) == (0, 0, 1920, 1080)
    assert fit.to_view(Rect(2020, 200, 640, 400)) == (50, 50, 320, 200)
    assert fit.to_desktop(50, 50) == (2020, 200)


def test_a_part_of_another_shape_is_shown_whole_and_in_the_middle() -> None:
    fit = Viewport(AREA, 1600, 1080)
    assert fit.to_view(AREA) == (0, 270, 1600, 540)
    assert fit.to_desktop(*fit.to_view(Rect(-60, 44, 10, 10))[:2]) == (-60, 44)
