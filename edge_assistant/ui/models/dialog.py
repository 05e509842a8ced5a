"""The window of the weights: what is there and in what state; get, check, bring in, carry out and remove them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Slot
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

from edge_assistant.models.checksums import ChecksumError
from edge_assistant.models.gguf_header import gigabytes
from edge_assistant.models.summary import SummaryRow, in_words, rows
from edge_assistant.system.errors import AssistantError, NetworkError
from edge_assistant.system.i18n import later, tr
from edge_assistant.system.outside_text import one_line, short
from edge_assistant.ui import confirm
from edge_assistant.ui.models import tasks
from edge_assistant.ui.models.background_task import BackgroundTask
from edge_assistant.ui.models.base_dialog import QUEUED, ModelsBaseDialog
from edge_assistant.ui.models.progress_panel import ProgressPanel
from edge_assistant.ui.plain_text import PlainLabel, tooltip


class ModelsDialog(ModelsBaseDialog):
    """Closing it only puts it away: a download goes on, and is heard. What it takes is described at ModelsBaseDialog."""

    def __init__(
        self,
        say: Callable[[str], None],
        *,
        hush: Callable[[], None] = lambda: None,
        leaves_focus_to_reader: Callable[[], bool] = lambda: False,
        weights_dir: Path | None = None,
    ) -> None:
        super().__init__(later("Models"), say, hush, leaves_focus_to_reader, weights_dir)
        self._rows: list[SummaryRow] = []
        self._problems: list[str] = []
        self._read_again = False
        self.table = self._made_table()
        self.facts = PlainLabel()
        self.facts.setWordWrap(True)
        self.mmproj = QComboBox()
        self.labels.put(self.mmproj.setAccessibleName, later("Vision file"))
        self.place = QLineEdit()
        self.place.setReadOnly(True)
        self.labels.put(self.place.setAccessibleName, later("Path"))
        self.download = self._quiet_button(later("&Download"), self._download)
        self.verify = self._quiet_button(later("&Verify"), self._verify)
        self.remove = self._quiet_button(later("Re&move…"), self._ask_to_remove)
        self.export = self._quiet_button(later("E&xport…"), self._choose_export)
        self.import_files = self._quiet_button(later("Import &files…"), self._choose_files)
        self.import_folder = self._quiet_button(later("Import a f&older…"), self._choose_folder)
        self.transfer = ProgressPanel(say, lambda: self.table, self._move_to)
        self.transfer.message.connect(self._note)
        self.transfer.changed.connect(self._show_what_can_be_done)
        self.transfer.ended.connect(self._on_ended)
        self.messages = QPlainTextEdit()
        self.messages.setReadOnly(True)
        self.messages.setTabChangesFocus(True)
        self.labels.put(self.messages.setAccessibleName, later("Messages"))
        self.away = self._quiet_button(later("C&lose"), self.reject)
        self._lay_out()
        self._show_what_can_be_done()

    def follow_language(self) -> None:
        """See ModelsBaseDialog; the list is read anew."""
        super().follow_language()
        if self._rows:
            self.refresh()

    def follow_folder(self, weights_dir: Path | None) -> None:
        """See ModelsBaseDialog; the list is read anew."""
        super().follow_folder(weights_dir)
        if self.isVisible():  # else when it is shown
            self.refresh()

    def export_to(self, folder: Path) -> None:
        """Write the chosen set into a folder."""
        row = self._row()
        if row is not None:
            self._begin(tasks.carry_out(self._shelf(), folder, row.weights), tr("Exporting."))

    def refresh(self) -> None:
        """Look again what is here."""
        if self._looking is not None:
            self._read_again = True  # what is being read may be old already
            return
        self._read_again = False
        shelf = self._shelf()

        def read(_: BackgroundTask) -> tuple[list[SummaryRow], list[str]]:
            return rows(shelf), shelf.problems

        self._looking = BackgroundTask(read)
        self._looking.ended.connect(self._on_read, QUEUED)
        self._looking.start()

    def showEvent(self, event: QShowEvent) -> None:
        """It may have been long ago that one looked."""
        super().showEvent(event)
        self.refresh()

    def _move_to(self, widget: QWidget) -> None:
        # What the list has is old when the work is over: its end says enough.
        self._focus.move_to(widget, quietly=widget is self.table)

    def _made_table(self) -> QTableWidget:
        titles = (
            later("Name"), later("Variant"), later("Status"), later("Size"), later("Memory"), later("Quantisation"),
            later("Licence"),
        )  # fmt: skip
        table = QTableWidget(0, len(titles))
        for column, title in enumerate(titles):
            head = QTableWidgetItem()
            self.labels.put(head.setText, title)
            table.setHorizontalHeaderItem(column, head)
        self.labels.put(table.setAccessibleName, later("Models"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)  # Tab leaves it
        table.setWordWrap(False)
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        table.currentCellChanged.connect(self._on_row)
        return table

    def _quiet_button(self, label: str, on_click: Callable[[], None]) -> QPushButton:
        return self._button(label, on_click, enter_presses=False)  # in the table it must not start three gigabytes

    def _label(self, text: str, buddy: QWidget) -> QLabel:
        label = PlainLabel()
        self.labels.put(label.setText, text)
        label.setBuddy(buddy)
        return label

    def _lay_out(self) -> None:
        grid = QGridLayout()
        for number, button in enumerate(
            (self.download, self.verify, self.remove, self.export, self.import_files, self.import_folder)
        ):
            grid.addWidget(button, number // 3, number % 3)
        choices = QGridLayout()
        choices.addWidget(self._label(later("V&ision file:"), self.mmproj), 0, 0)
        choices.addWidget(self.mmproj, 0, 1)
        choices.addWidget(self._label(later("Pat&h:"), self.place), 1, 0)
        choices.addWidget(self.place, 1, 1)
        choices.setColumnStretch(1, 1)
        content = QWidget()
        inside = QVBoxLayout(content)
        for part in (self._label(later("Model&s:"), self.table), self.table, self.facts):
            inside.addWidget(part)
        inside.addLayout(choices)
        inside.addLayout(grid)
        inside.addWidget(self.transfer)
        inside.addWidget(self.messages)
        inside.setStretch(1, 1)
        inside.setStretch(inside.count() - 1, 1)
        self.table.setMinimumHeight(8 * self.table.verticalHeader().defaultSectionSize())
        self.messages.setMinimumHeight(3 * self.fontMetrics().lineSpacing())
        layout = QVBoxLayout(self)
        layout.addWidget(self._scrolling(content))
        layout.addWidget(self.away, alignment=Qt.AlignmentFlag.AlignRight)
        self._resize_to(130, 42)

    @Slot(object, object)
    def _on_read(self, found: tuple[list[SummaryRow], list[str]] | None, error: AssistantError | None) -> None:
        self._looking = None
        if self._read_again:
            self.refresh()
            return
        if found is None:
            self._note(str(error))
            self._say(str(error))
            return
        first = not self._rows
        chosen = self.table.currentRow()
        self._rows, problems = found
        self.table.blockSignals(True)
        self.table.setRowCount(len(self._rows))
        for number, row in enumerate(self._rows):
            weights = row.weights
            cells = (
                weights.name, weights.variant.title(), row.words, gigabytes(row.size),
                gigabytes(weights.ram_bytes), in_words(weights.quantisation), in_words(weights.licence),
            )  # fmt: skip
            for column, text in enumerate(cells):
                item = QTableWidgetItem(short(text))
                item.setToolTip(tooltip(row.sentence))
                item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, row.sentence)
                self.table.setItem(number, column, item)
        self.table.setCurrentCell(max(0, min(chosen, len(self._rows) - 1)), 0)
        self.table.blockSignals(False)
        for problem in problems:
            if problem not in self._problems:
                self._problems.append(problem)
                self._note(problem)
                self._say(problem)
        self._show_row()
        if first and self.table.hasFocus() and (row_now := self._row()):
            self._focus.speak(row_now.sentence)

    def _row(self) -> SummaryRow | None:
        number = self.table.currentRow()
        return self._rows[number] if 0 <= number < len(self._rows) else None

    @Slot(int, int, int, int)
    def _on_row(self, now: int, _column: int, before: int, _before: int) -> None:
        row = self._row()
        if now != before and row is not None:
            self._show_row()
            self._focus.speak(row.sentence)

    def _show_row(self) -> None:
        row = self._row()
        if row is None:
            return
        self.facts.setText(tr("{sentence}\nSource: {source}.", sentence=row.sentence, source=row.weights.source))
        chosen = self.mmproj.currentData()
        self.mmproj.clear()
        for entry in row.weights.mmprojs:
            self.mmproj.addItem(short(entry.quantisation), entry.quantisation)
        self.mmproj.setCurrentIndex(max(0, self.mmproj.findData(chosen)))
        folder = str(Path(row.paths[0]).parent) if row.paths else str(self._shelf().data_models)
        self.place.setText(one_line(folder))
        self._show_what_can_be_done()

    @Slot()
    def _show_what_can_be_done(self) -> None:
        row = self._row()
        idle = self.transfer.state == "idle"
        ours = row is not None and row.weights.folder is None
        here = row is not None and row.state in ("verified", "unchecked")
        self.download.setEnabled(idle and row is not None and row.weights.repository is not None)
        self.verify.setEnabled(idle and row is not None and bool(row.paths))
        self.remove.setEnabled(idle and ours and row is not None and row.state != "missing")
        self.export.setEnabled(idle and ours and here)
        self.import_files.setEnabled(idle)
        self.import_folder.setEnabled(idle)
        self.mmproj.setEnabled(row is not None and self.mmproj.count() > 1)

    @Slot(str)
    def _note(self, sentence: str) -> None:
        self.messages.appendPlainText(sentence)

    @Slot(object, object)
    def _on_ended(self, result: object, error: AssistantError | None) -> None:
        if isinstance(result, str):
            self._note(result)
            self._say(result)
            self.transfer.words.setText(result)
        self.refresh()
        if error is None:
            self.weights_changed.emit()
        elif self._may_trust_anew(error):
            confirm.ask(
                self,
                tr("{error} Download what the hub has now?", error=error),
                tr("&Download"),
                tr("&Cancel"),
                self._trust_anew,
                self._say,
            )

    def _may_trust_anew(self, error: AssistantError) -> bool:
        row = self._row()
        return (
            row is not None
            and isinstance(error, ChecksumError | NetworkError)
            and "--trust-new" in str(error)  # they say so where it would help
        )

    def _trust_anew(self, wanted: bool) -> None:
        if wanted:
            self._start_download(trust_new=True)

    def _download(self) -> None:
        self._start_download(trust_new=False)

    def _start_download(self, *, trust_new: bool) -> None:
        row = self._row()
        if row is not None:
            name = tasks.full_name(row.weights)
            self._begin(
                tasks.download(self._shelf(), row.weights, self.mmproj.currentData(), trust_new=trust_new),
                tr("Downloading {name}.", name=name),
            )

    def _verify(self) -> None:
        row = self._row()
        if row is not None:
            name = tasks.full_name(row.weights)
            self._begin(tasks.verify(self._shelf(), row.weights), tr("Checking {name}.", name=name))

    def _ask_to_remove(self) -> None:
        row = self._row()
        if row is None:
            return

        def on_answer(wanted: bool) -> None:
            if wanted:
                self._begin(tasks.remove(self._shelf(), row.weights), tr("Removing."))

        name = tasks.full_name(row.weights)
        confirm.ask(
            self, tr("Remove {name}, from this computer?", name=name), tr("&Remove"), tr("&Keep"), on_answer, self._say
        )

    def _choose_files(self) -> None:
        self._import(tr("Import files"), QFileDialog.FileMode.ExistingFiles)

    def _choose_folder(self) -> None:
        self._import(tr("Import a folder"), QFileDialog.FileMode.Directory)

    def _choose_export(self) -> None:
        chooser = self._chooser(tr("Export to a folder"), QFileDialog.FileMode.Directory)
        chooser.fileSelected.connect(lambda path: self.export_to(Path(path)))
        chooser.open()
