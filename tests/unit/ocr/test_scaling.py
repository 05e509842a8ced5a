"""Huge pictures are reduced, and places brought back; others stay as they are."""

from __future__ import annotations

from PIL import Image

from edge_assistant.ocr import scaling
from edge_assistant.ocr.page import Box, Line, Page, Word


def test_a_picture_of_usual_size_is_not_touched() -> None:
    picture = Image.new("RGB", (1920, 1080))
    assert scaling.reduce(picture) == (picture, 1)
    line = Line("A", Box(1, 2, 3, 4))
    assert scaling.enlarge_line(line, 1, picture.size) is line


def test_other_pictures_become_rgb() -> None:
    for mode in ("L", "RGBA", "P", "1", "I;16"):
        assert scaling.reduce(Image.new(mode, (3, 2)))[0].mode == "RGB"


def test_a_huge_picture_is_reduced_and_places_are_those_of_the_whole() -> None:
    picture = Image.new("L", (30001, 30000))
    reduced, factor = scaling.reduce(picture)
    assert reduced.width * reduced.height <= scaling.MAX_PIXELS
    assert reduced.mode == "RGB"
    assert factor == 5
    edge = Box(10, 20, reduced.width, reduced.height)
    page = Page(*reduced.size, (Line("A", edge, (Word("A", edge),)),))
    whole = scaling.enlarge_page(page, factor, picture.size)
    assert (whole.width, whole.height) == picture.size
    assert whole.lines[0].box == whole.lines[0].words[0].box == Box(50, 100, 30001, 30000)
