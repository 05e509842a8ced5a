"""Contrast between colours, and the colours of outlines, of the focus and of the primary button in any palette."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

LEAST_CONTRAST = 3.0
"""The contrast ratio that frames and fills have to what they stand on (WCAG 2.2, 1.4.11)."""
TEXT_CONTRAST = 4.5
"""The contrast ratio that texts have to what they stand on (WCAG 2.2, 1.4.3)."""
_HIGH_CONTRAST = 20.0
"""Contrast ratio (WCAG 2; black on white has 21) from which a palette counts as a high-contrast theme."""


def contrast(first: QColor, second: QColor) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2, "contrast ratio")."""
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: QColor) -> float:
    channels = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def outline_colour(palette: QPalette) -> QColor:
    """Return the colour half way between text and background, or in a high-contrast palette the text's own."""
    text, background = palette.windowText().color(), palette.window().color()
    if contrast(text, background) >= _HIGH_CONTRAST:
        return text
    return QColor(
        (text.red() + background.red()) // 2,
        (text.green() + background.green()) // 2,
        (text.blue() + background.blue()) // 2,
    )


def focus_colour(palette: QPalette) -> QColor:
    """Return the colour of the frame around what has the focus: the highlight's, or the text's where that is too faint
    on the window or in a field."""
    return _highlight_seen_on(palette, palette.window().color(), palette.base().color())


def primary_colours(palette: QPalette) -> tuple[QColor, QColor]:
    """Return the colours of the primary button: of its fill, which stands out from window and buttons, and of the text
    on it."""
    fill = _highlight_seen_on(palette, palette.window().color(), palette.button().color())
    texts = (palette.highlightedText().color(), palette.windowText().color(), palette.window().color())
    readable = (each for each in texts if contrast(each, fill) >= TEXT_CONTRAST)
    return fill, next(readable, max(texts, key=lambda each: contrast(each, fill)))


def _highlight_seen_on(palette: QPalette, *grounds: QColor) -> QColor:
    """Return the highlight's colour, or the text's where that is too faint on one of the grounds."""
    highlight = palette.highlight().color()
    if min(contrast(highlight, ground) for ground in grounds) >= LEAST_CONTRAST:
        return highlight
    return palette.windowText().color()
