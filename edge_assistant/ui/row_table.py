"""A table whose rows are what is chosen: Home and End go to the first and the last one, as in a list."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QTableWidget

_Action = QAbstractItemView.CursorAction


class RowTable(QTableWidget):
    """A table of whole rows. Qt's goes to the first and last cell of a row, which is no change that could be heard."""

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Return where a key leads."""
        if action in (_Action.MoveHome, _Action.MoveEnd) and self.rowCount():
            row = 0 if action == _Action.MoveHome else self.rowCount() - 1
            return self.model().index(row, max(0, self.currentColumn()))
        return super().moveCursor(action, modifiers)
