"""From a pixel of a picture to the desktop's units, on any layout and scale of monitors."""

from __future__ import annotations

import pytest

from edge_assistant.capture.geometry import Rect, point_in_area

# On Windows and X11 pictures have the desktop's own pixels, whatever the scale (125, 150 percent) of a monitor; on
# others a unit has several pixels: 2, or 1.5.
LAYOUTS = [
    ((0, 0), (1920, 1080), Rect(0, 0, 1920, 1080), (0, 0)),
    ((1919, 1079), (1920, 1080), Rect(0, 0, 1920, 1080), (1919, 1079)),
    ((10, 20), (2400, 1500), Rect(-2400, -300, 2400, 1500), (-2390, -280)),
    ((2399, 0), (2400, 1500), Rect(-2400, -300, 2400, 1500), (-1, -300)),
    ((0, 0), (2880, 1800), Rect(-1440, 100, 1440, 900), (-1440, 100)),
    ((2879, 1799), (2880, 1800), Rect(-1440, 100, 1440, 900), (-1, 999)),
    ((1001, 501), (2880, 1800), Rect(0, 0, 1440, 900), (500, 250)),
    ((150, 75), (1920, 1200), Rect(1280, 0, 1280, 800), (1380, 50)),
    ((1919, 1199), (1920, 1200), Rect(1280, 0, 1280, 800), (2559, 799)),
]


@pytest.mark.parametrize(("pixel", "size", "area", "point"), LAYOUTS)
def test_a_pixel_lies_in_the_unit_that_shows_it(
    pixel: tuple[int, int], size: tuple[int, int], area: Rect, point: tuple[int, int]
) -> None:
    assert point_in_area(pixel, size, area) == point
    assert area.contains(*point)


@pytest.mark.parametrize("area", [Rect(0, 0, 7, 5), Rect(-9, -4, 7, 5), Rect(3, -2, 14, 10)])
def test_every_pixel_lies_inside_the_area(area: Rect) -> None:
    for x in range(7):
        for y in range(5):
            assert area.contains(*point_in_area((x, y), (7, 5), area))


def test_right_and_bottom_are_outside() -> None:
    rect = Rect(-2, -2, 2, 2)
    assert rect.contains(-2, -2)
    assert rect.contains(-1, -1)
    assert not rect.contains(0, -1)
    assert not rect.contains(-1, 0)
