"""Palette and region selector together: what is opened, and what is reported with which ticket."""

from __future__ import annotations

import gc
import string
import weakref
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from support.accessible_walk import application, until
from support.snapshots import snapshot

from edge_assistant.capture.geometry import Rect
from edge_assistant.controller.palette_items import OverlayContent, PaletteItem
from edge_assistant.ui.commands import MenuEntry
from edge_assistant.ui.overlay.overlays import Overlays

CHOICES = (
    PaletteItem("w", "window", "Window: Invoice"),
    PaletteItem("r", "region", "A region"),
    PaletteItem("s", "screen", "Screen"),
)


class Desk:
    """Overlays, and a controller that records what they report."""

    def __init__(self) -> None:
        application()
        self.reports: list[Any] = []
        self.opened: list[str] = []
        self.uttered: list[str] = []
        self.reader = False
        self.refused = False
        self.focus_wanted: list[tuple[int, int]] = []
        self.overlays = Overlays(lambda: [self.entry("&Settings…"), self.entry("Window of &Edge"), self.entry("x")])
        service: Any = SimpleNamespace(
            event_loop=SimpleNamespace(post=lambda function, *arguments, **options: function(*arguments, **options)),
            controller=self,
            speech=self,
        )
        self.overlays.set_service(service)

    def entry(self, label: str) -> MenuEntry:
        return MenuEntry(label, lambda: self.opened.append(label))

    def choose(self, ticket: int, choice: str, rect: Rect | None = None) -> None:
        self.reports.append((ticket, choice, rect) if rect else (ticket, choice))

    def dismiss(self, ticket: int, *, restore_focus: bool = True) -> None:
        self.reports.append((ticket, "dismissed", restore_focus))

    def announce(self, ticket: int, text: str, *, at_once: bool) -> None:  # noqa: ARG002
        self.uttered.append(text)

    def reader_announces_focus(self) -> bool:
        return self.reader

    def take_focus(self, ticket: int, window: int, on_refused: Callable[[], None]) -> None:
        self.focus_wanted.append((ticket, window))
        if self.refused:
            on_refused()

    def open(self, chooser: str = "palette", ticket: int = 7) -> None:
        place = QApplication.primaryScreen().geometry()
        seen = snapshot(Rect(place.x(), place.y(), place.width(), place.height()))
        self.overlays.open_overlay(OverlayContent(ticket, chooser, seen, CHOICES if chooser == "palette" else ()))
        until(lambda: QApplication.focusWidget() is not None and self.is_open(chooser), "the chooser")

    def is_open(self, chooser: str) -> bool:
        if chooser == "palette":
            return self.overlays.palette.isActiveWindow()
        return any(pane.isActiveWindow() for pane in self.overlays.region.panes)

    def type(self, text: str) -> None:
        QTest.keyClicks(QApplication.focusWidget(), text)


@pytest.fixture
def desk() -> Iterator[Desk]:
    result = Desk()
    yield result
    result.overlays._close_open_overlay()
    result.overlays.deleteLater()


@pytest.mark.parametrize("reader", [False, True])
def test_the_palette_says_what_has_the_keyboard_unless_whoever_is_reported_to_leaves_that_to_a_reader(
    desk: Desk, reader: bool
) -> None:
    desk.reader = reader
    desk.open()
    opened = "Choices. Window: Invoice, W. Press its letter, or a question mark to hear all."
    assert desk.uttered == ([] if reader else [opened])


@pytest.mark.parametrize("refused", [False, True])
def test_an_overlay_that_is_left_behind_wants_the_focus_and_a_refusal_is_said(
    desk: Desk, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.refused = refused
    monkeypatch.setattr(desk.overlays.palette, "isActiveWindow", lambda: False)
    desk.overlays._focus_timer.setInterval(1)
    content = OverlayContent(7, "palette", snapshot(Rect(0, 0, 800, 600)), CHOICES)
    desk.overlays.open_overlay(content)
    until(lambda: desk.focus_wanted, "the second try")
    assert desk.focus_wanted == [(7, int(desk.overlays.palette.winId()))]
    behind = "Edge Assistant, choices is open behind another window. Press Alt+Tab until you hear it."
    assert desk.uttered[1:] == ([behind] if refused else [])


def test_a_choice_is_reported_with_its_ticket(desk: Desk) -> None:
    desk.open()
    desk.type("w")
    assert desk.reports == [(7, "window")]


def test_a_region_is_reported_with_its_rectangle(desk: Desk) -> None:
    desk.open()
    desk.type("r")
    assert desk.reports == [(7, "region")]
    desk.open("region")
    QTest.keyClick(desk.overlays.region.panes[0], Qt.Key.Key_Return)
    assert desk.reports[1:] == [(7, "region", Rect(100, 50, 300, 200))]


def test_where_all_letters_are_taken_an_entry_has_0_and_the_next_one_none(desk: Desk) -> None:
    items = tuple(PaletteItem(letter, f"item-{letter}", letter) for letter in string.ascii_lowercase)
    found = desk.overlays._entry_items(items)
    assert [(each.key, each.spoken) for each in found] == [
        ("0", "Settings, 0"),
        ("", "Window of Edge"),
        ("", "x"),
    ]


def test_entries_have_their_access_key_or_else_a_free_letter_and_open_what_they_name(desk: Desk) -> None:
    desk.open()
    help = desk.overlays.palette.help
    assert "Window of Edge, E." in help
    assert "Settings, T." in help, "S is the screen's, and E the window's"
    assert "x, X." in help
    desk.type("e")
    assert desk.opened == ["Window of &Edge"]
    assert desk.reports == [(7, "dismissed", False)], "the focus belongs to the window that opens"


def test_what_is_closed_from_elsewhere_reports_nothing_and_forgets_the_moment(desk: Desk) -> None:
    desk.open()
    opening = desk.overlays._content
    assert opening is not None
    assert opening.snapshot is not None
    picture = weakref.ref(opening.snapshot.picture)
    del opening
    desk.overlays.close_overlay(6)
    QApplication.processEvents()
    assert desk.is_open("palette"), "that was another one"
    desk.overlays.close_overlay(7)
    until(lambda: not desk.overlays.palette.isVisible(), "its end")
    assert desk.reports == []
    gc.collect()
    assert picture() is None


def test_escape_forgets_the_moment(desk: Desk) -> None:
    desk.open()
    assert desk.overlays._content is not None
    assert desk.overlays._content.snapshot is not None
    picture = weakref.ref(desk.overlays._content.snapshot.picture)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert desk.reports == [(7, "dismissed", True)]
    gc.collect()
    assert picture() is None


def test_a_region_that_is_closed_before_it_could_open_does_not_open(desk: Desk) -> None:
    place = QApplication.primaryScreen().geometry()
    seen = snapshot(Rect(place.x(), place.y(), place.width(), place.height()))
    desk.overlays.close_overlay(9)
    QApplication.processEvents()
    desk.overlays.open_overlay(OverlayContent(9, "region", seen))
    desk.open(ticket=10)
    assert desk.overlays.region.panes == []
