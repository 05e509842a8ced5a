"""Renders windows in one look, in a process of its own, whose scale is that of the look.

usage: look.py LOOK FOLDER [WINDOW …]; run by scripts/screenshots.py, which prepares Qt's offscreen platform for it.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PIL import Image
from PySide6.QtCore import QElapsedTimer
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from edge_assistant.system import pyside_workaround
from edge_assistant.ui.style import use_outlines
from rendering.windows import WINDOWS

_FONT_POINTS = 11
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
_SETTLE_MS = 1500
"""In which windows that look at the machine on a thread of their own have filled themselves."""


def main() -> None:
    """Render the windows that are named, or all."""
    look, folder, names = sys.argv[1], Path(sys.argv[2]), sys.argv[3:] or list(WINDOWS)
    if unknown := [name for name in names if name not in WINDOWS]:
        sys.exit(f"There is no window {unknown[0]}. There are: {', '.join(WINDOWS)}.")
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
        path = folder / f"{name}-{look}.png"
        picture.save(str(path))
        with Image.open(path) as image:
            image.convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(path, optimize=True)
        widget.hide()


if __name__ == "__main__":
    main()
