"""The main window and the tray: every action by name and keyboard, the state in words and shapes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, get_args

import pytest
from accessible_walk import application, nameless, until
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from edge_assistant.actions import ACTIONS
from edge_assistant.events import ErrorEvent, NoticeEvent, SentenceEvent, TokenEvent, WindowEvent
from edge_assistant.resident.condition import Condition
from edge_assistant.settings import Hotkeys
from edge_assistant.ui import icons
from edge_assistant.ui.commands import Commands, Entry
from edge_assistant.ui.tray import Tray
from edge_assistant.ui.window import MainWindow
from edge_assistant.ui.words import name_of

CONDITIONS: tuple[Condition, ...] = get_args(Condition)


class ScriptedControl:
    """Notes down what is asked of the program."""

    def __init__(self, done: list[Any]) -> None:
        self._done = done

    def __getattr__(self, name: str) -> Callable[..., None]:
        def note(*arguments: object) -> None:
            self._done.append((name, *arguments))

        return note


class Desk:
    """A window and a tray whose actions are only noted down."""

    def __init__(self) -> None:
        application()
        self.pressed: list[Any] = []
        self.has_tray = True
        self.put_away = 0
        self.commands = Commands(
            self.pressed.append,
            lambda: self.pressed.append("forget"),
            Hotkeys().bound(),
            [Entry("&Settings…", lambda: self.pressed.append("settings"))],
        )
        self.control = ScriptedControl(self.pressed)
        self.window = MainWindow(self.commands, self.control, lambda: self.has_tray)  # type: ignore[arg-type]
        self.window.put_away_by_person.connect(self._on_put_away)
        self.tray = Tray(self.commands, self.window.bring)

    def _on_put_away(self) -> None:
        self.put_away += 1


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.window.hide()
    made.tray.hide()
    made.window.deleteLater()


def entries(menu: QMenu) -> Iterator[QAction]:
    """All entries, those of menus inside too."""
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            yield from entries(inner)
        elif not action.isSeparator():
            yield action


def test_the_window_reaches_every_action_and_so_does_the_tray(desk: Desk) -> None:
    bar = [action.menu() for action in desk.window.menuBar().actions()]
    in_window = list(itertools.chain.from_iterable(entries(menu) for menu in bar if isinstance(menu, QMenu)))
    in_tray = list(entries(desk.tray.menu))
    for shown in (in_window, in_tray):
        desk.pressed.clear()
        for action in shown:
            if action.isEnabled():
                action.trigger()
        assert set(desk.pressed) >= {*ACTIONS, "settings"}


def test_no_two_entries_of_a_menu_have_the_same_access_key(desk: Desk) -> None:
    menus = [*(action.menu() for action in desk.window.menuBar().actions()), desk.tray.menu]
    for menu in menus:
        assert isinstance(menu, QMenu)
        keys = [action.text().split("&")[1][0].lower() for action in menu.actions() if "&" in action.text()]
        assert sorted(keys) == sorted(set(keys)), menu.title()
        assert len(keys) == len([action for action in menu.actions() if not action.isSeparator()])


def test_a_menu_entry_tells_its_global_key(desk: Desk) -> None:
    assert any(action.text().endswith("\tCtrl+Shift+F9") for action in entries(desk.tray.menu))


def test_everything_that_takes_the_focus_has_a_name(desk: Desk) -> None:
    desk.window.show()
    assert nameless(desk.window) == []


def test_what_was_said_can_be_read_in_order(desk: Desk) -> None:
    for event in (
        NoticeEvent(0, "ready", "Ready."),
        WindowEvent(1, "Invoice", 0, 0, 9, 9),
        TokenEvent(1, "thinking", "Hm."),
        TokenEvent(1, "answer", "A "),
        TokenEvent(1, "answer", "dialog."),
        SentenceEvent(1, "A dialog."),
        ErrorEvent(2, "engine", "The engine is gone.", 6),
    ):
        desk.window.show_event(event)
    assert desk.window.text.splitlines() == ["Ready.", "Invoice", "A dialog.", "The engine is gone."]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_tooltip_says_the_condition(desk: Desk, condition: Condition) -> None:
    desk.tray.show_condition(condition)
    assert desk.tray.tooltip == f"Edge Assistant: {name_of(condition)}"


def test_the_icons_differ_in_shape_not_only_in_colour() -> None:
    """Black and white copies still differ, at the smallest size too."""
    application()
    for size in (16, 64):
        shapes = {
            bytes(icons.picture(each, size).toImage().convertToFormat(QImage.Format.Format_Mono).constBits())
            for each in CONDITIONS
        }
        assert len(shapes) == len(CONDITIONS)


def test_escape_puts_the_window_into_the_tray_and_tells_so(desk: Desk) -> None:
    desk.window.bring()
    until(desk.window.isActiveWindow, "the window")
    QTest.keyClick(QApplication.focusWidget() or desk.window, Qt.Key.Key_Escape)
    assert not desk.window.isVisible()
    assert desk.put_away == 1


def test_without_a_tray_escape_only_makes_it_small(desk: Desk) -> None:
    desk.has_tray = False
    desk.window.bring()
    until(desk.window.isActiveWindow, "the window")
    QTest.keyClick(QApplication.focusWidget() or desk.window, Qt.Key.Key_Escape)
    assert desk.window.isMinimized()
    desk.window.bring()
    assert not desk.window.isMinimized()
