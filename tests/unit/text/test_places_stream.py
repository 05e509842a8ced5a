"""Tests of PlacesStream: JSON and coordinates in every form become sentences, however the text arrives."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Iterable

import pytest

from edge_assistant.imaging.token_budget import ResizePlan
from edge_assistant.text.places_output import Piece
from edge_assistant.text.places_stream import PlacesStream

SAVE = '{"bbox_2d": [780, 850, 960, 950], "label": "Save"}'
OPEN = '{"bbox_2d": [10, 20, 60, 50], "label": "Open"}'
SAVED, OPENED = "Save: at the bottom right.\n", "Open: at the top left.\n"
CUT = "The list breaks off here.\n"
CUT_AT_ONCE = "The answer breaks off before the first place.\n"
NOTHING = "Nothing was found.\n"
NO_WORDS = "The model gave an answer that cannot be put into words.\n"
FINE = ResizePlan((1280, 832), (1280, 832))


def shown(text: str, cuts: Iterable[int] = (), *, cut: bool = False, **options: object) -> str:
    """What is shown when the text arrives in pieces."""
    stream = PlacesStream(**{"language": "en", **options})  # type: ignore[arg-type]
    edges = [0, *cuts, len(text)]
    pieces = [piece for a, b in itertools.pairwise(edges) for piece in stream.feed(text[a:b])]
    return joined([*pieces, *stream.finish(cut=cut)])


def joined(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def check(text: str, wanted: str, **options: object) -> None:
    """Check that the text is shown as wanted, however it is cut."""
    assert shown(text, **options) == wanted
    assert shown(text, range(1, len(text)), **options) == wanted
    for place in range(1, len(text)):
        assert shown(text, (place,), **options) == wanted, text[:place]


LISTS = {
    SAVE: SAVED,
    f"[{SAVE}]": SAVED,
    f"[\n\t{SAVE},\n\t{OPEN}\n]": SAVED + OPENED,
    f"```json\n[\n\t{SAVE},\n\t{OPEN}\n]\n```\n": SAVED + OPENED,
    f"```\n{SAVE}\n``` and more": SAVED + "and more",
    f"~~~json\n{SAVE}\n~~~": SAVED,
    f"```json\n{SAVE}": SAVED,
    f"Here they are:\n```json\n[{SAVE}]\n```\nThat is all.": f"Here they are:\n{SAVED}That is all.",
    f"It is here: {SAVE} and [there].": f"It is here: \n{SAVED}and [there].",
    f"The box is `{SAVE}` here.": f"The box is \n{SAVED}here.",
    f"{SAVE}\n{OPEN}": SAVED + OPENED,
    f"{{{SAVE}}}": SAVED,
    f"{{\n[{SAVE}]\n}}": SAVED,
    f"{{\n[{SAVE}]": SAVED,
    f"[{{{SAVE}}}]": SAVED,
    f"[{SAVE}, {OPEN},]": SAVED + OPENED,
    f"[{SAVE}\n{OPEN}": SAVED + OPENED,
    f"[{SAVE}, {OPEN} These are all.": SAVED + OPENED + "These are all.",
    f"[{SAVE}, // and\n {OPEN}, ...]\nEnd": SAVED + OPENED + "End",
    f'{{"objects": [{SAVE}], "count": 1}}': SAVED,
    f'{{"type": "detection", "result": {{"elements": [{SAVE}]}}}}': SAVED,
    f'{{"description": "A dialog.", "elements": [{SAVE}]}}': SAVED + "A dialog.\n",
    '{"label": "dialog", "bbox_2d": [0, 0, 999, 999], "children": [' + SAVE + "]}": SAVED + "dialog: in the middle.\n",
    '{"save_button": {"bbox_2d": [780, 850, 960, 950]}}': "save button: at the bottom right.\n",
    '{"label": "Save", "geometry": {"bbox_2d": [780, 850, 960, 950]}}': SAVED,
    "[{'bbox_2d': [780, 850, 960, 950], 'label': 'Don't save', 'id': None}]": "Don't save: at the bottom right.\n",
    '{label: "Save", bbox_2d: [780, 850, 960, 950]}': SAVED,
    '[{"bbox_2d": [780, 850, 960, 950], "label": "Save", {"bbox_2d": [10, 20, 60, 50], "label": "Open"}]': SAVED
    + OPENED,
    '[{"bbox_2d": [780, 850, 960, 950, "label": "Save"}]': SAVED,
    '[{"bbox_2d": [780, 850, 960, 950], "label": "Save"]': SAVED,
    '[{"bbox_2d": [780, 850, 960, 950], "label": "the "big" one"}]': 'the "big" one: at the bottom right.\n',
    '[{"bbox_3d": [1, 2, 3, 4, 5, 6, 7, 8, 9], "label": "car"}]': "car: place unknown.\n",
    '[{"bbox_2d": [1, 2, 3], "label": "Save"}, {"bbox_2d": [1]}, {"bbox_2d": [9000, 0, 0, 0]}]': (
        "Save: place unknown.\nOf 2 objects neither name nor place could be read.\n"
    ),
    f'[{{"bbox_2d": [1, 2, 3, 4] "label" "Save"}}, {SAVE}]': (
        f"{SAVED}Of 1 object neither name nor place could be read.\n"
    ),
    "[[100, 200, 300, 400], [110, 210, 310, 410]]": (
        "It is at the top left.\n1 more without a name, at the top left.\n"
    ),
    "[512, 900]": "It is at the bottom.\n",
    '<tool_call>\n{"name": "computer_use", "arguments": {"action": "left_click", "coordinate": [512, 900]}}\n'
    "</tool_call>": "It is at the bottom.\n",
    '<tool_call>{"name": "click", "arguments": "{\\"coordinate\\": [512, 900]}"}</tool_call>': "It is at the bottom.\n",
    '<tool_call>\n{"name": "computer_use", "arguments": {"action": "terminate", "status": "success"}}\n</tool_call>': (
        NO_WORDS
    ),
    '{"label": "L\\u00f6schen \\ud83d\\ude00", "bbox_2d": [1, 2, 3, 4]}': "Löschen 😀: at the top left.\n",
    '{"label": "a\\u001b]0;x\\u0007b", "bbox_2d": [1, 2, 3, 4]}': "ab: at the top left.\n",
    '{"action": "click", "point_2d": [512, 900]}': "It is at the bottom.\n",
    "[]": NOTHING,
    "{}\n": NOTHING,
    "```json\n[]\n```": NOTHING,
    '{"objects": []}': NOTHING,
}


@pytest.mark.parametrize("text", LISTS)
def test_objects_are_told_in_every_form(text: str) -> None:
    check(text, LISTS[text])


BROKEN_OFF = {
    f"[{SAVE}, {OPEN[:30]}": SAVED,
    f"```json\n[{SAVE}, ": SAVED,
    f"[{SAVE}": SAVED,
    '{"objects": [' + OPEN + ", {": OPENED,
    SAVE[:30]: "",
    '[{"bbox': "",
    f"```json\n[\n{SAVE[:-8]}": "",
    "Here: [": "Here: [",
    "Here: [{'bb": "Here: ",
    'Here: [[{"title": "50 %", "type": ': "Here: \n" + "50 %.\n",
    '[{"data": {"objects": [{"point": ': "",
    '{"answer": ': "",
    '{"answer": "A window. It shows a dia': "A window. It shows a dia",  # the splitter leaves out the half sentence
    '{"answer": "' + 30 * "word ": 30 * "word ",
    '{"answer": "A window.", "buttons": ["OK", "Canc': "A window.\nButtons: OK.\n",
}


@pytest.mark.parametrize("text", BROKEN_OFF)
def test_of_a_list_that_is_cut_the_unfinished_object_is_not_told(text: str) -> None:
    check(text, BROKEN_OFF[text], cut=True)  # that there is more is said behind the answer


def test_a_list_that_breaks_off_without_a_limit_says_so() -> None:
    check(f"[{SAVE}, {OPEN[:20]}", SAVED + CUT)
    check(SAVE[:20], CUT_AT_ONCE)


def test_without_a_cut_a_missing_bracket_is_no_break() -> None:
    check(f"[{SAVE}, {OPEN}", SAVED + OPENED)
    check(f"[{SAVE}, {OPEN[:-1]}", SAVED + OPENED)


ANSWERS = {
    '{"answer": "Yes, it is."}': "Yes, it is.\n",
    '{"answer": 42}': "42.\n",
    '```json\n{"description": "A dialog", "buttons": ["OK", "Cancel"], "isOpen": true, "menu_bar": null}\n```': (
        "A dialog.\nButtons: OK, Cancel.\nIs open: yes.\nMenu bar: none.\n"
    ),
    '{"items": [{"name": "Milk", "price": 1.29}, {"name": "Bread", "price": 2.5}], "total": 3.79}': (
        "Items: Milk, Price: 1.29; Bread, Price: 2.5.\nTotal: 3.79.\n"
    ),
    '[{"name": "OK"}, {"name": "Cancel"}]': "OK.\nCancel.\n",
    '["OK", "Cancel"]': "OK, Cancel.\n",
    '{"name": "Anna", "points": 12}': "Name: Anna.\nPoints: 12.\n",
    '<tool_call>\n{"name": "mobile_use", "arguments": {"action": "answer", "text": "42"}}\n</tool_call>': "42.\n",
    '{"location": "Berlin", "coordinates": {"lat": 52.5, "lon": 13.4}}': (
        "Location: Berlin.\nCoordinates: Lat: 52.5, Lon: 13.4.\n"
    ),
    '{"text": "' + 30 * "word " + 'end.", "more": "x"}': 30 * "word " + "end.\nMore: x.\n",
    '{"a": "x", "long": "' + 30 * "word " + '"}': "A: x.\nLong: " + 30 * "word " + "\n",
}


@pytest.mark.parametrize("text", ANSWERS)
def test_an_answer_in_json_is_told_without_brackets(text: str) -> None:
    check(text, ANSWERS[text])


TEXTS = [
    "the { key, {x}, [x], array[0] and f(x) [y] {z}",
    "[1] A note. [2] Another [link](http://x) and [OK].",
    "[ ] a box\n[x] another\n{ }",
    '`{"a": 1}` is code, and so is ``[1, 2]``.',
    '```python\nprint({"a": [1, 2]})\n```\nThat is `code`.',
    '```python\n{"a": 1}\n{"b": 2}\n```',
    'The set {"a", "b"}, {1, 2} and {}; It\'s ["a"]',
    "${{ github.ref }} {% if x %} body { color: red; } \\frac{a}{b} $\\{x\\}$",
    "vertex (3, 4) of f(100, 200), x = [100, 200, 300, 400], in (2019, 2020)",
    "attempt at the top, at (home), near (1) and at",
    "[] is a list\n\n  two\n",
    "{ {x} } [[wiki]] [[[[[[[[[[[[[[[[[[[[[[[[[[",
    "a < b, x <= y, <b>bold</b>, ~~gone~~ ~ ` and ```",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_what_only_looks_like_json_stays_text(text: str) -> None:
    check(text, text)


READINGS = {
    '[{"bbox_2d": [1, 2, 3, 4], "text_content": "Hello"}, {"bbox_2d": [1, 2, 3, 4], "text_content": "Hello"}]': (
        "Hello\nHello\n"
    ),
    '{"text": "The page.\\nSecond line"}': "The page.\nSecond line\n",
    '{"text": "' + 30 * "word " + '"}': 30 * "word " + "\n",
    '{\n  "name": "edge",\n  "version": 2\n}': '{\n  "name": "edge",\n  "version": 2\n}',
    '```json\n{"a": [1, 2]}\n```': '```json\n{"a": [1, 2]}\n```',
    'x = {"text": "y"}': 'x = {"text": "y"}',
    "at (512, 300), box [100, 200, 300, 400]": "at (512, 300), box [100, 200, 300, 400]",
    "[]": NOTHING,
}


@pytest.mark.parametrize("text", READINGS)
def test_a_reading_keeps_code_and_tells_texts_without_their_places(text: str) -> None:
    check(text, READINGS[text], verbatim=True)


def test_an_object_is_told_when_it_closes() -> None:
    stream = PlacesStream(language="en")
    assert joined(stream.feed(f"Here:\n```json\n[{SAVE[:-1]}")) == "Here:\n"
    assert joined(stream.feed("}")) == SAVED
    assert joined(stream.feed(f", {OPEN}")) == OPENED


def test_text_without_json_comes_at_once() -> None:
    stream = PlacesStream(language="en")
    pieces = ["A ", "window", ".", " [OK", "]\n", "``", "`py\n", "x", " {", "y"]
    assert [joined(stream.feed(piece)) for piece in pieces] == [
        "A ", "window", ".", " [OK", "]\n", "", "", "```py\nx", " ", "{y",
    ]  # fmt: skip


def test_a_long_text_in_json_comes_as_it_is_written() -> None:
    stream = PlacesStream(language="en")
    stream.feed('{"text": "' + 30 * "word ")
    assert joined(stream.feed("more ")) == "more "


def test_places_are_told_in_the_language_of_the_answer() -> None:
    check(f"[{SAVE}, {SAVE}]", "Save: unten rechts.\nSave: noch 1, unten rechts.\n", language="de")
    check(f"[{SAVE[:-10]}", "Die Antwort bricht vor der ersten Ortsangabe ab.\n", language="de")
    check('{"offen": true}', "Offen: ja.\n", language="de-AT")
    check(SAVE, "Save: unten rechts, 87 Prozent von links und 90 Prozent von oben.\n", language="de", frame=FINE)


def test_in_a_language_that_we_do_not_speak_places_are_numbers() -> None:
    check(f"[{SAVE}, {SAVE}]", "Save: x 80 %, y 80 %.\nSave × 2.\n", language="fr")
    check(SAVE, "Save: x 87 %, y 90 %.\n", language="fr", frame=FINE)


def test_any_pieces_of_json_are_told_the_same_however_they_arrive() -> None:
    parts = (
        *(
            "{",
            "}",
            "[",
            "]",
            '"',
            "'",
            ":",
            ",",
            " ",
            "\n",
            "```",
            "```json\n",
            "`",
            "<tool_call>",
            "</tool_call>",
            "<",
        ),
        *("at ", "at", "(", "(512, 300)", "[100, 200, 300, 400]", '"bbox_2d"', '"label"', "bbox_2d", "12", "500", ".5"),
        *(
            "null",
            "x",
            "Save",
            ". ",
            "\\",
            "\\u00e4",
            "<|box_start|>",
            "<|box_end|>",
            '<point x="3" y="4">',
            "</point>",
        ),
        *(
            SAVE,
            f"[{SAVE},",
            '"text": "',
            25 * "word ",
            "//",
            '{"a": 1}',
            '{"answer": "yes"}',
            "[]",
            "{}",
            "=",
            "[x](y)",
        ),
    )
    for seed in range(400):
        chance = random.Random(seed)
        text = "".join(chance.choice(parts) for _ in range(chance.randint(1, 20)))
        options = {
            "language": chance.choice(["en", "fr"]),
            "verbatim": chance.random() < 0.3,
            "cut": chance.random() < 0.5,
        }
        whole = shown(text, **options)  # type: ignore[arg-type]
        assert shown(text, range(1, len(text)), **options) == whole, seed  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000,
        '{"a": ' * 1000,
        '{"a": 1, ' * 1000,
        "(1, 2) " * 1250,
        "[1, 2, " * 1250,
        "at the " * 1250,
        "<" * 5000,
        '{"label": "x" ' * 1000,
        f"[{SAVE}, " * 700,
        '{"text": "' + "word " * 2500,
    ],
)
def test_the_time_grows_only_with_the_length(text: str) -> None:
    stream = PlacesStream(language="en")
    start = time.process_time()
    for place in range(0, len(text), 4):
        stream.feed(text[place : place + 4])
    stream.finish()
    assert time.process_time() - start < 0.001 * len(text) / 4 + 1
