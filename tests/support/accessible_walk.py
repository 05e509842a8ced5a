"""Windows in tests: the one QApplication of the test process, and a walk through what a screen reader finds."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QWidget

from support import waiting

# Parts of other widgets, which take no focus of their own though they say so.
_NO_STOPS = (QAccessible.Role.Client, QAccessible.Role.Window, QAccessible.Role.Dialog, QAccessible.Role.MenuBar)


def application() -> QApplication:
    """The application object, without a display; everything in the test process that needs Qt shares it."""
    running = QApplication.instance()
    if running is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        if sys.platform == "win32":  # where that platform knows the fonts of a folder only
            os.environ.setdefault("QT_QPA_FONTDIR", os.path.expandvars(r"%WINDIR%\Fonts"))
        running = QApplication(["edge-assistant-tests"])
    assert isinstance(running, QApplication), "something made an application object without widgets"
    return running


def until(true: Callable[[], object], what: str) -> None:
    """Let Qt work until something is true."""
    waiting.until(true, what, meanwhile=application().processEvents)


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that a screen reader finds."""

    role: QAccessible.Role
    name: str
    description: str
    focusable: bool


def walk(widget: QWidget) -> list[Found]:
    """All that a screen reader finds in a window, from the outside in. Asserts that it finds something."""
    application()
    found = list(_found(QAccessible.queryAccessibleInterface(widget)))
    assert len(found) > 1, "the window is empty"
    return found


def nameless(widget: QWidget) -> list[Found]:
    """What can have the focus and has no name: there must be none."""
    return [each for each in walk(widget) if each.focusable and not each.name.strip() and each.role not in _NO_STOPS]


def _found(interface: QAccessibleInterface | None) -> Iterator[Found]:
    if interface is None or not interface.isValid():
        return
    state = interface.state()
    if not state.invisible:
        text = QAccessible.Text
        yield Found(
            interface.role(), interface.text(text.Name), interface.text(text.Description), bool(state.focusable)
        )
    for index in range(interface.childCount()):
        yield from _found(interface.child(index))


def tab_order(window: QWidget) -> list[QWidget]:
    """The widgets that Tab goes through, from the first one on, each once. The window must be shown."""
    order: list[QWidget] = []
    window.activateWindow()
    until(lambda: QApplication.activeWindow() is window, "the window in front")
    while True:
        focused = QApplication.focusWidget()
        if focused is not None and focused in order:
            return order
        if focused is not None:
            order.append(focused)
        window.focusNextPrevChild(True)
        if QApplication.focusWidget() is focused:
            return order
