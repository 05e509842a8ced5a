"""Tests of json_words: values of JSON as sentences."""

from __future__ import annotations

from typing import Any

import pytest

from edge_assistant.system.i18n import translator
from edge_assistant.text.json_words import json_lines, key_words

LINES: list[tuple[Any, list[str]]] = [
    ({"answer": "Yes."}, ["Yes."]),
    ({"description": "A dialog", "buttons": ["OK", "Cancel"]}, ["A dialog.", "Buttons: OK, Cancel."]),
    ({"open": True, "ready": False, "error": None}, ["Open: yes.", "Ready: no.", "Error: none."]),
    ({"price": 1.5, "count": 0}, ["Price: 1.5.", "Count: 0."]),
    ({"empty": "", "list": [], "object": {}}, []),
    ({"window": {"title": "Music", "size": {"width": 3, "height": 4}}}, ["Window: Music, Size: Width: 3, Height: 4."]),
    ({"items": [{"name": "Milk", "price": 1}, {"name": "Tea", "price": 2}]}, ["Items: Milk, Price: 1; Tea, Price: 2."]),
    ([{"name": "Milk"}, {"name": "Tea"}], ["Milk.", "Tea."]),
    ([{"a": 1}], ["A: 1."]),
    (["OK", "Cancel"], ["OK, Cancel."]),
    ({"question": "Really?", "quote": "„Ja.“"}, ["Question: Really?", "Quote: „Ja.“"]),
    ("text", ["text."]),
    ({"id": "x17", "version": 2}, []),
    (None, ["none."]),
]


@pytest.mark.parametrize(("value", "lines"), LINES)
def test_values_are_sentences(value: Any, lines: list[str]) -> None:
    assert json_lines(value, translator("en")) == lines


def test_without_words_of_the_language_there_are_signs_or_nothing() -> None:
    assert json_lines({"ouvert": True, "fini": False, "rien": None}, None) == ["Ouvert: ✓.", "Fini: ✗."]


def test_an_exact_text_gets_no_full_stop() -> None:
    assert json_lines({"text": "as it is"}, None, exact=True) == ["as it is"]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("title", "Title"),
        ("window_title", "Window title"),
        ("windowTitle", "Window title"),
        ("window-title", "Window title"),
        ("Window title", "Window title"),
        ("URL", "URL"),
        ("größeÄndern", "Größe ändern"),
    ],
)
def test_names_are_words(key: str, words: str) -> None:
    assert key_words(key) == words
