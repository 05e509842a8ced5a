"""Bringing a window of ours to the front with the keyboard, also where the system would leave it behind others.

Windows lets a program that is not in front open windows behind the others only. There it is tried once more, and where
that fails, too, it is said where the window is: a person who hears nothing would type into another program.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from edge_assistant.capture.backends import choose_backend
from edge_assistant.system.errors import InputError
from edge_assistant.system.i18n import tr
from edge_assistant.ui.speaking.announcer import expect_in_front

_CHECK_MS = 150
"""Time after which a window that is not active by then was left behind."""


def activate(window: QWidget) -> None:
    """Show a window above the others, and ask for the focus."""
    expect_in_front(window)
    window.show()
    window.raise_()
    window.activateWindow()


def bring_to_front(window: QWidget, say: Callable[[str], None]) -> None:
    """Show a window in front with the focus; where the system refuses that, `say` a sentence, on another thread."""
    activate(window)
    try:
        give = choose_backend().bring_to_front
    except InputError:
        return  # no window system that could refuse
    if give is not None:
        QTimer.singleShot(_CHECK_MS, window, lambda: _insist(window, give, say))


def behind_sentence(window: QWidget) -> str:
    """Return the sentence for a window that was left behind others; the key reads the windows' titles."""
    return tr("{title} is open behind another window. Press Alt+Tab until you hear it.", title=window.windowTitle())


def _insist(window: QWidget, give: Callable[[int], bool], say: Callable[[str], None]) -> None:
    if not window.isVisible() or QApplication.activeWindow() is not None:
        return
    number, sentence = int(window.winId()), behind_sentence(window)

    def try_again() -> None:
        if not give(number):
            say(sentence)

    threading.Thread(target=try_again, name="front", daemon=True).start()
