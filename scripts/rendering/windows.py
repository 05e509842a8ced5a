"""What is shown of each window in the pictures of it; whoever adds a window adds it here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast
from unittest.mock import Mock

from PIL import Image
from PySide6.QtWidgets import QApplication, QWidget

from edge_assistant.assistant.events import NoticeEvent, SentenceEvent, TokenEvent, WindowEvent
from edge_assistant.assistant.picture_text import PictureText
from edge_assistant.capture.decode import CapturedPicture, decode
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow, Monitor, Shot, Snapshot
from edge_assistant.controller.history import PastAnswer
from edge_assistant.controller.lines import LinesSource
from edge_assistant.controller.palette_items import palette_items
from edge_assistant.ocr.client import TextReader
from edge_assistant.ocr.page import Box, Cell, Line, Page, Table
from edge_assistant.settings.questions import Question
from edge_assistant.settings.schema import HotkeySettings, Settings
from edge_assistant.system.i18n import tr
from edge_assistant.system.parts import Part
from edge_assistant.ui.about_dialog import AboutDialog
from edge_assistant.ui.commands import Commands, MenuEntry
from edge_assistant.ui.controller_signals import thumbnail
from edge_assistant.ui.help.bindings import global_bindings, menu_bindings, palette_bindings
from edge_assistant.ui.help.key_help_window import KeyHelpWindow
from edge_assistant.ui.help.key_meaning import tell_action
from edge_assistant.ui.help.keys_window import KeysWindow
from edge_assistant.ui.history_window import HistoryWindow
from edge_assistant.ui.lines.window import LinesWindow
from edge_assistant.ui.main_window import MainWindow
from edge_assistant.ui.models.dialog import ModelsDialog
from edge_assistant.ui.models.first_run import FirstRunDialog
from edge_assistant.ui.overlay.find_window import FindWindow
from edge_assistant.ui.overlay.palette import Palette
from edge_assistant.ui.overlay.region_selector import FrozenPictures, RegionSelector
from edge_assistant.ui.picture_window import PictureWindow
from edge_assistant.ui.settings.dialog import SettingsDialog
from edge_assistant.ui.settings.question_dialog import QuestionDialog
from edge_assistant.ui.settings.settings_access import SettingsAccess
from edge_assistant.ui.spelling_window import SpellingWindow
from edge_assistant.ui.tray import Tray
from edge_assistant.ui.tutorial.window import TutorialWindow
from rendering.fixed_machine import PROVIDERS

SAMPLE = Path(__file__).resolve().parents[2] / "models/demo/samples/save-dialog.png"


def _sample() -> CapturedPicture:
    """Decode the sample in this process: a worker's threads would go on behind the windows."""
    with SAMPLE.open("rb") as stream:
        return decode(stream, SAMPLE.name)


def _commands() -> Commands:
    entries = [
        MenuEntry(tr("&Settings…"), lambda: None),
        MenuEntry(tr("Mo&dels…"), lambda: None),
        MenuEntry(tr("&About Edge Assistant"), lambda: None, "help"),
    ]
    return Commands(lambda _: None, lambda: None, HotkeySettings().keys_by_action(), entries)


def main_window() -> QWidget:
    """The main window with a conversation."""
    window = MainWindow(_commands(), Mock(), lambda: True)
    captured = replace(_sample(), origin="window")
    window.show_picture(captured, thumbnail(captured.image), "Invoice 1042, Writer")
    window.show_event(WindowEvent(1, "Invoice 1042, Writer", 0, 0, *captured.image.size))
    window.show_event(NoticeEvent(1, "ask", "What do you want to know?"))
    window.show_question(2, "What is on the screen?")
    window.show_event(SentenceEvent(2, "A dialog titled Music."))
    window.show_event(SentenceEvent(2, "Buttons: Cancel on the left, Save on the right.", " "))
    window.show_event(TokenEvent(2, "thinking", "A grey field with a dark bar on top: a dialog. Two buttons."))
    window.show_think(True, "31 seconds more")
    window.show_reasoning.setChecked(True)
    window.show_status("ready")
    return window


def start_page() -> QWidget:
    """The main window before there is a conversation."""
    window = MainWindow(_commands(), Mock(), lambda: True)
    window.show_event(NoticeEvent(0, "ready", "Ready."))
    window.show_status("ready")
    return window


def enlarged() -> QWidget:
    """The picture, enlarged."""
    window = main_window()
    picture = PictureWindow(window, _sample().image, "Invoice 1042, Writer", lambda _: None)
    picture.setProperty("kept", window)
    return picture


def tray_menu() -> QWidget:
    """The tray's menu."""
    commands = _commands()
    commands.show_think(True, "")
    tray = Tray(commands, lambda: None)
    tray.menu.setProperty("kept", tray)
    return tray.menu


def _snapshot() -> Snapshot:
    """A desktop of the size of scripts/screenshots.py's screen with the sample as its active window."""
    whole = Rect(0, 0, 1920, 1080)
    desktop = Image.new("RGB", (whole.width, whole.height), (58, 90, 120))
    with Image.open(SAMPLE) as sample:
        window = Rect(120, 100, *sample.size)
        desktop.paste(sample, (window.left, window.top))
    return Snapshot(
        ActiveWindow("Invoice 1042, Writer", window, window), Shot(desktop, whole, (Monitor(1, whole),))
    )  # fmt: skip


def palette() -> QWidget:
    """The list of choices."""
    shown = Palette(lambda *_: None, lambda: False)
    shown.open(palette_items(_snapshot()), QApplication.primaryScreen())
    return shown


def region() -> QWidget:
    """The choice of a region, as it begins: the active window."""
    selector, snapshot = RegionSelector(lambda *_: None), _snapshot()
    selector.open(snapshot, FrozenPictures.of(snapshot))
    pane = selector.panes[0]
    pane.setProperty("kept", selector)
    return pane


def find() -> QWidget:
    """The search, with a text that was found."""
    window = FindWindow(lambda *_: None, lambda: True)
    window.open("Invoice 1042, Writer", QApplication.primaryScreen())
    window.field.setText("sav")
    window.show_found(
        tr("{text}: {where}, {number} of {count}", text="Save", where="at the bottom right", number=1, count=2)
    )
    return window


def spelling() -> QWidget:
    """The list of words to spell."""
    window = SpellingWindow(lambda _: None, lambda: None, lambda: None)
    window.open_words(["A", "dialog", "titled", "Music", "Buttons", "Cancel", "on", "the", "left"])
    return window


def history() -> QWidget:
    """The last answers."""
    window = HistoryWindow(lambda _: None, lambda: None)
    answers = (
        PastAnswer(("Seat 14 by the window is free.",), 940.0, "Which seat is free?", "Tickets", "window"),
        PastAnswer(
            ("A dialog asks whether to save the invoice.", "It has three buttons."), 400.0, "", "Writer", "window"
        ),
        PastAnswer(("A cat sleeps on a red sofa.",), -7000.0, origin="camera"),
    )
    window.open_answers(answers, 1000.0)
    return window


class _ReadPage:
    """In the place of a TextReader: a page that was read."""

    def read(self, _: Image.Image, on_line: Callable[[Line], None], *_others: object, **_named: object) -> Page:
        """Return the page, as TextReader does."""
        texts = ("Orders of this week", "Three orders wait to be packed.")
        lines = [Line(text, Box(0, 20 * row, 300, 20 * row + 20)) for row, text in enumerate(texts)]
        rows = (
            ("Article", "Number", "Price"),
            ("Apples", "12", "3.20"),
            ("Pears", "7", "4.10"),
            ("Plums", "30", "2.50"),
        )
        for row, cells in enumerate(rows):
            for column, text in enumerate(cells):
                box = Box(100 * column, 40 + 20 * row, 100 * column + 100, 60 + 20 * row)
                lines.append(Line(text, box, cell=Cell(0, row, column)))
        lines += [Line("Total: 9.80", Box(0, 120, 300, 140)), Line("Pack now", Box(0, 120, 300, 140))]
        for line in lines:
            on_line(line)
        return Page(800, 600, tuple(lines), (Table(4, 3, has_header=True),))


def lines() -> QWidget:
    """The lines of a picture, with a table."""
    window = LinesWindow(lambda _: None, lambda: None, lambda: True, lambda: None)
    text = PictureText(cast("TextReader", _ReadPage()), Image.new("RGB", (8, 6)))
    window.open_lines(LinesSource(text, _sample(), "Orders, Writer", start=2))
    text.wait(10.0)
    while window.list.count() < 5 or window.status.text():
        QApplication.processEvents()
    return window


def settings() -> QWidget:
    """The settings, as they open."""
    return SettingsDialog(Settings(), on_apply=lambda _: None, providers=PROVIDERS)


def settings_advanced() -> QWidget:
    """Advanced settings."""
    window = SettingsDialog(Settings(), on_apply=lambda _: None, providers=PROVIDERS)
    window._browser.groups.choose("speed")
    return window


def settings_search() -> QWidget:
    """The settings that a word was searched for in."""
    window = SettingsDialog(Settings(), on_apply=lambda _: None, providers=PROVIDERS)
    window._browser.search.setFocus()  # where it is while one types; the list would end the search
    window._browser.search.setText(tr("Volume"))
    window._browser._search_pause.stop()  # after which it tells how many were found
    return window


_QUESTIONS = (
    Question("Free seat", "Which seat is free?"),
    Question("Read the total", "What is the total?", "ctrl+shift+F3"),
)


def questions() -> QWidget:
    """The person's own questions, in the settings."""
    window = SettingsDialog(Settings(questions=_QUESTIONS), on_apply=lambda _: None, providers=PROVIDERS)
    window._browser.groups.choose("questions")
    return window


def question() -> QWidget:
    """One of the person's own questions."""
    nothing = Mock()
    return QuestionDialog(None, _QUESTIONS[1], save=nothing, say=nothing, suspend_hotkeys=nothing, check_key=nothing)


def models() -> QWidget:
    """The recommended model."""
    return ModelsDialog(lambda _: None)


def other_models() -> QWidget:
    """All models, below the recommended one."""
    window = ModelsDialog(lambda _: None)
    window.others_button.setChecked(True)
    return window


def first_run() -> FirstRunDialog:
    """What is said and asked at the first start."""
    window = FirstRunDialog(lambda _: None)
    window.add_shortcut(SettingsAccess(Mock(settings=Settings()), window))
    return window


def first_run_end() -> QWidget:
    """The last page of the first start: the three keys."""
    window = first_run()
    window.reject()
    return window


def tutorial() -> QWidget:
    """The first step of the tutorial."""
    window = TutorialWindow(Mock(), lambda _: None, lambda: None)
    window.begin(Settings().hotkeys.keys_by_action())
    return window


def about() -> QWidget:
    """About the program."""
    parts = (("Pillow", "12.3.0", "MIT-CMU"), ("PySide6", "6.12.0", "LGPL-3.0-only"), ("tomlkit", "0.15.2", "MIT"))
    return AboutDialog([Part(*part) for part in parts])


def keys() -> QWidget:
    """The list of all keys."""
    main = main_window()
    assert isinstance(main, MainWindow)
    hotkeys = HotkeySettings().keys_by_action()
    window = KeysWindow(lambda _: None, lambda: None)
    window.open_keys([*global_bindings(hotkeys), *menu_bindings(main), *palette_bindings()])
    main.deleteLater()
    return window


def key_help() -> QWidget:
    """Key help, after a key was pressed."""
    window = KeyHelpWindow(lambda _: None, lambda: None, lambda *_: "")
    window.show_sentence(tell_action("window", HotkeySettings().keys_by_action()))
    return window


WINDOWS: dict[str, Callable[[], QWidget]] = {
    "start": start_page,
    "window": main_window,
    "picture": enlarged,
    "tray-menu": tray_menu,
    "palette": palette,
    "region": region,
    "find": find,
    "history": history,
    "spelling": spelling,
    "lines": lines,
    "settings": settings,
    "settings-advanced": settings_advanced,
    "settings-search": settings_search,
    "questions": questions,
    "question": question,
    "models": models,
    "other-models": other_models,
    "first-run": first_run,
    "first-run-end": first_run_end,
    "tutorial": tutorial,
    "about": about,
    "keys": keys,
    "key-help": key_help,
}
