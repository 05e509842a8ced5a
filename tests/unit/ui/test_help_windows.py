"""Help: key help tells each key and does nothing, F1 tells what a window is for, the list of keys is searched."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QMainWindow, QMessageBox, QPushButton, QVBoxLayout, QWidget
from support.accessible_walk import application, nameless, until
from support.heard_focus import heard_focus

from edge_assistant.hotkeys.actions import ACTIONS, HELP_ACTIONS
from edge_assistant.hotkeys.key import parse_key
from edge_assistant.settings.schema import HotkeySettings, Settings
from edge_assistant.system.i18n import tr_noop
from edge_assistant.ui.help.bindings import Binding, global_bindings
from edge_assistant.ui.help.key_meaning import tell_action
from edge_assistant.ui.help.presenter import HelpPresenter

Key = Qt.Key
ALT = Qt.KeyboardModifier.AltModifier
CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class Main(QMainWindow):
    HELP = (tr_noop("This is the conversation. Type a question and press Enter; Enter alone says more."),)

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Edge Assistant")
        self.opened = 0
        body = QWidget()
        layout = QVBoxLayout(body)
        label, self.line = QLabel("&Question:"), QLineEdit()
        label.setBuddy(self.line)
        self.line.setAccessibleName("Question")
        for each in (label, self.line, QPushButton("As&k…")):
            layout.addWidget(each)
        self.setCentralWidget(body)
        action = self.menuBar().addMenu("&File").addAction("&Open a picture…")
        action.setShortcut("Ctrl+O")
        action.triggered.connect(self._open)

    def _open(self) -> None:
        self.opened += 1


class Desk:
    """The main window and its help; "(silence)" is where speech was stopped."""

    def __init__(self) -> None:
        self.said: list[str] = []
        settings = Settings(hotkeys=HotkeySettings(window="ctrl+shift+F9", stop="ctrl+shift+F8", help=""))
        speech = SimpleNamespace(say=self.said.append, silence=lambda: self.said.append("(silence)"))
        loop = SimpleNamespace(posting=lambda function: function)
        service = SimpleNamespace(event_loop=loop, speech=speech, settings=settings)
        self.window = Main()
        self.help = HelpPresenter(application(), cast(Any, service), self.window, [(tr_noop("Settings"), Main)])
        self.window.show()
        self.activate(self.window)

    def activate(self, window: QWidget) -> None:
        window.activateWindow()
        until(window.isActiveWindow, "the window in front")

    def begin_key_help(self) -> None:
        self.help.switch_key_help()
        self.activate(self.help.key_help)
        assert self.said[-1] == "Key help is on. Press a key to hear what it does. Escape twice ends it."

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> str:
        QTest.keyClick(self.help.key_help, key, modifiers)
        application().processEvents()
        return self.said[-1]


@pytest.fixture
def desk() -> Iterator[Desk]:
    application()
    result = Desk()
    yield result
    for window in (result.help.key_help, result.help.keys, result.window):
        window.hide()
        window.deleteLater()
    for each in application().children():
        if type(each).__name__ == "WindowHelp":
            shiboken6.delete(each)
    application().processEvents()


def test_each_key_is_told_and_none_is_carried_out(desk: Desk) -> None:
    desk.begin_key_help()
    assert desk.press(Key.Key_F9, CONTROL_SHIFT) == "Ctrl+Shift+F9: describes the active window."
    assert desk.press(Key.Key_O, Qt.KeyboardModifier.ControlModifier) == "Ctrl+O: Open a picture."
    assert desk.press(Key.Key_F, ALT) == "Alt+F: File menu."
    assert desk.press(Key.Key_Q, ALT) == "Alt+Q: Question."
    assert desk.press(Key.Key_K, ALT) == "Alt+K: Ask."
    assert desk.press(Key.Key_Tab) == "Tab: goes to the next field."
    assert desk.press(Key.Key_F1) == "F1: tells what the window is for."
    assert desk.press(Key.Key_F2) == "F2: no meaning here."
    assert desk.help.key_help.sentence.text() == "F2: no meaning here."
    assert desk.press(Key.Key_Control) == "F2: no meaning here.", "a modifier alone is no key"
    assert desk.window.opened == 0
    assert desk.help.key_help.isVisible()


def test_escape_twice_ends_it_and_once_is_told(desk: Desk) -> None:
    desk.begin_key_help()
    assert desk.press(Key.Key_Escape) == "Escape: closes the window. Once more, it ends key help."
    desk.press(Key.Key_F2)
    assert desk.press(Key.Key_Escape) == "Escape: closes the window. Once more, it ends key help."
    assert desk.help.key_help.isVisible(), "only twice in a row"
    assert desk.press(Key.Key_Escape) == "Key help is off."
    assert not desk.help.key_help.isVisible()


def test_global_keys_are_told_meanwhile_and_its_own_action_ends_it(desk: Desk) -> None:
    assert not desk.help.takes_press("window")
    desk.begin_key_help()
    assert desk.help.takes_press("stop")
    until(lambda: desk.said[-1] == "Ctrl+Shift+F8: stops speech; pressed again, cancels the request.", "the sentence")
    assert desk.help.takes_press("find")
    until(lambda: desk.said[-1].startswith("finds a text in the active window"), "an action without a key")
    assert not desk.help.takes_press("key-help")
    desk.help.switch_key_help()
    assert desk.said[-1] == "Key help is off."
    assert not desk.help.takes_press("window")


def test_it_ends_when_another_window_has_the_keyboard(desk: Desk) -> None:
    desk.begin_key_help()
    desk.activate(desk.window)
    until(lambda: desk.said[-1] == "Key help is off.", "the end")


def test_over_another_program_only_our_global_keys_mean_something(desk: Desk) -> None:
    desk.window.hide()
    application().processEvents()
    desk.begin_key_help()
    assert desk.press(Key.Key_O, Qt.KeyboardModifier.ControlModifier) == "Ctrl+O: no meaning here."
    assert desk.press(Key.Key_F9, CONTROL_SHIFT) == "Ctrl+Shift+F9: describes the active window."


def test_f1_tells_what_a_window_is_for_in_a_box_that_everyone_can_read(desk: Desk) -> None:
    with heard_focus() as heard:
        desk.window.line.setFocus()
        QTest.keyClick(desk.window, Key.Key_F1)
        until(lambda: desk.window.findChildren(QMessageBox), "the help")
        (box,) = desk.window.findChildren(QMessageBox)
        until(box.isActiveWindow, "the help in front")
        assert box.text() == Main.HELP[0]
        assert heard.take()[-1] == f"{Main.HELP[0]} Close, button."
        QTest.keyClick(box, Key.Key_K, ALT)
        until(desk.help.keys.isVisible, "the list of all keys")


def test_the_list_has_every_action_and_key_and_is_searched_by_words(desk: Desk) -> None:
    desk.help.open_keys()
    keys = desk.help.keys
    desk.activate(keys)
    lines = [keys.list.item(row).text() for row in range(keys.list.count())]
    for action, meaning in ACTIONS.items():
        assert any(line.endswith(f": {meaning}") for line in lines), action
    modifiers = "Ctrl+Alt" if sys.platform == "win32" else "Ctrl+Shift"
    assert lines[:2] == ["Ctrl+Shift+F9: describes the active window", f"{modifiers}+F11: describes the whole screen"]
    for line in (
        "Edge Assistant, Ctrl+O: Open a picture",
        "Edge Assistant, Alt+F: File menu",
        "Edge Assistant, Alt+Q: Question",
        "List of choices, W: Window: the active window",
        "List of choices, G: All keys",
        "no key: opens the list of all keys",
        "While a text is read, Ctrl+Shift+Space: pauses a text that is read aloud, or goes on with it",
        f"Settings, Keys: {Main.HELP[0]}",
    ):
        assert line in lines
    assert nameless(keys) == []
    with heard_focus(desk.said) as heard:
        QTest.keyClicks(keys.search, "CTRL+O pict")
        assert [keys.list.item(row).text() for row in range(keys.list.count())] == [
            "Edge Assistant, Ctrl+O: Open a picture"
        ]
        until(lambda: heard.said[-1:] == ["1 key."], "the count")
        QTest.keyClick(keys.search, Key.Key_Down)
        until(lambda: heard.said[-1].endswith("Keys, list, Alt K, Edge Assistant, Ctrl+O: Open a picture."), "the list")
        QTest.keyClick(keys.list, Key.Key_Return)
        assert heard.said[-1] == "Edge Assistant, Ctrl+O: Open a picture"
        assert desk.window.opened == 0, "it only tells"
        keys.search.setText("nothing of the kind")
        until(lambda: heard.said[-1:] == ["No key has these words."], "the count")


def test_the_actions_of_help_have_no_key_but_can_have_one() -> None:
    for action in HELP_ACTIONS:
        assert action not in HotkeySettings().keys_by_action()
    bound = HotkeySettings(help="ctrl+shift+F1", key_help="ctrl+shift+F2").keys_by_action()
    assert bound["key-help"] == parse_key("ctrl+shift+F2")


def test_a_question_of_the_persons_own_is_told_and_listed() -> None:
    hotkeys = {"question Free seat": parse_key("ctrl+shift+F3")}
    assert tell_action("question Free seat", hotkeys) == "Ctrl+Shift+F3: asks the question Free seat."
    assert Binding("Ctrl+Shift+F3", "asks the question Free seat") in global_bindings(hotkeys)
