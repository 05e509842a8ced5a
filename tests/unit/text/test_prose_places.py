"""Tests of ProsePlaces: coordinates in running text become words, and other numbers stay."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import pytest

from edge_assistant.text.place_list import PlaceList
from edge_assistant.text.prose_places import ProsePlaces


def shown(text: str, cuts: Iterable[int] = (), *, language: str = "en", only_tagged: bool = False) -> str:
    stream = ProsePlaces(PlaceList(None, language).point, only_tagged=only_tagged)
    edges = [0, *cuts, len(text)]
    return "".join(stream.feed(text[a:b]) for a, b in itertools.pairwise(edges)) + stream.finish()


WORDS = {
    "The button is at (512, 900).": "The button is at the bottom.",
    "It is located at coordinates `(512, 900)`, I think.": "It is located at the bottom, I think.",
    "It is at the position: [512, 900]": "It is at the bottom",
    "Save: [780, 850, 960, 950]": "Save: at the bottom right",
    "- **Save button**: [780, 850, 960, 950]\n": "- **Save button**: at the bottom right\n",
    "| Save | [780, 850, 960, 950] |": "| Save | (at the bottom right) |",
    "Save (780, 850, 960, 950) is blue": "Save (at the bottom right) is blue",
    "bounding box [780, 850, 960, 950].": "bounding box at the bottom right.",
    "Its position is (512, 900).": "Its position is at the bottom.",
    "Save(780,850),(960,950)": "Save (at the bottom right)",
    "from (10, 20) to (300, 40), then": "from (at the top left), then",
    "near (x=512, y=900)": "at the bottom",
    "<|object_ref_start|>Save<|object_ref_end|><|box_start|>(780,850),(960,950)<|box_end|> ok": (
        "Save (at the bottom right) ok"
    ),
    "<ref>dog</ref><box>(10,20),(90,50)</box>": "dog (at the top left)",
    "Click <point>512 900</point>.": "Click (at the bottom).",
    '<point x="51.5" y="90.1" alt="S">Save</point>.': "Save (at the bottom).",
    "A <box>hello</box> there": "A hello there",
}


@pytest.mark.parametrize("text", WORDS)
def test_coordinates_become_words(text: str) -> None:
    for cuts in ((), range(1, len(text)), *((place,) for place in range(1, len(text)))):
        assert shown(text, cuts) == WORDS[text]


TEXTS = [
    "vertex (3, 4) of f(100, 200), x = [100, 200, 300, 400]",
    "in (2019, 2020) and [12, 345], at (12:30), at noon, near the top",
    "cat (512, 300) and attempt at",
    "[100, 200, 300, 40] goes down, (1), [1, 2, 3], (a, b)",
    "at (5000, 300) and at (-900, 300)",
    "a < b, <b>x</b>, <boxes> and <",
]


@pytest.mark.parametrize("text", TEXTS)
def test_other_numbers_stay(text: str) -> None:
    for cuts in ((), range(1, len(text)), *((place,) for place in range(1, len(text)))):
        assert shown(text, cuts) == text


def test_a_reading_keeps_all_but_tagged_coordinates() -> None:
    assert shown("at (512, 900): [780, 850, 960, 950]", only_tagged=True) == "at (512, 900): [780, 850, 960, 950]"
    assert shown("<ref>dog</ref><box>(10,20),(90,50)</box>", only_tagged=True) == "dog (at the top left)"


def test_words_come_in_the_language_of_the_answer() -> None:
    assert shown("Der Knopf ist bei (512, 900).", language="de") == "Der Knopf ist unten in der Mitte."
    assert shown("Le bouton : [780, 850, 960, 950]", language="fr") == "Le bouton : x 80 %, y 80 %"
