"""Python's garbage collection, on the GUI thread alone.

Python collects on whatever thread happens to make the next object. A window to which nothing but itself refers would be
destroyed there, while the GUI thread goes through its windows: that ended the program.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, Qt, QTimer, Slot

_INTERVAL_MS = 1000


class GuiGarbageCollection(QObject):
    """Collects on the thread that makes this object, from now on, and on no other one."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self._collect)
        self._timer.start(_INTERVAL_MS)

    @Slot()
    def _collect(self) -> None:
        collect_if_due()


def collect_if_due() -> None:
    """Collect what Python would have collected by now: the generations whose thresholds are passed."""
    (objects, young, old), (first, second, third) = gc.get_count(), gc.get_threshold()
    if old > third or objects > first * second * third:
        gc.collect(2)
    elif young > second or objects > first * second:
        gc.collect(1)
    elif objects > first:
        gc.collect(0)
