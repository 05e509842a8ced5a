"""A place within a text that goes by word and by letter."""

from __future__ import annotations

import pytest

from edge_assistant.text.languages import Sentence
from edge_assistant.ui.lines.cursor import TextCursor, is_right_to_left


def cursor(text: str, *, at_end: bool = False) -> TextCursor:
    return TextCursor(Sentence(text, "en"), at_end=at_end)


def test_words_are_what_lies_between_spaces() -> None:
    place = cursor("  Total:  3.20 € ")
    assert [place.word(1) for _ in range(4)] == ["Total:", "3.20", "€", None]
    assert [place.word(-1) for _ in range(3)] == ["3.20", "Total:", None]


def test_from_the_end_the_last_word_and_letter_come_first() -> None:
    assert cursor("a bc", at_end=True).word(-1) == "bc"
    assert cursor("a bc", at_end=True).letter(-1, "en") == "c"
    assert cursor("a bc").letter(-1, "en") is None


def test_letters_begin_in_the_word_and_words_go_on_from_the_letter() -> None:
    place = cursor("ab cd ef")
    place.word(1)
    place.word(1)
    assert [place.letter(1, "en") for _ in range(4)] == ["c", "d", "space", "e"]
    assert place.word(-1) == "cd"
    assert place.letter(-1, "en") == "space"


def test_a_letter_with_its_marks_is_one() -> None:
    place = cursor("e\u0301x u")
    assert [place.letter(1, "en") for _ in range(2)] == ["é", "x"]
    assert place.word(1) == "u"
    assert place.letter(1, "en") == "u"


@pytest.mark.parametrize("text", ["", "   "])
def test_without_words_there_is_nowhere_to_go(text: str) -> None:
    assert cursor(text).word(1) is None
    assert cursor(text, at_end=True).word(-1) is None


@pytest.mark.parametrize(("text", "expected"), [("abc", False), ("12 שלום", True), ("12", False), ("سلام abc", True)])
def test_the_first_letter_tells_the_direction(text: str, expected: bool) -> None:
    assert is_right_to_left(text) is expected
