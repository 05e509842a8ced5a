"""Our own windows are hidden while the screen is captured, and come back whatever happens."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import shiboken6
from PySide6.QtWidgets import QDialog, QWidget
from support.accessible_walk import application, until

from edge_assistant.system.errors import EngineError
from edge_assistant.ui import window_hider
from edge_assistant.ui.stacking import Stacking
from edge_assistant.ui.window_hider import WindowHider


def test_windows_that_are_hidden_too_late_for_the_picture_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_hider, "_TIMEOUT_S", 0.01)
    qt_app = application()
    hider, window = WindowHider(), QWidget()
    window.show()
    with pytest.raises(EngineError, match="cannot be hidden"), hider.hidden_windows():
        pytest.fail("the picture must not be taken")  # this thread, which is to hide the windows, was busy
    qt_app.processEvents()
    assert window.isVisible()
    window.close()


def test_a_window_that_was_closed_is_no_longer_in_front() -> None:
    application()
    hider, dialog = WindowHider(), QDialog()
    hider.question_window = dialog
    for _ in range(2):
        dialog.open()
        dialog.activateWindow()
        until(lambda: hider.is_in_front and hider.is_question_in_front, "the dialog in front")
        dialog.reject()
        until(lambda: not hider.is_in_front and not hider.is_question_in_front, "nothing in front")


class Left(QDialog):
    """A window that the keyboard has left for its menu, or for another program, while `is_left`."""

    is_left = False

    def isActiveWindow(self) -> bool:
        return not self.is_left and super().isActiveWindow()


@pytest.mark.parametrize("by_menu", [True, False])
def test_a_window_whose_menu_has_just_closed_gets_the_keyboard_back_and_one_that_was_left_does_not(
    by_menu: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    application()
    hider, window, activated = WindowHider(), Left(), list[QWidget]()
    monkeypatch.setattr(window_hider, "activate_quietly", activated.append)
    window.show()
    window.activateWindow()
    until(lambda: hider.is_in_front, "the window in front")
    with monkeypatch.context() as left:
        left.setattr(window, "is_left", True)
        left.setattr(window_hider.QApplication, "activeWindow", lambda: None)
        if by_menu:
            hider.note_closed()
        hider._hide(threading.Event())
    hider._restore()
    assert activated == ([window] if by_menu else [])
    window.close()


def test_a_window_may_get_the_focus_after_the_one_for_questions_was_destroyed() -> None:
    application()
    hider, asks, other = WindowHider(), QDialog(), QDialog()
    hider.question_window = asks
    shiboken6.delete(asks)
    other.open()
    other.activateWindow()
    until(lambda: hider.is_in_front, "the other one in front")
    assert not hider.is_question_in_front
    other.reject()


class Order:
    """user32, which knows the windows from the uppermost down; one that is shown again comes to the top."""

    def __init__(self, *windows: int) -> None:
        self.windows = list(windows)

    def GetWindow(self, window: int, relation: int) -> int | None:
        assert relation == 3
        place = self.windows.index(window) if window in self.windows else 0  # NULL for what it does not know
        return self.windows[place - 1] if place else None

    def SetWindowPos(self, window: int, after: int, *numbers: int) -> int:
        assert numbers == (0, 0, 0, 0, 0x13)
        if not {window, after} <= set(self.windows):
            return 0
        self.windows.remove(window)
        self.windows.insert(self.windows.index(after) + 1, window)
        return 1

    def show(self, window: int) -> None:
        self.windows.remove(window)
        self.windows.insert(0, window)


OTHER = 77


class Window(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.order: Order | None = None

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        if self.order is not None:
            self.order.show(int(self.winId()))


@pytest.mark.parametrize("is_there", [True, False])
def test_a_window_that_lay_below_another_is_below_it_again(is_there: bool) -> None:
    qt_app = application()
    window, in_front = Window(), QWidget()
    window.show()
    in_front.show()
    in_front.activateWindow()
    until(in_front.isActiveWindow, "the other window")
    own = int(window.winId())
    window.order = order = Order(OTHER, own, int(in_front.winId()))
    hider = WindowHider(Stacking(order))

    def capture() -> None:
        with hider.hidden_windows():
            assert not window.isVisible()
            if not is_there:
                order.windows.remove(OTHER)

    thread = threading.Thread(target=capture)
    thread.start()
    until(lambda: not thread.is_alive(), "the picture")
    qt_app.processEvents()
    until(window.isVisible, "the window")
    assert order.windows.index(own) == (1 if is_there else 0)
    for each in (window, in_front):
        each.close()
