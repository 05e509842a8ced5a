"""Renders every window into docs/images: light, dark, in high contrast, and at 200 %. Needs no display.

    python scripts/screenshots.py [NAME…]

WINDOWS says what is shown of each; whoever adds a window adds it there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QElapsedTimer
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from edge_assistant.assistant.events import NoticeEvent, TokenEvent, WindowEvent
from edge_assistant.capture.file import read_picture
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow, Monitor, Shot, Snapshot
from edge_assistant.controller.palette_items import palette_items
from edge_assistant.settings.schema import HotkeySettings, Settings
from edge_assistant.system import pyside_workaround
from edge_assistant.system.i18n import tr
from edge_assistant.ui.commands import Commands, MenuEntry
from edge_assistant.ui.controller_signals import thumbnail
from edge_assistant.ui.main_window import MainWindow
from edge_assistant.ui.models.dialog import ModelsDialog
from edge_assistant.ui.models.first_run import FirstRunDialog
from edge_assistant.ui.overlay.palette import Palette
from edge_assistant.ui.overlay.region_selector import FrozenPictures, RegionSelector
from edge_assistant.ui.settings.dialog import SettingsDialog
from edge_assistant.ui.style import use_outlines
from edge_assistant.ui.tray import Tray

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "models" / "demo" / "samples" / "save-dialog.png"
LOOKS = ("light", "dark", "high-contrast", "200-percent")
_FONT_POINTS = 11
_SCREEN = {"width": 1920, "height": 1080, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1, "x": 0, "y": 0, "name": ""}
"""What Qt's offscreen platform is told of its only screen."""

# Window, text, base, button, highlight, text on it; high contrast is white and yellow on black.
_COLOURS = {
    "light": ("#f0f0f0", "#101010", "#ffffff", "#e6e6e6", "#1f5fa8", "#ffffff"),
    "dark": ("#1e1f22", "#e8e8e8", "#141517", "#2d2f33", "#6aa9ff", "#000000"),
    "high-contrast": ("#000000", "#ffffff", "#000000", "#000000", "#ffff00", "#000000"),
}
_ROLES = (
    (QPalette.ColorRole.Window, 0),
    (QPalette.ColorRole.WindowText, 1),
    (QPalette.ColorRole.Base, 2),
    (QPalette.ColorRole.Text, 1),
    (QPalette.ColorRole.Button, 3),
    (QPalette.ColorRole.ButtonText, 1),
    (QPalette.ColorRole.Highlight, 4),
    (QPalette.ColorRole.HighlightedText, 5),
    (QPalette.ColorRole.Light, 1),
    (QPalette.ColorRole.Mid, 1),
    (QPalette.ColorRole.Dark, 1),
    (QPalette.ColorRole.PlaceholderText, 1),
    (QPalette.ColorRole.Accent, 4),
)


class _Nobody:
    """Stands where the program would be; whatever is asked of it is nothing."""

    def __getattr__(self, _: str) -> Callable[..., None]:
        return lambda *_: None


def _commands() -> Commands:
    entries = [MenuEntry(tr("&Models…"), lambda: None)]
    return Commands(lambda _: None, lambda: None, HotkeySettings().keys_by_action(), entries)


def main_window() -> QWidget:
    """The main window with a conversation."""
    window = MainWindow(_commands(), _Nobody(), lambda: True)  # type: ignore[arg-type]
    captured = replace(read_picture(SAMPLE), origin="window")
    window.show_picture(captured, thumbnail(captured.image), "Invoice 1042, Writer")
    window.show_event(WindowEvent(1, "Invoice 1042, Writer", 0, 0, *captured.image.size))
    window.show_event(NoticeEvent(1, "ask", "What do you want to know?"))
    window.show_question(2, "What is on the screen?")
    window.show_event(TokenEvent(2, "answer", "A dialog titled Music. Buttons: Cancel on the left, Save on the right."))
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


def _moment() -> Snapshot:
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
    shown.open(palette_items(_moment()), QApplication.primaryScreen())
    return shown


def region() -> QWidget:
    """The choice of a region, as it begins: the active window."""
    chooser, moment = RegionSelector(lambda *_: None), _moment()
    chooser.open(moment, FrozenPictures.of(moment))
    pane = chooser.panes[0]
    pane.setProperty("kept", chooser)
    return pane


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
    "settings": settings,
    "models": models,
    "first-run": first_run,
}
_SETTLE_MS = 1500
"""In which windows that look at the machine on a thread of their own have filled themselves."""


def _render(look: str, names: list[str]) -> None:
    """In a process of its own, whose scale is that of the look."""
    pyside_workaround.keep_constants_alive()
    application = QApplication(["screenshots", "-style", "Fusion"])
    use_outlines(application)
    font = application.font()
    font.setPointSize(_FONT_POINTS)
    application.setFont(font)
    colours = _COLOURS.get(look, _COLOURS["light"])
    palette = QPalette()
    for role, colour in _ROLES:
        palette.setColor(role, QColor(colours[colour]))
    application.setPalette(palette)
    for name in names:
        widget = WINDOWS[name]()
        widget.show()
        widget.activateWindow()
        timer = QElapsedTimer()
        timer.start()
        while not timer.hasExpired(_SETTLE_MS):
            application.processEvents()
        picture = widget.grab()
        path = ROOT / "docs" / "images" / f"{name}-{look}.png"
        path.parent.mkdir(exist_ok=True)
        picture.save(str(path))
        with Image.open(path) as image:
            image.convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(path, optimize=True)
        widget.hide()


def main() -> None:
    """All looks, one process each."""
    if os.environ.get("SCREENSHOTS_LOOK"):
        _render(os.environ["SCREENSHOTS_LOOK"], sys.argv[1:])
        return
    names = sys.argv[1:] or list(WINDOWS)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as screens:
        json.dump({"screens": [_SCREEN]}, screens)
        screens.flush()
        for look in LOOKS:
            environment = {
                **os.environ,
                "QT_QPA_PLATFORM": f"offscreen:configfile={screens.name}",
                "XDG_DATA_HOME": "/data",  # nobody's own models and paths are in the pictures
                "QT_SCALE_FACTOR": "2" if look == "200-percent" else "1",
                "SCREENSHOTS_LOOK": look,
            }
            subprocess.run([sys.executable, __file__, *names], env=environment, check=True)
            print(look, *names)


if __name__ == "__main__":
    main()
