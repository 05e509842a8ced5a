"""The first-run window: says aloud which model suits this computer and why, and offers to install one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QPushButton, QVBoxLayout, QWidget

from edge_assistant.assistant.advice import advise, finish_first_run
from edge_assistant.models.gguf_header import format_size
from edge_assistant.models.operations import Operation
from edge_assistant.models.pull import PullOperation
from edge_assistant.models.recommend import Recommendation
from edge_assistant.system.errors import AssistantError
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui.models.background_task import BackgroundTask
from edge_assistant.ui.models.base_dialog import QUEUED, ModelsBaseDialog
from edge_assistant.ui.models.progress_panel import ProgressPanel
from edge_assistant.ui.plain_text import PlainLabel, escape_ampersands


class FirstRunDialog(ModelsBaseDialog):
    """The first-run window, for where assistant.advice.is_first_run is True. See ModelsBaseDialog for arguments."""

    TITLE = tr_noop("Welcome to Edge Assistant")

    def _build(self) -> None:
        self._recommendation: Recommendation | None = None
        self._on_result: Callable[[Recommendation | None, AssistantError | None], None] = self._announce_recommendation
        self._scan_again = False
        self.sentences = PlainLabel(tr("Checking this computer."))
        self.sentences.setWordWrap(True)
        self.sentences.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self.sentences.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # so that it can be read again
        self.labels.add(self.sentences.setAccessibleName, tr_noop("Recommendation"))
        self.download = self._make_choice(tr_noop("&Download"), self._download)
        self.files = self._make_choice(tr_noop("Choose &files…"), self._choose_import_files)
        self.folder = self._make_choice(tr_noop("Choose a f&older…"), self._choose_import_folder)
        self.demo = self._make_choice(tr_noop("Use the d&emo model for now"), self._use_demo)
        self.later = self._make_choice(tr_noop("&Not now"), self.reject)
        self.progress_panel = ProgressPanel(self._say, self._best_choice, self._focus.move_to)
        self.progress_panel.ended.connect(self._on_ended)
        self.progress_panel.changed.connect(self._update_buttons)
        self.progress_panel.hide()
        self._build_layout()

    def changeEvent(self, event: QEvent) -> None:
        """Make the recommendation anew in another language, without speaking it."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._rescan()

    def set_models_dir(self, models_dir: Path | None) -> None:
        """Make the recommendation anew for another folder of models, without speaking it."""
        super().set_models_dir(models_dir)
        self._rescan()

    def showEvent(self, event: QShowEvent) -> None:
        """Examine this computer when the window is first shown."""
        super().showEvent(event)
        if self._scan_task is None and self._recommendation is None:
            self.sentences.setFocus()
            self._scan(self._announce_recommendation)
            self._update_buttons()

    def reject(self) -> None:
        """Hide the window; unless something runs, that is the answer "not now"."""
        if self.progress_panel.state == "idle":
            finish_first_run(self._library())
            self._say(tr("You can get a model at any time, in the menu under Models."))
        super().reject()

    def _rescan(self) -> None:
        if self._scan_task is not None:
            self._scan_again = True  # the result that is on its way may be outdated
        elif self._recommendation is not None:
            self._scan(self._show_recommendation)

    def _scan(self, on_result: Callable[[Recommendation | None, AssistantError | None], None]) -> None:
        library = self._library()
        self._on_result, self._scan_again = on_result, False
        self._scan_task = BackgroundTask(lambda _: advise(library, commands=False))
        self._scan_task.ended.connect(self._on_scanned, QUEUED)
        self._scan_task.start()

    @Slot(object, object)
    def _on_scanned(self, recommendation: Recommendation | None, error: AssistantError | None) -> None:
        self._scan_task = None
        if self._scan_again:
            self._scan(self._on_result)
        else:
            self._on_result(recommendation, error)

    def _make_choice(self, label: str, on_click: Callable[[], None]) -> QPushButton:
        return self._make_button(label, on_click, enter_presses=True)

    def _build_layout(self) -> None:
        content = QWidget()
        layout = QVBoxLayout(content)
        for part in (
            self.sentences,
            self.download,
            self.files,
            self.folder,
            self.demo,
            self.later,
            self.progress_panel,
        ):
            layout.addWidget(part)
        layout.addStretch()
        QVBoxLayout(self).addWidget(self._make_scroll_area(content))
        self._resize_to(80, 28)

    def _announce_recommendation(self, recommendation: Recommendation | None, error: AssistantError | None) -> None:
        self._show_recommendation(recommendation, error)
        self._say(tr("Welcome to Edge Assistant."))
        for sentence in self.sentences.text().splitlines():
            self._say(sentence)
        self._say(tr("Choose with Tab, and press Enter."))
        self._focus.move_to(self._best_choice())

    def _show_recommendation(self, recommendation: Recommendation | None, error: AssistantError | None) -> None:
        self._recommendation = recommendation
        sentences: Sequence[str] = recommendation.sentences if recommendation is not None else (str(error),)
        self.sentences.setText("\n".join(sentences))
        words = tr("&Download")
        if recommendation is not None and recommendation.model is not None and recommendation.download_bytes:
            size = format_size(recommendation.download_bytes)
            words = tr("&Download {name}, {size}", name=escape_ampersands(recommendation.model.name), size=size)
        self.download.setText(words)
        self._update_buttons()

    def _best_choice(self) -> QWidget:
        """Return the button that suits most people now."""
        return self.download if self.download.isEnabled() else self.files

    @Slot()
    def _update_buttons(self) -> None:
        idle = self.progress_panel.state == "idle" and self._scan_task is None
        recommended = self._recommendation is not None and self._recommendation.model is not None
        self.download.setEnabled(idle and recommended)
        for button in (self.files, self.folder, self.demo, self.later):
            button.setEnabled(idle)

    def _download(self) -> None:
        if self._recommendation is not None and self._recommendation.model is not None:
            self._start(PullOperation(self._library(), self._recommendation.model))

    def _start(self, operation: Operation) -> None:
        self.progress_panel.show()
        super()._start(operation)

    def _choose_import_files(self) -> None:
        self._open_import_dialog(tr("Choose files"), QFileDialog.FileMode.ExistingFiles)

    def _choose_import_folder(self) -> None:
        self._open_import_dialog(tr("Choose a folder"), QFileDialog.FileMode.Directory)

    def _use_demo(self) -> None:
        finish_first_run(self._library())
        self._say(
            tr(
                "The demo model understands only simple sample screens. Others are available at any time, in the menu "
                "under Models."
            )
        )
        self.accept()

    @Slot(object)
    def _on_ended(self, error: AssistantError | None) -> None:
        if error is None:
            finish_first_run(self._library())
            self.models_changed.emit()
            self.accept()
