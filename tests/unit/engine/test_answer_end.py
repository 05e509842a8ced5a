"""An answer at its limit ends behind a sentence, or behind an object of a list."""

from __future__ import annotations

import json

import pytest

from edge_assistant.engine.answer_end import is_good_end


@pytest.mark.parametrize(
    ("text", "following"),
    [
        ("A dialog.", " It"),
        ("A dialog.", "\n"),
        ("Is it red?", " Yes"),
        ("**A dialog.**", " It"),
        ("He said “no.”", " Then"),
        ("这是一个对话框。", "它"),
        ("Ein Knopf.", " Der"),
        ("A dialog\n", "Save"),
    ],
)
def test_the_end_of_a_sentence_is_a_good_end(text: str, following: str) -> None:
    assert is_good_end(text, following)


@pytest.mark.parametrize(
    ("text", "following"),
    [
        ("A dialog", " titled"),
        ("It costs 3.", "5"),
        ("A dialog titled Music with two buttons,", " which"),
        ("Dr.", " Smith"),
        ("A dialog. It", " is"),
        ("", "A"),
        (" ", "A"),
    ],
)
def test_no_other_place_is(text: str, following: str) -> None:
    assert not is_good_end(text, following)


OBJECTS = [
    {"bbox_2d": [1, 2, 3, 4], "label": "Save"},
    {"bbox_2d": [5, 6, 7, 8], "label": 'Say "}". [x]'},
    {"label": "x{", "box": [1]},
]


@pytest.mark.parametrize("form", ["{}", "```json\n{}\n```", "Here they are: {}"])
@pytest.mark.parametrize("indent", [None, 1])
def test_a_list_of_objects_may_end_behind_each_but_the_last(form: str, indent: int | None) -> None:
    text = form.format(json.dumps(OBJECTS, indent=indent))
    start = text.index("[")
    ends = set()
    for place in range(start + 1, text.rindex("]") + 1):
        if is_good_end(text[:place], text[place:]):
            found = json.loads(text[start:place].rstrip().rstrip(",") + "]")
            assert found == OBJECTS[: len(found)]
            ends.add(len(found))
    assert ends == {1, 2}
    assert is_good_end(text[: text.rindex("]") + 1], "\n")


def test_objects_in_a_wrapper_and_objects_in_objects() -> None:
    wrapped = '{"objects": [{"bbox_2d": [1, 2], "names": {"en": "x"}}'
    assert is_good_end(wrapped, ",")
    assert not is_good_end(wrapped, "]")
    assert not is_good_end(wrapped + ', {"bbox_2d": [1, 2], "names": {"en": "x"}', ",")
