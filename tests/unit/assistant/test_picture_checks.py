"""Pictures that show nothing: blank ones, or of a screen that a screen reader's curtain makes black; small text."""

from __future__ import annotations

import threading

import pytest
from PIL import Image

from edge_assistant.assistant.events import Event, NoticeEvent
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.assistant.picture_checks import refuse_blank, unreadable_below
from edge_assistant.assistant.picture_source import PictureSizer, PictureSource
from edge_assistant.assistant.picture_text import PictureText
from edge_assistant.assistant.reporter import AnswerReporter
from edge_assistant.capture.decode import CapturedPicture, Origin
from edge_assistant.engine.task_entries import Task
from edge_assistant.engine.task_table import load_table
from edge_assistant.ocr.client import TextReader
from edge_assistant.ocr.page import Box, Line, Page
from edge_assistant.system.errors import NothingToSeeError

BLACK = Image.new("RGB", (200, 200))


def test_a_black_screen_names_the_curtain_and_its_keys() -> None:
    with pytest.raises(NothingToSeeError, match=r"NVDA\+Control\+Escape") as failure:
        refuse_blank(CapturedPicture(BLACK, origin="screen", blacked_out=True))
    assert failure.value.code == "blacked-out"


@pytest.mark.parametrize(
    "captured",
    [
        CapturedPicture(BLACK, origin="region"),
        CapturedPicture(Image.new("RGB", (200, 200), "white"), origin="window", blacked_out=True),
    ],
)
def test_another_blank_picture_does_not(captured: CapturedPicture) -> None:
    with pytest.raises(NothingToSeeError, match="has only one colour") as failure:
        refuse_blank(captured)
    assert failure.value.code == "nothing-to-see"


def test_what_a_window_drew_behind_the_curtain_is_looked_at() -> None:
    picture = BLACK.copy()
    picture.paste("white", (50, 50, 150, 150))
    refuse_blank(CapturedPicture(picture, origin="window"))


def lost(size: tuple[int, int], task: Task, origin: Origin = "screen", *, is_photo: bool = False) -> bool:
    """Whether usual small text of a picture of this size is lost with the program's own settings."""
    image = Image.new("RGB", size)
    table = load_table(None)
    sizer = PictureSizer(lambda wanted: table.settings("qwen3-vl", wanted, "instruct", None), None)
    sent = sizer.resize(image, AnswerOptions(task=task))
    return unreadable_below(CapturedPicture(image, origin=origin, is_photo=is_photo), sent) is not None


@pytest.mark.parametrize("origin", ["screen", "window", "file", "clipboard"])
def test_small_text_is_lost_of_whatever_is_sent_much_smaller(origin: Origin) -> None:
    assert lost((5760, 1080), "read", origin)
    assert lost((1920, 1080), "glance", origin)
    assert not lost((640, 400), "glance", origin)
    assert not lost((4000, 3000), "glance", origin, is_photo=True)


@pytest.mark.parametrize(
    ("own_size", "is_lost"), [((24, 24), False), ((700.5, 700.5), False), ((2048, 2048), True), ((5000, 5000), True)]
)
def test_the_text_of_a_drawing_is_as_large_as_its_own_size_says(own_size: tuple[float, float], is_lost: bool) -> None:
    """It is drawn at another."""
    drawn = CapturedPicture(Image.new("RGB", (2048, 2048)), own_size=own_size)
    assert (unreadable_below(drawn, Image.new("RGB", (704, 704))) is not None) is is_lost


@pytest.mark.parametrize(
    ("heights", "said"),
    [(None, True), ((14, 40), True), ((50, 60), False), ((), False), ("Cyrillic", True)],
    ids=["not recognised", "small lines", "large lines", "no text", "another script"],
)
def test_small_text_that_is_not_there_is_not_called_lost(heights: tuple[int, ...] | str | None, said: bool) -> None:
    events: list[Event] = []
    reporter = AnswerReporter(None, events.append, threading.Event())
    source = PictureSource(PictureSizer(lambda _: NotImplemented, None), reporter, threading.Event(), demo=False)
    source.state.unreadable_below, source.state.origin = 29, "window"
    if heights is not None:
        text = PictureText(TextReader(), BLACK)
        lines = () if isinstance(heights, str) else tuple(Line("Save", Box(0, 0, 99, each)) for each in heights)
        text._end(Page(200, 200, lines, unreadable=2 if isinstance(heights, str) else 0), None)
        source.state.text = text
    for _ in range(2):
        source.report_small_text(0, AnswerOptions())
    sentence = "Small text could not be read. Have the text recognised, or take a smaller part of the picture."
    assert events == ([NoticeEvent(0, "small-text", sentence)] if said else [])
