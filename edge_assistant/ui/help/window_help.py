"""F1 in each window: what it is for, and its most important keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui import confirm
from edge_assistant.ui.speaking.announcer import speaks_for_itself

_ANY_DIALOG = (tr_noop("Tab goes to the next field, Enter accepts, Escape closes."),)
_NAME = "edge_assistant_help"


class WindowHelp(QObject):
    """Gives each window that gets the keyboard the key F1. The sentences are those of its class, HELP."""

    def __init__(self, application: QApplication, open_keys: Callable[[], None]) -> None:
        """`open_keys` opens the list of all keys."""
        super().__init__(application)
        self._open_keys = open_keys
        application.focusChanged.connect(self._on_focus_changed)

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, _: QWidget | None, new: QWidget | None) -> None:
        window = new.window() if new is not None else None
        if window is None or window.property(_NAME) or speaks_for_itself(window):
            return
        window.setProperty(_NAME, True)
        shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.HelpContents), window)
        shortcut.activated.connect(lambda: self._open(window))

    def _open(self, window: QWidget) -> None:
        title = tr("Help: {window}", window=window.windowTitle())
        box = confirm.tell(window, title, help_text(window), tr("All &keys"), tr("C&lose"), self._open_keys)
        box.setProperty(_NAME, True)


def help_sentences(window: type[QWidget] | QWidget) -> tuple[str, ...]:
    """Return the sentences about a window, or a class of windows, marked for translation; () where it has none."""
    sentences: tuple[str, ...] = getattr(window, "HELP", ())
    return sentences


def help_text(window: QWidget) -> str:
    """Return what F1 says in a window."""
    return " ".join(tr(each) for each in help_sentences(window) or _ANY_DIALOG)
