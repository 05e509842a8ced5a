"""A shortcut is pressed, checked at once, told and saved: in the first-run window, and in the settings window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from support.accessible_walk import application, nameless, until
from support.heard_focus import HeardFocus, heard_focus

from edge_assistant.controller.global_hotkeys import KeyReport, check_key
from edge_assistant.hotkeys.key import Key, parse_key
from edge_assistant.settings.schema import HotkeySettings, Settings, with_values
from edge_assistant.ui.models.first_run import FirstRunDialog
from edge_assistant.ui.models.shortcut_panel import ShortcutPanel
from edge_assistant.ui.settings.presenter import SettingsPresenter
from edge_assistant.ui.settings.settings_access import SettingsAccess
from edge_assistant.ui.settings.shortcut_edit import ShortcutEdit

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
NOT_FREE = "ctrl shift F1 is not free: another program or the system has it. Choose another one."
TAKEN, UNKNOWN = parse_key("ctrl+shift+F1"), parse_key("ctrl+shift+home")


class Service:
    """A service that does at once what it is asked, on a window system where another program has a key."""

    def __init__(self) -> None:
        keys = HotkeySettings(window="ctrl+shift+F9", screen="ctrl+shift+F11", shortcuts="")
        self.settings = Settings(hotkeys=keys)
        self.suspended: list[bool] = []
        self.told: list[str] = []
        self.on_settings: Callable[[Settings], None] = lambda _: None
        post = lambda function, *arguments: function(*arguments)  # noqa: E731
        self.event_loop = SimpleNamespace(post=post, posting=lambda function: function)
        self.speech = SimpleNamespace(say=lambda _: None, silence=lambda: None, reader_announces_focus=lambda: False)

    def suspend_hotkeys(self, suspended: bool) -> None:
        self.suspended.append(suspended)

    def check_key(self, key: Key) -> KeyReport:
        assert self.suspended[-1], "or our own keys would be found"
        hotkeys: Any = SimpleNamespace(is_free=lambda each: {TAKEN: False, UNKNOWN: None}.get(each, True))
        return check_key(key, hotkeys, "linux")

    def save_settings(self, settings: Settings) -> None:
        self.settings = settings
        self.on_settings(settings)

    def tell(self, _: str, message: str) -> None:
        self.told.append(message)


@pytest.fixture
def service() -> Service:
    application()
    return Service()


@pytest.fixture
def panel(service: Service) -> Iterator[ShortcutPanel]:
    parent = QObject()
    result = ShortcutPanel(SettingsAccess(service, parent), service.told.append)  # type: ignore[arg-type]
    result.show()
    result.activateWindow()
    result.edit.setFocus()
    until(lambda: service.suspended == [True], "the field")
    yield result
    result.deleteLater()


def press(edit: ShortcutEdit, key: Qt.Key) -> None:
    QTest.keyClick(edit, key, CTRL_SHIFT)


def test_a_free_key_is_told_and_saved_at_once(panel: ShortcutPanel, service: Service) -> None:
    assert panel.sentence.startswith("Ctrl+Shift+F9 describes the active window.")
    press(panel.edit, Qt.Key.Key_F3)
    until(lambda: service.settings.hotkeys.window == "ctrl+shift+F3", "the new key")
    assert service.told == ["ctrl shift F3 is free."]
    panel.apply_settings(service.settings)
    assert panel.sentence.startswith("Ctrl+Shift+F3 describes the active window.")


def test_a_taken_key_is_told_and_the_old_one_stays(panel: ShortcutPanel, service: Service) -> None:
    press(panel.edit, Qt.Key.Key_F1)
    until(lambda: service.told == [NOT_FREE], "the reason")
    press(panel.edit, Qt.Key.Key_F11)
    until(lambda: len(service.told) == 2, "the reason")
    assert service.told[1] == (
        "ctrl+shift+F11 is used twice: "
        "it describes the active window, "
        "and it describes the whole screen. Change one of them."
    )
    press(panel.edit, Qt.Key.Key_Insert)
    until(lambda: len(service.told) == 3, "the reason")
    assert panel.edit.key == service.settings.hotkeys.window == "ctrl+shift+F9"


def test_where_it_is_not_known_the_key_is_saved_and_that_is_told(panel: ShortcutPanel, service: Service) -> None:
    press(panel.edit, Qt.Key.Key_Home)
    until(lambda: service.settings.hotkeys.window == "ctrl+shift+home", "the new key")
    assert service.told == ["Whether another program has ctrl shift home is known only when you press it."]


def test_without_a_key_the_window_asks_for_one(panel: ShortcutPanel, service: Service) -> None:
    QTest.keyClick(panel.edit, Qt.Key.Key_Backspace)
    assert service.settings.hotkeys.window == ""
    assert panel.sentence == "No shortcut describes the active window. Press one in the last field."
    assert service.told == [panel.sentence]


def test_a_key_that_was_checked_does_not_come_back_after_a_later_press(panel: ShortcutPanel, service: Service) -> None:
    press(panel.edit, Qt.Key.Key_F3)
    QTest.keyClick(panel.edit, Qt.Key.Key_Backspace)  # before the answer came
    application().processEvents()
    assert service.settings.hotkeys.window == ""
    press(panel.edit, Qt.Key.Key_F3)
    press(panel.edit, Qt.Key.Key_F11)  # another action's
    application().processEvents()
    assert service.settings.hotkeys.window == ""
    assert service.told[-1].startswith("ctrl+shift+F11 is used twice")


@pytest.fixture
def heard() -> Iterator[HeardFocus]:
    with heard_focus() as result:
        yield result


def test_the_first_run_window_tells_the_key_and_its_field_is_reached_and_named(
    service: Service, heard: HeardFocus
) -> None:
    parent, said = QObject(), heard.said
    window = FirstRunDialog(said.append)
    window.add_shortcut(SettingsAccess(service, parent))  # type: ignore[arg-type]
    window.show()
    window.activateWindow()
    until(lambda: window.details.isEnabled(), "the recommendation")
    assert window.shortcut is not None
    assert nameless(window) == []
    assert window.shortcut.sentence.startswith("Ctrl+Shift+F9 describes the active window. If it needs Fn")
    window.later.setFocus()
    QTest.keyClick(window.later, Qt.Key.Key_Tab)
    assert window.shortcut.edit.hasFocus()
    until(
        lambda: said[-1].startswith("Describes the active window, shortcut field, Ctrl+Shift+F9"),
        "what has the keyboard",
    )
    assert "Ctrl+Shift+F9" in said[-1]
    window.stop()
    window.hide()
    window.deleteLater()


def test_on_windows_the_field_shows_the_key_as_it_is_called_there(
    panel: ShortcutPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    panel.edit.set_key("super+F9")
    assert panel.edit.text() == "Super+F9"
    monkeypatch.setattr("sys.platform", "win32")
    panel.edit.set_key("super+F9")
    assert panel.edit.text() == "Win+F9"


def test_the_settings_window_tells_whether_the_key_is_free(service: Service) -> None:
    parent = QObject()
    presenter = SettingsPresenter(service, parent)  # type: ignore[arg-type]
    presenter.open()
    dialog = presenter._dialog
    assert dialog is not None
    dialog._browser.groups.choose("hotkeys")
    edit = dialog.field("hotkeys.camera").focus_widget
    assert isinstance(edit, ShortcutEdit)
    edit.setFocus()
    until(lambda: service.suspended[-1:] == [True], "the field")
    for key, sentence in (
        (Qt.Key.Key_F3, "ctrl shift F3 is free."),
        (Qt.Key.Key_F1, NOT_FREE),
        (
            Qt.Key.Key_F9,
            (
                "ctrl+shift+F9 is used twice: "
                "it describes the active window, "
                "and it counts to three and describes what the camera sees. Change one of them."
            ),
        ),
    ):
        press(edit, key)
        until(lambda wanted=sentence: service.told and service.told[-1].endswith(wanted), sentence)  # type: ignore[misc]
        assert dialog.message == service.told[-1]
    assert service.told[0] == "Counts to three and describes what the camera sees: ctrl shift F3 is free."
    presenter.access.checked.emit("hotkeys.camera", KeyReport(TAKEN, False, "of a key that was pressed before"))
    application().processEvents()
    assert "pressed before" not in dialog.message
    edit.set_key("")
    dialog.close()
    presenter.access.checked.emit("hotkeys.camera", KeyReport(TAKEN, False, "too late"))
    until(lambda: presenter._dialog is None, "the end")
    application().processEvents()


def test_settings_changed_elsewhere_show_in_the_first_run_window(panel: ShortcutPanel, service: Service) -> None:
    service.settings = with_values(service.settings, {"hotkeys.window": "alt+F1"})
    panel.apply_settings(service.settings)
    assert panel.edit.key == "alt+F1"
    assert panel.sentence.startswith("Alt+F1 describes the active window.")
