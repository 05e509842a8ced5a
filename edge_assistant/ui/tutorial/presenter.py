"""The presenter of the tutorial: opens its window, and leads the global keys there while it is in front."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot

from edge_assistant.controller.service import Service
from edge_assistant.controller.view import Status
from edge_assistant.engine.task_entries import Mode
from edge_assistant.hotkeys.key import Key
from edge_assistant.ui import front
from edge_assistant.ui.tutorial.steps import PASSED_ACTIONS, TUTORIAL_ACTIONS
from edge_assistant.ui.tutorial.window import TutorialWindow

_QUEUED = Qt.ConnectionType.QueuedConnection


class TutorialPresenter(QObject):
    """Opens the tutorial, and is its TutorialActions; belongs to the GUI thread, but for `takes_press`."""

    opened = Signal()
    """The window is there, and has asked for the keyboard."""

    _pressed = Signal(str)
    _prepared = Signal(object)

    def __init__(self, service: Service) -> None:
        super().__init__()
        self._service = service
        self._afterwards: list[Callable[[], None]] = []
        self.window: TutorialWindow | None = None
        self._prepared.connect(self._on_prepared, _QUEUED)
        self._pressed.connect(self._on_pressed, _QUEUED)

    def open(self) -> None:
        """Begin the tutorial, or bring it to the front."""
        if self.window is None:
            posting, speech = self._service.event_loop.posting, self._service.speech
            self.window = TutorialWindow(self, posting(speech.say), posting(speech.silence))
        if self.window.isVisible():
            front.bring_to_front(self.window, self._say)
        else:
            self._service.event_loop.post(self._prepare)

    def call_after(self, function: Callable[[], None]) -> None:
        """Call a function once the tutorial is not shown, so that another window does not take the keyboard from it."""
        if self.window is not None and self.window.isVisible():
            self._afterwards.append(function)
        else:
            function()

    def takes_press(self, action: str) -> bool:
        """Return whether the key of an action is the tutorial's now, and hand it over then. For any thread."""
        takes = self.window is not None and self.window.takes_keys and action not in PASSED_ACTIONS
        if takes:
            self._pressed.emit(action)
        return takes

    @Slot(str)
    def show_status(self, status: Status) -> None:
        """Take note of what the program does."""
        if self.window is not None:
            self.window.on_status(status)

    @Slot()
    def on_overlay_hidden(self) -> None:
        """Take note that the list of choices was closed."""
        if self.window is not None:
            self.window.on_overlay_hidden()

    def describe(self, picture: Path, mode: Mode) -> None:
        """See TutorialActions."""
        self._service.event_loop.post(self._service.controller.describe, picture, mode)

    def perform(self, action: str) -> None:
        """See TutorialActions."""
        self._service.event_loop.post(self._service.controller.perform, action)

    def end(self) -> None:
        """See TutorialActions."""
        self._service.event_loop.post(self._service.tutorial.end)
        afterwards, self._afterwards = self._afterwards, []
        for function in afterwards:
            function()

    def _say(self, sentence: str) -> None:
        self._service.event_loop.post(self._service.speech.say, sentence)

    def _prepare(self) -> None:
        """On the loop's thread: take the demo model, and find out which keys work."""
        self._service.tutorial.begin()
        keys = {action: self._service.working_key(action) for action in TUTORIAL_ACTIONS}
        self._prepared.emit({action: key for action, key in keys.items() if key is not None})

    @Slot(object)
    def _on_prepared(self, keys: dict[str, Key]) -> None:
        if self.window is not None:
            front.bring_to_front(self.window, self._say)
            self.window.begin(keys)
            self.opened.emit()

    @Slot(str)
    def _on_pressed(self, action: str) -> None:
        if self.window is not None:
            self.window.on_pressed(action)
