"""The base class of the windows about models: speech, progress, file dialogs, and room for very large fonts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QFileDialog, QFrame, QPushButton, QScrollArea, QWidget

from edge_assistant.assistant.factory import text_companions
from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.operations import ImportOperation, Operation
from edge_assistant.system.i18n import tr
from edge_assistant.ui.models.background_task import BackgroundTask
from edge_assistant.ui.models.progress_panel import ProgressPanel
from edge_assistant.ui.retranslate import TranslatedLabels

QUEUED = Qt.ConnectionType.QueuedConnection


class ModelsBaseDialog(QDialog):
    """The base class of ModelsDialog and FirstRunDialog. Hiding it does not stop what it runs; `stop` does."""

    models_changed = Signal()
    """Models were added, replaced or removed."""

    TITLE: str

    def __init__(
        self,
        say: Callable[[str], None],
        *,
        silence: Callable[[], None] = lambda: None,
        models_dir: Path | None = None,
    ) -> None:
        """`say` speaks a sentence, `silence` stops speech; `models_dir` is the settings'."""
        super().__init__()
        self.labels = TranslatedLabels(self)
        self.labels.add(self.setWindowTitle, self.TITLE)
        self._say = say
        self._silence = silence
        self._models_dir = models_dir
        self._scan_task: BackgroundTask | None = None
        """The task that reads which models are here, while it runs."""
        self.progress_panel: ProgressPanel
        self._build()

    def _build(self) -> None:
        """Create all widgets, the progress panel among them."""
        raise NotImplementedError

    def stop(self) -> None:
        """Stop what runs, for the end of the program."""
        self.progress_panel.stop()
        if self._scan_task is not None:
            self._scan_task.wait(3.0)

    def set_models_dir(self, models_dir: Path | None) -> None:
        """Show the models of another folder of the settings from now on."""
        self._models_dir = models_dir

    def import_paths(self, paths: list[Path]) -> None:
        """Import models from these files or folders."""
        self._start(ImportOperation(self._library(), paths, companions=text_companions()))

    def reject(self) -> None:
        """Hide the window; what runs goes on."""
        if self.progress_panel.state == "running":
            self._say(tr("Continues in the background."))
        super().reject()

    def _start(self, operation: Operation) -> None:
        self.progress_panel.start(operation)

    def _library(self) -> ModelLibrary:
        return ModelLibrary(self._models_dir)

    def _make_button(self, label: str, on_click: Callable[[], None], *, enter_presses: bool) -> QPushButton:
        button = QPushButton()
        self.labels.add(button.setText, label)
        button.setAutoDefault(enter_presses)
        button.clicked.connect(on_click)
        return button

    def _make_scroll_area(self, content: QWidget) -> QScrollArea:
        """Return a scroll area: with very large fonts the content is higher than a screen."""
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        return scroll

    def _resize_to(self, columns: int, lines: int) -> None:
        """Resize the window to so many letters and lines, as far as the screen has room."""
        available, metrics = self.screen().availableSize(), self.fontMetrics()
        self.resize(
            min(columns * metrics.averageCharWidth(), available.width()),
            min(lines * metrics.lineSpacing(), available.height() * 9 // 10),
        )

    def _open_import_dialog(self, title: str, mode: QFileDialog.FileMode) -> None:
        """Ask for files or a folder, and import the models there."""
        file_dialog = self._make_file_dialog(title, mode)
        if mode is QFileDialog.FileMode.ExistingFiles:
            file_dialog.setNameFilter(tr("Models ({pattern})", pattern="*.gguf"))
        file_dialog.filesSelected.connect(self._on_files_selected)
        file_dialog.open()

    def _make_file_dialog(self, title: str, mode: QFileDialog.FileMode) -> QFileDialog:
        file_dialog = QFileDialog(self, title)
        file_dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        file_dialog.setFileMode(mode)
        return file_dialog

    @Slot(list)
    def _on_files_selected(self, paths: list[str]) -> None:
        self.import_paths([Path(path) for path in paths])
