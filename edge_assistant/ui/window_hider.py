"""Hiding of our own windows while the screen is captured, so that they are not in the picture."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from edge_assistant.system.errors import EngineError
from edge_assistant.system.i18n import tr

_SETTLE_MS = 250
"""Time after hiding in which the windows beneath are drawn, and a desktop's fading ends."""

_TIMEOUT_S = 5.0


class WindowHider(QObject):
    """The hider of all visible windows of the program. The capturing thread calls its public methods.

    Dialogs must have been opened with `open` or `show`: `exec` would return when they are hidden.
    """

    _hide_requested = Signal(object)
    _restore_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._hidden: list[tuple[QWidget, bool]] = []
        self._last_closed = 0.0
        self.is_in_front = False
        """Whether one of our windows has the keyboard; may be read on any thread."""
        self.is_question_in_front = False
        """Whether it is `question_window`; may be read on any thread."""
        self.question_window: QWidget | None = None
        """The window in which questions are entered."""
        self._hide_requested.connect(self._hide, Qt.ConnectionType.QueuedConnection)
        self._restore_requested.connect(self._restore, Qt.ConnectionType.QueuedConnection)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusWindowChanged.connect(self._on_focus_changed)

    def watch_menu(self, menu: QMenu) -> None:
        """Watch a menu, which may still be fading out when its entry runs."""
        menu.aboutToHide.connect(self.note_closed)

    @contextlib.contextmanager
    def hidden_windows(self) -> Iterator[None]:
        """Hide all visible windows, wait until they are gone, and show them again after the with block.

        Raises EngineError when the GUI does not answer.
        """
        done = threading.Event()
        self._hide_requested.emit(done)
        try:
            if not done.wait(_TIMEOUT_S):
                sentence = tr("The window of Edge Assistant cannot be hidden. Close it and try again.")
                raise EngineError(sentence, code="view")
            yield
        finally:
            self._restore_requested.emit()

    @Slot(object)
    def _on_focus_changed(self, window: QWindow | None) -> None:
        self.is_in_front = window is not None
        question_window = self.question_window.windowHandle() if self.question_window else None
        self.is_question_in_front = window is not None and window is question_window

    @Slot()
    def note_closed(self) -> None:
        """Note that a window or menu has just been closed, and may still be fading out."""
        self._last_closed = time.monotonic()

    @Slot(object)
    def _hide(self, done: threading.Event) -> None:
        visible = [each for each in QApplication.topLevelWidgets() if each.isVisible() and not each.isMinimized()]
        for widget in visible:
            self._hidden.append((widget, widget.isActiveWindow()))
            widget.hide()
        if visible or time.monotonic() - self._last_closed < _SETTLE_MS / 1000:
            QTimer.singleShot(_SETTLE_MS, self, done.set)
        else:
            done.set()

    @Slot()
    def _restore(self) -> None:
        """Show the hidden windows again, with the focus where it was."""
        hidden, self._hidden = self._hidden, []
        for widget, was_active in hidden:
            if handle := widget.windowHandle():
                # Qt reads WA_ShowWithoutActivating only when it creates the window; each show reads this property.
                handle.setProperty("_q_showWithoutActivating", not was_active)
            widget.show()
            if handle:
                handle.setProperty("_q_showWithoutActivating", False)
