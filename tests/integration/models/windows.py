"""Drives the windows about weights as a keyboard does, on Qt's offscreen platform."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator

from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

PATIENCE = 60.0  # seconds after which something counts as never coming


def application() -> QApplication:
    """The one of this process."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    running = QApplication.instance() or QApplication(["tests"])
    assert isinstance(running, QApplication)
    return running


def until(true: Callable[[], object], what: str) -> None:
    """Let Qt work until something is true."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"{what} never came"
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def press(key: Qt.Key, widget: QWidget | None = None) -> None:
    """Press a key on a widget, or where the keyboard is."""
    target = widget or QApplication.focusWidget()
    assert target is not None
    QTest.keyClick(target, key)


def push(button: QWidget) -> None:
    """Go to a button and press it with the space bar."""
    assert button.isEnabled(), button
    button.window().activateWindow()  # what a window manager does when a question is answered
    button.setFocus()
    until(button.hasFocus, "the keyboard")
    press(Qt.Key.Key_Space, button)


def question_of(window: QWidget) -> QMessageBox:
    """The question that is open over a window."""
    found: list[QMessageBox] = []

    def look() -> bool:
        found[:] = [each for each in window.findChildren(QMessageBox) if each.isVisible()]
        return bool(found)

    until(look, "a question")
    return found[0]


def answer(window: QWidget, label: str) -> None:
    """Press the button of the open question that is called so."""
    box = question_of(window)
    (button,) = [each for each in box.buttons() if each.text().replace("&", "") == label]
    push(button)


def focusable(window: QWidget) -> Iterator[QWidget]:
    """What Tab can reach when it is enabled."""
    for widget in window.findChildren(QWidget):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisibleTo(window):
            yield widget


def name_of(widget: QWidget) -> str:
    """What a screen reader calls it."""
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def tab_order(window: QWidget) -> list[QWidget]:
    """The widgets that Tab goes through, once around."""
    first = QApplication.focusWidget()
    assert first is not None
    order = [first]
    while True:
        press(Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        assert now is not None
        if now is first:
            return order
        assert now.window() is window
        order.append(now)
        assert len(order) < 50
