"""The cells that are sent: all but those inside areas of one colour, of which every third stays."""

from __future__ import annotations

from PIL import Image, ImageDraw

from edge_assistant.imaging.blank_cells import CELL, informative_cells


def sheet(columns: int, rows: int, colour: tuple[int, int, int] = (240, 240, 240)) -> Image.Image:
    return Image.new("RGB", (columns * CELL, rows * CELL), colour)


def test_of_an_empty_picture_a_few_cells_stay_all_over_it() -> None:
    kept = informative_cells(sheet(9, 6))
    assert kept == tuple(row * 9 + column for row in (1, 4) for column in (1, 4, 7))


def test_a_cell_with_something_in_it_stays_and_so_do_its_neighbours() -> None:
    image = sheet(9, 6)
    image.putpixel((4 * CELL + 10, 3 * CELL + 20), (0, 0, 0))
    around = {row * 9 + column for row in (2, 3, 4) for column in (3, 4, 5)}
    assert around < set(informative_cells(image))
    assert set(informative_cells(image)) == around | set(informative_cells(sheet(9, 6)))


def test_both_sides_of_an_edge_between_two_areas_stay() -> None:
    image = sheet(12, 5)
    ImageDraw.Draw(image).rectangle((6 * CELL, 0, 12 * CELL, 5 * CELL), (200, 200, 200))
    kept = set(informative_cells(image))
    assert {row * 12 + column for row in range(5) for column in (5, 6)} <= kept
    assert len(kept) < 30


def test_ripples_are_no_contents_and_faint_text_is() -> None:
    image = sheet(6, 6)
    for x in range(0, image.width, 3):
        for y in range(0, image.height, 5):
            image.putpixel((x, y), (242, 239, 241))
    assert informative_cells(image) == informative_cells(sheet(6, 6))
    image.putpixel((100, 100), (230, 230, 230))
    assert len(informative_cells(image)) > len(informative_cells(sheet(6, 6)))


def test_a_gradient_is_kept_whole() -> None:
    image = Image.linear_gradient("L").resize((8 * CELL, 8 * CELL)).convert("RGB")
    assert informative_cells(image) == tuple(range(64))
