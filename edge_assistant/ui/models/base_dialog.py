"""What the windows about weights share: a voice, one transfer, files to choose, and room for very large letters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QFileDialog, QFrame, QPushButton, QScrollArea, QWidget

from edge_assistant.models.library import ModelLibrary
from edge_assistant.system.i18n import tr
from edge_assistant.ui.focus_announcer import FocusAnnouncer
from edge_assistant.ui.models import tasks
from edge_assistant.ui.models.background_task import BackgroundTask
from edge_assistant.ui.models.progress_panel import ProgressPanel
from edge_assistant.ui.retranslate import TranslatedLabels

QUEUED = Qt.ConnectionType.QueuedConnection


class ModelsBaseDialog(QDialog):
    """Put away while it works, it goes on; `stop` ends that. `weights_changed` says that other weights are here."""

    weights_changed = Signal()

    def __init__(
        self,
        title: str,
        say: Callable[[str], None],
        hush: Callable[[], None],
        leaves_focus_to_reader: Callable[[], bool],
        weights_dir: Path | None,
    ) -> None:
        """`say` speaks a sentence, `hush` silences what was said of a place before; `weights_dir` is the settings'.

        What has the keyboard is said, unless `leaves_focus_to_reader` says that a screen reader does. Whoever inherits
        makes `transfer`.
        """
        super().__init__()
        self.labels = TranslatedLabels()
        self.transfer: ProgressPanel
        self._say = say
        self._weights_dir = weights_dir
        self._looking: BackgroundTask | None = None
        """What reads what is here, while it does."""
        self._focus = FocusAnnouncer(self, say, leaves_focus_to_reader, hush)
        self.labels.put(self.setWindowTitle, title)

    def stop(self) -> None:
        """End what is going on, for the end of the program."""
        self.transfer.stop()
        if self._looking is not None:
            self._looking.wait(3.0)

    def follow_language(self) -> None:
        """The language may be another one now."""
        self.labels.follow()
        self.transfer.follow_language()

    def follow_folder(self, weights_dir: Path | None) -> None:
        """The settings name another folder, whose weights are shown from now on."""
        self._weights_dir = weights_dir

    def import_paths(self, paths: list[Path]) -> None:
        """Add weights from these files or folders."""
        self._begin(tasks.bring_in(self._shelf(), paths), tr("Importing."))

    def reject(self) -> None:
        """Put away."""
        if self.transfer.state == "running":
            self._say(tr("Continues in the background."))
        super().reject()

    def _begin(self, work: tasks.Work, words: str) -> None:
        self.transfer.start(work, words)

    def _shelf(self) -> ModelLibrary:
        return ModelLibrary(self._weights_dir)

    def _button(self, label: str, on_click: Callable[[], None], *, enter_presses: bool) -> QPushButton:
        button = QPushButton()
        self.labels.put(button.setText, label)
        button.setAutoDefault(enter_presses)
        button.clicked.connect(on_click)
        return button

    def _scrolling(self, content: QWidget) -> QScrollArea:
        """With very large letters it is higher than a screen."""
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        return scroll

    def _resize_to(self, letters: int, lines: int) -> None:
        """So wide and high, where the screen has the room."""
        available, metrics = self.screen().availableSize(), self.fontMetrics()
        self.resize(
            min(letters * metrics.averageCharWidth(), available.width()),
            min(lines * metrics.lineSpacing(), available.height() * 9 // 10),
        )

    def _import(self, title: str, mode: QFileDialog.FileMode) -> None:
        """Let weights be chosen, and bring them in."""
        chooser = self._chooser(title, mode)
        if mode is QFileDialog.FileMode.ExistingFiles:
            chooser.setNameFilter(tr("Models ({pattern})", pattern="*.gguf"))
        chooser.filesSelected.connect(self._on_chosen)
        chooser.open()

    def _chooser(self, title: str, mode: QFileDialog.FileMode) -> QFileDialog:
        chooser = QFileDialog(self, title)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setFileMode(mode)
        self._say(title)
        return chooser

    @Slot(list)
    def _on_chosen(self, paths: list[str]) -> None:
        self.import_paths([Path(path) for path in paths])
