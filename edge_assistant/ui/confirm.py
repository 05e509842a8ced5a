"""A question with two answers, spoken as well as shown; it never blocks the GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from edge_assistant.ui.focus_announcer import FocusAnnouncer


def ask(
    parent: QWidget,
    question: str,
    yes: str,
    no: str,
    on_answer: Callable[[bool], None],
    say: Callable[[str], None],
) -> QMessageBox:
    """Open it over `parent`, a window with a FocusAnnouncer; `no` is the safe answer, which Enter and Escape give."""
    box = QMessageBox(QMessageBox.Icon.Question, parent.windowTitle(), question, parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    accepted = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
    refused = box.addButton(no, QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(refused)
    box.setEscapeButton(refused)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    beneath = parent.findChild(FocusAnnouncer)
    assert beneath is not None
    FocusAnnouncer(box, say, beneath.leaves_focus_to_reader)
    box.finished.connect(lambda _: on_answer(box.clickedButton() == accepted))
    say(question)
    box.open()
    return box
