"""Likeness of texts: what is folded together, and the distance of what is not."""

from __future__ import annotations

import pytest

from edge_assistant.text.similar_text import distances_to_starts, edit_distance, fold, similar


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Save", "SAVE"),
        ("Ändern", "andern"),
        ("é", "e"),
        ("e\u0301", "é"),
        ("Straße", "STRASSE"),
        ("Illl1", "1I1lI"),
        ("O0o", "00O"),
        ("  two\u00a0\n words ", "two words"),
        ("İstanbul", "istanbul"),
        ("ﬁle", "file"),
    ],
)
def test_what_looks_or_reads_the_same_is_the_same(a: str, b: str) -> None:
    assert fold(a) == fold(b)
    assert similar(a, b) == 1.0


@pytest.mark.parametrize(("a", "b"), [("5", "S"), ("B", "8"), ("save", "safe"), ("4711", "4712"), ("rn", "m")])
def test_other_letters_are_not(a: str, b: str) -> None:
    assert fold(a) != fold(b)
    assert similar(a, b) < 1.0


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("file", "eile", 1), ("kitten", "sitting", 3), ("save", "svae", 1),
     ("4711", "471", 1), ("ab", "ba", 1), ("abc", "xyz", 3)],
)  # fmt: skip
def test_the_distance_counts_letters(a: str, b: str, distance: int) -> None:
    assert edit_distance(a, b) == edit_distance(b, a) == distance


def test_above_a_limit_the_distance_is_only_above_it() -> None:
    assert edit_distance("kitten", "sitting", 3) == 3
    assert edit_distance("kitten", "sitting", 2) > 2
    assert edit_distance("kitten", "", 2) > 2


def test_the_starts_of_a_text_are_compared_too() -> None:
    assert distances_to_starts("sav", "save") == [3, 2, 1, 0, 1]


def test_likeness_is_a_share_of_the_longer_text() -> None:
    assert similar("4711", "4712") == 0.75
    assert similar("abc", "xyz") == 0.0
