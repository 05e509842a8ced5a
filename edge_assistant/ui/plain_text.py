"""Plain text in widgets: Qt would render labels and tooltips that look like HTML, as window titles may, as HTML."""

from __future__ import annotations

import html

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel


class PlainLabel(QLabel):
    """A label that never interprets its text as HTML."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)


def tooltip(text: str) -> str:
    """Return HTML for `setToolTip`, which has no plain-text mode, that shows `text` as it is."""
    return f"<p>{html.escape(text)}</p>"


def escape_ampersands(text: str) -> str:
    """Escape the ampersands of a name in the label of a button or menu entry, where they would mark access keys."""
    return text.replace("&", "&&")
