"""The looks that windows are drawn in: light, dark and high contrast, with the same font everywhere."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontInfo
from PySide6.QtWidgets import QApplication

from edge_assistant.ui.style import use_outlines
from edge_assistant.ui.theme import Theme, theme_palette

FONT, _FONT_POINTS = "DejaVu Sans", 11
_THEMES: dict[str, Theme] = {"dark": "dark", "high-contrast": "high-contrast"}
"""The themes of the looks that are not light."""


def use_look(application: QApplication, look: str) -> None:
    """Give all windows a look's colours, and the style, font and resting cursor of all pictures.

    Raises LookupError where this machine lacks the font: its pictures would differ from all others.
    """
    application.setStyle("Fusion")
    use_outlines(application)
    font = QFont(FONT, _FONT_POINTS)
    if QFontInfo(font).family() != FONT:
        raise LookupError(f"The font {FONT} is not installed (Debian: fonts-dejavu-core).")
    application.setFont(font)
    application.setCursorFlashTime(0)
    application.setPalette(theme_palette(_THEMES.get(look, "light")))
