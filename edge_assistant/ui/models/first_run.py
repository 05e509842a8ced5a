"""The first run: what this computer can do, what is recommended and why, and the choice; all of it aloud."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QPushButton, QVBoxLayout, QWidget

from edge_assistant.assistant.advice import advise, first_run_is_over
from edge_assistant.models.gguf_header import gigabytes
from edge_assistant.models.recommend import Recommendation
from edge_assistant.system.errors import AssistantError
from edge_assistant.system.i18n import later, tr
from edge_assistant.ui.models import tasks
from edge_assistant.ui.models.background_task import BackgroundTask
from edge_assistant.ui.models.base_dialog import QUEUED, ModelsBaseDialog
from edge_assistant.ui.models.progress_panel import ProgressPanel
from edge_assistant.ui.plain_text import PlainLabel, on_button


class FirstRunDialog(ModelsBaseDialog):
    """Open it where advice.is_first_run says so. What it takes is described at ModelsBaseDialog."""

    def __init__(
        self,
        say: Callable[[str], None],
        *,
        hush: Callable[[], None] = lambda: None,
        leaves_focus_to_reader: Callable[[], bool] = lambda: False,
        weights_dir: Path | None = None,
    ) -> None:
        super().__init__(later("Welcome to Edge Assistant"), say, hush, leaves_focus_to_reader, weights_dir)
        self._advice: Recommendation | None = None
        self._then: Callable[[Recommendation | None, AssistantError | None], None] = self._on_advice
        self._look_again = False
        self.sentences = PlainLabel(tr("Checking this computer."))
        self.sentences.setWordWrap(True)
        self.sentences.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self.sentences.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # to hear it again
        self.labels.put(self.sentences.setAccessibleName, later("Recommendation"))
        self.download = self._choice(later("&Download"), self._download)
        self.files = self._choice(later("Choose &files…"), self._choose_files)
        self.folder = self._choice(later("Choose a f&older…"), self._choose_folder)
        self.demo = self._choice(later("Use the d&emo model for now"), self._take_demo)
        self.later = self._choice(later("&Not now"), self.reject)
        self.transfer = ProgressPanel(say, self._best, self._focus.move_to)
        self.transfer.ended.connect(self._on_ended)
        self.transfer.changed.connect(self._show_what_can_be_done)
        self.transfer.hide()
        self._lay_out()

    def follow_language(self) -> None:
        """See ModelsBaseDialog; the recommendation is read anew, and not said again."""
        super().follow_language()
        self._look_anew()

    def follow_folder(self, weights_dir: Path | None) -> None:
        """See ModelsBaseDialog; the recommendation is read anew, and not said again."""
        super().follow_folder(weights_dir)
        self._look_anew()

    def showEvent(self, event: QShowEvent) -> None:
        """Look at this computer, once."""
        super().showEvent(event)
        if self._looking is None and self._advice is None:
            self.sentences.setFocus()
            self._look(self._on_advice)
            self._show_what_can_be_done()

    def reject(self) -> None:
        """Not now; or, while it downloads, out of the way."""
        if self.transfer.state == "idle":
            first_run_is_over(self._shelf())
            self._say(tr("You can get a model at any time, in the menu under Models."))
        super().reject()

    def _look_anew(self) -> None:
        if self._looking is not None:
            self._look_again = True  # what is being found out may be old already
        elif self._advice is not None:
            self._look(self._show_advice)

    def _look(self, then: Callable[[Recommendation | None, AssistantError | None], None]) -> None:
        shelf = self._shelf()
        self._then, self._look_again = then, False
        self._looking = BackgroundTask(lambda _: advise(shelf, commands=False))
        self._looking.ended.connect(self._on_looked, QUEUED)
        self._looking.start()

    @Slot(object, object)
    def _on_looked(self, advice: Recommendation | None, error: AssistantError | None) -> None:
        self._looking = None
        if self._look_again:
            self._look(self._then)
        else:
            self._then(advice, error)

    def _choice(self, label: str, on_click: Callable[[], None]) -> QPushButton:
        return self._button(label, on_click, enter_presses=True)

    def _lay_out(self) -> None:
        content = QWidget()
        inside = QVBoxLayout(content)
        for part in (self.sentences, self.download, self.files, self.folder, self.demo, self.later, self.transfer):
            inside.addWidget(part)
        inside.addStretch()
        QVBoxLayout(self).addWidget(self._scrolling(content))
        self._resize_to(80, 28)

    def _on_advice(self, advice: Recommendation | None, error: AssistantError | None) -> None:
        self._show_advice(advice, error)
        self._say(tr("Welcome to Edge Assistant."))
        for sentence in self.sentences.text().splitlines():
            self._say(sentence)
        self._say(tr("Choose with Tab, and press Enter."))
        self._focus.move_to(self._best())

    def _show_advice(self, advice: Recommendation | None, error: AssistantError | None) -> None:
        self._advice = advice
        sentences: Sequence[str] = advice.sentences if advice is not None else (str(error),)
        self.sentences.setText("\n".join(sentences))
        words = tr("&Download")
        if advice is not None and advice.weights is not None and advice.download_bytes:
            size = gigabytes(advice.download_bytes)
            words = tr("&Download {name}, {size}", name=on_button(advice.weights.name), size=size)
        self.download.setText(words)
        self._show_what_can_be_done()

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
            name = tasks.full_name(weights)
            self._begin(tasks.download(self._shelf(), weights), tr("Downloading {name}.", name=name))

    def _begin(self, work: tasks.Work, words: str) -> None:
        self.transfer.show()
        super()._begin(work, words)

    def _choose_files(self) -> None:
        self._import(tr("Choose files"), QFileDialog.FileMode.ExistingFiles)

    def _choose_folder(self) -> None:
        self._import(tr("Choose a folder"), QFileDialog.FileMode.Directory)

    def _take_demo(self) -> None:
        first_run_is_over(self._shelf())
        self._say(
            tr(
                "The demo model understands only simple sample screens. Others are available at any time, in the menu "
                "under Models."
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
