"""A large button for an action: its icon, what it does, and its key."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton

from edge_assistant.ui.icons.drawn import draw_icon
from edge_assistant.ui.style import LARGE_SPACE, SPACE

_ICON_LINES = 2
"""Height of the icon in lines of text."""


class ActionButton(QPushButton):
    """A button with an icon on the left, a label in bold, and the key below it. Enter and Space press it."""

    def __init__(self, icon: str) -> None:
        """`icon` is the name of one of ui/icons."""
        super().__init__()
        self._icon_name = icon
        self._key = ""
        self.setAutoDefault(True)  # so that Enter presses it outside of dialogs, too

    def set_texts(self, label: str, key: str) -> None:
        """Show a label, and a key as text; "" for an action without one."""
        self._key = key
        self.setText(label)
        self.setAccessibleName(f"{label}, {key}" if key else label)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room for icon, label and key."""
        bold = QFontMetrics(self._bold())
        text = max(bold.horizontalAdvance(self.text()), self.fontMetrics().horizontalAdvance(self._key))
        width = 2 * LARGE_SPACE + self._icon_size + LARGE_SPACE + text
        return QSize(width, 2 * SPACE + bold.height() + self.fontMetrics().height() + SPACE)

    def minimumSizeHint(self) -> QSize:
        """Return the same: nothing of it can be left out."""
        return self.sizeHint()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint the button as the style does, and on it icon, label and key."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QPainter(self)
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        colour = self.palette().buttonText().color()
        size = self._icon_size
        draw_icon(self._icon_name, painter, QRectF(LARGE_SPACE, (self.height() - size) / 2, size, size), colour)
        painter.setPen(colour)
        left = 2 * LARGE_SPACE + size
        bold = self._bold()
        label_height, key_height = QFontMetrics(bold).height(), self.fontMetrics().height() if self._key else 0
        top = (self.height() - label_height - key_height) // 2
        width = self.width() - left - SPACE
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(bold)
        painter.drawText(QRect(left, top, width, label_height), flags, self.text())
        painter.setFont(self.font())
        painter.drawText(QRect(left, top + label_height, width, key_height), flags, self._key)
        painter.end()

    @property
    def _icon_size(self) -> int:
        return _ICON_LINES * self.fontMetrics().height()

    def _bold(self) -> QFont:
        font = QFont(self.font())
        font.setBold(True)
        return font
