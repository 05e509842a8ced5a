"""The entries of menus: as wide as they need to be at every size of letters, and separators that are seen."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionMenuItem

from edge_assistant.ui.contrast import outline_colour

_BESIDE_MARK = 8
"""Pixels that Fusion draws left and right of the column of marks and icons."""
_LEAST_MARK, _MARK_SHARE = 21, 0.79
"""The width of that column: the least in pixels, and its share of the height of an entry."""
_RIGHT = 15
"""Pixels that Fusion keeps free on the right."""
_GAP = 16
"""Pixels between the longest label and the keys."""
_SEPARATOR_HEIGHT, _SEPARATOR_INSET = 3, 8


def is_separator(option: object) -> bool:
    """Return whether an option is that of a separator without a text."""
    return (
        isinstance(option, QStyleOptionMenuItem)
        and option.menuItemType == QStyleOptionMenuItem.MenuItemType.Separator
        and not option.text
    )


def item_size(option: QStyleOptionMenuItem, label: QSize, usual: QSize) -> QSize:
    """Return the size of an entry, from that of its label and Fusion's, which is too narrow for large letters and too
    wide for usual ones. The menu adds the room for the keys."""
    if is_separator(option):
        return QSize(usual.width(), _SEPARATOR_HEIGHT)
    height = usual.height()
    mark = max(_LEAST_MARK, option.maxIconWidth, int(_MARK_SHARE * height))
    right = _RIGHT
    if option.menuItemType == QStyleOptionMenuItem.MenuItemType.SubMenu:
        right = max(right, height // 2 + 2)  # the arrow
    return QSize(label.width() + mark + _BESIDE_MARK + _GAP + right, height)


def draw_separator(option: QStyleOptionMenuItem, painter: QPainter) -> None:
    """Draw a line as an area, which at no scale falls between two rows of pixels."""
    rect: QRect = option.rect
    line = QRect(rect.left() + _SEPARATOR_INSET, rect.center().y(), rect.width() - 2 * _SEPARATOR_INSET, 1)
    painter.fillRect(line, outline_colour(option.palette))
