"""Where a line is on the screen, at any scale and on any monitor, and whether it is still there."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageOps

from edge_assistant.capture.geometry import Rect
from edge_assistant.ocr.page import Box
from edge_assistant.ui.lines.frame_place import frame_parts, in_picture, on_desktop, on_screen, shows_the_same


@pytest.mark.parametrize(
    ("area", "size", "place"),
    [
        (Rect(0, 0, 800, 600), (800, 600), Rect(10, 20, 100, 15)),
        (Rect(300, 200, 800, 600), (800, 600), Rect(310, 220, 100, 15)),
        (Rect(-1920, -200, 800, 600), (800, 600), Rect(-1910, -180, 100, 15)),
        (Rect(100, 100, 400, 300), (800, 600), Rect(105, 110, 50, 8)),  # points with four pixels each
        (Rect(0, 0, 3200, 2400), (800, 600), Rect(40, 80, 400, 60)),  # a picture that was made smaller
    ],
)
def test_a_part_of_a_picture_is_found_on_the_desktop(area: Rect, size: tuple[int, int], place: Rect) -> None:
    assert on_desktop(Box(10, 20, 110, 35), size, area) == place


@pytest.mark.parametrize(
    ("part", "screen", "place"),
    [
        (Rect(0, 0, 1920, 1080), Rect(0, 0, 1920, 1080), Rect(300, 150, 90, 30)),
        (Rect(0, 0, 1920, 1080), Rect(0, 0, 1536, 864), Rect(240, 120, 72, 24)),  # 125 %
        (Rect(0, 0, 1920, 1080), Rect(0, 0, 1280, 720), Rect(200, 100, 60, 20)),  # 150 %
        (Rect(-2880, 0, 2880, 1620), Rect(-2880, 0, 1920, 1080), Rect(-760, 100, 60, 20)),  # left of the first, 150 %
        (Rect(0, -1080, 1920, 1080), Rect(0, -1080, 1536, 864), Rect(240, -96, 72, 24)),  # above it, 125 %
    ],
)
def test_a_place_on_the_desktop_is_found_on_a_scaled_screen(part: Rect, screen: Rect, place: Rect) -> None:
    assert on_screen(Rect(300, 150, 90, 30), part, screen) == place


def test_nothing_is_smaller_than_a_pixel() -> None:
    assert on_desktop(Box(5, 5, 6, 6), (800, 600), Rect(0, 0, 80, 60)) == Rect(0, 0, 1, 1)
    assert on_screen(Rect(5, 5, 1, 1), Rect(0, 0, 2000, 1000), Rect(0, 0, 500, 250)) == Rect(1, 1, 1, 1)


def test_the_part_of_a_picture_that_our_frame_covers() -> None:
    top, bottom, left, right = frame_parts(Rect(100, 100, 50, 20), 10)
    assert (top, bottom) == (Rect(90, 90, 70, 10), Rect(90, 120, 70, 10))
    assert (left, right) == (Rect(90, 100, 10, 20), Rect(150, 100, 10, 20))
    assert in_picture(bottom, Rect(100, 124, 50, 20), (100, 40)) == Box(0, 0, 100, 12)


def drawn(text: str, ink: str = "black", paper: str = "white") -> Image.Image:
    picture = Image.new("RGB", (200, 24), paper)
    ImageDraw.Draw(picture).text((4, 4), text, fill=ink)
    return picture


WORDS = drawn("Save this invoice as")


@pytest.mark.parametrize(
    "now",
    [WORDS, ImageOps.invert(WORDS), drawn("Save this invoice as", "#777777", "#dddddd")],
    ids=["as it was", "selected", "greyed"],
)
def test_the_same_text_in_other_colours_is_still_there(now: Image.Image) -> None:
    assert shows_the_same(WORDS, now)


@pytest.mark.parametrize(
    "now",
    [drawn("Open another file now"), drawn(""), drawn("", paper="black"), WORDS.transform(
        WORDS.size, Image.Transform.AFFINE, (1, 0, 25, 0, 1, 0)
    ), Image.new("RGB", (100, 24))],
    ids=["another text", "nothing", "darkness", "moved", "another size"],
)  # fmt: skip
def test_what_is_not_there_any_more(now: Image.Image) -> None:
    assert not shows_the_same(WORDS, now)


def test_our_own_frame_does_not_count() -> None:
    covered = WORDS.copy()
    box = Box(0, 0, 200, 9)
    covered.paste("#ffdd00", tuple(box))
    assert not shows_the_same(WORDS, covered)
    assert shows_the_same(WORDS, covered, [box])


def test_a_surface_without_text_is_the_same_as_another() -> None:
    assert shows_the_same(drawn(""), drawn(""))
