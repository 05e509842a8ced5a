"""Search in recognised text: where a few letters stand on a page, and how that is said. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from edge_assistant.ocr.page import Box, Line, Word
from edge_assistant.system.i18n import catalogue_language, tr, translator
from edge_assistant.text.grounding import Place, place_words
from edge_assistant.text.similar_text import distances_to_starts, fold

_WHOLE, _START, _INSIDE, _SIMILAR = range(4)
"""How well a match fits, best first: whole words; their start; letters inside a word; nearly the start of a word."""

_LETTERS_PER_ERROR = 4
"""Of so many letters one may be wrong: of three, any word of a dialog would do."""

_MAX_ERRORS = 2
_MAX_NAME = 40
"""The most characters of a line that is said as a whole; of a longer one only the words around the match are."""

_NEIGHBOURS = 2
"""So many words before and after the match are said then."""


@dataclass(frozen=True, slots=True)
class Match:
    """One place where the letters were found.

    `text` is what is said of it: the line, or some of its words. `box` is around the words that were found, in pixels
    of the picture. `rank` says how well it fits: 0 best. `is_perhaps`: only the model has found it.
    """

    text: str
    box: Box
    rank: int = 0
    is_perhaps: bool = False


@dataclass(frozen=True, slots=True)
class _FoldedLine:
    text: str
    """The folded words, one space between two."""
    starts: tuple[int, ...]
    """Where in `text` each word begins."""
    words: tuple[Word, ...]


def find_text(query: str, lines: Iterable[Line]) -> tuple[Match, ...]:
    """Return the places of a text, the best ones first, and equal ones in the order of the lines.

    Case, accents and letters that look the same are no difference. One wrong letter of four is allowed where nothing
    fits better.
    """
    letters = fold(query)
    if not letters:
        return ()
    folded = [_fold_line(line) for line in lines]
    exact = [match for line in folded for match in _exact_matches(letters, line)]
    found = exact or [match for line in folded for match in _similar_matches(letters, line)]
    return tuple(sorted(found, key=lambda match: match.rank))  # stable: equal ones stay in order


def place_of(box: Box, size: tuple[int, int]) -> str:
    """Return in words where a box is in a picture of this size, such as "at the bottom right"."""
    width, height = size
    across, down = box.center
    return place_words(Place(across / width, down / height), translator(catalogue_language()), exact=False)


def spoken_match(matches: Sequence[Match], number: int, size: tuple[int, int]) -> str:
    """Return what is said of match `number` (from 0) in a picture of this size: "Save: at the bottom right, 1 of 2"."""
    match = matches[number]
    where = place_of(match.box, size)
    if match.is_perhaps:
        where = tr("perhaps {where}", where=where)
    if len(matches) == 1:
        return tr("{text}: {where}", text=match.text, where=where)
    return tr(
        "{text}: {where}, {number} of {count}", text=match.text, where=where, number=number + 1, count=len(matches)
    )


def unreadable_sentence() -> str:
    """Return what is said of a page with lines that could not be read, where a text was not found."""
    return tr("Some of the text is in a script that I cannot read here.")


def _fold_line(line: Line) -> _FoldedLine:
    words = line.words or (Word(line.text, line.box),)
    parts = [(fold(word.text), word) for word in words]
    kept = [(part, word) for part, word in parts if part]
    starts, at = [], 0
    for part, _ in kept:
        starts.append(at)
        at += len(part) + 1
    return _FoldedLine(" ".join(part for part, _ in kept), tuple(starts), tuple(word for _, word in kept))


def _exact_matches(letters: str, line: _FoldedLine) -> list[Match]:
    found: list[Match] = []
    at = line.text.find(letters)
    while at >= 0:
        end = at + len(letters)
        starts = at in line.starts or not line.text[at - 1].isalnum()
        ends = end == len(line.text) or not line.text[end].isalnum()
        found.append(_match(line, at, end, _INSIDE if not starts else _WHOLE if ends else _START))
        at = line.text.find(letters, end)
    return _one_for_each_place(found)


def _similar_matches(letters: str, line: _FoldedLine) -> list[Match]:
    """Return the words that begin with something like the letters."""
    errors = min(_MAX_ERRORS, len(letters) // _LETTERS_PER_ERROR)
    if not errors:
        return []
    found: list[Match] = []
    for start in line.starts:
        text = line.text[start : start + len(letters) + errors]
        distances = distances_to_starts(letters, text, errors)
        best = min(distances)
        if best <= errors:
            found.append(_match(line, start, start + max(1, distances.index(best)), _SIMILAR + best))
    return _one_for_each_place(found)


def _match(line: _FoldedLine, start: int, end: int, rank: int) -> Match:
    inside = [number for number, begin in enumerate(line.starts) if begin < end and _end(line, number) > start]
    first, last = inside[0], inside[-1]
    name = " ".join(word.text for word in line.words)
    if len(name) > _MAX_NAME:
        near = line.words[max(0, first - _NEIGHBOURS) : last + 1 + _NEIGHBOURS]
        name = " ".join(word.text for word in near)
    return Match(name, _around([word.box for word in line.words[first : last + 1]]), rank)


def _end(line: _FoldedLine, number: int) -> int:
    return line.starts[number + 1] - 1 if number + 1 < len(line.starts) else len(line.text)


def _around(boxes: list[Box]) -> Box:
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


def _one_for_each_place(matches: list[Match]) -> list[Match]:
    """Keep the best match of each box: the letters of one word may be in it twice."""
    best: dict[Box, Match] = {}
    for match in matches:
        if match.box not in best or match.rank < best[match.box].rank:
            best[match.box] = match
    return list(best.values())
