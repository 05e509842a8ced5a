"""The presenter of the windows about models: creates them when they are opened, and the first run when it is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from edge_assistant.assistant.advice import is_first_run
from edge_assistant.models.library import ModelLibrary
from edge_assistant.settings.schema import Settings
from edge_assistant.system.errors import AssistantError
from edge_assistant.ui import front
from edge_assistant.ui.models.background_task import BackgroundTask
from edge_assistant.ui.models.dialog import ModelsDialog
from edge_assistant.ui.models.first_run import FirstRunDialog
from edge_assistant.ui.settings.settings_access import SettingsAccess

_Dialog = TypeVar("_Dialog", ModelsDialog, FirstRunDialog)
_QUEUED = Qt.ConnectionType.QueuedConnection


class ModelsPresenter(QObject):
    """Opens the models window and the first-run window; belongs to the GUI thread."""

    changed = Signal()
    """Models were added, replaced or removed."""

    tutorial_requested = Signal()
    """The person wants the tutorial."""

    removing = Signal()
    """A model is about to be removed."""

    def __init__(
        self,
        say: Callable[[str], None],
        silence: Callable[[], None],
        models_dir: Path | None,
        access: SettingsAccess | None = None,
    ) -> None:
        """The arguments are those of ModelsBaseDialog; all callbacks return at once.

        With `access` the first-run window lets a shortcut be changed.
        """
        super().__init__()
        self._say = say
        self._silence = silence
        self._models_dir = models_dir
        self._access = access
        self._first_run_check: BackgroundTask | None = None
        self._after_first_run: list[Callable[[], None]] = []
        self.dialog: ModelsDialog | None = None
        self.first_run: FirstRunDialog | None = None

    def open(self) -> None:
        """Show the models window in front, or that of the first run while it downloads."""
        if self.first_run is not None and self.first_run.progress_panel.state != "idle":
            front.bring_to_front(self.first_run, self._say)
            return
        if self.dialog is None:
            self.dialog = self._create(ModelsDialog)
            self.dialog.models_changed.connect(self.changed)
            self.dialog.removing.connect(self.removing)
            self.dialog.use_requested.connect(self._use)
            if self._access is not None:
                self.dialog.set_preferred(self._access.settings.model)
        front.bring_to_front(self.dialog, self._say)

    def check_first_run(self) -> None:
        """Find out in the background whether a first run is due, and open its window then."""
        library = ModelLibrary(self._models_dir)
        self._first_run_check = BackgroundTask(lambda _: is_first_run(library))
        self._first_run_check.ended.connect(self._on_first_run_checked, _QUEUED)
        self._first_run_check.start()

    def after_first_run(self, function: Callable[[], None]) -> None:
        """Call a function once no first-run window is shown, or is about to be, so that two windows do not compete for
        the focus, and nothing else is said at first.
        """
        if self._first_run_check is not None or (self.first_run is not None and self.first_run.isVisible()):
            self._after_first_run.append(function)
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

    @Slot()
    def on_tutorial_opened(self) -> None:
        """Close the last page of the first run, which the tutorial follows."""
        if self.first_run is not None:
            self.first_run.close_for_tutorial()

    @property
    def is_asking(self) -> bool:
        """Whether the first-run window asks for a model; may be read on any thread."""
        first_run = self.first_run
        return first_run is not None and not first_run.is_over

    def apply_settings(self, settings: Settings) -> None:
        """Show the shortcuts of other settings in the first-run window, and their model as the one that is used."""
        if self.dialog is not None:
            self.dialog.set_preferred(settings.model)
        if self.first_run is not None:
            self.first_run.apply_settings(settings)

    def stop(self) -> None:
        """Stop what runs and hide the windows, for the end of the program."""
        for window in (self.dialog, self.first_run):
            if window is not None:
                window.stop()
                window.hide()
        if self._first_run_check is not None:
            self._first_run_check.wait(3.0)

    @Slot(str)
    def _use(self, name: str) -> None:
        """Use a model from now on, as the settings then say."""
        if self._access is not None:
            self._access.save(replace(self._access.settings, model=name))

    def _create(self, kind: type[_Dialog]) -> _Dialog:
        return kind(self._say, silence=self._silence, models_dir=self._models_dir)

    @Slot(object, object)
    def _on_first_run_checked(self, due: bool | None, _: AssistantError | None) -> None:
        # An error is reported when the model is loaded.
        self._first_run_check = None
        if due:
            self.first_run = self._create(FirstRunDialog)
            if self._access is not None:
                self.first_run.add_shortcut(self._access)
            self.first_run.models_changed.connect(self.changed)
            self.first_run.tutorial_requested.connect(self.tutorial_requested)
            self.first_run.finished.connect(self._continue)
            front.bring_to_front(self.first_run, self._say)
        else:
            self._continue()

    @Slot()
    def _continue(self) -> None:
        functions, self._after_first_run = self._after_first_run, []
        for function in functions:
            function()
