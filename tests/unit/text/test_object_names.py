"""Tests of object_names: the best of an object's texts is its name."""

from __future__ import annotations

from typing import Any

import pytest

from edge_assistant.system.i18n import translator
from edge_assistant.text.object_names import object_name, reading

NAMES: list[tuple[dict[str, Any], str]] = [
    ({"label": "Save"}, "Save"),
    ({"label": " the\n cat "}, "the cat"),
    ({"name": "Anna", "label": "person"}, "Anna, person"),
    ({"label": "person", "name": "Person"}, "Person"),
    ({"label": "animal", "name_en": "cat", "name_zh": "猫"}, "cat, animal"),
    ({"names": {"zh": "猫", "en": "cat"}}, "cat"),
    ({"name": {"zh": "猫", "de": "Katze"}}, "猫"),
    ({"name_zh": "猫"}, "猫"),
    ({"label": "button", "text_content": "Save"}, 'button "Save"'),
    ({"label": "Save button", "text": "Save"}, "Save button"),
    ({"text_content": "Save"}, "Save"),
    ({"type": "button", "text": "Save"}, 'button "Save"'),
    ({"type": "text", "text": "Save"}, "Save"),
    ({"type": "button", "label": "Save"}, "Save, button"),
    ({"label": "car", "sub_label": "a red van"}, "car, a red van"),
    ({"label": "checkbox", "text": "Remember me", "state": "checked"}, 'checkbox "Remember me", checked'),
    ({"description": "a red door"}, "a red door"),
    ({"label": ["OK", "Cancel"]}, "OK, Cancel"),
    ({"label": 7}, "7"),
    ({"label": "+"}, "+"),
    ({"label": "close_button"}, "close button"),
    ({"label": "MAX_VALUE"}, "MAX_VALUE"),
    ({"label": "a `b` c"}, "a 'b' c"),
    ({"something": "a door", "id": "x17"}, "a door"),
    ({"label": "", "name": None, "score": 0.9, "id": "x", "type": "object"}, ""),
    ({"label": True}, ""),
    ({}, ""),
]


@pytest.mark.parametrize(("item", "name"), NAMES)
def test_the_best_text_is_the_name(item: dict[str, Any], name: str) -> None:
    assert object_name(item, translator("en"), "en") == name


def test_a_name_is_in_the_language_of_the_answer() -> None:
    item = {"name_en": "cat", "name_zh": "猫", "names": {"de": "Katze"}, "label": "animal"}
    assert object_name(item, None, "zh-CN") == "猫, animal"
    assert object_name(item, translator("de"), "de") == "Katze, animal"
    assert object_name({"label": "Knopf", "text": "Ja"}, translator("de"), "de") == "Knopf „Ja“"
    assert object_name({"label": "bouton", "text": "Oui"}, None, "fr") == 'bouton "Oui"'


def test_a_reading_has_only_the_text_as_it_is() -> None:
    assert reading({"label": "line", "text_content": "a_b\n`c`"}) == "a_b\n`c`"
    assert reading({"label": "Save"}) == "Save"
    assert reading({"bbox_2d": [1, 2, 3, 4]}) == ""
