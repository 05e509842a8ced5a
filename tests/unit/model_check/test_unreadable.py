"""Answers about screens that nobody can read."""

from __future__ import annotations

import pytest

from edge_assistant.drawn_screens.phrases import LANGUAGES
from edge_assistant.model_check.unreadable import _PHRASES, says_unreadable


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The text is too small to read.",
        "A blurred window; its text cannot be read.",
        "A window. I can't make out any of the text.",
        "It is not clearly legible.",
        "The text is unreadable.",
        "There is no readable text.",
        "Der Text ist unleserlich.",
        "Ein verschwommenes Fenster.",
        "Die Schrift ist nicht zu erkennen.",
        "Der Text lässt sich nicht lesen.",
        "Le texte est illisible.",
        "On ne peut pas lire le texte.",
        "El texto no se puede leer.",
        "Tekst jest nieczytelny.",
        "Nie można odczytać tekstu.",
        "Текст неразборчив.",
        "Текст нельзя прочитать.",
        "Το κείμενο δεν διαβάζεται.",
        "النص غير واضح.",
        "文字看不清。",
        "文字がぼやけて読めません。",
    ],
)
def test_said_to_be_unreadable(text: str) -> None:
    assert says_unreadable(text)


@pytest.mark.parametrize(
    "text",
    [
        "A dialog titled Save.",
        "Ein Dialog mit zwei Knöpfen.",
        "The file cannot be restored.",
        "对话框",
        "Das Fenster liest Daten.",
    ],
)
def test_said_to_be_something(text: str) -> None:
    assert not says_unreadable(text)


def test_every_language_of_the_screens_has_its_phrases() -> None:
    assert set(_PHRASES) == set(LANGUAGES)
