"""The look of the pictures for the windows of a test; the application gets its own back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication
from rendering.looks import FONT, use_look

from support.accessible_walk import application


@contextmanager
def look_of_pictures(look: str = "light") -> Iterator[QApplication]:
    """Use a look for the windows made within the block; skips the test where the pictures' font is missing."""
    qt = application()
    if not QFontDatabase.hasFamily(FONT):
        pytest.skip(f"the font {FONT} is not installed")
    style, palette, font, flash = qt.style().name(), qt.palette(), qt.font(), qt.cursorFlashTime()
    use_look(qt, look)
    try:
        yield qt
    finally:
        qt.setStyle(style)
        qt.setPalette(palette)
        qt.setFont(font)
        qt.setCursorFlashTime(flash)
