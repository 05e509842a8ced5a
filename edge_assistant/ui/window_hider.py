"""Keeps our own windows out of the picture: away while the screen is captured, back as they were afterwards."""

from __future__ import annotations

import threading
import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from edge_assistant.system.errors import EngineError
from edge_assistant.system.i18n import tr

_SETTLE_MS = 250
"""What was beneath has to draw itself, and a desktop may fade windows out."""

_PATIENCE_S = 5.0


class WindowHider(QObject):
    """`away` and `back` are called on the thread that captures; the windows belong to the GUI thread.

    Windows that are open as dialogs must have been opened with `open` or `show`: `exec` would end when they are hidden.
    """

    _asked = Signal(object)
    _returned = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._hidden: list[tuple[QWidget, bool]] = []
        self._closed = 0.0
        self.in_front = False
        """Whether one of our windows has the keyboard; may be read on any thread."""
        self._asked.connect(self._hide, Qt.ConnectionType.QueuedConnection)
        self._returned.connect(self._show, Qt.ConnectionType.QueuedConnection)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusWindowChanged.connect(self._on_focus)

    def watch(self, menu: QMenu) -> None:
        """A menu that may still be fading when its entry is done."""
        menu.aboutToHide.connect(self.on_closed)

    def away(self) -> None:
        """Take them off the screen; at once where there are none. Raises EngineError when the GUI does not answer."""
        gone = threading.Event()
        self._asked.emit(gone)
        if not gone.wait(_PATIENCE_S):
            raise EngineError(tr("The window of Edge Assistant cannot be hidden. Close it and try again."), code="view")

    def back(self) -> None:
        """Show those that were taken away, as they were."""
        self._returned.emit()

    @Slot(object)
    def _on_focus(self, window: QWindow | None) -> None:
        self.in_front = window is not None

    @Slot()
    def on_closed(self) -> None:
        """Something of ours has just been closed, and may still be fading."""
        self._closed = time.monotonic()

    @Slot(object)
    def _hide(self, gone: threading.Event) -> None:
        shown = [each for each in QApplication.topLevelWidgets() if each.isVisible() and not each.isMinimized()]
        for widget in shown:
            self._hidden.append((widget, widget.isActiveWindow()))
            widget.hide()
        if shown or time.monotonic() - self._closed < _SETTLE_MS / 1000:
            QTimer.singleShot(_SETTLE_MS, self, gone.set)
        else:
            gone.set()

    @Slot()
    def _show(self) -> None:
        hidden, self._hidden = self._hidden, []
        for widget, was_active in hidden:
            if handle := widget.windowHandle():
                # Qt looks at WA_ShowWithoutActivating only when it makes the window; at each show it looks at this.
                handle.setProperty("_q_showWithoutActivating", not was_active)
            widget.show()
            if handle:
                handle.setProperty("_q_showWithoutActivating", False)
