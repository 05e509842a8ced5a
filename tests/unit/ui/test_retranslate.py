"""Change of the language while the program runs: every window reads as if it had been created in it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import QAbstractButton, QLabel, QMenu, QWidget
from support.accessible_walk import application, until
from support.recording_service import RecordingService

from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.settings.schema import HotkeySettings, Settings, with_values
from edge_assistant.system.i18n import tr, tr_noop, use_language
from edge_assistant.ui.commands import Commands, MenuEntry
from edge_assistant.ui.controller_signals import thumbnail
from edge_assistant.ui.main_window import MainWindow
from edge_assistant.ui.models.dialog import ModelsDialog
from edge_assistant.ui.models.first_run import FirstRunDialog
from edge_assistant.ui.overlay.palette import Palette
from edge_assistant.ui.retranslate import QtTranslations
from edge_assistant.ui.settings.dialog import SettingsDialog
from edge_assistant.ui.settings.presenter import SettingsPresenter
from edge_assistant.ui.tray import Tray

HOTKEYS = HotkeySettings(window="ctrl+shift+F9")
GERMAN = with_values(Settings(hotkeys=HOTKEYS), {"language": "de"})
ENGLISH = with_values(Settings(hotkeys=HOTKEYS), {"language": "en"})


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    application()
    use_language("en")
    yield
    change_language(ENGLISH)
    use_language(None)


@cache
def translations() -> QtTranslations:
    return QtTranslations(application())


class Desk:
    """Main window, tray and their menus, of an application that does nothing."""

    def __init__(self) -> None:
        entries = [MenuEntry(tr_noop("&Settings…"), lambda: None), MenuEntry(tr_noop("Mo&dels…"), lambda: None)]
        self.commands = Commands(lambda _: None, lambda: None, HOTKEYS.keys_by_action(), entries)
        service: Any = RecordingService()
        self.window = MainWindow(self.commands, service, lambda: True)
        self.tray = Tray(self.commands, self.window.bring_to_front)
        self.tray.show_status("speaking")
        self.window.show_status("speaking")
        captured = CapturedPicture(Image.new("RGB", (64, 48)), origin="window")
        self.window.show_picture(captured, thumbnail(captured.image), "Invoice")

    def apply_settings(self, settings: Settings) -> None:
        change_language(settings)
        self.commands.apply_settings(settings)

    def close(self) -> None:
        self.tray.hide()
        self.window.hide()
        self.window.deleteLater()

    @property
    def words(self) -> list[str]:
        """Return the titles of windows and menus, all entries, the tray's tooltip, and what a screen reader finds."""
        bar = [action.menu() for action in self.window.menuBar().actions()]
        menus = [each for each in bar if isinstance(each, QMenu)]
        entries = [action.text() for menu in (*menus, self.tray.menu) for action in menu.actions()]
        return [*(menu.title() for menu in menus), *entries, self.tray._icon.toolTip(), *words_of(self.window)]


def change_language(settings: Settings) -> None:
    """Change the language of the program and of Qt, as the application does, and let the windows know."""
    use_language(settings.language)
    translations().apply_settings(settings)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LanguageChange)


def words_of(window: QWidget) -> list[str]:
    """Return the title, and text, accessible name and description of every widget."""
    found = [window.windowTitle()]
    for each in window.findChildren(QWidget):
        shown = each.text() if isinstance(each, QLabel | QAbstractButton) else ""
        found += filter(None, (shown, each.accessibleName(), each.accessibleDescription()))
    assert len(found) > 3
    return found


def test_menus_windows_and_tray_read_as_if_made_in_the_other_language() -> None:
    desk = Desk()
    before = desk.words
    desk.apply_settings(GERMAN)
    fresh = Desk()
    assert desk.words == fresh.words
    assert {"&Datei", "A&nsehen", "&Fenster beschreiben\tStrg+Umschalt+F9", "&Einstellungen…"} <= set(desk.words)
    assert desk.tray._icon.toolTip() == "Edge Assistant: Spricht"
    assert "Fenster Invoice, 64 mal 48 Pixel" in desk.words
    desk.apply_settings(ENGLISH)
    assert desk.words == before
    for each in (desk, fresh):
        each.close()


def test_what_was_said_before_stays_as_it_was_said() -> None:
    desk = Desk()
    desk.window.show_question(1, "What is it?")
    desk.apply_settings(GERMAN)
    assert desk.window.text == "You: What is it?"
    desk.close()


@pytest.mark.parametrize("kind", [ModelsDialog, FirstRunDialog])
def test_the_windows_about_weights_follow(kind: type[ModelsDialog] | type[FirstRunDialog]) -> None:
    window = kind(lambda _: None)
    before = words_of(window)
    change_language(GERMAN)
    fresh = kind(lambda _: None)
    # What a first run says of this computer it finds out anew when it is shown.
    assert [each for each in words_of(window) if each not in words_of(fresh)] in ([], ["Checking this computer."])
    assert window.windowTitle() in ("Modelle", "Willkommen bei Edge Assistant")
    change_language(ENGLISH)
    assert words_of(window) == before
    for each in (window, fresh):
        each.deleteLater()


def test_the_list_of_weights_and_what_is_recommended_follow_too() -> None:
    said: list[str] = []
    dialog, first = ModelsDialog(lambda _: None), FirstRunDialog(said.append)
    for window in (dialog, first):
        window.show()
    until(lambda: dialog.others.table.rowCount(), "the list")
    until(first.details.isEnabled, "the recommendation")
    said.clear()
    change_language(GERMAN)
    until(lambda: "braucht" in dialog.others.details.text(), "the facts in German")
    until(lambda: "Edge Assistant braucht einen Download" in first.sentences.text(), "the recommendation in German")
    assert first.details_text.text().startswith("Dieser Computer hat")
    assert dialog.others.table.horizontalHeaderItem(0).text() == "Modell"
    assert dialog.others.table.horizontalHeaderItem(1).text() == "Status"
    assert not [each for each in said if "Computer" in each], "it is not said again"
    for window in (dialog, first):
        window.stop()
        window.hide()
        window.deleteLater()


def test_the_palette_follows() -> None:
    palette = Palette(lambda *_: None, lambda: False)
    change_language(GERMAN)
    fresh = Palette(lambda *_: None, lambda: False)
    assert words_of(palette) == words_of(fresh)
    assert palette.windowTitle() == "Edge Assistant, Auswahl"
    for each in (palette, fresh):
        each.deleteLater()


def test_settings_that_are_open_are_shown_in_the_other_language_in_the_same_place() -> None:
    told: list[str] = []
    service: Any = SimpleNamespace(
        settings=ENGLISH,
        save_settings=lambda _: None,
        event_loop=SimpleNamespace(posting=lambda function: function),
        tell=lambda *words: told.append(words[-1]),
        suspend_hotkeys=lambda _: None,
        speech=SimpleNamespace(say=lambda _: None, silence=lambda: None, reader_announces_focus=lambda: True),
    )
    parent = QObject()
    presenter = SettingsPresenter(service, parent)
    presenter.open()
    (before,) = open_settings()
    before._browser.groups.choose("sources")
    before.field("camera").focus_widget.setFocus()
    presenter.changed.emit(with_values(ENGLISH, {"rate": 150}))
    until(lambda: before.field("rate").value() == 150, "the other rate")
    assert open_settings() == [before], "other settings change nothing about it"
    service.settings = GERMAN
    presenter.changed.emit(GERMAN)
    until(lambda: before.chosen == GERMAN, "the other settings")
    change_language(GERMAN)
    until(lambda: [each.windowTitle() for each in open_settings()] == ["Einstellungen von Edge Assistant"], "German")
    assert open_settings() == [before], "the window is the same"
    assert before._browser.groups.currentItem().text() == "Quellen"
    assert before.focusWidget() is before.field("camera").focus_widget, "the keyboard stays where it was"
    assert before.chosen == GERMAN
    fresh = SettingsDialog(GERMAN, on_apply=lambda _: None)
    assert set(words_of(before)) == set(words_of(fresh))
    before.close()
    until(lambda: not open_settings(), "the end")


def open_settings() -> list[SettingsDialog]:
    shown = [each for each in application().topLevelWidgets() if isinstance(each, SettingsDialog)]
    return [each for each in shown if each.isVisible()]


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_two_things_in_a_window_share_an_access_key(language: str) -> None:
    """Qt would only move the focus to one of them, away from where the user may be typing."""
    use_language(language)
    desk = Desk()
    settings = SettingsDialog(GERMAN if language == "de" else ENGLISH, on_apply=lambda _: None)
    for window in (desk.window, settings, ModelsDialog(lambda _: None), FirstRunDialog(lambda _: None)):
        words = [each.text() for kind in (QLabel, QAbstractButton) for each in window.findChildren(kind)]
        if window is desk.window:
            words += [each.text() for each in desk.window.menuBar().actions()]
        elif window is not settings:
            words.append(tr("&Resume"))  # in place of what pauses
        keys = [text[text.index("&") + 1].lower() for text in words if "&" in text]
        assert len(keys) >= 4
        assert len(keys) == len(set(keys)), (window.windowTitle(), sorted(keys))
        if window is not desk.window:
            window.deleteLater()
    desk.close()


def test_qts_own_words_follow() -> None:
    change_language(GERMAN)
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Abbrechen"
    change_language(ENGLISH)
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"
