"""Headings between the rows of a list or table: painted above a row and no rows themselves, so that rows are counted
rightly."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

HEADING = Qt.ItemDataRole.UserRole + 1
"""The role of the heading above a row. In a table all cells of the row have it, "" where only the room is needed."""

_Index = QModelIndex | QPersistentModelIndex


class HeadingDelegate(QStyledItemDelegate):
    """Paints the headings. What says the rows has to say the headings, too: they are not heard by themselves."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Return the usual size, and room for a heading."""
        size = super().sizeHint(option, index)
        return size if index.data(HEADING) is None else size + QSize(0, self._height(option, index))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint the row, below a heading if it has one."""
        option = QStyleOptionViewItem(option)
        heading = index.data(HEADING)
        if heading is not None:
            rect: QRect = option.rect
            above = QRect(rect.topLeft(), QSize(rect.width(), self._height(option, index)))
            margin = option.widget.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin) + 1  # as texts of rows
            painter.save()
            painter.fillRect(above, option.palette.base())  # a table has filled all of a selected row
            painter.setFont(_bold(option))
            painter.setPen(option.palette.color(QPalette.ColorRole.Text))
            painter.drawText(
                above.adjusted(margin, 0, 0, 0), Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, heading
            )
            painter.restore()
            option.rect = rect.adjusted(0, above.height(), 0, 0)
        super().paint(painter, option, index)

    def _height(self, option: QStyleOptionViewItem, index: _Index) -> int:
        """Return the height of a heading, with a line free above it where there are rows."""
        return QFontMetrics(_bold(option)).lineSpacing() * (2 if index.row() > 0 else 1)


def _bold(option: QStyleOptionViewItem) -> QFont:
    font = QFont(option.font)
    font.setBold(True)
    return font
