"""Key help: while its window is open each key is told, and does nothing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui import front
from edge_assistant.ui.heading import ScaledFont
from edge_assistant.ui.help.key_meaning import MODIFIER_KEYS
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.retranslate import TranslatedLabels
from edge_assistant.ui.speaking.announcer import speak_for_itself

_FOCUS_LOST_MS = 300
"""Time without the focus after which key help ends: a global key that is held down takes it for a moment, too."""
_FONT_FACTOR = 1.5
_AGAIN = tr_noop("Once more, it ends key help.")


class KeyHelpWindow(QDialog):
    """The window that takes all keys; Escape twice closes it."""

    ended = Signal()
    """Key help was on, and is off now."""

    def __init__(
        self,
        say: Callable[[str], None],
        silence: Callable[[], None],
        tell: Callable[[QKeyEvent, QWidget | None], str],
    ) -> None:
        """`tell` returns the sentence about a key that was pressed, in a window of ours that was in front, or None."""
        super().__init__()
        speak_for_itself(self)
        self._say = say
        self._silence = silence
        self._tell = tell
        self._context: QWidget | None = None
        self._escapes = 0
        self.takes_keys = False
        """Whether key help is on; may be read on any thread."""
        labels = TranslatedLabels(self)
        labels.add(self.setWindowTitle, tr_noop("Key help"))
        self.sentence = PlainLabel()
        self.sentence.setWordWrap(True)
        ScaledFont(self.sentence, _FONT_FACTOR)
        hint = PlainLabel()
        hint.setWordWrap(True)
        labels.add(hint.setText, tr_noop("Each key is told, and does nothing. Escape twice ends key help."))
        layout = QVBoxLayout(self)
        layout.addWidget(self.sentence, 1)
        layout.addWidget(hint)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        line, available = self.fontMetrics().height(), self.screen().availableSize()
        self.resize(min(30 * line, available.width() * 9 // 10), min(10 * line, available.height() * 9 // 10))
        self._lost = QTimer(self)
        self._lost.setSingleShot(True)
        self._lost.setInterval(_FOCUS_LOST_MS)
        self._lost.timeout.connect(self._on_lost)

    def begin(self, context: QWidget | None) -> None:
        """Turn key help on, for the keys of this window of ours, or of none."""
        self._context, self._escapes = context, 0
        self.takes_keys = True
        front.bring_to_front(self, self._say)
        self.setFocus()
        self._silence()
        self._show(tr("Key help is on. Press a key to hear what it does. Escape twice ends it."))

    def show_sentence(self, sentence: str) -> None:
        """Show and say the sentence about a key, in place of the one before."""
        self._escapes = 0
        self._silence()
        self._show(sentence)

    def event(self, event: QEvent) -> bool:
        """Take all keys, also those that Qt would keep for itself, such as Tab and access keys."""
        if isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
                self._on_key(event)
            event.accept()
            return True
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        """End key help some time after another window has the keyboard."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            if self.isActiveWindow():
                self._lost.stop()
            elif self.isVisible():
                self._lost.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Tell that key help is off."""
        super().hideEvent(event)
        if self.takes_keys:
            self.takes_keys = False
            self._lost.stop()
            self._silence()
            self._say(tr("Key help is off."))
            self.ended.emit()

    def _on_key(self, event: QKeyEvent) -> None:
        if event.key() in MODIFIER_KEYS:
            return
        escapes = self._escapes + 1 if event.key() == Qt.Key.Key_Escape else 0
        if escapes > 1:
            self.close()
            return
        sentence = self._tell(event, self._context)
        self.show_sentence(f"{sentence} {tr(_AGAIN)}" if escapes else sentence)
        self._escapes = escapes

    def _show(self, sentence: str) -> None:
        self.sentence.setText(sentence)
        self._say(sentence)

    def _on_lost(self) -> None:
        if self.isVisible() and not self.isActiveWindow():
            self.close()
