"""All models in a table, with plain words first and the terms in the details of the one that is selected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from edge_assistant.assistant.model_overview import ModelOverview
from edge_assistant.models.gguf_header import format_size
from edge_assistant.models.summary import SummaryRow, translate_value
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.system.text_cleaning import one_line, shorten
from edge_assistant.ui.combo_box import ComboBox
from edge_assistant.ui.heading_delegate import HEADING, HeadingDelegate
from edge_assistant.ui.plain_text import PlainLabel, tooltip
from edge_assistant.ui.readable_label import ReadableLabel
from edge_assistant.ui.retranslate import TranslatedLabels
from edge_assistant.ui.row_table import RowTable


class OtherModels(QWidget):
    """The table of all models, the details of the selected one, and the buttons for what can be done with it."""

    selected = Signal()
    """Another model was selected."""

    def __init__(self, make_button: Callable[[str], QPushButton], data_models: Callable[[], Path]) -> None:
        """`make_button` makes a button of a label, before `tr`; `data_models` returns the program's own folder."""
        super().__init__()
        self._labels = TranslatedLabels(self)
        self._data_models = data_models
        self._overview: ModelOverview | None = None
        self.table = self._make_table()
        self.details = ReadableLabel()
        self.mmproj = ComboBox()
        self._labels.add(self.mmproj.setAccessibleName, tr_noop("Vision file"))
        self.path_field = QLineEdit()
        self.path_field.setReadOnly(True)
        self._labels.add(self.path_field.setAccessibleName, tr_noop("Path"))
        self.download = make_button(tr_noop("Do&wnload"))
        self.use = make_button(tr_noop("Us&e"))
        self.verify = make_button(tr_noop("&Verify"))
        self.remove = make_button(tr_noop("Re&move…"))
        self.export = make_button(tr_noop("E&xport…"))
        self.import_files = make_button(tr_noop("Import &files…"))
        self.import_folder = make_button(tr_noop("Import a f&older…"))
        self.messages = QPlainTextEdit()
        self.messages.setReadOnly(True)
        self.messages.setTabChangesFocus(True)
        self._labels.add(self.messages.setAccessibleName, tr_noop("Messages"))
        self.messages.hide()
        self._build_layout()

    @property
    def row(self) -> SummaryRow | None:
        """The model that is selected."""
        rows = () if self._overview is None else self._overview.listed_rows
        number = self.table.currentRow()
        return rows[number] if 0 <= number < len(rows) else None

    def sentence(self, row: SummaryRow) -> str:
        """Return what is to be known of a model first: plain words, its group, whether it is installed, its size and
        name."""
        assert self._overview is not None
        return tr(
            "{words}; {group}: {state}, {size}. {name}.",
            words=_capitalize(self._overview.describe(row)),
            group=self._overview.describe_group(row),
            state=self._overview.describe_state(row),
            size=format_size(row.size),
            name=shorten(row.model.name),
        )

    def show_overview(self, overview: ModelOverview) -> None:
        """Show all models, and select the same one as before, wherever it is by now; at first the recommended one."""
        current_row, current = self.table.currentRow(), self.row or overview.recommended_row
        self._overview = overview
        rows, group = overview.listed_rows, ""
        self.table.blockSignals(True)
        self.table.setRowCount(len(rows))
        for number, row in enumerate(rows):
            before, group = group, overview.describe_group(row)
            words, state = overview.describe(row), overview.describe_state(row)
            cells = (_capitalize(words), state, format_size(row.size), row.model.name)
            for column, text in enumerate(cells):
                item = QTableWidgetItem(shorten(text))
                item.setToolTip(tooltip(row.sentence))
                item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, self.sentence(row))
                if group != before:
                    item.setData(HEADING, "" if column else group)
                self.table.setItem(number, column, item)
        same = [number for number, row in enumerate(rows) if current is not None and row.model.key == current.model.key]
        self.table.setCurrentCell(same[0] if same else max(0, min(current_row, len(rows) - 1)), 0)
        self.table.blockSignals(False)
        self.table.resizeRowsToContents()
        self._show_details()

    @Slot(str)
    def append_message(self, sentence: str) -> None:
        """Keep a sentence on the screen."""
        self.messages.appendPlainText(sentence)
        self.messages.show()

    def update_buttons(self, idle: bool) -> None:
        """Enable what can be done with the selected model; nothing while an operation runs, unless `idle`."""
        row, overview = self.row, self._overview
        removable = row is not None and row.model.folder is None
        complete = row is not None and row.is_complete
        self.download.setEnabled(idle and row is not None and row.model.repository is not None)
        self.use.setEnabled(
            idle
            and row is not None
            and row.is_complete
            and row.model.variant == "instruct"  # the others are for thinking harder, which is a switch
            and overview is not None
            and not overview.is_used(row)
        )
        self.verify.setEnabled(idle and row is not None and bool(row.paths))
        self.remove.setEnabled(idle and removable and row is not None and row.state != "missing")
        self.export.setEnabled(idle and removable and complete)
        self.import_files.setEnabled(idle)
        self.import_folder.setEnabled(idle)
        self.mmproj.setEnabled(row is not None and self.mmproj.count() > 1)

    def _make_table(self) -> QTableWidget:
        titles = (tr_noop("Model"), tr_noop("Status"), tr_noop("Size"), tr_noop("Name"))
        table = RowTable(0, len(titles))
        table.setItemDelegate(HeadingDelegate(table))
        for column, title in enumerate(titles):
            head = QTableWidgetItem()
            self._labels.add(head.setText, title)
            table.setHorizontalHeaderItem(column, head)
        self._labels.add(table.setAccessibleName, tr_noop("Models"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)  # Tab leaves it
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)  # its text is wrapped, nothing scrolls sideways
        header.sectionResized.connect(table.resizeRowsToContents, Qt.ConnectionType.QueuedConnection)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.currentCellChanged.connect(self._on_row_changed)
        return table

    def _make_label(self, text: str, buddy: QWidget) -> QLabel:
        label = PlainLabel()
        self._labels.add(label.setText, text)
        label.setBuddy(buddy)
        return label

    def _build_layout(self) -> None:
        field_grid = QGridLayout()
        field_grid.addWidget(self._make_label(tr_noop("V&ision file:"), self.mmproj), 0, 0)
        field_grid.addWidget(self.mmproj, 0, 1)
        field_grid.addWidget(self._make_label(tr_noop("Pat&h:"), self.path_field), 1, 0)
        field_grid.addWidget(self.path_field, 1, 1)
        field_grid.setColumnStretch(1, 1)
        button_grid = QGridLayout()
        buttons = (
            self.download,
            self.use,
            self.verify,
            self.remove,
            self.export,
            self.import_files,
            self.import_folder,
        )
        for number, button in enumerate(buttons):
            button_grid.addWidget(button, number // 3, number % 3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for part in (self._make_label(tr_noop("Model&s:"), self.table), self.table, self.details):
            layout.addWidget(part)
        layout.addLayout(field_grid)
        layout.addLayout(button_grid)
        layout.addWidget(self.messages)
        layout.setStretch(1, 1)
        self.table.setMinimumHeight(6 * self.table.verticalHeader().defaultSectionSize())
        self.messages.setMinimumHeight(3 * self.fontMetrics().lineSpacing())

    @Slot(int, int, int, int)
    def _on_row_changed(self, new: int, _column: int, old: int, _before: int) -> None:
        row = self.row
        if new != old and row is not None:
            self._show_details()
            self.selected.emit()

    def _show_details(self) -> None:
        row = self.row
        if row is None:
            return
        model = row.model
        lines = (
            tr("{name}. It needs {memory} of memory.", name=model.display_name, memory=format_size(model.ram_bytes)),
            tr("Quantisation: {quantisation}.", quantisation=translate_value(model.quantisation)),
            tr("Licence: {licence}.", licence=translate_value(model.licence)),
            tr("Files: {state}.", state=f"{row.words}; {row.trust}" if row.trust else row.words),
            tr("Source: {source}.", source=translate_value(model.source)),
        )
        self.details.setText("\n".join(lines))
        chosen = self.mmproj.currentData()
        self.mmproj.clear()
        for entry in model.mmprojs:
            self.mmproj.addItem(shorten(entry.quantisation), entry.quantisation)
        self.mmproj.setCurrentIndex(max(0, self.mmproj.findData(chosen)))
        folder = str(Path(row.paths[0]).parent) if row.paths else str(self._data_models())
        self.path_field.setText(one_line(folder))


def _capitalize(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
