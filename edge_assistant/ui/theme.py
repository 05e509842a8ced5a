"""The program's own themes: a palette for each, with a contrast of at least 4.5 between text and what it stands on."""

from __future__ import annotations

from typing import Literal

from PySide6.QtGui import QColor, QPalette

Theme = Literal["light", "dark", "high-contrast"]

# Window, text, base, button, highlight, text on it, what is disabled.
_COLOURS: dict[Theme, tuple[str, ...]] = {
    "light": ("#f3f4f6", "#14171c", "#ffffff", "#e7eaee", "#1a5fb4", "#ffffff", "#5c626d"),
    "dark": ("#1e1f22", "#e9eaec", "#141517", "#2d2f33", "#6aa9ff", "#000000", "#a0a4ab"),
    "high-contrast": ("#000000", "#ffffff", "#000000", "#000000", "#ffff00", "#000000", "#3ff23f"),
}
_Role = QPalette.ColorRole
_ROLES = (
    (_Role.Window, 0),
    (_Role.WindowText, 1),
    (_Role.Base, 2),
    (_Role.AlternateBase, 0),
    (_Role.Text, 1),
    (_Role.Button, 3),
    (_Role.ButtonText, 1),
    (_Role.BrightText, 1),
    (_Role.ToolTipBase, 2),
    (_Role.ToolTipText, 1),
    (_Role.Highlight, 4),
    (_Role.HighlightedText, 5),
    (_Role.Accent, 4),
    (_Role.Link, 4),
    (_Role.LinkVisited, 4),
    (_Role.PlaceholderText, 6),
)
_TEXTS = (_Role.WindowText, _Role.Text, _Role.ButtonText)
_SHADES = (_Role.Light, _Role.Midlight, _Role.Mid, _Role.Dark, _Role.Shadow)


def theme_palette(theme: Theme) -> QPalette:
    """Return the palette of a theme of the program's own."""
    colours = _COLOURS[theme]
    palette = QPalette(QColor(colours[3]), QColor(colours[0]))  # which makes the shades that frames are drawn with
    for role, number in _ROLES:
        palette.setColor(role, QColor(colours[number]))
    for role in _TEXTS:
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours[6]))
    if theme == "high-contrast":
        for role in _SHADES:
            palette.setColor(role, QColor(colours[1]))
    return palette
