"""Tests of JsonReader: what it understands, and what it reports on the way."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from edge_assistant.text.json_reader import MAX_DEPTH, JsonReader


def read(text: str) -> JsonReader:
    """A reader that took no object, after the text."""
    reader = JsonReader(lambda _item, _name: False)
    for character in text:
        reader.feed(character)
    return reader


VALUES: list[tuple[str, Any]] = [
    ('{"a": [1, -2.5, 1e3, true, false, null, "x"]}', {"a": [1, -2.5, 1000, True, False, None, "x"]}),
    ("{'a': 'it's', 'b': None, 'c': True}", {"a": "it's", "b": None, "c": True}),
    ('{"a": "say "yes" now", "b": 1}', {"a": 'say "yes" now', "b": 1}),
    ('{"a": "x"\n"b": "y"}', {"a": "x", "b": "y"}),
    ('{"a": "x" "b": "y"}', {"a": "x", "b": "y"}),
    ('{a: 1, b: "x", c: two words}', {"a": 1, "b": "x", "c": "two words"}),
    ('{"a": 1,}', {"a": 1}),
    ("[1, 2,]", [1, 2]),
    ("[(1, 2), (3, 4)]", [[1, 2], [3, 4]]),
    ('[{"a": 1, {"a": 2}]', [{"a": 1}, {"a": 2}]),
    ('{"a": [1, 2, "b": 3}', {"a": [1, 2], "b": 3}),
    ('[{"a": 1]', [{"a": 1}]),
    ('{{"a": 1}}', [{"a": 1}]),
    ('["a": 1, "b": 2]', {"a": 1, "b": 2}),
    ('{"a": 1, // why\n "b": 2}', {"a": 1, "b": 2}),
    ('{"a": "\\u00e4\\n\\"\\\\ \\/ \\frac \\uD83D"}', {"a": 'ä\n"\\ / \\frac \ud83d'}),
    ('{"a": "\\uzz"}', {"a": "\\uzz"}),
]


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_json_and_what_is_near_it_is_understood(text: str, value: Any) -> None:
    reader = read(text)
    assert reader.done
    assert not reader.failed
    assert reader.value == value


@pytest.mark.parametrize("text", ['{"a" 1,', '{"a", "b"', "{x}", "{a b,", "]", "x", "[" * (MAX_DEPTH + 1)])
def test_what_has_no_meaning_fails(text: str) -> None:
    assert read(text).failed


def test_any_valid_json_is_read_as_python_reads_it() -> None:
    def value(chance: random.Random, depth: int) -> Any:
        kind = chance.randrange(8 if depth < 4 else 6)
        if kind == 6:
            return [value(chance, depth + 1) for _ in range(chance.randrange(4))]
        if kind == 7:
            return {f"k{number}": value(chance, depth + 1) for number in range(chance.randrange(4))}
        text = "".join(chance.choice("ab \\\n\t\"'/{}[],:ä😀\x01") for _ in range(chance.randrange(8)))
        return (chance.randrange(-99, 99), chance.random(), True, False, None, text)[kind]

    for seed in range(1000):
        wanted = [value(random.Random(seed), 0)]
        for text in (json.dumps(wanted), json.dumps(wanted, indent=1, ensure_ascii=False)):
            reader = read(text)
            assert json.dumps(reader.value) == json.dumps(wanted), seed


def test_objects_are_reported_as_they_close_and_left_out_when_taken() -> None:
    seen: list[tuple[dict[str, Any], str]] = []

    def take(item: dict[str, Any], name: str) -> bool:
        seen.append((item, name))
        return "x" in item

    reader = JsonReader(take)
    for character in '{"list": [{"x": 1}, {"y": {"x": 2}}], "n": 3}':
        reader.feed(character)
    assert seen[:3] == [({"x": 1}, ""), ({"x": 2}, "y"), ({"list": [{}], "n": 3}, "")]
    assert reader.value == {"list": [{}], "n": 3}
    assert reader.keys == {"list", "x", "y", "n"}
