"""The first-run window: says what is needed and what to press, downloads a model, and ends with the three keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QPushButton, QVBoxLayout, QWidget

from edge_assistant.assistant.advice import advise, finish_first_run
from edge_assistant.controller.key_sentences import three_keys
from edge_assistant.hotkeys.key import Key
from edge_assistant.models.operations import Operation
from edge_assistant.models.pull import PullOperation
from edge_assistant.models.recommend import WARNING, Recommendation, plain_size
from edge_assistant.settings.schema import Settings
from edge_assistant.system.errors import AssistantError
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui.heading import Heading
from edge_assistant.ui.models.background_task import BackgroundTask
from edge_assistant.ui.models.base_dialog import QUEUED, ModelsBaseDialog
from edge_assistant.ui.models.progress_panel import ProgressPanel
from edge_assistant.ui.models.shortcut_panel import ShortcutPanel
from edge_assistant.ui.plain_text import PlainLabel, focusable
from edge_assistant.ui.settings.settings_access import SettingsAccess
from edge_assistant.ui.speaking.announcer import activate_quietly, move_focus
from edge_assistant.ui.strings import key_label

_WHILE_IT_RUNS = tr_noop("Enter pauses, Tab has Cancel and a tutorial, Escape only hides this window.")


class FirstRunDialog(ModelsBaseDialog):
    """The first-run window, for where assistant.advice.is_first_run is True. See ModelsBaseDialog for arguments.

    It has two pages: the choices, and at the end the three keys.
    """

    TITLE = tr_noop("Welcome to Edge Assistant")
    HELP = (
        tr_noop("Here you choose a model, which sees and answers. Tab goes through the choices, Enter takes one."),
        tr_noop("Escape closes."),
    )

    tutorial_requested = Signal()
    """The person wants the tutorial."""

    def _build(self) -> None:
        activate_quietly(self)  # what is needed is said first
        self._recommendation: Recommendation | None = None
        self._need = ""  # as the recommendation says it
        self._on_result: Callable[[Recommendation | None, AssistantError | None], None] = self._announce_recommendation
        self._scan_again = False
        self.is_over = False
        self.shortcut: ShortcutPanel | None = None
        self._access: SettingsAccess | None = None
        self.sentences = focusable(Heading())
        self.sentences.setText(tr("Checking this computer."))
        self.download = self._make_choice(tr_noop("&Download"), self._download)
        self.details = self._make_choice(tr_noop("D&etails of the download"), self._tell_details)
        self.details_text = focusable(PlainLabel(""))
        self.details_text.setWordWrap(True)
        self.details_text.hide()
        self.files = self._make_choice(tr_noop("Choose &files of a model…"), self._choose_import_files)
        self.folder = self._make_choice(tr_noop("Choose a f&older with models…"), self._choose_import_folder)
        self.demo = self._make_choice(tr_noop("Use the de&mo model for now"), self._use_demo)
        self.tutorial = self._make_choice(tr_noop("&Tutorial, one minute"), self.tutorial_requested.emit)
        self.later = self._make_choice(tr_noop("&Not now"), self._decline)
        self.close_button = self._make_choice(tr_noop("C&lose"), self.reject)
        self.close_button.hide()
        self.progress_panel = ProgressPanel(self._say, self._best_choice, self._move_quietly)
        self.progress_panel.ended.connect(self._on_ended)
        self.progress_panel.changed.connect(self._update_buttons)
        self.progress_panel.hide()
        self._build_layout()

    def add_shortcut(self, access: SettingsAccess) -> None:
        """Let the shortcut that describes the active window be changed here, too."""
        self._access = access
        self.shortcut = ShortcutPanel(access, self._say)
        self._content_layout.insertWidget(self._content_layout.count() - 1, self.shortcut)

    def changeEvent(self, event: QEvent) -> None:
        """Show everything in another language, without speaking it."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retell()

    def set_models_dir(self, models_dir: Path | None) -> None:
        """Make the recommendation anew for another folder of models, without speaking it."""
        super().set_models_dir(models_dir)
        self._retell()

    def apply_settings(self, settings: Settings) -> None:
        """Show the keys of other settings."""
        if self.shortcut is not None:
            self.shortcut.apply_settings(settings)
        if self.is_over:
            self._show_keys()

    def showEvent(self, event: QShowEvent) -> None:
        """Examine this computer when the window is first shown."""
        super().showEvent(event)
        if self._scan_task is None and self._recommendation is None and not self.is_over:
            move_focus(self.sentences, quietly=True)
            self._scan(self._announce_recommendation)
            self._update_buttons()

    def reject(self) -> None:
        """Handle Escape: it hides the window while something runs or after the end, else it is the answer "not now"."""
        if self.progress_panel.state != "idle":
            self._say_goes_on()
        elif not self.is_over:
            self._decline()
            return
        self.done(self.DialogCode.Rejected)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Hide the window without another question; what Escape would say is said."""
        if self.progress_panel.state == "idle" and not self.is_over:
            self._decline()
        super().closeEvent(event)

    def _say_goes_on(self) -> None:
        if self.progress_panel.state == "running":
            self._say(tr("The download goes on. Models in the menu brings this window back."))
        else:
            self._say(tr("The download is paused. Models in the menu brings this window back."))

    def _retell(self) -> None:
        if self.is_over:
            self._show_keys()
        elif self._scan_task is not None:
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
        if self.is_over:
            return
        if self._scan_again:
            self._scan(self._on_result)
        else:
            self._on_result(recommendation, error)

    def _make_choice(self, label: str, on_click: Callable[[], None]) -> QPushButton:
        return self._make_button(label, on_click, enter_presses=True)

    def _build_layout(self) -> None:
        content = QWidget()
        self._content_layout = layout = QVBoxLayout(content)
        self._warning = PlainLabel("")
        self._warning.setWordWrap(True)
        self.labels.add(self._warning.setText, WARNING)
        for part in (
            self.sentences,
            self.download,
            self.details,
            self.details_text,
            self.files,
            self.folder,
            self.demo,
            self.progress_panel,
            self.tutorial,
            self.later,
            self.close_button,
        ):
            layout.addWidget(part)
        layout.addSpacing(self.fontMetrics().lineSpacing())
        layout.addStretch()  # what is to be read stands together, and what is empty below it
        window_layout = QVBoxLayout(self)
        window_layout.addWidget(self._make_scroll_area(content))
        line = QFrame()
        line.setFrameStyle(QFrame.Shape.HLine | QFrame.Shadow.Plain)
        window_layout.addWidget(line)
        window_layout.addWidget(self._warning)  # which is seen wherever the choices are scrolled to
        self._resize_to(84, 33)

    def _announce_recommendation(self, recommendation: Recommendation | None, error: AssistantError | None) -> None:
        self._show_recommendation(recommendation, error)
        for sentence in self.sentences.text().splitlines():
            self._say(sentence)
        if self.focusWidget() is self.sentences:  # whoever has gone on with Tab stays there
            move_focus(self._best_choice(), quietly=True)

    def _show_recommendation(self, recommendation: Recommendation | None, error: AssistantError | None) -> None:
        self._recommendation = recommendation
        self._need = recommendation.need if recommendation is not None else str(error)
        words = tr("&Download")
        if recommendation is not None and recommendation.model is not None and recommendation.download_bytes:
            words = tr("&Download {size}", size=plain_size(recommendation.download_bytes))
        self.details_text.setText("\n".join(recommendation.details if recommendation is not None else ()))
        self.download.setText(words)
        self._update_buttons()

    def _tell_details(self) -> None:
        """Show the details, and say them."""
        self.details_text.show()
        for sentence in self.details_text.text().splitlines():
            self._say(sentence)

    def _best_choice(self) -> QWidget:
        """Return the button that suits most people now."""
        if self.is_over:
            return self.tutorial
        return self.download if self.download.isEnabled() else self.files

    @Slot()
    def _update_buttons(self) -> None:
        runs = self.progress_panel.state != "idle"
        idle = not runs and self._scan_task is None
        self.download.setEnabled(idle and self._has_model)
        self.details.setEnabled(self._recommendation is not None)
        for button in (self.files, self.folder, self.demo, self.later):
            button.setEnabled(idle)
        for button in (self.download, self.files, self.folder, self.demo, self.later):
            button.setVisible(not runs and not self.is_over)  # what cannot be chosen would only be in the way
        if self._need and not self.is_over:
            self.sentences.setText(f"{self._need}\n{self._way_on()}".strip())

    @property
    def _has_model(self) -> bool:
        return self._recommendation is not None and self._recommendation.model is not None

    def _way_on(self) -> str:
        """Return what to press now; "" where the buttons say enough."""
        if self.progress_panel.state == "idle":
            return tr("Enter starts it, Tab has other choices.") if self._has_model else tr("Tab has the choices.")
        return tr(_WHILE_IT_RUNS) if self.progress_panel.state == "running" else ""

    def _move_quietly(self, widget: QWidget) -> None:
        """Give a widget the focus that a sentence tells of."""
        move_focus(widget, quietly=True)

    def _download(self) -> None:
        if self._recommendation is not None and self._recommendation.model is not None:
            self._start(PullOperation(self._library(), self._recommendation.model))

    def _start(self, operation: Operation) -> None:
        self.progress_panel.show()
        super()._start(operation)
        self._say(tr(_WHILE_IT_RUNS))

    def _choose_import_files(self) -> None:
        self._open_import_dialog(tr("Choose files"), QFileDialog.FileMode.ExistingFiles)

    def _choose_import_folder(self) -> None:
        self._open_import_dialog(tr("Choose a folder"), QFileDialog.FileMode.Directory)

    def _use_demo(self) -> None:
        self._silence()
        self._end(tr("The demo model knows only sample screens. Real models are in the menu under Models."))

    def _decline(self) -> None:
        self._silence()
        self._end(tr("I can read text, but describe only samples. Models are in the menu."))

    @Slot(object)
    def _on_ended(self, error: AssistantError | None) -> None:
        if error is None:
            self.models_changed.emit()
            self._end()
        elif self.isVisible():
            self._say(self._way_on())

    def _end(self, sentence: str = "") -> None:
        """Show the three keys and offer the tutorial; say so after a sentence about the answer."""
        finish_first_run()
        self.is_over = True
        self._move_quietly(self.tutorial)  # before what has the focus is hidden, and Qt moves it anywhere
        for part in (self.download, self.details, self.details_text, self.files, self.folder, self.demo, self.later):
            part.hide()
        self.progress_panel.hide()
        self.close_button.show()
        self._show_keys()
        if sentence:
            self._say(sentence)
        for line in self._keys(lambda key: key.spoken):
            self._say(line)
        if self.isVisible():
            self._say(tr("Enter starts a tutorial of one minute, Escape closes this window."))

    def _keys(self, name: Callable[[Key], str]) -> list[str]:
        settings = self._access.settings if self._access is not None else Settings()
        return [tr("Remember three keys."), *three_keys(settings.keys_by_action(), name)]

    def _show_keys(self) -> None:
        self.sentences.setText("\n".join(self._keys(key_label)))

    def close_for_tutorial(self) -> None:
        """Close the last page, now that the tutorial is open: closed before, it would give the keyboard away."""
        if self.is_over:
            self.accept()
