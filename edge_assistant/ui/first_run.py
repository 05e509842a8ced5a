"""The first run: what this computer can do, what is recommended and why, and the choice; all of it aloud."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QFrame, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from edge_assistant.advice import advise, first_run_is_over
from edge_assistant.errors import AssistantError
from edge_assistant.models.gguf_header import gigabytes
from edge_assistant.models.recommend import Advice
from edge_assistant.models.shelf import Shelf
from edge_assistant.text import tr
from edge_assistant.ui import weights_work
from edge_assistant.ui.spoken_focus import SpokenFocus
from edge_assistant.ui.task import Task
from edge_assistant.ui.transfer import Transfer

_QUEUED = Qt.ConnectionType.QueuedConnection


class FirstRun(QDialog):
    """Open it where advice.is_first_run says so. Put away while it downloads, it goes on; `stop` ends that.

    `weights_changed` says that other weights are here.
    """

    weights_changed = Signal()

    def __init__(
        self,
        say: Callable[[str], None],
        *,
        hush: Callable[[], None] = lambda: None,
        weights_dir: Path | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`say` speaks a sentence, `hush` silences what was said of a place before; `weights_dir` is the settings'."""
        super().__init__(parent)
        self._say = say
        self._weights_dir = weights_dir
        self._advice: Advice | None = None
        self._looking: Task | None = None
        self.setWindowTitle(tr("Welcome to Edge Assistant"))
        self._focus = SpokenFocus(self, say, hush)
        self.sentences = QLabel(tr("Looking at this computer."))
        self.sentences.setWordWrap(True)
        self.sentences.setTextFormat(Qt.TextFormat.PlainText)
        self.sentences.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self.sentences.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # to hear it again
        self.sentences.setAccessibleName(tr("Recommendation"))
        self.download = self._button(tr("&Download"), self._download)
        self.files = self._button(tr("Choose &files…"), self._choose_files)
        self.folder = self._button(tr("Choose a f&older…"), self._choose_folder)
        self.demo = self._button(tr("Use the d&emo weights for now"), self._take_demo)
        self.later = self._button(tr("&Not now"), self.reject)
        self.transfer = Transfer(say, self._best, self._focus.move_to)
        self.transfer.ended.connect(self._on_ended)
        self.transfer.changed.connect(self._show_what_can_be_done)
        self.transfer.hide()
        self._lay_out()

    def stop(self) -> None:
        """End what is going on, for the end of the program."""
        self.transfer.stop()
        if self._looking is not None:
            self._looking.wait(3.0)

    def showEvent(self, event: QShowEvent) -> None:
        """Look at this computer, once."""
        super().showEvent(event)
        if self._looking is None and self._advice is None:
            self.sentences.setFocus()
            shelf = self._shelf()
            self._looking = Task(lambda _: advise(shelf, commands=False))
            self._looking.ended.connect(self._on_advice, _QUEUED)
            self._looking.start()
            self._show_what_can_be_done()

    def reject(self) -> None:
        """Not now; or, while it downloads, out of the way."""
        if self.transfer.state == "running":
            self._say(tr("The work goes on."))
        elif self.transfer.state == "idle":
            first_run_is_over(self._shelf())
            self._say(tr("Weights can be had at any time, in the menu under Weights."))
        super().reject()

    def _shelf(self) -> Shelf:
        return Shelf(self._weights_dir)

    def _button(self, label: str, on_click: Callable[[], None]) -> QPushButton:
        button = QPushButton(label)
        button.setAutoDefault(True)  # Enter presses what has the keyboard
        button.clicked.connect(on_click)
        return button

    def _lay_out(self) -> None:
        content = QWidget()
        inside = QVBoxLayout(content)
        for part in (self.sentences, self.download, self.files, self.folder, self.demo, self.later, self.transfer):
            inside.addWidget(part)
        inside.addStretch()
        scroll = QScrollArea()  # with very large letters it is higher than a screen
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        QVBoxLayout(self).addWidget(scroll)
        available = self.screen().availableSize()
        metrics = self.fontMetrics()
        self.resize(
            min(80 * metrics.averageCharWidth(), available.width()),
            min(28 * metrics.lineSpacing(), available.height() * 9 // 10),
        )

    @Slot(object, object)
    def _on_advice(self, advice: Advice | None, error: AssistantError | None) -> None:
        self._looking = None
        sentences: Sequence[str] = advice.sentences if advice is not None else (str(error),)
        self._advice = advice
        self.sentences.setText("\n".join(sentences))
        self._say(tr("Welcome to Edge Assistant."))
        for sentence in sentences:
            self._say(sentence)
        if advice is not None and advice.weights is not None and advice.download_bytes:
            size = gigabytes(advice.download_bytes)
            self.download.setText(tr("&Download {name}, {size}", name=advice.weights.name, size=size))
        self._say(tr("Choose with Tab, and press Enter."))
        self._show_what_can_be_done()
        self._focus.move_to(self._best())

    def _best(self) -> QWidget:
        """The choice that suits most people here."""
        return self.download if self.download.isEnabled() else self.files

    @Slot()
    def _show_what_can_be_done(self) -> None:
        idle = self.transfer.state == "idle" and self._looking is None
        recommended = self._advice is not None and self._advice.weights is not None
        self.download.setEnabled(idle and recommended)
        for button in (self.files, self.folder, self.demo, self.later):
            button.setEnabled(idle)

    def _download(self) -> None:
        if self._advice is not None and self._advice.weights is not None:
            weights = self._advice.weights
            name = weights_work.full_name(weights)
            self._begin(weights_work.download(self._shelf(), weights), tr("Downloading {name}.", name=name))

    def import_paths(self, paths: list[Path]) -> None:
        """Add weights from these files or folders."""
        self._begin(weights_work.bring_in(self._shelf(), paths), tr("Importing."))

    def _begin(self, work: weights_work.Work, words: str) -> None:
        self.transfer.show()
        self.transfer.start(work, words)

    def _choose_files(self) -> None:
        chooser = self._chooser(tr("Choose files"), QFileDialog.FileMode.ExistingFiles)
        chooser.setNameFilter(tr("Weights ({pattern})", pattern="*.gguf"))
        chooser.open()

    def _choose_folder(self) -> None:
        self._chooser(tr("Choose a folder"), QFileDialog.FileMode.Directory).open()

    def _chooser(self, title: str, mode: QFileDialog.FileMode) -> QFileDialog:
        chooser = QFileDialog(self, title)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setFileMode(mode)
        chooser.filesSelected.connect(self._on_chosen)
        self._say(title)
        return chooser

    @Slot(list)
    def _on_chosen(self, paths: list[str]) -> None:
        self.import_paths([Path(path) for path in paths])

    def _take_demo(self) -> None:
        first_run_is_over(self._shelf())
        self._say(
            tr(
                "The demo weights understand only simple sample screens. Others can be had at any time, in the menu "
                "under Weights."
            )
        )
        self.accept()

    @Slot(object, object)
    def _on_ended(self, result: object, error: AssistantError | None) -> None:
        if error is None:
            self._say(str(result))
            first_run_is_over(self._shelf())
            self.weights_changed.emit()
            self.accept()
