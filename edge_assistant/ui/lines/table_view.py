"""A table of recognised text: a real table with the names of its columns, and what is said of a cell."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem

from edge_assistant.system.i18n import tr
from edge_assistant.text.languages import Sentence
from edge_assistant.ui.lines.entries import Cell, TableEntry


class TextTable(QTableWidget):
    """The cells of one table; its row 0 is the first below the header."""

    def __init__(self) -> None:
        super().__init__()
        self._entry: TableEntry | None = None
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)

    @property
    def entry(self) -> TableEntry | None:
        """The table that is shown."""
        return self._entry

    def show_table(self, entry: TableEntry | None) -> None:
        """Show a table, or none. The cell that has the focus keeps it, if the table still has it."""
        place = (max(0, self.currentRow()), max(0, self.currentColumn())) if entry is self._entry else (0, 0)
        self._entry = entry
        self.blockSignals(True)
        self.clear()
        self.setRowCount(entry.rows if entry is not None else 0)
        self.setColumnCount(entry.columns if entry is not None else 0)
        rows, columns = range(self.rowCount()), range(self.columnCount())
        if entry is not None:
            self.setHorizontalHeaderLabels([entry.header(each) or str(each + 1) for each in columns])
            self.setVerticalHeaderLabels([str(each + 1) for each in rows])
            for row in rows:
                for column in columns:
                    self.setItem(row, column, QTableWidgetItem(str(entry.text_of(row + entry.first_row, column))))
            self.setCurrentCell(*place, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.resizeColumnsToContents()
        self.blockSignals(False)

    @property
    def cell(self) -> Cell | None:
        """The cell that has the focus; None where it is empty, or there is none."""
        if self._entry is None:
            return None
        return self._entry.cells.get((self.currentRow() + self._entry.first_row, self.currentColumn()))

    @property
    def text(self) -> Sentence:
        """The text of that cell, "" where it is empty."""
        cell = self.cell
        return cell.text if cell is not None else Sentence("", None)

    def place_name(self, *, row: bool, column: bool) -> list[Sentence]:
        """Return what is said of the place of that cell: of its column, its row or both."""
        if self._entry is None:
            return []
        said = []
        if column:
            header = self._entry.cells.get((0, self.currentColumn())) if self._entry.has_header else None
            number = tr("column {number}", number=self.currentColumn() + 1)
            said.append(header.text if header is not None else Sentence(number, None))
        if row:
            said.append(Sentence(tr("row {number}", number=self.currentRow() + 1), None))
        return said

    def selected_text(self) -> str:
        """Return the selected cells: rows below each other, with a tab between the cells."""
        ranges = self.selectedRanges()
        if not ranges or self._entry is None:
            return str(self.text)
        chosen, first = ranges[0], self._entry.first_row
        columns = range(chosen.leftColumn(), chosen.rightColumn() + 1)
        return "\n".join(
            "\t".join(self._entry.text_of(row + first, column) for column in columns)
            for row in range(chosen.topRow(), chosen.bottomRow() + 1)
        )
