"""What is shown of each window in the pictures of it; whoever adds a window adds it here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

from PIL import Image
from PySide6.QtWidgets import QApplication, QWidget

from edge_assistant.assistant.events import NoticeEvent, SentenceEvent, TokenEvent, WindowEvent
from edge_assistant.capture.file import read_picture
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow, Monitor, Shot, Snapshot
from edge_assistant.controller.palette_items import palette_items
from edge_assistant.settings.schema import HotkeySettings, Settings
from edge_assistant.system.i18n import tr
from edge_assistant.ui.commands import Commands, MenuEntry
from edge_assistant.ui.controller_signals import thumbnail
from edge_assistant.ui.main_window import MainWindow
from edge_assistant.ui.models.dialog import ModelsDialog
from edge_assistant.ui.models.first_run import FirstRunDialog
from edge_assistant.ui.overlay.palette import Palette
from edge_assistant.ui.overlay.region_selector import FrozenPictures, RegionSelector
from edge_assistant.ui.settings.dialog import SettingsDialog
from edge_assistant.ui.spelling_window import SpellingWindow
from edge_assistant.ui.tray import Tray

SAMPLE = Path(__file__).resolve().parents[2] / "models/demo/samples/save-dialog.png"


def _commands() -> Commands:
    entries = [MenuEntry(tr("Mo&dels…"), lambda: None)]
    return Commands(lambda _: None, lambda: None, HotkeySettings().keys_by_action(), entries)


def main_window() -> QWidget:
    """The main window with a conversation."""
    window = MainWindow(_commands(), Mock(), lambda: True)
    captured = replace(read_picture(SAMPLE), origin="window")
    window.show_picture(captured, thumbnail(captured.image), "Invoice 1042, Writer")
    window.show_event(WindowEvent(1, "Invoice 1042, Writer", 0, 0, *captured.image.size))
    window.show_event(NoticeEvent(1, "ask", "What do you want to know?"))
    window.show_question(2, "What is on the screen?")
    window.show_event(SentenceEvent(2, "A dialog titled Music."))
    window.show_event(SentenceEvent(2, "Buttons: Cancel on the left, Save on the right.", " "))
    window.show_event(TokenEvent(2, "thinking", "A grey field with a dark bar on top: a dialog. Two buttons."))
    window.show_think(True, "Turning it on took 4.4 seconds. The last answer took 31 seconds.")
    window.show_reasoning.setChecked(True)
    window.show_status("ready")
    return window


def tray_menu() -> QWidget:
    """The tray's menu."""
    commands = _commands()
    commands.show_think(True, "")
    tray = Tray(commands, lambda: None)
    tray.menu.setProperty("kept", tray)
    return tray.menu


def _snapshot() -> Snapshot:
    """A desktop of the offscreen screen's size with the sample as its active window."""
    size = QApplication.primaryScreen().geometry().size()
    whole = Rect(0, 0, size.width(), size.height())
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


def spelling() -> QWidget:
    """The list of words to spell."""
    window = SpellingWindow(lambda _: None, lambda: None, lambda: True, lambda: None)
    window.open_words(["A", "dialog", "titled", "Music", "Buttons", "Cancel", "on", "the", "left"])
    return window


def settings() -> QWidget:
    """All settings."""
    return SettingsDialog(Settings(), on_apply=lambda _: None)


def models() -> QWidget:
    """The list of models."""
    return ModelsDialog(lambda _: None)


def first_run() -> QWidget:
    """What is said and asked at the first start, on the machine that draws this."""
    return FirstRunDialog(lambda _: None)


WINDOWS: dict[str, Callable[[], QWidget]] = {
    "window": main_window,
    "tray-menu": tray_menu,
    "palette": palette,
    "region": region,
    "spelling": spelling,
    "settings": settings,
    "models": models,
    "first-run": first_run,
}
