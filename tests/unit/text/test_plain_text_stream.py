"""Tests of PlainTextStream: the text is the same however it arrives, and locations are put into words."""

from __future__ import annotations

import itertools

import pytest

from edge_assistant.text.plain_text_stream import PlainTextStream

BOX = '{"bbox_2d": [780, 850, 960, 950], "label": "Save"}'
WORDS = "Save: at the bottom right, 87 percent from the left and 90 percent from the top."


def shown(text: str, *cuts: int) -> str:
    """What is shown when the text arrives in pieces."""
    answer = PlainTextStream()
    edges = [0, *cuts, len(text)]
    pieces = [answer.feed(text[a:b]) for a, b in itertools.pairwise(edges)]
    return "".join(pieces) + answer.finish()


PLACES = [
    (BOX, WORDS),
    (f"[{BOX}]", WORDS),
    (f"[\n\t{BOX},\n\t{BOX}\n]", f"{WORDS} {WORDS}"),
    (f"```json\n{BOX}\n```", WORDS),
    (f"```json\n[\n\t{BOX}\n]\n```\n", f"{WORDS}\n"),
    (f"~~~\n{BOX}\n~~~", WORDS),
    (f"It is here:\n```json\n{BOX}\n```\nand here.", f"It is here:\n{WORDS}\nand here."),
    (f"It is here: {BOX} and [there].", f"It is here: {WORDS} and [there]."),
    (f"{BOX}\n{BOX}", f"{WORDS}\n{WORDS}"),
    (f"```json\n{BOX}", WORDS),
]
OTHERS = [
    "A window with a Save button.",
    "",
    "  two\n\n lines \n",
    '{"a": {"b": [1, 2]}} is an object.',
    '{"bbox_2d": [1, 2, 3], "label": "no place"}',
    '{"bbox_2d": [780, 850,',
    '[{"bbox_2d"',
    '```json\n{"bbox_2d": [780',
    "```python\nprint([1, 2])\n```\nThat is `code`.",
    "``` and ~~~ and `[x]` and ~ and [a link](there) [",
    "[ ] a box\n[x] another\n{ }",
    "~~gone~~ {\n}",
    "`",
]


@pytest.mark.parametrize(("text", "wanted"), [*PLACES, *((text, text) for text in OTHERS)])
def test_it_is_the_same_however_it_arrives(text: str, wanted: str) -> None:
    assert shown(text) == wanted
    assert shown(text, *range(1, len(text))) == wanted
    for cut in range(1, len(text)):
        assert shown(text, cut) == wanted


def test_words_come_at_once() -> None:
    answer = PlainTextStream()
    assert [answer.feed(piece) for piece in ("A ", "window", ".", " [OK", "]\n", "``", "`py\n", "x")] == [
        "A ", "window", ".", " [OK", "]\n", "", "", "```py\nx",
    ]  # fmt: skip


def test_an_object_that_never_ends_is_shown() -> None:
    answer = PlainTextStream()
    text = '{"a": "' + 5000 * "b"
    assert answer.feed(text[:100]) == ""
    assert answer.feed(text[100:]) == text


def test_the_next_answer_begins_a_line() -> None:
    answer = PlainTextStream()
    answer.feed("No line's end")
    answer.finish()
    assert answer.feed(f"```json\n{BOX}\n```\n") == f"{WORDS}\n"
