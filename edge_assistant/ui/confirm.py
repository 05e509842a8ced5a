"""Message boxes: a question, and a text with a way on. They never block the GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget

from edge_assistant.system.shown_text import ShownText
from edge_assistant.ui.speaking.description import announce_as


class _Question(QMessageBox):
    """A question that no letter answers: Qt takes one without Alt, too, and it may be typed for another window."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave out what types a letter."""
        if event.text().isalnum() and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            event.accept()
            return
        super().keyPressEvent(event)


def ask(
    parent: QWidget,
    question: str,
    yes: str,
    no: str,
    on_answer: Callable[[bool], None],
) -> QMessageBox:
    """Open a question over `parent`, and return its box.

    `no` is the safe answer, which Enter and Escape give; `on_answer` is called with True for `yes`. Of a ShownText the
    spoken one is announced, and Tab comes to all of it.
    """
    box = _Question(QMessageBox.Icon.Question, parent.windowTitle(), question, parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    if isinstance(question, ShownText):
        announce_as(box, question.spoken)
        for label in box.findChildren(QLabel, "qt_msgbox_label"):
            label.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    yes_button = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
    no_button = box.addButton(no, QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(no_button)
    box.setEscapeButton(no_button)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.finished.connect(lambda _: on_answer(box.clickedButton() == yes_button))
    box.open()
    return box


def tell(parent: QWidget, title: str, text: str, way_on: str, close: str, on_way: Callable[[], None]) -> QMessageBox:
    """Open a text over `parent`, and return its box; the button `way_on` calls `on_way`, Enter and Escape close it."""
    box = QMessageBox(QMessageBox.Icon.NoIcon, title, text, parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    way_button = box.addButton(way_on, QMessageBox.ButtonRole.ActionRole)
    close_button = box.addButton(close, QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(close_button)
    box.setEscapeButton(close_button)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    way_button.clicked.connect(lambda: on_way())
    box.open()
    return box
