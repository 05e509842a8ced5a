"""The phrases of each language: whole, distinct, with the values that can be filled in."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import fields

import pytest

from edge_assistant.drawn_screens.phrases import LANGUAGES, phrases
from edge_assistant.drawn_screens.phrases.phrase_set import PhraseSet
from edge_assistant.drawn_screens.values import Values

SLOTS = {"thing", "town", "product", "count", "hour", "year", "date", "code"}
ASKED = {"ask_cell": {"row", "column"}}
WITH_LABEL = (
    "ask_button",
    "ask_ticked",
    "ask_field",
    "ask_chosen",
    "ask_greyed",
    "ask_value",
    "ask_entry",
    "ask_number",
    "ask_where",
    "ask_icon",
)


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from strings(each)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_has_text_and_only_slots_that_are_filled(language: str) -> None:
    words = phrases(language)
    for field in fields(PhraseSet):
        texts = list(strings(getattr(words, field.name)))
        assert texts, field.name
        expected = {"label"} if field.name in WITH_LABEL else ASKED.get(field.name)
        for text in texts:
            assert text.strip() == text, (field.name, text)
            assert text, field.name
            slots = set(re.findall(r"\{(\w*)\}", text))
            assert "&" not in text, "Qt takes it for the mark of a key"
            if field.name.startswith("ask_"):
                assert slots == (expected or set()), (field.name, text)
            else:
                assert slots <= SLOTS, (field.name, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_are_long_enough_and_nothing_stands_in_them_twice(language: str) -> None:
    words = phrases(language)
    english = phrases("en")
    for field in fields(PhraseSet):
        value = getattr(words, field.name)
        if isinstance(value, tuple) and field.name not in ("yes", "no", "empty"):
            assert len(value) == len(getattr(english, field.name)), field.name
            assert len(set(value)) == len(value), field.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_that_stand_on_one_screen_differ(language: str) -> None:
    words = phrases(language)
    labels = [words.order, words.town, words.postcode, words.quantity, words.date, words.remarks]
    form = [*labels, *words.options, *words.buttons, *(each for _, options in words.groups for each in options)]
    assert len({each.casefold() for each in form}) == len(form)
    menu = [*words.menus, *words.entries]
    assert len({each.casefold() for each in menu}) == len(menu)
    settings = [*words.categories, *words.switches, *words.sliders]
    assert len({each.casefold() for each in settings}) == len(settings)


@pytest.mark.parametrize("language", LANGUAGES)
def test_yes_is_not_a_way_to_say_no(language: str) -> None:
    words = phrases(language)
    assert not set(words.yes) & set(words.no)


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_languages_are_written_in_their_own_letters(language: str) -> None:
    scripts = {"ru": "\u0400-\u04ff", "el": "\u0370-\u03ff", "ar": "\u0600-\u06ff", "zh": "\u4e00-\u9fff"}
    letters = scripts.get(language, "\u3040-\u30ff\u4e00-\u9fff" if language == "ja" else "a-zA-Z")
    words = phrases(language)
    for text in strings((words.sentences, words.dialogs, words.errors, words.buttons, words.ask_message)):
        assert re.search(f"[{letters}]", text), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_facts_of_a_text_are_the_values_in_it(language: str) -> None:
    words = phrases(language)
    values = Values(random.Random(1), words, lambda day: day.isoformat())
    for template in [text for pair in (*words.dialogs, *words.errors, *words.mails) for text in pair]:
        filled = values.fill(template)
        assert "{" not in filled.text
        slots = re.findall(r"\{(\w+)\}", template)
        assert len(filled.facts) == sum(slot in ("thing", "code", "count", "year") for slot in slots)
        assert all(fact[0] in filled.text and any(each.isdigit() for each in fact[0]) for fact in filled.facts)
