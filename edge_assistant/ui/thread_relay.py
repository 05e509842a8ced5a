"""What a thread reports to the GUI thread, also where the window that it is for is closed and destroyed meanwhile."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal


class ThreadRelay(QObject):
    """Carries reports of one thread. It is made on the GUI thread, and belongs to the application until `end`.

    A window may not be reported to by a signal of its own, or of an object that goes with it: that could be destroyed
    just while the thread emits it, or on the thread, which may be the last to refer to it.
    """

    _sent = Signal(object)

    def __init__(self, receive: Callable[[Any], object]) -> None:
        """`receive` is called on the GUI thread with each report. It must be a method of a QObject, and is not called
        after that was destroyed.
        """
        super().__init__(QCoreApplication.instance())
        self._sent.connect(receive, Qt.ConnectionType.QueuedConnection)

    def send(self, report: object) -> None:
        """Report something, on the thread."""
        with contextlib.suppress(RuntimeError):  # the application is gone
            self._sent.emit(report)

    def end(self) -> None:
        """Let the GUI thread destroy this object. The thread reports nothing more."""
        with contextlib.suppress(RuntimeError):
            self.deleteLater()
