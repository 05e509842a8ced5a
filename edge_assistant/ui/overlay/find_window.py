"""The search: typed letters are looked for in the frozen window; Enter moves the pointer there, and then clicks."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QScreen
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout

from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui import front
from edge_assistant.ui.heading import ScaledFont
from edge_assistant.ui.overlay.focus_loss import FocusLoss
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.retranslate import TranslatedLabels
from edge_assistant.ui.speaking.announcer import speak_for_itself

_FONT_FACTOR = 1.5
_WIDTH, _LEAST_LETTERS = 0.5, 60
"""The window's share of its screen's width, and how many letters have room at least: with large texts it is wider."""

MIN_GAP_S = 0.3
"""Seconds between the release of Enter and its next press; less is a hand that trembles, or a key that is held."""

_KEYS = tr_noop("Up and down go to other places. Enter moves the pointer there, Enter again clicks, Escape closes.")


class SeparatePresses:
    """Counts separate presses of a key: one that is held is one, whatever the system repeats of it.

    `now` is when the keyboard did it, in seconds: a busy program may handle two presses far apart that came at once.
    """

    def __init__(self) -> None:
        self._is_down = self._counts = False
        self._last_event: float | None = None

    def press(self, now: float) -> None:
        """Handle that the key was pressed."""
        if not self._is_down:
            self._counts = self._last_event is None or now - self._last_event >= MIN_GAP_S
        self._is_down, self._last_event = True, now

    def release(self, now: float) -> bool:
        """Handle that the key was released; return whether a separate press has ended, which began here."""
        counts = self._is_down and self._counts
        self._is_down, self._last_event = False, now
        return counts


class FindWindow(QFrame):
    """The search's window; it closes itself before it emits `dismissed`."""

    HELP = (_KEYS,)

    typed = Signal(str)
    """All that the field has now."""
    stepped = Signal(int)
    """To the next place (1), or the one before (-1)."""
    entered = Signal()
    """Enter was pressed and released, once."""
    dismissed = Signal(bool)
    """Closed: whether the focus is to be given back."""

    def __init__(self, announce: Callable[[str, bool], None], reader_announces_focus: Callable[[], bool]) -> None:
        """`announce` is called with a text to speak, and whether it interrupts.

        `reader_announces_focus` returns whether a screen reader announces the focus by itself.
        """
        super().__init__(None, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint)
        speak_for_itself(self)
        self._announce = announce
        self._reader_announces_focus = reader_announces_focus
        self._enter = SeparatePresses()
        labels = TranslatedLabels(self)
        labels.add(self.setWindowTitle, tr_noop("Edge Assistant, find"))
        self.setFrameStyle(QFrame.Shape.Box | QFrame.Shadow.Plain)
        self.setLineWidth(3)
        ScaledFont(self, _FONT_FACTOR)
        self._heading = PlainLabel()
        self._heading.setWordWrap(True)
        self.field = QLineEdit()
        labels.add(self.field.setAccessibleName, tr_noop("Text to find"))
        labels.add(self.field.setAccessibleDescription, _KEYS)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self.typed)
        self.found = PlainLabel()
        self.found.setWordWrap(True)
        hint = PlainLabel()
        hint.setWordWrap(True)
        labels.add(hint.setText, _KEYS)
        self._layout = layout = QVBoxLayout(self)
        for each in (self._heading, self.field, self.found, hint):
            layout.addWidget(each)
        self._focus_loss = FocusLoss(self, lambda: (self,), lambda: self._dismiss(restore_focus=False))

    def open(self, title: str, screen: QScreen) -> None:
        """Show the empty field at the top of a screen. `title` is that of the window, "" where it is the screen."""
        self._enter = SeparatePresses()
        self._clear()
        heading = tr("Find in {title}", title=title) if title else tr("Find on the screen")
        self._heading.setText(heading)
        available = screen.availableGeometry()
        letters = _LEAST_LETTERS * self.fontMetrics().averageCharWidth()
        self.setFixedWidth(min(max(round(_WIDTH * available.width()), letters), available.width()))
        self._fit()
        self.move(available.center().x() - self.width() // 2, available.top())
        front.activate(self)
        self.field.setFocus()
        self._announce(tr("{heading}. Type a few letters.", heading=heading), False)

    def show_found(self, sentence: str) -> None:
        """Show what was found; the controller speaks it."""
        self.found.setText(sentence)
        self._fit()

    def _fit(self) -> None:
        """Make the window as high as its texts; adjustSize would stop at two thirds of the screen."""
        self.resize(self.width(), self._layout.totalHeightForWidth(self.width()))

    def close_quietly(self) -> None:
        """Hide the window and drop what was typed and found, without a signal."""
        self._focus_loss.stop()
        self.hide()
        self._clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle the keys that are none of the field."""
        if watched is self.field and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress:
                return self._on_press(event)
            if event.type() == QEvent.Type.KeyRelease:
                return self._on_release(event)
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        """Close the search some time after it has lost the focus, as the palette does."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            self._focus_loss.note_activation()

    def _on_press(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self._enter.press(_time_of(event))
        elif key == Qt.Key.Key_Escape:
            self._dismiss(restore_focus=True)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepped.emit(1 if key == Qt.Key.Key_Down else -1)
        elif key == Qt.Key.Key_F1:
            self._announce(tr(_KEYS), True)
        elif key not in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):  # nothing else can take the focus
            return False
        return True

    def _on_release(self, event: QKeyEvent) -> bool:
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return False
        if not event.isAutoRepeat() and self._enter.release(_time_of(event)):
            self.entered.emit()
        return True

    def _clear(self) -> None:
        self.field.blockSignals(True)
        self.field.setText("")  # unlike clear(), it empties the undo history too
        self.field.blockSignals(False)
        self.found.setText("")
        self._heading.setText("")

    def _dismiss(self, *, restore_focus: bool) -> None:
        self.close_quietly()
        self.dismissed.emit(restore_focus)


def _time_of(event: QKeyEvent) -> float:
    """Return when the window system got the key, in seconds; where it does not tell, when it comes here."""
    return event.timestamp() / 1000 or time.monotonic()
