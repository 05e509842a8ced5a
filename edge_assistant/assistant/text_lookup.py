"""Looks for a claim in recognised text, where a few letters may have been misread, and no digit."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from edge_assistant.assistant.answer_claims import Claim, numbers_in
from edge_assistant.text.scripts import script_of
from edge_assistant.text.similar_text import fold_letter

_NEVER = 1000
"""The cost of a step that no likeness makes up for."""
_SHORT = 5
"""A text with fewer letters must be whole words: many longer words have it somewhere in them."""
_MOST_LETTERS = 160
_BETWEEN = r"[ .,:;/'’_\-–‑()\u2009\u202f\xa0]{0,2}"
"""What may separate the digits of a number."""
_BESIDE_WORDS = frozenset(("HAN", "HIRAGANA", "KATAKANA"))


@dataclass(frozen=True, slots=True)
class _Letters:
    """Letters and digits of a text as they are compared: `digit` where it is one, `glued` to the one before it.

    `line_starts` are the places at which a line begins.
    """

    folded: str
    digit: tuple[bool, ...]
    glued: tuple[bool, ...]
    line_starts: tuple[int, ...] = (0,)


class RecognisedText:
    """Recognised lines, made ready to look for claims in them."""

    def __init__(self, lines: Sequence[str]) -> None:
        """`lines` are in reading order."""
        self._lines = "\n".join(map(_plain_digits, lines))
        # A single letter is mostly an icon, and would stand within a text that goes on in the next line.
        self._letters = _letters("\n".join(line for line in lines if sum(map(str.isalnum, line)) > 1))

    def has(self, claim: Claim) -> bool:
        """Return whether the text has what is claimed."""
        if claim.kind == "number":
            return self._has_number(claim.text)
        return self._has_text(claim.text) or (_is_number(claim.text) and self._has_number(claim.text))

    def contradicts(self, claim: Claim) -> bool:
        """Return whether the text has a claim that it does not have with other digits, or a number of it with one."""
        if not any(map(str.isdigit, claim.text)):
            return False
        numbers = [number for _, number in numbers_in(claim.text)]
        if any(not self._has_number(each) and self._has_number(each, but_for_one=True) for each in numbers):
            return True
        if claim.kind == "number":
            return self._has_number(claim.text, but_for_one=True)
        return self._has_text(claim.text, any_digits=True)

    def _has_number(self, text: str, *, but_for_one: bool = False) -> bool:
        """Look for the same letters and digits, whatever separates them, or `but_for_one` digit.

        Between digits of another number it is not.
        """
        signs = [_sign_pattern(each) for each in _plain_digits(text) if each.isalnum()]
        wanted = [signs]
        if but_for_one:
            wanted = [[*signs[:at], "[0-9]", *signs[at + 1 :]] for at in range(len(signs))]
        patterns = "|".join(_BETWEEN.join(each) for each in wanted)
        return re.search(rf"(?<![0-9])(?:{patterns})(?![0-9])", self._lines) is not None

    def _has_text(self, text: str, *, any_digits: bool = False) -> bool:
        letters = _letters(text)
        if not letters.folded:
            return True
        if len(letters.folded) > _MOST_LETTERS:
            half = text.rfind(" ", 0, len(text) // 2 + 1)
            if half > 0:
                parts = (text[:half], text[half:])
                return all(self._has_text(part, any_digits=any_digits) for part in parts)
        if any_digits:
            return _is_within(_without_values(letters), _without_values(self._letters))
        return _is_within(letters, self._letters)


def _without_values(letters: _Letters) -> _Letters:
    """Return the letters with all digits alike."""
    folded = "".join("0" if digit else letter for letter, digit in zip(letters.folded, letters.digit, strict=True))
    return replace(letters, folded=folded)


def _is_within(claim: _Letters, text: _Letters) -> bool:
    """Return whether the text has the claim somewhere, with at most a few letters wrong, and no digit.

    Sellers' algorithm: each row has the least cost of the claim so far against what ends at each place of the text. A
    line need not be followed by the next one: columns may have been read across.
    """
    whole_words = len(claim.folded) < _SHORT and not _BESIDE_WORDS.intersection(map(script_of, claim.folded))
    size = len(claim.folded)
    for start in _places(text.folded, claim.folded):
        if _may_start(text, start, whole_words, claim.digit[0]) and _may_end(
            text, start + size, whole_words, claim.digit[-1]
        ):
            return True
    limit = _most_errors(size)
    if not limit or not _may_be_within(claim.folded, text.folded, limit):
        return False
    size = len(text.folded)
    starts = [0 if _may_start(text, at, whole_words, claim.digit[0]) else _NEVER for at in range(size + 1)]
    may_be_digit = [_may_be_digit(text, at) for at in range(size)]
    row = starts
    for i, letter in enumerate(claim.folded):
        digit = claim.digit[i]
        inside = digit and i > 0 and claim.digit[i - 1]  # of a number
        left_out = _NEVER if digit else 1
        before, row = row, [row[0] + left_out]
        for j in range(size):
            replaced = _NEVER if digit or text.digit[j] else 1
            same = letter == text.folded[j] and (not digit or may_be_digit[j])
            best = before[j] + (0 if same else replaced)
            best = min(best, before[j + 1] + left_out)
            added = _NEVER if text.digit[j] and (inside or text.glued[j] or _glues_next(text, j)) else 1
            row.append(min(best, row[j] + added))
        if i + 1 < len(claim.folded) and not claim.glued[i + 1]:  # the next word may stand in a line elsewhere
            jump = min(row[end] for end in (*text.line_starts[1:], size)) + 1
            for start in text.line_starts:
                row[start] = min(row[start], jump)
        if min(row) > limit:
            return False
    return any(cost <= limit and _may_end(text, at, whole_words, claim.digit[-1]) for at, cost in enumerate(row))


def _places(text: str, part: str) -> Iterator[int]:
    """Yield the places at which a text has the part."""
    start = text.find(part)
    while start >= 0:
        yield start
        start = text.find(part, start + 1)


def _may_be_within(claim: str, text: str, errors: int) -> bool:
    """Return False where it is certain without a longer look: of one part more than errors, one has to be right."""
    cuts = [len(claim) * part // (errors + 1) for part in range(errors + 2)]
    return any(claim[start:end] in text for start, end in itertools.pairwise(cuts))


def _most_errors(letters: int) -> int:
    """Return how many letters of so many may be wrong, added or missing."""
    return 0 if letters < _SHORT else 1 if letters < 9 else 2 if letters < 16 else letters * 15 // 100


def _may_be_digit(text: _Letters, at: int) -> bool:
    """Return whether a letter may be a misread digit: it stands alone or beside a digit, unlike the l of a word."""
    before = text.glued[at]
    behind = at + 1 < len(text.folded) and text.glued[at + 1]
    beside_digit = (before and text.digit[at - 1]) or (behind and text.digit[at + 1])
    return text.digit[at] or beside_digit or not (before or behind)


def _glues_next(text: _Letters, at: int) -> bool:
    """Return whether a digit of the text belongs to a number with more of them."""
    return at + 1 < len(text.folded) and text.glued[at + 1] and text.digit[at + 1]


def _may_start(text: _Letters, at: int, whole_words: bool, digit: bool) -> bool:
    if at in (0, len(text.folded)) or not text.glued[at]:
        return True
    return not whole_words and not (digit and text.digit[at - 1])


def _may_end(text: _Letters, at: int, whole_words: bool, digit: bool) -> bool:
    if at in (0, len(text.folded)) or not text.glued[at]:
        return True
    return not whole_words and not (digit and text.digit[at])


def _letters(text: str) -> _Letters:
    folded: list[str] = []
    digit: list[bool] = []
    glued: list[bool] = []
    line_starts = [0]
    beside = previous_lower = False
    for sign in _plain_digits(text):
        bare = fold_letter(sign) if sign.isalnum() or sign == "|" else ""
        if sign == "\n":
            line_starts.append(len(folded))
        if not bare:
            beside = beside and unicodedata.combining(sign) > 0
            continue
        for letter in bare:
            folded.append(letter)
            digit.append(sign.isdigit())
            # The recogniser leaves out a space now and then: "OKCancel" is two words.
            glued.append(beside and not (previous_lower and sign.isupper()))
            beside = True
        previous_lower = sign.islower()
    return _Letters("".join(folded), tuple(digit), tuple(glued), tuple(dict.fromkeys(line_starts)))


def _plain_digits(text: str) -> str:
    """Return the text with the digits of all scripts as 0 to 9."""
    return "".join(str(unicodedata.digit(sign)) if sign.isdigit() and not sign.isascii() else sign for sign in text)


def _sign_pattern(sign: str) -> str:
    if sign in "0Oo":
        return "[0Oo]"
    if sign in "1Il|":
        return r"[1Il|]"
    return f"(?i:{re.escape(sign)})"


def _is_number(text: str) -> bool:
    return any(map(str.isdigit, text)) and not any(map(str.isalpha, text))
