"""Sentence splitting keeps JSON objects, links and code whole, and loses no word of a fence."""

from __future__ import annotations

import itertools
import random

import pytest

from edge_assistant.text.sentences import SentenceSplitter

_PIECES = [
    *("Hello", "e.g. ", "5", "1.", "\n", " ", ". ", "! ", "。", ", ", "- ", "**b**", "`c_d`", "``", "```", "```x\n"),
    *("{", "}", "[", "]", '{"', '{ "a": 1', '"}', '{"a": [1, 2]}', '[{"b": 1},\n {"c": "x. Y"}]', "[ ", "[l"),
    *("[l. M](http://x.y/z)", "](", "(", ")", '"', "“", "”", "> ", ">5", "x" * 310),
]


def split(*pieces: str) -> list[str]:
    splitter = SentenceSplitter()
    return [sentence for piece in pieces for sentence in splitter.feed(piece)] + splitter.finish()


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            'Here: {"box":[1,2,3,4],"label":"Save. Now *a* _b_"} is it.',
            ["Here:", '{"box":[1,2,3,4],"label":"Save. Now *a* _b_"}', "is it."],
        ),
        ('```json\n[\n  {"a": 1},\n  {"b": "*x*"}\n]\n```', ['[\n  {"a": 1},\n  {"b": "*x*"}\n]']),
        ('{"a": 1},\n{"b": 2}', ['{"a": 1}', '{"b": 2}']),
        ("{name} is shown. Next.", ["{name} is shown.", "Next."]),
        ("```Save``` is pressed. Next.", ["Save is pressed.", "Next."]),
        ("[The page. It is](http://x.y) long. End.", ["The page. It is long.", "End."]),
        ("![A cat. A dog.](x.png)", ["A cat. A dog."]),
        ("Use `a * b` and `__init__`. Then `**`.", ["Use a * b and __init__.", "Then **."]),
        ("*Hello there. Bye now.* Ok.", ["Hello there.", "Bye now.", "Ok."]),
        (">5 items. >= 3 of them.", [">5 items.", ">= 3 of them."]),
    ],
)
def test_it_comes_through_whole(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences
    assert split(*text) == sentences


@pytest.mark.parametrize("seed", range(100))
def test_brackets_cut_anywhere_give_the_same_sentences(seed: int) -> None:
    chance = random.Random(seed)
    text = "".join(chance.choice(_PIECES) + chance.choice(["", " "]) for _ in range(chance.randint(1, 40)))
    cuts = [0, *sorted(chance.randint(0, len(text)) for _ in range(9)), len(text)]

    whole = split(text)

    assert split(*text) == whole
    assert split(*(text[a:b] for a, b in itertools.pairwise(cuts))) == whole
