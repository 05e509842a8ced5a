"""The presenter of the windows about models: creates them when they are opened, and the first run when it is due."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from edge_assistant.assistant.advice import is_first_run
from edge_assistant.models.library import ModelLibrary
from edge_assistant.system.errors import AssistantError
from edge_assistant.ui.models.background_task import BackgroundTask
from edge_assistant.ui.models.base_dialog import ModelsBaseDialog
from edge_assistant.ui.models.dialog import ModelsDialog
from edge_assistant.ui.models.first_run import FirstRunDialog

_Dialog = TypeVar("_Dialog", ModelsDialog, FirstRunDialog)
_QUEUED = Qt.ConnectionType.QueuedConnection


class ModelsPresenter(QObject):
    """Opens the models window and the first-run window; belongs to the GUI thread."""

    changed = Signal()
    """Models were added, replaced or removed."""

    def __init__(
        self,
        say: Callable[[str], None],
        silence: Callable[[], None],
        reader_announces_focus: Callable[[], bool],
        models_dir: Path | None,
    ) -> None:
        """The arguments are those of ModelsBaseDialog; all callbacks return at once."""
        super().__init__()
        self._say = say
        self._silence = silence
        self._reader_announces_focus = reader_announces_focus
        self._models_dir = models_dir
        self._first_run_check: BackgroundTask | None = None
        self.dialog: ModelsDialog | None = None
        self.first_run: FirstRunDialog | None = None

    def open(self) -> None:
        """Show the models window in front."""
        if self.dialog is None:
            self.dialog = self._create(ModelsDialog)
            self.dialog.models_changed.connect(self.changed)
        _bring_to_front(self.dialog)

    def check_first_run(self) -> None:
        """Find out in the background whether a first run is due, and open its window then."""
        library = ModelLibrary(self._models_dir)
        self._first_run_check = BackgroundTask(lambda _: is_first_run(library))
        self._first_run_check.ended.connect(self._on_first_run_checked, _QUEUED)
        self._first_run_check.start()

    def after_first_run(self, function: Callable[[], None]) -> None:
        """Call a function once no first-run window is shown, so that two windows do not compete for the focus."""
        if self.first_run is not None and self.first_run.isVisible():
            self.first_run.finished.connect(function)
        else:
            function()

    def set_models_dir(self, models_dir: Path | None) -> None:
        """Use another folder of the settings; what runs goes on in the folder that it started with."""
        if models_dir == self._models_dir:
            return
        self._models_dir = models_dir
        for window in (self.dialog, self.first_run):
            if window is not None:
                window.set_models_dir(models_dir)

    def stop(self) -> None:
        """Stop what runs and hide the windows, for the end of the program."""
        for window in (self.dialog, self.first_run):
            if window is not None:
                window.stop()
                window.hide()
        if self._first_run_check is not None:
            self._first_run_check.wait(3.0)

    def _create(self, kind: type[_Dialog]) -> _Dialog:
        return kind(
            self._say,
            silence=self._silence,
            reader_announces_focus=self._reader_announces_focus,
            models_dir=self._models_dir,
        )

    @Slot(object, object)
    def _on_first_run_checked(self, due: bool | None, _: AssistantError | None) -> None:
        # An error is reported when the model is loaded.
        self._first_run_check = None
        if due:
            self.first_run = self._create(FirstRunDialog)
            self.first_run.models_changed.connect(self.changed)
            _bring_to_front(self.first_run)


def _bring_to_front(window: ModelsBaseDialog) -> None:
    window.show()
    window.raise_()
    window.activateWindow()
