"""What the desktop's style leaves too faint: a box that can be ticked must be seen on dark backgrounds, too."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QStyle, QStyleOptionButton

_LINE = 2
"""Pixels that the outline is wide."""


class TickBox(QCheckBox):
    """A box with an outline in the colour of the text, over what the style draws, ticked or not."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """As the style does it, and the outline."""
        super().paintEvent(event)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        box = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        painter = QPainter(self)
        painter.setPen(QPen(self.palette().windowText().color(), _LINE))
        painter.drawRect(box.adjusted(_LINE // 2, _LINE // 2, -_LINE // 2, -_LINE // 2))
        painter.end()
