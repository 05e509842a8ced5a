"""Scores of recorded answers."""

from __future__ import annotations

import random

import pytest

from edge_assistant.model_check.scoring import (
    character_error_rate,
    count_facts,
    edit_distance,
    find_claims,
    has_phrase,
    is_inside,
    score_number,
)


@pytest.mark.parametrize(
    ("text", "phrase", "found"),
    [
        ("A dialog titled “Save as”.", "save as", True),
        ("Unsaved assets", "save as", False),
        ("Ein Knopf „Löschen“.", "LÖSCHEN", True),
        ("Three  \n buttons", "three buttons", True),
        ("画面に「保存」ボタンがあります。", "保存", True),
        ("It costs 12.50 euros", "12.50", True),
        ("It costs 112.50 euros", "12.50", False),
        ("Full width ＡＢＣ", "abc", True),
        ("anything", "", False),
    ],
)
def test_whole_words_are_found_whatever_their_capitals(text: str, phrase: str, found: bool) -> None:
    assert has_phrase(text, phrase) is found


def test_a_fact_has_several_spellings() -> None:
    facts = (("3 buttons", "three buttons"), ("Save",), ("greyed", "disabled"))
    assert count_facts("Three buttons; Save is disabled.", facts) == (3, 3)
    assert count_facts("Two buttons; save is there.", facts) == (1, 3)
    assert count_facts("", ()) == (0, 0)


def test_what_is_not_there_is_a_claim() -> None:
    assert find_claims("Buttons Save, Help and Print.", ("Help", "Delete", "Print")) == ("Help", "Print")


def levenshtein(first: str, second: str) -> int:
    """The textbook's table."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


@pytest.mark.parametrize("seed", range(200))
def test_the_distance_is_that_of_the_textbook(seed: int) -> None:
    dice = random.Random(seed)
    first, second = ("".join(dice.choices("abcd", k=dice.randrange(0, 90))) for _ in range(2))
    assert edit_distance(first, second) == levenshtein(first, second)


def test_the_error_rate_counts_characters_of_the_truth() -> None:
    assert character_error_rate("Save the file", "save  the\nfile") == 0
    assert character_error_rate("abcd", "abxd") == 0.25
    assert character_error_rate("abcd", "") == 1
    assert character_error_rate("", "junk") == 4


@pytest.mark.parametrize(
    ("text", "exact", "right"),
    [
        ("The number is 111122223333.", True, 12),
        ("1111 2222 3333", True, 12),
        ("111,122,223,333", True, 12),
        ("It is 11112222333.", False, 11),
        ("1111222233334", False, 11),
        ("There is none.", False, 0),
        ("5 and 111122223343", False, 11),
    ],
)
def test_the_digits_of_a_number_are_counted(text: str, exact: bool, right: int) -> None:
    assert score_number("111122223333", text) == (exact, right)


def test_places() -> None:
    assert is_inside((10, 10), (10, 10, 20, 20))
    assert not is_inside((20, 10), (10, 10, 20, 20))
