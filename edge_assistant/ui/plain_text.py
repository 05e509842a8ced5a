"""Text shown as it is: Qt takes labels and tooltips that look like HTML for HTML, and a title may look like that."""

from __future__ import annotations

import html

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel


class PlainLabel(QLabel):
    """A label without markup."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)


def tooltip(text: str) -> str:
    """What to give `setToolTip`, which knows no plain text, so that `text` is what is seen."""
    return f"<p>{html.escape(text)}</p>"


def on_button(text: str) -> str:
    """A name as a part of a button's or menu entry's label: an ampersand in it is no access key."""
    return text.replace("&", "&&")
