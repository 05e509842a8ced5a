"""What closes an overlay's windows some time after another window got the keyboard, as a menu is closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

_FOCUS_LOST_MS = 300
"""Time without the focus that is no loss: a global key that is held down takes it for a moment, too."""


class FocusLoss(QTimer):
    """Calls `on_lost` where windows that are shown have been without the focus for a while."""

    def __init__(self, parent: QObject, windows: Callable[[], Sequence[QWidget]], on_lost: Callable[[], None]) -> None:
        """`windows` returns those of the overlay; this timer is the child of `parent`."""
        super().__init__(parent)
        self._windows = windows
        self._on_lost = on_lost
        self.setSingleShot(True)
        self.setInterval(_FOCUS_LOST_MS)
        self.timeout.connect(self._check)

    def note_activation(self) -> None:
        """Note that one of the windows became the active one, or no longer is."""
        if any(window.isActiveWindow() for window in self._windows()):
            self.stop()
        elif self._are_shown():
            self.start()

    def _are_shown(self) -> bool:
        return any(window.isVisible() for window in self._windows())

    @Slot()
    def _check(self) -> None:
        if self._are_shown() and not any(window.isActiveWindow() for window in self._windows()):
            self._on_lost()
