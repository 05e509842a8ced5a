"""The entries of menus: as wide as they need to be at every size of letters, and no wider than the screen; separators
that are seen.
"""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QObject, QRect, QSize, Slot
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QMenu, QStyleOptionMenuItem

from edge_assistant.ui.contrast import outline_colour
from edge_assistant.ui.font_size import scaled_font

_BESIDE_MARK = 8
"""Pixels that Fusion draws left and right of the column of marks and icons."""
_LEAST_MARK, _MARK_SHARE = 21, 0.79
"""The width of that column: the least in pixels, and its share of the height of an entry."""
_RIGHT = 15
"""Pixels that Fusion keeps free on the right."""
_GAP = 16
"""Pixels between the longest label and the keys."""
_FITS = 4
"""How often letters are made smaller: not all of a menu's width is that of letters."""
_ROUNDED_DOWN = 0.98
"""So that letters whose size is rounded do not end up too large by a pixel."""
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


class FittedLetters(QObject):
    """Gives a menu, when it is to be shown, letters as large as all others, or, if it would be wider than its screen,
    as large as fit there.
    """

    def __init__(self, menu: QMenu) -> None:
        super().__init__(menu)
        menu.aboutToShow.connect(self.fit)

    @Slot()
    def fit(self) -> None:
        """Choose the size of the letters."""
        menu = cast(QMenu, self.parent())
        menu.setFont(QFont())  # the application's
        room = menu.screen().availableGeometry().width()
        for _ in range(_FITS):
            width = menu.sizeHint().width()
            if width <= room:
                return
            menu.setFont(scaled_font(menu.font(), _ROUNDED_DOWN * room / width))


def draw_separator(option: QStyleOptionMenuItem, painter: QPainter) -> None:
    """Draw a line as an area, which at no scale falls between two rows of pixels."""
    rect: QRect = option.rect
    line = QRect(rect.left() + _SEPARATOR_INSET, rect.center().y(), rect.width() - 2 * _SEPARATOR_INSET, 1)
    painter.fillRect(line, outline_colour(option.palette))
