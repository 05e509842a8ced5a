"""The models window: lists the models and their state; downloads, verifies, imports, exports and removes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
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

from edge_assistant.models.gguf_header import format_size
from edge_assistant.models.operations import ExportOperation, RemoveOperation, VerifyOperation
from edge_assistant.models.pull import PullOperation
from edge_assistant.models.summary import SummaryRow, summary_rows, translate_value
from edge_assistant.system.errors import AssistantError
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.system.text_cleaning import one_line, shorten
from edge_assistant.ui import confirm
from edge_assistant.ui.models.background_task import BackgroundTask
from edge_assistant.ui.models.base_dialog import QUEUED, ModelsBaseDialog
from edge_assistant.ui.models.progress_panel import ProgressPanel
from edge_assistant.ui.plain_text import PlainLabel, tooltip


class ModelsDialog(ModelsBaseDialog):
    """The models window. Closing it only hides it: a download goes on, audibly. See ModelsBaseDialog for arguments."""

    TITLE = tr_noop("Models")

    def _build(self) -> None:
        self._summary: list[SummaryRow] = []
        self._reported_problems: list[str] = []
        self._refresh_again = False
        self.table = self._make_table()
        self.details = PlainLabel()
        self.details.setWordWrap(True)
        self.mmproj = QComboBox()
        self.labels.add(self.mmproj.setAccessibleName, tr_noop("Vision file"))
        self.path_field = QLineEdit()
        self.path_field.setReadOnly(True)
        self.labels.add(self.path_field.setAccessibleName, tr_noop("Path"))
        self.download = self._make_quiet_button(tr_noop("&Download"), self._download)
        self.verify = self._make_quiet_button(tr_noop("&Verify"), self._verify)
        self.remove = self._make_quiet_button(tr_noop("Re&move…"), self._ask_to_remove)
        self.export = self._make_quiet_button(tr_noop("E&xport…"), self._choose_export_folder)
        self.import_files = self._make_quiet_button(tr_noop("Import &files…"), self._choose_import_files)
        self.import_folder = self._make_quiet_button(tr_noop("Import a f&older…"), self._choose_import_folder)
        self.progress_panel = ProgressPanel(self._say, lambda: self.table, self._move_focus)
        self.progress_panel.message.connect(self._append_message)
        self.progress_panel.changed.connect(self._update_buttons)
        self.progress_panel.ended.connect(self._on_ended)
        self.messages = QPlainTextEdit()
        self.messages.setReadOnly(True)
        self.messages.setTabChangesFocus(True)
        self.labels.add(self.messages.setAccessibleName, tr_noop("Messages"))
        self.close_button = self._make_quiet_button(tr_noop("C&lose"), self.reject)
        self._build_layout()
        self._update_buttons()

    def changeEvent(self, event: QEvent) -> None:
        """Read the list anew in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and self._summary:
            self.refresh()

    def set_models_dir(self, models_dir: Path | None) -> None:
        """Show the models of another folder; the list is read anew."""
        super().set_models_dir(models_dir)
        if self.isVisible():  # else when it is shown
            self.refresh()

    def export_to(self, folder: Path) -> None:
        """Export the selected model into a folder."""
        row = self._selected_row()
        if row is not None:
            self._start(ExportOperation(self._library(), folder, (row.model,)))

    def refresh(self) -> None:
        """Read the list again, in the background."""
        if self._scan_task is not None:
            self._refresh_again = True  # what is being read may be outdated
            return
        self._refresh_again = False
        library = self._library()

        def read(_: BackgroundTask) -> tuple[list[SummaryRow], list[str]]:
            return summary_rows(library), library.problems

        self._scan_task = BackgroundTask(read)
        self._scan_task.ended.connect(self._on_rows_read, QUEUED)
        self._scan_task.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Refresh the list whenever the window is shown."""
        super().showEvent(event)
        self.refresh()

    def _move_focus(self, widget: QWidget) -> None:
        # After an operation the list is about to change, and the operation's own sentence says enough.
        self._focus.move_to(widget, quietly=widget is self.table)

    def _make_table(self) -> QTableWidget:
        titles = (
            tr_noop("Name"), tr_noop("Variant"), tr_noop("Status"), tr_noop("Size"), tr_noop("Memory"),
            tr_noop("Quantisation"), tr_noop("Licence"),
        )  # fmt: skip
        table = QTableWidget(0, len(titles))
        for column, title in enumerate(titles):
            head = QTableWidgetItem()
            self.labels.add(head.setText, title)
            table.setHorizontalHeaderItem(column, head)
        self.labels.add(table.setAccessibleName, tr_noop("Models"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)  # Tab leaves it
        table.setWordWrap(False)
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        table.currentCellChanged.connect(self._on_row_changed)
        return table

    def _make_quiet_button(self, label: str, on_click: Callable[[], None]) -> QPushButton:
        return self._make_button(label, on_click, enter_presses=False)  # Enter in the table must not download gigabytes

    def _make_label(self, text: str, buddy: QWidget) -> QLabel:
        label = PlainLabel()
        self.labels.add(label.setText, text)
        label.setBuddy(buddy)
        return label

    def _build_layout(self) -> None:
        button_grid = QGridLayout()
        for number, button in enumerate(
            (self.download, self.verify, self.remove, self.export, self.import_files, self.import_folder)
        ):
            button_grid.addWidget(button, number // 3, number % 3)
        field_grid = QGridLayout()
        field_grid.addWidget(self._make_label(tr_noop("V&ision file:"), self.mmproj), 0, 0)
        field_grid.addWidget(self.mmproj, 0, 1)
        field_grid.addWidget(self._make_label(tr_noop("Pat&h:"), self.path_field), 1, 0)
        field_grid.addWidget(self.path_field, 1, 1)
        field_grid.setColumnStretch(1, 1)
        content = QWidget()
        content_layout = QVBoxLayout(content)
        for part in (self._make_label(tr_noop("Model&s:"), self.table), self.table, self.details):
            content_layout.addWidget(part)
        content_layout.addLayout(field_grid)
        content_layout.addLayout(button_grid)
        content_layout.addWidget(self.progress_panel)
        content_layout.addWidget(self.messages)
        content_layout.setStretch(1, 1)
        content_layout.setStretch(content_layout.count() - 1, 1)
        self.table.setMinimumHeight(8 * self.table.verticalHeader().defaultSectionSize())
        self.messages.setMinimumHeight(3 * self.fontMetrics().lineSpacing())
        layout = QVBoxLayout(self)
        layout.addWidget(self._make_scroll_area(content))
        layout.addWidget(self.close_button, alignment=Qt.AlignmentFlag.AlignRight)
        self._resize_to(130, 42)

    @Slot(object, object)
    def _on_rows_read(self, result: tuple[list[SummaryRow], list[str]] | None, error: AssistantError | None) -> None:
        self._scan_task = None
        if self._refresh_again:
            self.refresh()
            return
        if result is None:
            self._append_message(str(error))
            self._say(str(error))
            return
        is_first = not self._summary
        current_row = self.table.currentRow()
        self._summary, problems = result
        self.table.blockSignals(True)
        self.table.setRowCount(len(self._summary))
        for number, row in enumerate(self._summary):
            model = row.model
            cells = (
                model.name, model.variant.title(), row.words, format_size(row.size),
                format_size(model.ram_bytes), translate_value(model.quantisation), translate_value(model.licence),
            )  # fmt: skip
            for column, text in enumerate(cells):
                item = QTableWidgetItem(shorten(text))
                item.setToolTip(tooltip(row.sentence))
                item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, row.sentence)
                self.table.setItem(number, column, item)
        self.table.setCurrentCell(max(0, min(current_row, len(self._summary) - 1)), 0)
        self.table.blockSignals(False)
        for problem in problems:
            if problem not in self._reported_problems:
                self._reported_problems.append(problem)
                self._append_message(problem)
                self._say(problem)
        self._show_details()
        if is_first and self.table.hasFocus() and (selected := self._selected_row()):
            self._focus.announce(selected.sentence)

    def _selected_row(self) -> SummaryRow | None:
        number = self.table.currentRow()
        return self._summary[number] if 0 <= number < len(self._summary) else None

    @Slot(int, int, int, int)
    def _on_row_changed(self, new: int, _column: int, old: int, _before: int) -> None:
        row = self._selected_row()
        if new != old and row is not None:
            self._show_details()
            self._focus.announce(row.sentence)

    def _show_details(self) -> None:
        row = self._selected_row()
        if row is None:
            return
        self.details.setText(tr("{sentence}\nSource: {source}.", sentence=row.sentence, source=row.model.source))
        chosen = self.mmproj.currentData()
        self.mmproj.clear()
        for entry in row.model.mmprojs:
            self.mmproj.addItem(shorten(entry.quantisation), entry.quantisation)
        self.mmproj.setCurrentIndex(max(0, self.mmproj.findData(chosen)))
        folder = str(Path(row.paths[0]).parent) if row.paths else str(self._library().data_models)
        self.path_field.setText(one_line(folder))
        self._update_buttons()

    @Slot()
    def _update_buttons(self) -> None:
        row = self._selected_row()
        idle = self.progress_panel.state == "idle"
        removable = row is not None and row.model.folder is None
        complete = row is not None and row.state in ("verified", "unchecked")
        self.download.setEnabled(idle and row is not None and row.model.repository is not None)
        self.verify.setEnabled(idle and row is not None and bool(row.paths))
        self.remove.setEnabled(idle and removable and row is not None and row.state != "missing")
        self.export.setEnabled(idle and removable and complete)
        self.import_files.setEnabled(idle)
        self.import_folder.setEnabled(idle)
        self.mmproj.setEnabled(row is not None and self.mmproj.count() > 1)

    @Slot(str)
    def _append_message(self, sentence: str) -> None:
        self.messages.appendPlainText(sentence)

    @Slot(object)
    def _on_ended(self, error: AssistantError | None) -> None:
        self.refresh()
        if error is None:
            self.models_changed.emit()

    def _download(self) -> None:
        row = self._selected_row()
        if row is not None:
            self._start(PullOperation(self._library(), row.model, self.mmproj.currentData()))

    def _verify(self) -> None:
        row = self._selected_row()
        if row is not None:
            self._start(VerifyOperation(self._library(), (row.model,)))

    def _ask_to_remove(self) -> None:
        row = self._selected_row()
        if row is None:
            return

        def on_answer(accepted: bool) -> None:
            if accepted:
                self._start(RemoveOperation(self._library(), row.model))

        question = tr("Remove {name}, from this computer?", name=row.model.display_name)
        confirm.ask(self, question, tr("&Remove"), tr("&Keep"), on_answer, self._say)

    def _choose_import_files(self) -> None:
        self._open_import_dialog(tr("Import files"), QFileDialog.FileMode.ExistingFiles)

    def _choose_import_folder(self) -> None:
        self._open_import_dialog(tr("Import a folder"), QFileDialog.FileMode.Directory)

    def _choose_export_folder(self) -> None:
        file_dialog = self._make_file_dialog(tr("Export to a folder"), QFileDialog.FileMode.Directory)
        file_dialog.fileSelected.connect(lambda path: self.export_to(Path(path)))
        file_dialog.open()
