"""From the program's threads to the GUI thread: signals that are always queued."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from edge_assistant.errors import AssistantError
from edge_assistant.events import Event
from edge_assistant.resident.condition import Condition


class Bridge(QObject):
    """Lives on the GUI thread; its `tell_…` methods may be called from any thread and return at once.

    Connect with Qt.ConnectionType.QueuedConnection, and only to methods of QObjects: anything else would run on the
    caller's thread.
    """

    happened = Signal(object)
    """An events.Event."""
    condition = Signal(str)
    """A resident.condition.Condition."""
    wanted = Signal()
    """The window is wanted, by a second start."""
    ended = Signal(object)
    """The program has ended: None, or the AssistantError that ended it."""

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
