"""Warnings that the assistant adds to answers, with the real engine and the demo model."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest
from PIL import Image, ImageFilter
from support.desktops import scene

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.events import ErrorEvent, Event, NoticeEvent, TokenEvent
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.assistant.picture_checks import picture_warnings
from edge_assistant.capture.decode import CapturedPicture, Origin
from edge_assistant.models.resolver import resolve

Look = Callable[[CapturedPicture], list[Event]]


@pytest.fixture(scope="module")
def first_events(any_look: Look) -> list[Event]:
    """The events of the first description."""
    return any_look(CapturedPicture(picture(), origin="screen"))


@pytest.fixture(scope="module")
def look(any_look: Look, first_events: list[Event]) -> Look:  # noqa: ARG001 (it comes first)
    """Return a function that describes a picture, which is not the first, and returns all events."""
    return any_look


@pytest.fixture(scope="module")
def any_look() -> Iterator[Look]:
    """Return a function that describes a picture and returns all events."""
    events: list[Event] = []
    model = resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=None)
    assistant = Assistant(
        model, AnswerOptions(seed=1), context=2048, threads=2, language=None, voice=None, on_event=events.append
    )

    def describe(captured: CapturedPicture) -> list[Event]:
        events.clear()
        assistant.look_at(lambda: captured)
        assistant.ask(0)
        return list(events)

    yield describe
    assistant.close()


def codes(events: list[Event]) -> list[str]:
    return [event.code for event in events if isinstance(event, NoticeEvent)]


def picture(size: tuple[int, int] | None = None) -> Image.Image:
    with Image.open(scene().picture) as image:
        return image.convert("RGB").resize(size or image.size)


def test_the_demo_is_told_once_before_the_first_word_about_what_was_captured(
    first_events: list[Event], look: Look
) -> None:
    assert codes(first_events) == ["demo-weights"]
    kinds = [type(event) for event in first_events if isinstance(event, NoticeEvent | TokenEvent)]
    assert kinds[0] is NoticeEvent
    assert TokenEvent in kinds
    assert codes(look(CapturedPicture(picture(), origin="window"))) == []


@pytest.mark.parametrize("origin", ["screen", "window", "clipboard", "camera", "region"])
def test_the_demo_is_told_about_anything_captured(origin: Origin) -> None:
    captured = CapturedPicture(picture(), origin=origin)
    assert "demo-weights" in dict(picture_warnings(captured, demo=True))
    assert "demo-weights" not in dict(picture_warnings(captured, demo=False))


def test_a_picture_from_a_file_is_not_more_than_it_seems(look: Look) -> None:
    assert codes(look(CapturedPicture(picture((640, 400)), origin="file"))) == []


def test_a_blurred_camera_picture_is_described_and_called_blurred(look: Look) -> None:
    blurred = picture((1280, 800)).filter(ImageFilter.GaussianBlur(20))
    events = look(CapturedPicture(blurred, origin="camera"))
    assert codes(events) == ["blurred"]
    assert any(isinstance(event, TokenEvent) for event in events)
    assert "blurred" not in codes(look(CapturedPicture(blurred, origin="window")))


@pytest.mark.parametrize(
    ("origin", "words"),
    [("screen", "The screen is blank"), ("window", "The window is blank"), ("camera", "Uncover it"),
     ("region", "That part of the screen is blank"),
     ("clipboard", "clipboard is blank"), ("file", "The picture is blank")],
)  # fmt: skip
def test_what_shows_nothing_is_refused_in_its_own_words(look: Look, origin: Origin, words: str) -> None:
    chance = random.Random(1)
    noise = bytes(max(0, int(chance.gauss(4, 3))) for _ in range(3 * 320 * 240))
    for dark in (Image.new("RGB", (320, 240)), Image.frombytes("RGB", (320, 240), noise)):
        (error,) = [event for event in look(CapturedPicture(dark, origin=origin)) if isinstance(event, ErrorEvent)]
        assert error.kind == "nothing-to-see"
        assert words in error.message


@pytest.mark.parametrize(
    ("size", "origin", "lost"),
    [
        ((1920, 1080), "screen", True),
        ((1920, 1080), "region", True),
        ((1920, 1080), "window", True),
        ((1920, 1080), "file", True),
        ((1920, 1080), "clipboard", True),
        ((640, 400), "region", False),
        ((640, 400), "screen", False),
        ((700, 440), "screen", False),
    ],
)
def test_small_text_is_missed_only_where_a_picture_was_made_much_smaller(
    look: Look, size: tuple[int, int], origin: Origin, lost: bool
) -> None:
    assert ("small-text" in codes(look(CapturedPicture(picture(size), origin=origin)))) == lost
