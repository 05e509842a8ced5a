"""From the program's threads to the GUI thread: signals that are always queued."""

from __future__ import annotations

from PIL import Image
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from edge_assistant.assistant.events import Event
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.controller.status import Condition
from edge_assistant.system.errors import AssistantError
from edge_assistant.ui.window_hider import WindowHider

_SMALL = (320, 200)
"""Pixels of the picture's small copy for the window, at most."""


class ControllerSignals(QObject):
    """Lives on the GUI thread; its methods may be called from any thread (it is a resident.windows.Windows).

    Connect with Qt.ConnectionType.QueuedConnection, and only to methods of QObjects: anything else would run on the
    caller's thread.
    """

    happened = Signal(object)
    """An events.Event."""
    condition = Signal(str)
    """A resident.condition.Condition."""
    wanted = Signal()
    """The window is wanted, by a second start."""
    question_wanted = Signal()
    """A picture is there to be asked about."""
    pictured = Signal(object, object, str)
    """What is talked about: a Captured, its small copy as a QImage, and what it shows; None, None and "": nothing."""
    questioned = Signal(int, str)
    """A question was taken: its number, its text."""
    thinking = Signal(bool, str)
    """Think harder is on or off, and what an answer took when last measured."""
    forgotten = Signal()
    """Everything is to be dropped."""
    ended = Signal(object)
    """The program has ended: None, or the AssistantError that ended it."""

    def __init__(self, out_of_sight: WindowHider) -> None:
        super().__init__()
        self._out_of_sight = out_of_sight

    def tell_event(self, event: Event) -> None:
        """Something happened."""
        self.happened.emit(event)

    def tell_condition(self, condition: Condition) -> None:
        """The program is in another condition."""
        self.condition.emit(condition)

    def tell_wanted(self) -> None:
        """Somebody wants to see the window."""
        self.wanted.emit()

    def tell_ended(self, error: AssistantError | None) -> None:
        """The program has ended."""
        self.ended.emit(error)

    def away(self) -> None:
        """See WindowHider."""
        self._out_of_sight.away()

    def back(self) -> None:
        """See WindowHider."""
        self._out_of_sight.back()

    def in_front(self) -> bool:
        """See WindowHider."""
        return self._out_of_sight.in_front

    def ask(self) -> None:
        """A question may be entered."""
        self.question_wanted.emit()

    def picture(self, captured: CapturedPicture | None, name: str) -> None:
        """This is talked about."""
        self.pictured.emit(captured, small_copy(captured.image) if captured else None, name)

    def question(self, id: int, text: str) -> None:
        """This was asked."""
        self.questioned.emit(id, text)

    def think(self, on: bool, cost: str) -> None:
        """Think harder is so."""
        self.thinking.emit(on, cost)

    def forget(self) -> None:
        """Drop everything."""
        self.forgotten.emit()


def small_copy(image: Image.Image) -> QImage:
    """The picture as the window shows it."""
    factor = max(1, min(image.width // _SMALL[0], image.height // _SMALL[1]))
    small = image.reduce(factor) if factor > 1 else image.copy()  # reducing by whole numbers is quick
    small.thumbnail(_SMALL)
    rgb = small.convert("RGB")
    return QImage(rgb.tobytes(), rgb.width, rgb.height, 3 * rgb.width, QImage.Format.Format_RGB888).copy()
