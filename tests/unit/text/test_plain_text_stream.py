"""Tests of PlainTextStream: places are put into words, the rest stays."""

from __future__ import annotations

from edge_assistant.text.plain_text_stream import PlainTextStream

BOX = '{"bbox_2d": [780, 850, 960, 950], "label": "Save"}'


def test_places_are_put_into_words_and_the_rest_stays() -> None:
    answer = PlainTextStream(language="en")
    shown = "".join(map(answer.feed, ("See there: ", BOX, " and `code`"))) + answer.finish()
    assert shown == "See there:\nSave: at the bottom right.\nand code"


def test_a_list_that_is_cut_says_so() -> None:
    answer = PlainTextStream(language="en")
    answer.feed(f"[{BOX}, {{")
    assert answer.finish(cut=True) == "The list breaks off here.\n"


def test_a_name_is_never_taken_for_an_introduction() -> None:
    for name in ("Description", "OK", "Here is the text", "Let me know"):
        text = f'[{{"label": "{name}", "point_2d": [900, 900]}}]'
        for pieces in ([text], text):
            answer = PlainTextStream(language="en", task="places")
            assert "".join(map(answer.feed, pieces)) + answer.finish() == f"{name}: at the bottom right.\n"
    answer = PlainTextStream(language="en")
    told = answer.feed(f"Here is the description:\n```json\n{BOX}\n```") + answer.finish()
    assert told.strip() == "Save: at the bottom right."
