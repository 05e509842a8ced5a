"""Tests of PlainTextStream: places are put into words, the rest stays."""

from __future__ import annotations

from edge_assistant.text.plain_text_stream import PlainTextStream

BOX = '{"bbox_2d": [780, 850, 960, 950], "label": "Save"}'


def test_places_are_put_into_words_and_the_rest_stays() -> None:
    answer = PlainTextStream(language="en")
    shown = "".join(map(answer.feed, ("See [x]: ", BOX, " and `code`"))) + answer.finish()
    assert shown == "See [x]: \nSave: at the bottom right.\nand `code`"


def test_a_list_that_is_cut_says_so() -> None:
    answer = PlainTextStream(language="en")
    answer.feed(f"[{BOX}, {{")
    assert answer.finish(cut=True) == "The list breaks off here.\n"
