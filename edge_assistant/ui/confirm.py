"""A confirmation dialog whose question is also spoken; it never blocks the GUI thread."""

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
    """Open a question over `parent`, a window with a FocusAnnouncer, and return its box.

    `no` is the safe answer, which Enter and Escape give; `on_answer` is called with True for `yes`.
    """
    box = QMessageBox(QMessageBox.Icon.Question, parent.windowTitle(), question, parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    yes_button = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
    no_button = box.addButton(no, QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(no_button)
    box.setEscapeButton(no_button)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    parent_announcer = parent.findChild(FocusAnnouncer)
    assert parent_announcer is not None
    FocusAnnouncer(box, say, parent_announcer.reader_announces_focus)
    box.finished.connect(lambda _: on_answer(box.clickedButton() == yes_button))
    say(question)
    box.open()
    return box
