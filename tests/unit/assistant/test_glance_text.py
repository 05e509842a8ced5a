"""Tests of the recognised text that is said before the answer to a glance."""

from __future__ import annotations

import threading

import pytest
from PIL import Image, ImageDraw

from edge_assistant.assistant.button_shapes import is_button
from edge_assistant.assistant.glance_text import GLANCE_TEXT, GlanceText, letters_for, letters_of
from edge_assistant.assistant.options import AnswerOptions, RequestSettings
from edge_assistant.assistant.picture_text import PictureText
from edge_assistant.assistant.text_choice import (
    ChosenText,
    choose_for_glance,
    choose_text,
    lines_for_prompt,
    said_sentence,
    shown_sentence,
)
from edge_assistant.ocr.client import TextReader
from edge_assistant.ocr.page import Box, Cell, Line, Page

PICTURE = Image.new("RGB", (400, 300), "white")
PAGE = Page(
    400,
    300,
    (
        Line("Please confirm", Box(10, 10, 150, 26)),
        Line("Delete file", Box(10, 40, 200, 80)),
        Line("Milk", Box(10, 100, 60, 116), cell=Cell(0, 0, 0)),
        Line("1.29", Box(90, 100, 130, 116), cell=Cell(0, 0, 1)),
    ),
)


class Reader(TextReader):
    """Reads a page that is known, at once or when it is allowed."""

    def __init__(self) -> None:
        super().__init__()
        self.allowed = threading.Event()

    def read(self, *_: object, **__: object) -> Page:
        assert self.allowed.wait(10)
        return PAGE


class Voice:
    """What is said and what of it was silenced."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.speaks = False
        self.stops = 0
        self.reader = Reader()
        self.text = PictureText(self.reader, PICTURE)
        self.shown: list[tuple[str, str]] = []
        self.glance = GlanceText(
            self.text, 60, lambda code, text: self.shown.append((code, text)), self.say, lambda: self.speaks, self.stop
        )

    def say(self, text: str) -> None:
        self.said.append(text)
        self.speaks = True

    def stop(self) -> None:
        self.stops += 1
        self.speaks = False

    def let_read(self) -> None:
        self.reader.allowed.set()
        assert self.text.wait(10) is PAGE


def test_the_text_is_said_once_as_soon_as_it_is_there_and_the_title_was_heard() -> None:
    voice = Voice()
    voice.glance.check()
    voice.speaks = True  # the title
    voice.let_read()
    voice.glance.check()
    assert voice.said == []
    voice.speaks = False
    for _ in range(3):
        voice.glance.check()
    assert voice.said == ["Delete file. Please confirm. Milk."]
    assert voice.shown == [(GLANCE_TEXT, "Text: Delete file. Please confirm. Milk.")]


def test_the_answer_silences_what_is_left_of_it_and_nothing_else() -> None:
    voice = Voice()
    voice.let_read()
    voice.glance.check()
    voice.glance.end()
    assert voice.stops == 1
    voice.speaks = True  # the answer
    voice.glance.end()
    assert voice.stops == 1


def test_what_was_said_after_it_is_not_silenced_with_it() -> None:
    voice = Voice()
    voice.let_read()
    voice.glance.check()
    voice.glance.note_other()
    voice.glance.end()
    assert voice.stops == 0


def test_after_the_answers_first_sentence_it_is_not_said_any_more() -> None:
    voice = Voice()
    voice.glance.end()
    voice.let_read()
    voice.glance.check()
    assert voice.said == []


@pytest.mark.parametrize(
    ("letters", "known", "said"),
    [
        (60, "", "Delete file. Please confirm. OK, Cancel."),
        (36, "", "Delete file. OK, Cancel."),
        (26, "", "Delete file. OK."),
        (60, "Delete file - Editor", "Please confirm. OK, Cancel."),
        (14, "", "Delete…"),
        (5, "", ""),
    ],
)
def test_the_sentence_is_no_longer_than_two_seconds_allow(letters: int, known: str, said: str) -> None:
    chosen = ChosenText(("Delete file", "Please confirm"), ("OK", "Cancel"))
    found = choose_for_glance(chosen, lambda text: letters_of(text) <= letters, known)
    assert said_sentence(found) == said


def test_it_is_shown_as_the_text_of_the_picture() -> None:
    assert shown_sentence(ChosenText(("Delete file",), ("OK",))) == "Text: Delete file. Buttons: OK."
    assert shown_sentence(ChosenText(("Delete…",), ())) == "Text: Delete…"
    assert shown_sentence(ChosenText((), ("OK", "Cancel"))) == "Buttons: OK, Cancel."


def test_a_quicker_voice_says_more_and_digits_and_pauses_take_longer() -> None:
    assert (letters_for(None), letters_for(400), letters_for(100)) == (35, 70, 17)
    assert (letters_of("Save"), letters_of("OK, 12.")) == (4, 21)


def test_it_is_for_a_glance_and_neither_for_brief_nor_where_it_is_turned_off() -> None:
    assert RequestSettings(rate=300).answer_options(AnswerOptions(), "glance").glance_letters == 52
    for settings, task in (
        (RequestSettings(verbosity="brief"), "glance"),
        (RequestSettings(glance_text=False), "glance"),
        (RequestSettings(), "detail"),
    ):
        assert settings.answer_options(AnswerOptions(), task).glance_letters == 0  # type: ignore[arg-type]


def _drawn(frame: tuple[int, int, int, int], text_box: Box, *, shaded: bool = False) -> bool:
    picture = Image.new("RGB", (400, 100), (240, 240, 240))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle(frame, 3, fill=(225, 225, 225), outline=(160, 160, 160))
    if shaded:
        for y in range(frame[1] + 1, frame[3]):
            draw.line((frame[0] + 1, y, frame[2] - 1, y), fill=(235 - y, 235 - y, 235 - y))
    draw.text((text_box.left, text_box.top), "Save", fill="black", font_size=16)
    return is_button(picture, "Save", text_box)


def test_a_button_is_a_small_frame_with_its_text_in_the_middle() -> None:
    text = Box(180, 40, 218, 58)
    assert _drawn((150, 32, 248, 66), text)
    assert _drawn((150, 32, 248, 66), text, shaded=True)
    assert not _drawn((172, 32, 380, 66), text), "the text is at the left: a field"
    assert not _drawn((2, 2, 398, 98), text), "the frame is that of a window"
    assert not is_button(Image.new("RGB", (400, 100)), "Save", text)


def test_lines_for_the_model_begin_with_those_that_share_words_with_the_question_and_rows_stay_whole() -> None:
    chosen = choose_text(PAGE, PICTURE)
    lines = [each.text for each in lines_for_prompt(chosen, PAGE, "What does milk cost?", ())]
    assert lines[:2] == ["Milk | 1.29", "Delete file"]
    assert "Delete file" not in [each.text for each in lines_for_prompt(chosen, PAGE, None, ["Delete file"])]
