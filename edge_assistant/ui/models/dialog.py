"""The models window: the recommended model as a card, and under "Other models" all of them with what can be done."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QPushButton, QVBoxLayout, QWidget

from edge_assistant.assistant.factory import text_companions
from edge_assistant.assistant.model_overview import ModelOverview, read_overview
from edge_assistant.models.operations import ExportOperation, Operation, RemoveOperation, VerifyOperation
from edge_assistant.models.pull import PullOperation
from edge_assistant.system.errors import AssistantError
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui import confirm
from edge_assistant.ui.disclosure_button import DisclosureButton
from edge_assistant.ui.models.background_task import BackgroundTask
from edge_assistant.ui.models.base_dialog import QUEUED, ModelsBaseDialog
from edge_assistant.ui.models.other_models import OtherModels
from edge_assistant.ui.models.progress_panel import ProgressPanel
from edge_assistant.ui.models.recommended_card import RecommendedCard
from edge_assistant.ui.primary_button import mark_primary
from edge_assistant.ui.speaking.announcer import move_focus, report_changes_itself

_SIZE, _SIZE_WITH_OTHERS = (90, 23), (130, 52)
"""Letters and lines that the window has room for, with the other models closed and open."""


class ModelsDialog(ModelsBaseDialog):
    """The models window. Closing it only hides it: a download goes on, audibly. See ModelsBaseDialog for arguments."""

    removing = Signal()
    """A model is about to be removed."""

    use_requested = Signal(str)
    """The model of this name is to be used from now on."""

    TITLE = tr_noop("Models")
    HELP = (
        tr_noop("Models see and answer. The button downloads the one that suits this computer best."),
        tr_noop("Other models are below, to be chosen with up and down. Escape closes."),
    )

    def _build(self) -> None:
        self._overview: ModelOverview | None = None
        self._preferred: str | None = None
        self._reported_problems: list[str] = []
        self._refresh_again = False
        self._from_card = True
        """Whether the operation that runs, or ran last, is one of the card."""
        self.card = RecommendedCard()
        mark_primary(self.card.button)
        self.card.download_requested.connect(self._download_recommended)
        self.card.use_requested.connect(self._use_recommended)
        self.others = OtherModels(self._make_quiet_button, lambda: self._library().data_models)
        self.others.selected.connect(self._update_buttons)
        for button, on_click in (
            (self.others.download, self._download),
            (self.others.use, self._use),
            (self.others.verify, self._verify),
            (self.others.remove, self._ask_to_remove),
            (self.others.export, self._choose_export_folder),
            (self.others.import_files, self._choose_import_files),
            (self.others.import_folder, self._choose_import_folder),
        ):
            button.clicked.connect(on_click)
        self.others_button = DisclosureButton(self.others)
        self.labels.add(self.others_button.setText, tr_noop("O&ther models"))
        self.others_button.toggled.connect(self._on_others_toggled)
        self.progress_panel = ProgressPanel(self._say, self._focus_after, self._move_focus)
        self.progress_panel.message.connect(self.others.append_message)
        self.progress_panel.changed.connect(self._update_buttons)
        self.progress_panel.ended.connect(self._on_ended)
        self.close_button = self._make_quiet_button(tr_noop("C&lose"))
        self.close_button.clicked.connect(self.reject)
        self._build_layout()
        self._update_buttons()

    def changeEvent(self, event: QEvent) -> None:
        """Read the list anew in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and self._overview is not None:
            self.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter press the button that has the focus, and only that one."""
        focus = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focus, QAbstractButton):
            focus.click()
        else:
            super().keyPressEvent(event)

    def set_models_dir(self, models_dir: Path | None) -> None:
        """Show the models of another folder; the list is read anew."""
        super().set_models_dir(models_dir)
        self._refresh_if_shown()

    def set_preferred(self, name: str | None) -> None:
        """Show that the settings name this model, None for the best that is installed."""
        if name != self._preferred:
            self._preferred = name
            self._refresh_if_shown()

    def export_to(self, folder: Path) -> None:
        """Export the selected model into a folder."""
        row = self.others.row
        if row is not None:
            self._start(ExportOperation(self._library(), folder, (row.model,), text_companions()))

    def refresh(self) -> None:
        """Read the list again, in the background."""
        if self._scan_task is not None:
            self._refresh_again = True  # what is being read may be outdated
            return
        self._refresh_again = False
        library, preferred = self._library(), self._preferred
        self._scan_task = BackgroundTask(lambda _: read_overview(library, preferred))
        self._scan_task.ended.connect(self._on_overview_read, QUEUED)
        self._scan_task.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Refresh the list whenever the window is shown."""
        super().showEvent(event)
        self.refresh()

    def _refresh_if_shown(self) -> None:
        if self.isVisible():  # else when it is shown
            self.refresh()

    def _focus_after(self) -> QWidget:
        return self.card.text if self._from_card or not self.others.isVisible() else self.others.table

    def _move_focus(self, widget: QWidget) -> None:
        # After an operation all that is about to change, and the operation's own sentence says enough.
        move_focus(widget, quietly=widget in (self.card.text, self.others.table))

    def _make_quiet_button(self, label: str) -> QPushButton:
        """Make a button that Enter elsewhere does not press: in the table it must not download gigabytes."""
        button = QPushButton()
        self.labels.add(button.setText, label)
        button.setAutoDefault(False)
        return button

    def _build_layout(self) -> None:
        content = QWidget()
        content_layout = QVBoxLayout(content)
        content_layout.addWidget(self.card)
        content_layout.addWidget(self.progress_panel)
        content_layout.addWidget(self.others_button)
        content_layout.addWidget(self.others, 1)
        content_layout.addStretch()
        layout = QVBoxLayout(self)
        layout.addWidget(self._make_scroll_area(content))
        layout.addWidget(self.close_button, alignment=Qt.AlignmentFlag.AlignRight)
        self._resize_to(*_SIZE)

    @Slot(object, object)
    def _on_overview_read(self, overview: ModelOverview | None, error: AssistantError | None) -> None:
        self._scan_task = None
        if self._refresh_again:
            self.refresh()
            return
        if overview is None:
            assert error is not None, "there is one of the two"
            self.card.text.setText(str(error))
            self.others.append_message(str(error))
            self._say(error.spoken)
            return
        is_first, self._overview = self._overview is None, overview
        if not is_first:
            report_changes_itself(self.card.text)  # the sentences of operations tell what is new
        self.card.show_overview(overview)
        self.others.show_overview(overview)
        self._update_buttons()
        for problem in overview.problems:
            if problem not in self._reported_problems:
                self._reported_problems.append(problem)
                self.others.append_message(problem)
                self._say(problem)
        if is_first and self.isActiveWindow() and not self.card.text.hasFocus():  # else it is announced there
            for sentence in overview.recommendation_sentences():
                self._say(sentence)

    @Slot(bool)
    def _on_others_toggled(self, shown: bool) -> None:
        self._resize_to(*(_SIZE_WITH_OTHERS if shown else _SIZE))

    @Slot()
    def _update_buttons(self) -> None:
        idle = self.progress_panel.state == "idle"
        self.card.show_button(idle)
        self.others.update_buttons(idle)

    @Slot(object)
    def _on_ended(self, error: AssistantError | None) -> None:
        self.refresh()
        if error is None:
            self.models_changed.emit()

    def _start(self, operation: Operation) -> None:
        self._from_card = False
        super()._start(operation)

    @Slot()
    def _download_recommended(self) -> None:
        row = None if self._overview is None else self._overview.recommended_row
        if row is not None:
            self._from_card = True
            super()._start(PullOperation(self._library(), row.model))

    @Slot()
    def _use_recommended(self) -> None:
        row = None if self._overview is None else self._overview.recommended_row
        if row is not None:
            move_focus(self.card.text, quietly=True)  # the button goes
            self.use_requested.emit(row.model.name)

    def _use(self) -> None:
        row = self.others.row
        if row is not None:
            move_focus(self.others.table, quietly=True)
            self.use_requested.emit(row.model.name)

    def _download(self) -> None:
        row = self.others.row
        if row is not None:
            self._start(PullOperation(self._library(), row.model, self.others.mmproj.currentData()))

    def _verify(self) -> None:
        row = self.others.row
        if row is not None and self._overview is not None:
            self._start(VerifyOperation(self._library(), self._overview.parts(row)))

    def _ask_to_remove(self) -> None:
        row = self.others.row
        if row is None:
            return

        def on_answer(accepted: bool) -> None:
            if accepted:
                self.removing.emit()
                self._start(RemoveOperation(self._library(), row.model))

        question = tr("Remove {name}, from this computer?", name=row.model.display_name)
        confirm.ask(self, question, tr("&Remove"), tr("&Keep"), on_answer)

    def _choose_import_files(self) -> None:
        self._open_import_dialog(tr("Import files"), QFileDialog.FileMode.ExistingFiles)

    def _choose_import_folder(self) -> None:
        self._open_import_dialog(tr("Import a folder"), QFileDialog.FileMode.Directory)

    def _choose_export_folder(self) -> None:
        file_dialog = self._make_file_dialog(tr("Export to a folder"), QFileDialog.FileMode.Directory)
        file_dialog.fileSelected.connect(lambda path: self.export_to(Path(path)))
        file_dialog.open()
