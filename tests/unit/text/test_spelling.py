"""Words to spell, and what is said for their characters."""

from __future__ import annotations

import random

import pytest

from edge_assistant.text.spelling import spell, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A dialog, titled “Save as”.", ["A", "dialog", "titled", "Save", "as"]),
        ("(Open) [notes.txt] – now!", ["Open", "notes.txt", "now"]),
        ("Call print() or f(x).", ["Call", "print()", "or", "f(x)"]),
        ("Write to <ada@example.org>, e-mail.", ["Write", "to", "ada@example.org", "e-mail"]),
        (".env and C++, C#; -5 °C", [".env", "and", "C++", "C#", "-5", "°C"]),
        ("„Straße“ «oui» 'quoted' don’t", ["Straße", "oui", "quoted", "don’t"]),
        ("¿Qué? ¡Sí!", ["Qué", "Sí"]),
        ("https://a.b/c?d=e.", ["https://a.b/c?d=e"]),
        ("((a)) (b", ["a", "b"]),
        ("… – ,, ()", []),
        ("你好。", ["你好"]),
        ("", []),
    ],
)
def test_the_words_of_a_text_are_without_the_punctuation_around_them(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("word", "language", "said"),
    [
        ("Button", "en", ["capital B", "u", "t", "t", "o", "n"]),
        ("Knöpfe", "de", ["groß K", "n", "ö", "p", "f", "e"]),
        ("a-b_c.d@e", "en", ["a", "hyphen", "b", "underscore", "c", "dot", "d", "at sign", "e"]),
        ("a-b_c.d@e", "de", ["a", "Bindestrich", "b", "Unterstrich", "c", "Punkt", "d", "At-Zeichen", "e"]),
        ("A1 b", "en", ["capital A", "1", "space", "b"]),
        ("A1 b", "de", ["groß A", "1", "Leerzeichen", "b"]),
        ("x²", "en", ["x", "superscript 2"]),
        ("H₂", "de", ["groß H", "tiefgestellt 2"]),
        ("E\u0301e\u0301", "en", ["capital É", "é"]),
        ("Éa-b", "fr", ["É", "a", "-", "b"]),
        ("Ёж", "ru", ["Ё", "ж"]),
        ("你好", "en", ["你", "好"]),
        ("👩‍💻!", "en", ["👩‍💻", "exclamation mark"]),
        ("", "en", []),
        ("{x}", "en", ["opening brace", "x", "closing brace"]),
    ],
)
def test_characters_are_named_in_the_answers_language(word: str, language: str, said: list[str]) -> None:
    assert spell(word, language) == said


def test_without_a_language_names_are_in_the_persons_own() -> None:
    assert spell("A-", None) == ["capital A", "hyphen"]


@pytest.mark.parametrize("seed", range(50))
def test_any_text_can_be_spelled(seed: int) -> None:
    chance = random.Random(seed)
    text = "".join(chance.choice(["a", "B", "1", ".", "(", ")", " ", chr(chance.randrange(0xD7FF))]) for _ in range(60))
    for language in ("en", "de", "fr", None):
        for word in words_of(text):
            said = spell(word, language)
            assert all(said)
