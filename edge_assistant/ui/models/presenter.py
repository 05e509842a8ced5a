"""The windows about weights as the app has them: made when they are wanted, and the first run where it is due."""

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

_Window = TypeVar("_Window", ModelsDialog, FirstRunDialog)
_QUEUED = Qt.ConnectionType.QueuedConnection


class ModelsPresenter(QObject):
    """Belongs to the GUI thread. `changed` says that other weights are here, or some are gone."""

    changed = Signal()

    def __init__(
        self,
        say: Callable[[str], None],
        hush: Callable[[], None],
        leaves_focus_to_reader: Callable[[], bool],
        weights_dir: Path | None,
    ) -> None:
        """`say` speaks a sentence, `hush` silences the voice; all return at once. The others are as for ModelsBaseDialog.

        `weights_dir` is the settings'.
        """
        super().__init__()
        self._say = say
        self._hush = hush
        self._leaves_focus_to_reader = leaves_focus_to_reader
        self._weights_dir = weights_dir
        self._looking: BackgroundTask | None = None
        self.dialog: ModelsDialog | None = None
        self.first_run: FirstRunDialog | None = None

    def open(self) -> None:
        """Bring the weights to the front."""
        if self.dialog is None:
            self.dialog = self._made(ModelsDialog)
            self.dialog.weights_changed.connect(self.changed)
        _bring(self.dialog)

    def begin(self) -> None:
        """Open the first run where it is due; returns at once."""
        shelf = ModelLibrary(self._weights_dir)
        self._looking = BackgroundTask(lambda _: is_first_run(shelf))
        self._looking.ended.connect(self._on_looked, _QUEUED)
        self._looking.start()

    def after_first_run(self, call: Callable[[], None]) -> None:
        """Call this when no first run is on the screen any more, lest two windows want the keyboard."""
        if self.first_run is not None and self.first_run.isVisible():
            self.first_run.finished.connect(call)
        else:
            call()

    def follow_folder(self, weights_dir: Path | None) -> None:
        """The settings' folder may be another one now; what is on the way goes on in the folder it began with."""
        if weights_dir == self._weights_dir:
            return
        self._weights_dir = weights_dir
        for window in (self.dialog, self.first_run):
            if window is not None:
                window.follow_folder(weights_dir)

    @Slot()
    def follow_language(self) -> None:
        """The language may be another one now."""
        for window in (self.dialog, self.first_run):
            if window is not None:
                window.follow_language()

    def stop(self) -> None:
        """End what is going on, for the end of the program."""
        for window in (self.dialog, self.first_run):
            if window is not None:
                window.stop()
                window.hide()
        if self._looking is not None:
            self._looking.wait(3.0)

    def _made(self, kind: type[_Window]) -> _Window:
        return kind(
            self._say,
            hush=self._hush,
            leaves_focus_to_reader=self._leaves_focus_to_reader,
            weights_dir=self._weights_dir,
        )

    @Slot(object, object)
    def _on_looked(self, due: bool | None, _: AssistantError | None) -> None:
        # An error is told by whoever needs the weights.
        self._looking = None
        if due:
            self.first_run = self._made(FirstRunDialog)
            self.first_run.weights_changed.connect(self.changed)
            _bring(self.first_run)


def _bring(window: ModelsBaseDialog) -> None:
    window.show()
    window.raise_()
    window.activateWindow()
