"""Letters larger than the text by the same steps everywhere, whatever the size of texts."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

from edge_assistant.ui.font_size import scaled_font
from edge_assistant.ui.plain_text import PlainLabel

TITLE, HEADING = 1.5, 1.2
"""Sizes of letters as factors of the text's: of a window's title within it, and of a group."""


class ScaledFont(QObject):
    """Gives its parent the application's font, larger by a factor; `refit_fonts` has it follow another size."""

    def __init__(self, widget: QWidget, factor: float, *, bold: bool = False) -> None:
        super().__init__(widget)
        self._widget, self._factor, self._bold = widget, factor, bold
        self.fit()

    def fit(self) -> None:
        """Make the font from the application's as it is now."""
        font = scaled_font(QApplication.font(), self._factor)
        font.setBold(self._bold or font.bold())
        self._widget.setFont(font)


class Heading(PlainLabel):
    """A bold label in a size of its own, that wraps."""

    def __init__(self, factor: float = HEADING) -> None:
        super().__init__()
        self.setWordWrap(True)
        ScaledFont(self, factor, bold=True)


def refit_fonts() -> None:
    """Have all fonts of a size of their own follow the application's; Qt does that for the others only."""
    for widget in QApplication.allWidgets():
        for each in widget.findChildren(ScaledFont, options=Qt.FindChildOption.FindDirectChildrenOnly):
            each.fit()
