"""Hiding of our own windows while the screen is captured, so that they are not in the picture."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from shiboken6 import isValid

from edge_assistant.system.errors import EngineError
from edge_assistant.system.i18n import tr
from edge_assistant.ui.speaking.announcer import activate_quietly
from edge_assistant.ui.stacking import Stacking

_SETTLE_MS = 250
"""Time after hiding in which the windows beneath are drawn, and a desktop's fading ends."""

_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class _HiddenWindow:
    """A window that is hidden for a while; `focus` has the keyboard in it, `above` is the window that was above it."""

    widget: QWidget
    was_active: bool
    focus: QWidget | None
    above: int | None


class WindowHider(QObject):
    """The hider of all visible windows of the program. The capturing thread calls its public methods.

    Dialogs must have been opened with `open` or `show`: `exec` would return when they are hidden.
    """

    _hide_requested = Signal(object)
    _restore_requested = Signal()

    def __init__(self, stacking: Stacking | None = None) -> None:
        """`stacking` is for tests."""
        super().__init__()
        self._hidden: list[_HiddenWindow] = []
        self._stacking = stacking or Stacking()
        self._last_closed = 0.0
        self._last_in_front: QWindow | None = None
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
        if window is not None:  # closing takes the focus from it, and Qt does not tell
            window.visibleChanged.connect(self._note_front, Qt.ConnectionType.UniqueConnection)
        self._note_front()

    @Slot()
    def _note_front(self) -> None:
        focused = QApplication.focusWindow()
        window = focused if focused is not None and focused.isVisible() else None
        # At the end of the program it may be destroyed before another window of ours that has the focus.
        asks = self.question_window if isValid(self.question_window) else None
        question_window = asks.windowHandle() if asks is not None else None
        self.is_in_front = window is not None
        self._last_in_front = window or self._last_in_front
        self.is_question_in_front = window is not None and window is question_window

    @Slot()
    def note_closed(self) -> None:
        """Note that a window or menu has just been closed, and may still be fading out."""
        self._last_closed = time.monotonic()

    @Slot(object)
    def _hide(self, done: threading.Event) -> None:
        visible = [each for each in QApplication.topLevelWidgets() if each.isVisible() and not each.isMinimized()]
        self._hidden += [
            _HiddenWindow(each, self._is_active(each), each.focusWidget(), self._stacking.above(int(each.winId())))
            for each in visible
        ]
        for widget in visible:
            widget.hide()
        if visible or self._has_just_closed:
            QTimer.singleShot(_SETTLE_MS, self, done.set)
        else:
            done.set()

    @property
    def _has_just_closed(self) -> bool:
        return time.monotonic() - self._last_closed < _SETTLE_MS / 1000

    def _is_active(self, widget: QWidget) -> bool:
        """Return whether a window has the keyboard, or is about to get it back from its menu, which has just closed."""
        if widget.isActiveWindow():
            return True
        is_coming_back = QApplication.activeWindow() is None and self._has_just_closed
        return is_coming_back and widget.windowHandle() is self._last_in_front

    @Slot()
    def _restore(self) -> None:
        """Show the hidden windows again, with the focus where it was, and below the windows that they were below."""
        hidden, self._hidden = self._hidden, []
        for each in hidden:
            widget = each.widget
            if not isValid(widget):  # closed for good in the meantime
                continue
            if each.focus is not None and isValid(each.focus):
                each.focus.setFocus()  # a menu that closed gave the hidden window the keyboard, which moved it on
            if handle := widget.windowHandle():
                # Qt reads WA_ShowWithoutActivating only when it creates the window; each show reads this property.
                handle.setProperty("_q_showWithoutActivating", not each.was_active)
            if each.was_active:
                activate_quietly(widget)
            widget.show()
            if handle:
                handle.setProperty("_q_showWithoutActivating", False)
            if each.above is not None and not each.was_active:
                self._stacking.put_below(int(widget.winId()), each.above)
