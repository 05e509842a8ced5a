"""The focus is announced in a window and in the questions over it, unless a screen reader does."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from support.accessible_walk import application, until

from edge_assistant.ui import confirm
from edge_assistant.ui.focus_announcer import FocusAnnouncer


@pytest.mark.parametrize("reader", [False, True])
def test_window_and_question_agree_who_says_what_has_the_keyboard(reader: bool) -> None:
    application()
    said: list[str] = []
    answers: list[bool] = []
    window = QWidget()
    button = QPushButton("&Remove", window)
    QVBoxLayout(window).addWidget(button)
    FocusAnnouncer(window, said.append, lambda: reader)
    window.show()
    window.activateWindow()
    try:
        until(button.hasFocus, "the keyboard")
        assert said == ([] if reader else ["Remove, button."])
        said.clear()
        box = confirm.ask(window, "Remove it?", "&Yes", "&No", answers.append, said.append)
        until(lambda: box.focusWidget() is not None and box.isActiveWindow(), "the question")
        assert said == (["Remove it?"] if reader else ["Remove it?", "No, button."])
        box.reject()
        assert answers == [False]
    finally:
        window.hide()
        window.deleteLater()
