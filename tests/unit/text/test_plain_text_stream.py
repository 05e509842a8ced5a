"""Tests of PlainTextStream: places, markup and style together, in one answer."""

from __future__ import annotations

import pytest

from edge_assistant.text.plain_text_stream import PlainTextStream, plain_text

BOX = '{"bbox_2d": [780, 850, 960, 950], "label": "Save"}'
WORDS = "Save: at the bottom right."


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (f"Sure! Here is the result:\n```json\n[{BOX}]\n```", WORDS),
        (f"**Here:**\n\n{BOX}\n\n- Done", f"Here:\n\n{WORDS}\nDone"),
        ("| A | B |\n|---|---|\n| 1 | |\n\nLet me know if you need more.", "A: 1; B: empty"),
        ("<|im_start|>assistant\n**A dialog.**<|im_end|>", "A dialog."),
        (
            "# Music\n\n<table><tr><td>Play</td><td>☑</td></tr></table>\n\nIt costs $5 → $6.",
            "Music\n\nPlay, ticked\n\nIt costs $5, $6.",
        ),
        ("", ""),
        ("  two\n\n lines \n", "two\n\nlines"),
        ("A window with a Save button.", "A window with a Save button."),
    ],
)
def test_all_of_it_together(raw: str, said: str) -> None:
    assert plain_text(raw, "en") == said
    answer = PlainTextStream(language="en")
    assert ("".join(map(answer.feed, raw)) + answer.finish()).strip() == said


def test_the_first_sentence_of_a_glance_comes_word_by_word() -> None:
    answer = PlainTextStream(language="en", task="glance")
    words = ["A", " dialog", " titled", " Music", " with", " two", " buttons", ".", " Save", " is"]
    given = [answer.feed(word) for word in words]
    assert "".join(given) == "".join(words)
    assert given[2:] == words[2:]


def test_an_introduction_is_waited_for_no_longer_than_its_sentence() -> None:
    answer = PlainTextStream(language="en", task="glance")
    assert [answer.feed(word) for word in ("Here", " is", " a", " dialog", ".", " It")] == [
        "", "", "", "", "", "Here is a dialog. It",
    ]  # fmt: skip
    answer.finish()
    clause = "Here is a window with the settings of the sound card,"
    assert "".join(answer.feed(letter) for letter in f"{clause} and") == f"{clause} and"
    answer.finish()
    assert [answer.feed(word) for word in ("Of", " course", ".", " A", " dialog")] == ["", "", "", "", "A dialog"]


def test_places_are_put_into_words_and_the_rest_stays() -> None:
    answer = PlainTextStream(language="en")
    shown = "".join(map(answer.feed, ("See there: ", BOX, " and `code`"))) + answer.finish()
    assert shown == "See there:\nSave: at the bottom right.\nand code"


def test_a_list_that_breaks_off_says_so_unless_it_was_cut() -> None:
    answer = PlainTextStream(language="en")
    answer.feed(f"[{BOX}, {BOX[:9]}")
    assert answer.finish() == "The list breaks off here.\n"
    answer.feed(f"[{BOX}, {BOX[:9]}")
    assert answer.finish(cut=True) == ""


def test_a_name_is_never_taken_for_an_introduction() -> None:
    for name in ("Description", "OK", "Here is the text", "Let me know"):
        text = f'[{{"label": "{name}", "point_2d": [900, 900]}}]'
        for pieces in ([text], text):
            answer = PlainTextStream(language="en", task="places")
            assert "".join(map(answer.feed, pieces)) + answer.finish() == f"{name}: at the bottom right.\n"
    answer = PlainTextStream(language="en")
    told = answer.feed(f"Here is the description:\n```json\n{BOX}\n```") + answer.finish()
    assert told.strip() == "Save: at the bottom right."
