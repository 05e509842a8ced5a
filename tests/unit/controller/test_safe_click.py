"""What is checked before a click, in which order, and that nothing is clicked where something is not as it was."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from PIL import Image, ImageDraw

from edge_assistant.capture.backends import BACKENDS, Backend
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow, Monitor, Shot, Snapshot
from edge_assistant.controller.safe_click import ClickTarget, click_if_unchanged, is_same
from edge_assistant.ocr.page import Box
from edge_assistant.system.errors import EngineError, InputError

AREA = Rect(-400, -100, 800, 600)
WINDOW = ActiveWindow("Writer", Rect(-300, 0, 200, 100), Rect(-300, 0, 200, 100), number=7)
BOX = Box(90, 40, 110, 60)  # of the window
PLACE, START = (-200, 50), (399, 499)


@dataclass
class World:
    """A desktop, its pointer, and what is done in which order."""

    screen: Image.Image = field(default_factory=lambda: Image.new("RGB", (800, 600), "white"))
    monitors: tuple[Monitor, ...] = (Monitor(1, AREA),)
    locked: bool = False
    at_place: list[int | None] = field(default_factory=lambda: [7])
    elevated: bool = False
    can_move: bool = True
    can_hide: bool = True
    done: list[str] = field(default_factory=list)
    clicked: list[tuple[int, int]] = field(default_factory=list)

    def backend(self, **changes: Any) -> Backend:
        x11 = next(each for each in BACKENDS if each.name == "X11")
        return replace(x11, make_screen=lambda **_: self, is_locked=self.is_locked, **changes)

    def grab(self) -> Shot:
        self.done.append("grab")
        return Shot(self.screen, AREA, self.monitors)

    def check(self) -> str:
        return ""

    def is_locked(self) -> bool:
        self.done.append("lock")
        return self.locked

    def position(self) -> tuple[int, int]:
        return START

    def move(self, x: int, y: int) -> None:
        self.done.append(f"move {x} {y}")
        if not self.can_move:
            raise InputError("It does not move.", code="pointer")

    def click(self, x: int, y: int) -> None:
        self.done.append("click")
        self.clicked.append((x, y))

    def window_at(self, x: int, y: int) -> int | None:
        assert (x, y) == PLACE
        self.done.append("window")
        return self.at_place.pop(0) if len(self.at_place) > 1 else self.at_place[0]

    def activate(self, window: int) -> None:
        self.done.append(f"focus {window}")

    def is_out_of_reach(self, window: int) -> bool:
        assert window == 7
        self.done.append("rights")
        return self.elevated

    @contextlib.contextmanager
    def hidden_windows(self) -> Iterator[None]:
        if not self.can_hide:
            raise EngineError("It cannot be hidden.", code="view")
        self.done.append("hide")
        try:
            yield
        finally:
            self.done.append("show")


def target(world: World, window: ActiveWindow | None = WINDOW) -> ClickTarget:
    """What was frozen when the screen was as it is now."""
    snapshot = Snapshot(window, Shot(world.screen.copy(), AREA, world.monitors))
    picture = snapshot.cut(WINDOW.contents)
    assert picture is not None
    return ClickTarget(snapshot, CapturedPicture(picture, origin="window", area=WINDOW.contents), BOX)


def click(world: World, found: ClickTarget, backend: Backend | None = None) -> str:
    return click_if_unchanged(found, backend or world.backend(), world, world.hidden_windows, START, lambda _: None)


def test_where_all_is_as_it_was_it_clicks_once_after_all_has_been_looked_at_with_our_windows_gone() -> None:
    world = World()
    assert click(world, target(world)) == ""
    assert world.done == [
        "focus 7",
        "hide",
        "move 399 499",
        "lock",
        "window",
        "rights",
        "grab",
        "window",
        "click",
        "show",
    ]
    assert world.clicked == [PLACE]


@pytest.mark.parametrize(
    ("change", "sentence", "last"),
    [
        ({"locked": True}, "The session is locked. Nothing was clicked.", "lock"),
        ({"at_place": [8]}, "Another window is at that place now. Nothing was clicked.", "window"),
        ({"at_place": [None]}, "Another window is at that place now. Nothing was clicked.", "window"),
        ({"at_place": [7, 8]}, "Another window is at that place now. Nothing was clicked.", "window"),
        ({"elevated": True}, "This program runs with more rights", "rights"),
        (
            {"monitors": (Monitor(1, Rect(0, 0, 400, 500)),)},
            "That place is off the screen. Nothing was clicked.",
            "grab",
        ),
        ({"can_move": False}, "It does not move. Nothing was clicked.", "move 399 499"),
    ],
)
def test_each_difference_has_a_sentence_and_nothing_is_clicked(
    change: dict[str, Any], sentence: str, last: str
) -> None:
    world = World()
    found = target(world)
    for name, value in change.items():
        setattr(world, name, value)
    said = click(world, found)
    assert said.startswith(sentence)
    assert said.endswith("Nothing was clicked.")
    assert world.clicked == []
    assert world.done[-2:] == [last, "show"]


def test_windows_of_ours_that_cannot_be_hidden_forbid_the_click() -> None:
    world = World(can_hide=False)
    assert click(world, target(world)) == "It cannot be hidden. Nothing was clicked."
    assert world.done == ["focus 7"]


def test_a_window_that_was_not_known_is_not_clicked() -> None:
    for window in (None, replace(WINDOW, number=None)):
        world = World()
        assert click(world, target(world, window)) == "It is not known which window this is. Nothing was clicked."
        assert world.done == []


@pytest.mark.parametrize(
    ("rect", "clicked"),
    [((200, 145, 210, 155), False), ((190, 130, 192, 160), True), ((185, 120, 187, 125), True), ((0, 0, 60, 60), True)],
    ids=["a change in it", "a text cursor in it", "a change just beside the margin", "a change far away"],
)
def test_only_what_is_around_the_words_must_be_the_same(rect: tuple[int, int, int, int], clicked: bool) -> None:
    world = World()
    found = target(world)
    ImageDraw.Draw(world.screen).rectangle(rect, "black")
    assert (click(world, found) == "") == clicked
    assert bool(world.clicked) == clicked


def test_a_window_that_was_drawn_without_the_screen_is_drawn_again() -> None:
    world = World()
    drawn = Image.new("RGB", (200, 100), "blue")
    found = target(world)
    found = replace(
        found,
        snapshot=replace(found.snapshot, window_picture=drawn),
        captured=replace(found.captured, image=drawn),
    )
    assert click(world, found, world.backend(draw_window=lambda _: drawn)) == ""
    for now in (None, Image.new("RGB", (200, 100), "red"), Image.new("RGB", (201, 100), "blue")):
        assert click(world, found, world.backend(draw_window=lambda _, now=now: now)).startswith("What is there has")
    assert len(world.clicked) == 1


def test_a_desktop_of_another_size_has_changed() -> None:
    world = World()
    found = target(world)
    world.screen = Image.new("RGB", (1600, 1200), "white")
    assert click(world, found).startswith("What is there has changed.")


def picture(*rects: tuple[int, int, int, int]) -> Image.Image:
    made = Image.new("RGB", (60, 40), (250, 250, 250))
    for rect in rects:
        ImageDraw.Draw(made).rectangle(rect, (20, 20, 20))
    return made


@pytest.mark.parametrize(
    ("rects", "same"),
    [
        ([], True),
        ([(10, 5, 11, 30)], True),
        ([(10, 5, 13, 30)], True),
        ([(10, 5, 14, 30)], False),
        ([(10, 5, 10, 5)], False),
        ([(10, 5, 11, 30), (40, 5, 41, 30)], False),
        ([(10, 5, 30, 6)], False),
    ],
)
def test_a_text_cursor_is_narrow_and_upright(rects: list[tuple[int, int, int, int]], same: bool) -> None:
    assert is_same(picture(), picture(*rects)) == same
    assert is_same(picture(*rects), picture()) == same


def test_a_slight_shade_is_no_change_and_one_colour_is_enough_for_one() -> None:
    plain = picture()
    assert is_same(plain, Image.new("RGB", plain.size, (230, 250, 250)))
    assert not is_same(plain, Image.new("RGB", plain.size, (250, 200, 250)))
