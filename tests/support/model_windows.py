"""Drives the windows about weights as a keyboard does."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from shiboken6 import isValid

from support.accessible_walk import application, until


def press(key: Qt.Key, widget: QWidget | None = None) -> None:
    """Press a key on a widget, or where the keyboard is."""
    target = widget or QApplication.focusWidget()
    assert target is not None
    QTest.keyClick(target, key)


def push(button: QWidget) -> None:
    """Go to a button and press it with the space bar."""
    until(button.isEnabled, "the button")
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
    until(lambda: not isValid(box) or not box.isVisible(), "its end")


def tab_order(window: QWidget) -> list[QWidget]:
    """The widgets that Tab goes through, once around."""
    first = QApplication.focusWidget()
    assert first is not None
    order = [first]
    while True:
        press(Qt.Key.Key_Tab)
        application().processEvents()  # what has the keyboard is announced
        now = QApplication.focusWidget()
        assert now is not None
        if now is first:
            return order
        assert now.window() is window
        order.append(now)
        assert len(order) < 50
