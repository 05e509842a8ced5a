"""A place within a text, which goes by word and by letter, and what is said there."""

from __future__ import annotations

import unicodedata

from edge_assistant.text import spelling
from edge_assistant.text.languages import Sentence

_RIGHT_TO_LEFT = ("R", "AL")


class TextCursor:
    """A place in one text: at first before its first word and letter, or, with `at_end`, behind its last.

    Each move returns what is said there, None where the text ends; then the place stays.
    """

    def __init__(self, text: Sentence, *, at_end: bool = False) -> None:
        self._text = text
        self._letters = spelling.characters(text)
        self._names: list[str] | None = None
        self._starts = [
            place
            for place, letter in enumerate(self._letters)
            if not letter.isspace() and (place == 0 or self._letters[place - 1].isspace())
        ]
        self._word = len(self._starts) if at_end else -1
        self._letter: int | None = None  # None until it went by letter since the last word

    def word(self, step: int) -> Sentence | None:
        """Go to the next word (`step` 1) or the one before (-1)."""
        if not 0 <= self._word + step < len(self._starts):
            return None
        self._word += step
        self._letter = None
        start = self._starts[self._word]
        following = self._starts[self._word + 1] if self._word + 1 < len(self._starts) else len(self._letters)
        return Sentence("".join(self._letters[start:following]).strip(), self._text.language)

    def letter(self, step: int, language: str | None) -> str | None:
        """Go to the next letter (`step` 1) or the one before (-1), from the word that it is in.

        `language` is the code of the one in which signs and capitals are named.
        """
        if self._letter is not None:
            place = self._letter + step
        else:
            place = self._start_of_word() + (step - 1 if step > 0 else step)
        if not 0 <= place < len(self._letters):
            return None
        if self._names is None:
            self._names = spelling.spell(self._text, language)
        self._letter = place
        self._word = sum(start <= place for start in self._starts) - 1
        return self._names[place]

    def _start_of_word(self) -> int:
        if self._word >= len(self._starts):
            return len(self._letters)
        return self._starts[self._word] if self._word >= 0 else 0


def is_right_to_left(text: str) -> bool:
    """Return whether a text begins at the right, by its first letter."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((each in _RIGHT_TO_LEFT for each in directions if each in ("L", *_RIGHT_TO_LEFT)), False)
