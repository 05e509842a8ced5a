"""Scores of one answer against what is known of its screen. Everything here is pure: text in, numbers out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from edge_assistant.drawn_screens.truth import Box, Fact

_SPACE = re.compile(r"\s+")
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "’": "'", "‘": "'", "–": "-", "—": "-"})
# Scripts that are written without spaces have no whole words to look for.
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
# Behind a word: what a reading has to end its lines with, where the picture has line breaks.
_SENTENCE_MARKS = re.compile(r"[.,;:!?…]+(?=\s|$)")
# Signs that group the digits of a number; a blank may also be a no-break or a thin one.
_DIGIT_RUN = re.compile("[0-9](?:[ \u00a0\u202f\u2009.,'-]?[0-9])*")


def normalise(text: str) -> str:
    """Return the text as it is compared: one form of each letter, quotation mark, dash and space, no capitals."""
    text = unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold()
    return _SPACE.sub(" ", text).strip()


def has_phrase(text: str, phrase: str) -> bool:
    """Return whether `phrase` stands in `text` as whole words; capitals do not matter."""
    wanted = normalise(phrase)
    if not wanted:
        return False
    if _UNSPACED.search(wanted):
        return wanted in normalise(text)
    return re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", normalise(text)) is not None


def count_facts(text: str, facts: Iterable[Fact]) -> tuple[int, int]:
    """Return how many of the facts the text has in any spelling, and how many there are."""
    wanted = tuple(facts)
    return sum(any(has_phrase(text, spelling) for spelling in fact) for fact in wanted), len(wanted)


def find_claims(text: str, absent: Iterable[str]) -> tuple[str, ...]:
    """Return those of the things that are not on the screen that the text names."""
    return tuple(each for each in absent if has_phrase(text, each))


def character_error_rate(truth: str, text: str) -> float:
    """Return the characters to insert, delete or replace, for each character of `truth`: 0 is exact, above 1 is junk.

    Both are normalised, and sentence marks at the end of words left out: a reading says "Save. Cancel." for two lines.
    An empty `truth` gives the number of characters in the text that should not be there.
    """
    wanted, found = (normalise(_SENTENCE_MARKS.sub("", each)) for each in (truth, text))
    return edit_distance(wanted, found) / max(len(wanted), 1)


def edit_distance(first: str, second: str) -> int:
    """Return Levenshtein's distance, by Myers' bit-parallel algorithm (Journal of the ACM 46, 1999)."""
    if not first or not second:
        return len(first) + len(second)
    masks: dict[str, int] = {}
    for position, character in enumerate(first):
        masks[character] = masks.get(character, 0) | 1 << position
    everything, last = (1 << len(first)) - 1, 1 << (len(first) - 1)
    plus, minus, distance = everything, 0, len(first)
    for character in second:
        match = masks.get(character, 0)
        vertical = match | minus
        horizontal = (((match & plus) + plus) ^ plus) | match
        up = minus | (~(horizontal | plus) & everything)
        down = plus & horizontal
        distance += bool(up & last) - bool(down & last)
        up = (up << 1 | 1) & everything
        down = down << 1 & everything
        plus = down | (~(vertical | up) & everything)
        minus = up & vertical
    return distance


def score_number(number: str, text: str) -> tuple[bool, int]:
    """Return whether the text has the number exactly, and how many of its digits are right in the best candidate.

    Blanks, dots, commas, apostrophes and hyphens between digits do not matter; a longer number is not the same one.
    """
    runs = [re.sub(r"\D", "", run[0]) for run in _DIGIT_RUN.finditer(text)]
    distances = (edit_distance(number, run) for run in runs)
    return number in runs, max(0, len(number) - min(distances, default=len(number)))


def is_inside(point: tuple[float, float], box: Box) -> bool:
    """Return whether a point, in the box's pixels, is in it."""
    return box[0] <= point[0] < box[2] and box[1] <= point[1] < box[3]
