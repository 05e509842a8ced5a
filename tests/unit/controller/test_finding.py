"""Find and click in the controller: what is said, where the pointer goes, and that only a second Enter clicks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image
from support.waiting import until

from edge_assistant.assistant.text_search import Match
from edge_assistant.capture.backends import BACKENDS
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow, Monitor, Shot, Snapshot
from edge_assistant.controller import finding
from edge_assistant.controller.event_loop import EventLoop
from edge_assistant.controller.finding import Finder
from edge_assistant.controller.frozen_desktop import FrozenDesktop
from edge_assistant.ocr.page import Box, Line, Page
from edge_assistant.system.errors import AssistantError, CancelledError, EngineError, InputError

DESK = Rect(-100, 0, 1000, 600)
WINDOW = ActiveWindow("Writer", Rect(-100, 0, 900, 600), Rect(-100, 0, 900, 600), number=7)
LINES = (
    Line("Save", Box(820, 560, 880, 580)),
    Line("Settings", Box(10, 10, 90, 30)),
    Line("Save", Box(10, 100, 50, 120)),
)
AT_SAVE = "Pointer at Save. Enter clicks, Escape puts it back."


@dataclass
class Desk:
    """A finder with a reader of text that waits until it may read, a pointer, and what is told."""

    failure: Exception | None = None
    can_read: bool = True
    unreadable: int = 0
    at: tuple[int, int] = (500, 500)
    can_move: bool = True
    clicks: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    refusal: str = ""
    said: list[str] = field(default_factory=list)
    shown: list[tuple[int, str]] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    closed: int = 0
    asked: list[str] = field(default_factory=list)
    on_located: Any = None
    front: ActiveWindow | None = WINDOW

    def __post_init__(self) -> None:
        self.loop = EventLoop()
        owner: Any = SimpleNamespace(seconds_until_due=lambda: 0.001, after_call=lambda: None)
        self.step = lambda: self.loop.step(owner)
        view: Any = SimpleNamespace(show_found=lambda ticket, text: self.shown.append((ticket, text)))
        reader: Any = SimpleNamespace(read=self.read)
        self.finder = Finder(self.loop, reader, None, view, self.said.append, self.tell, self.close, self.locate)

    def read(self, picture: Image.Image, on_line: Any, is_cancelled: Any, *, kind: str, **_: Any) -> Page:
        assert kind == "screen"
        while not self.can_read:
            if is_cancelled():
                raise CancelledError
        if self.failure is not None:
            raise self.failure
        for line in LINES:
            on_line(line)
        return Page(*picture.size, LINES, unreadable=self.unreadable)

    def tell(self, code: str, text: str) -> None:
        self.told.append((code, text))

    def locate(self, captured: Any, query: str, on_located: Any) -> Any:
        assert captured.image.size == (900, 600)
        self.asked.append(query)
        self.on_located = on_located
        return lambda: self.asked.append("cancelled")

    def close(self) -> None:
        self.closed += 1
        self.finder.close(put_pointer_back=False)

    def position(self) -> tuple[int, int]:
        return self.at

    def move(self, x: int, y: int) -> None:
        if not self.can_move:
            raise InputError("It does not move.", code="pointer")
        self.at = (x, y)

    def active(self) -> ActiveWindow | None:
        return self.front

    def desktop(self, window: ActiveWindow | None = WINDOW, **changes: Any) -> FrozenDesktop:
        x11 = next(each for each in BACKENDS if each.name == "X11")
        changes = {"make_pointer": lambda: self, "make_windows": lambda: self, **changes}
        shot = Shot(Image.new("RGB", (DESK.width, DESK.height), "white"), DESK, (Monitor(1, DESK),))
        return FrozenDesktop(Snapshot(window, shot), replace(x11, **changes))

    def open(self, **changes: Any) -> None:
        self.finder.open(3, self.desktop(**changes))
        self.wait(lambda: self.finder._search is not None and (self.finder._search.is_read or not self.can_read))

    def wait(self, true: Any) -> None:
        def look() -> bool:
            self.step()
            return bool(true())

        until(look, "it")

    def enter(self, said: str = AT_SAVE) -> None:
        self.finder.enter(3)
        self.wait(lambda: self.said[-1:] == [said])


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    result = Desk()

    def click(target: Any, *_: Any) -> str:
        result.clicks.append((target.point, _[3]))
        return result.refusal

    monkeypatch.setattr(finding, "click_if_unchanged", click)
    monkeypatch.setattr(finding, "_FRONT_S", 0)
    yield result
    result.can_read = True
    result.finder.close(put_pointer_back=False)


def test_letters_narrow_the_places_and_arrows_go_through_them(desk: Desk) -> None:
    desk.open()
    desk.finder.type(3, "s")
    assert desk.said == ["Save: at the bottom right, 1 of 3"]
    desk.finder.type(3, "sav")
    for by in (1, 1, -1, -1):
        desk.finder.step(3, by)
    first, second = "Save: at the bottom right, 1 of 2", "Save: at the top left, 2 of 2"
    assert desk.said[1:] == [first, second, second, first, first]
    desk.finder.type(3, "savxy")
    desk.finder.step(3, 1)
    assert desk.said[6:] == ["savxy was not found. Enter asks the model."] * 2
    desk.finder.type(3, "")
    assert desk.said[8:] == [], "nothing is looked for"
    assert [text for _, text in desk.shown][-1] == ""


def test_enter_moves_and_a_second_enter_clicks_once(desk: Desk) -> None:
    desk.open()
    desk.finder.type(3, "sav")
    desk.enter()
    assert desk.at == (750, 570)
    assert desk.clicks == []
    desk.finder.enter(3)
    desk.wait(lambda: desk.told)
    assert (desk.told, desk.clicks, desk.closed) == ([("clicked", "Clicked Save.")], [((750, 570), (500, 500))], 1)
    desk.finder.enter(3)
    assert len(desk.clicks) == 1


def test_a_second_enter_while_the_pointer_is_on_its_way_is_none(desk: Desk) -> None:
    desk.open()
    desk.finder.type(3, "sav")
    desk.finder.enter(3)
    desk.finder.enter(3)
    desk.wait(lambda: desk.said[-1:] == [AT_SAVE])
    assert (desk.clicks, desk.closed) == ([], 0)


@pytest.mark.parametrize("change", ["type", "step"])
def test_after_another_place_was_chosen_enter_moves_again(desk: Desk, change: str) -> None:
    desk.open()
    desk.finder.type(3, "sav")
    desk.enter()
    if change == "type":
        desk.finder.type(3, "save")
    else:
        desk.finder.step(3, 1)
    desk.enter()
    assert desk.clicks == []
    assert desk.at == ((750, 570) if change == "type" else (-70, 110))
    desk.finder.close(put_pointer_back=True)
    until(lambda: desk.at == (500, 500), "the place before the first Enter")


def test_a_pointer_that_is_on_its_way_when_the_search_is_closed_comes_back(desk: Desk) -> None:
    desk.open()
    desk.finder.type(3, "sav")
    is_slow, moves, position, move = Event(), list[tuple[int, int]](), desk.position, desk.move

    def position_late() -> tuple[int, int]:
        is_slow.wait()
        return position()

    def note_move(x: int, y: int) -> None:
        moves.append((x, y))
        move(x, y)

    desk.position, desk.move = position_late, note_move  # type: ignore[method-assign]
    desk.finder.enter(3)
    desk.finder.close(put_pointer_back=True)
    is_slow.set()
    desk.wait(lambda: len(moves) == 2)
    assert moves == [(750, 570), (500, 500)]
    assert desk.clicks == []


def test_what_was_refused_is_told_and_not_called_clicked(desk: Desk) -> None:
    desk.refusal = "The session is locked. Nothing was clicked."
    desk.open()
    desk.finder.type(3, "sav")
    desk.enter()
    desk.finder.enter(3)
    desk.wait(lambda: desk.told)
    assert desk.told == [("not-clicked", "The session is locked. Nothing was clicked.")]


def test_the_window_that_a_click_opened_is_named(desk: Desk) -> None:
    desk.open()
    desk.finder.type(3, "sav")
    desk.enter()
    desk.front = replace(WINDOW, title="Save as - Writer", number=8)
    desk.finder.enter(3)
    desk.wait(lambda: len(desk.told) == 2)
    assert desk.told[1] == ("clicked", "Save as, Writer")


def test_a_pointer_that_cannot_be_moved_is_told_and_never_clicks(desk: Desk) -> None:
    desk.can_move = False
    desk.open()
    desk.finder.type(3, "sav")
    desk.enter("It does not move.")
    desk.said.clear()
    desk.enter("It does not move.")
    assert desk.clicks == []


def test_where_there_is_no_pointer_the_place_is_said(desk: Desk) -> None:
    desk.open(window=None, make_pointer=None, make_windows=None, name="Wayland")
    desk.finder.type(3, "sett")
    desk.finder.enter(3)
    assert desk.said[-1] == "Settings: at the top left. On Wayland this program cannot move the pointer."
    assert desk.clicks == []


def test_letters_that_come_before_the_text_are_looked_for_once_it_is_there(desk: Desk) -> None:
    desk.can_read = False
    desk.open()
    desk.finder.type(3, "sett")
    desk.finder.enter(3)
    assert desk.said == ["Reading the text."] * 2
    desk.can_read = True
    desk.wait(lambda: len(desk.said) == 3)
    assert desk.said[2] == "Settings: at the top left"


def test_what_is_not_found_may_be_in_a_script_that_cannot_be_read(desk: Desk) -> None:
    desk.unreadable = 1
    desk.open()
    desk.finder.type(3, "xyzzy")
    desk.finder.type(3, "sett")
    assert desk.said == [
        "xyzzy was not found. Enter asks the model. Some of the text is in a script that I cannot read here.",
        "Settings: at the top left",
    ]


def test_why_there_is_no_text_is_said(desk: Desk) -> None:
    desk.failure = EngineError("The files are missing.", code="text-missing")
    desk.open()
    assert desk.said == ["The files are missing."]
    desk.finder.type(3, "a")
    assert desk.said[1:] == ["The files are missing."]


def test_keys_of_a_search_that_was_closed_do_nothing(desk: Desk) -> None:
    desk.open()
    desk.finder.type(4, "sav")
    desk.finder.type(3, "sav")
    desk.enter()
    desk.finder.close(put_pointer_back=False)
    for _ in range(2):
        desk.finder.enter(3)
    desk.finder.type(3, "se")
    desk.finder.step(3, 1)
    assert desk.said == ["Save: at the bottom right, 1 of 2", AT_SAVE]
    assert (desk.clicks, desk.at) == ([], (750, 570))


RED = Match("the red icon", Box(100, 100, 140, 140), is_perhaps=True)
LOOKING = "The model is looking for the red icon. This may take minutes."


def ask_model(desk: Desk, *matches: Match, failure: AssistantError | None = None) -> None:
    """Type what no text is, press Enter, and let the model answer."""
    desk.open()
    desk.finder.type(3, "the red icon")
    assert desk.said == ["the red icon was not found. Enter asks the model."]
    for _ in range(2):
        desk.finder.enter(3)
    assert desk.said[1:] == [LOOKING] * 2
    assert desk.asked == ["the red icon"], "it is asked once"
    desk.on_located(matches, failure)


def test_what_only_the_model_found_is_called_perhaps_and_takes_a_third_press(desk: Desk) -> None:
    ask_model(desk, RED)
    assert desk.said[3] == "the red icon: perhaps at the top left"
    desk.enter("Pointer perhaps at the red icon: only the model found it. Enter goes on, Escape puts it back.")
    assert desk.at == (20, 120)
    desk.finder.enter(3)
    assert desk.said[-1] == "This may be something else. Enter clicks all the same, Escape puts the pointer back."
    assert (desk.clicks, desk.closed) == ([], 0)
    desk.finder.enter(3)
    desk.wait(lambda: desk.told)
    assert (desk.told, len(desk.clicks)) == ([("clicked", "Clicked the red icon.")], 1)


def test_another_place_of_the_model_begins_with_the_first_press(desk: Desk) -> None:
    ask_model(desk, RED, replace(RED, box=Box(800, 500, 840, 540)))
    at = "Pointer perhaps at the red icon: only the model found it. Enter goes on, Escape puts it back."
    desk.enter(at)
    desk.finder.enter(3)
    desk.finder.step(3, 1)
    assert desk.said[-1] == "the red icon: perhaps at the bottom right, 2 of 2"
    desk.enter(at)
    assert (desk.at, desk.clicks) == ((720, 520), [])


def test_what_the_model_does_not_find_is_said(desk: Desk) -> None:
    ask_model(desk)
    assert desk.said[3] == "The model did not find the red icon either."


def test_why_the_model_cannot_be_asked_is_said(desk: Desk) -> None:
    ask_model(desk, failure=InputError("The demo model cannot find things."))
    assert desk.said[3] == "The demo model cannot find things."


def test_other_letters_and_the_end_of_the_search_cancel_the_model(desk: Desk) -> None:
    desk.open()
    desk.finder.type(3, "the red icon")
    desk.finder.enter(3)
    answered = desk.on_located
    desk.finder.type(3, "sett")
    assert desk.asked == ["the red icon", "cancelled"]
    answered((RED,), None)
    assert desk.said[-1] == "Settings: at the top left", "what comes too late is not heard"
    desk.finder.type(3, "the red icon")
    desk.finder.enter(3)
    desk.finder.close(put_pointer_back=True)
    assert desk.asked[2:] == ["the red icon", "cancelled"]
