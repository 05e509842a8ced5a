"""Enter presses the button that has the keyboard, in every window.

The windows are those of the pictures (scripts/rendering/windows.py), so that the buttons of a new one are pressed, too.
"""

from __future__ import annotations

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
)
from rendering.fixed_machine import fixed_machine, show_filled
from rendering.windows import WINDOWS
from support.accessible_walk import application, until
from support.platforms import FIELDS_BY_TAB, lacks

from edge_assistant.ui.enter_key import EnterPresses

_OTHERS = ("tray-menu", "palette", "region", "find")
"""They have no buttons."""


class Pressed(EnterPresses):
    """Notes what Enter presses, and does not do what that would do."""

    def __init__(self) -> None:
        super().__init__(application())
        self.buttons: list[QAbstractButton] = []

    def press(self, button: QAbstractButton) -> None:
        self.buttons.append(button)


@lacks(FIELDS_BY_TAB)
@pytest.mark.parametrize("name", [each for each in WINDOWS if each not in _OTHERS])
def test_enter_presses_each_button_that_has_the_keyboard(name: str) -> None:
    application()
    pressed = Pressed()
    with fixed_machine():
        window = show_filled(WINDOWS[name])
        window.activateWindow()
        until(window.isActiveWindow, "the window in front")
        for button in [*window.findChildren(QPushButton), *window.findChildren(QToolButton)]:
            if button.isVisible() and button.isEnabled() and button.focusPolicy() & Qt.FocusPolicy.TabFocus:
                button.setFocus()
                QTest.keyClick(button, Qt.Key.Key_Return)
                assert pressed.buttons == [button], button.text()
                pressed.buttons.clear()
        window.hide()
        window.deleteLater()
    shiboken6.delete(pressed)


def test_enter_elsewhere_still_presses_the_default_button() -> None:
    rule = EnterPresses(application())
    dialog = QDialog()
    field, other, box = QLineEdit(), QPushButton("New"), QDialogButtonBox(QDialogButtonBox.StandardButton.Ok)
    other.setAutoDefault(False)
    layout = QVBoxLayout(dialog)
    for each in (field, other, box):
        layout.addWidget(each)
    box.accepted.connect(dialog.accept)
    pressed: list[str] = []
    other.clicked.connect(lambda: pressed.append("new"))
    dialog.show()
    dialog.activateWindow()
    until(dialog.isActiveWindow, "the dialog in front")
    other.setFocus()
    QTest.keyClick(other, Qt.Key.Key_Return)
    assert (pressed, dialog.isVisible()) == (["new"], True)
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert (pressed, dialog.isVisible()) == (["new"], False)
    dialog.deleteLater()
    shiboken6.delete(rule)
