"""Long lines are cut where no letter is."""

from __future__ import annotations

import itertools

import numpy as np

from edge_assistant.ocr.line_pieces import MAX_WIDTH, WORD_GAP, Pixels, split, widest_gap


def line(width: int, *gaps: tuple[int, int]) -> Pixels:
    """A line full of ink but for these gaps: start and end."""
    pixels = np.full((48, width, 3), 255, np.uint8)
    pixels[10:30] = 0
    for start, end in gaps:
        pixels[:, start:end] = 255
    return pixels


def test_a_short_line_is_one_piece() -> None:
    assert split(line(MAX_WIDTH)) == [(0, MAX_WIDTH, False)]


def test_a_long_line_is_cut_in_the_middle_of_its_widest_gap() -> None:
    wide, narrow = (900, 900 + WORD_GAP), (1100, 1103)
    assert split(line(1500, wide, narrow)) == [(0, 904, False), (904, 1500, True)]
    assert split(line(1500, narrow)) == [(0, 1101, False), (1101, 1500, False)], "no space where letters touch nearly"


def test_a_line_without_a_gap_is_cut_all_the_same_and_nothing_of_it_is_lost() -> None:
    pieces = split(line(10 * MAX_WIDTH))
    assert pieces[0][0] == 0
    assert pieces[-1][1] == 10 * MAX_WIDTH
    assert all(end == start for (_, end, _), (start, _, _) in itertools.pairwise(pieces))
    assert all(0 < end - start <= MAX_WIDTH for start, end, _ in pieces)


def test_the_widest_gap_is_measured() -> None:
    assert widest_gap(line(100, (10, 14), (50, 62))) == 12
    assert widest_gap(line(100)) == 0
