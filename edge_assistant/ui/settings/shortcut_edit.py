"""A field that records a key: what is pressed in it is what it holds."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from edge_assistant.hotkeys import key as keys
from edge_assistant.system.errors import UsageError
from edge_assistant.ui.strings import key_in_menu

_NAMES = {
    Qt.Key.Key_Pause: "pause",
    Qt.Key.Key_Home: "home",
    Qt.Key.Key_End: "end",
    Qt.Key.Key_PageUp: "pageup",
    Qt.Key.Key_PageDown: "pagedown",
    Qt.Key.Key_Space: "space",
}
_MODIFIERS = (
    (Qt.KeyboardModifier.ControlModifier, "ctrl"),
    (Qt.KeyboardModifier.AltModifier, "alt"),
    (Qt.KeyboardModifier.ShiftModifier, "shift"),
    (Qt.KeyboardModifier.MetaModifier, "super"),
)
_ONLY_MODIFIERS = {
    Qt.Key.Key_Control,
    Qt.Key.Key_Shift,
    Qt.Key.Key_Alt,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_Meta,
    Qt.Key.Key_Super_L,
    Qt.Key.Key_Super_R,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock,
}
_LEAVES = {Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape}
"""What moves through the dialog or ends it stays what it is everywhere."""


class ShortcutEdit(QLineEdit):
    """Backspace or Delete takes the key away; Tab, Return and Escape do what they do in every dialog."""

    recorded = Signal()
    """Another key, or none, is held now."""
    refused = Signal(str)
    """What was pressed cannot be taken; the sentence says why."""
    recording = Signal(bool)
    """Keys are recorded from now on, or no longer: whoever has them registered lets go of them meanwhile."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self._key = ""

    @property
    def key(self) -> str:
        """As in the settings; "" is none."""
        return self._key

    def hold(self, key: str) -> None:
        """Hold and show this key."""
        self._key = key
        self.setText(key_in_menu(keys.parse(key)) if key else "")

    def event(self, event: QEvent) -> bool:
        """Keys that are shortcuts of the dialog are recorded, too."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and not _leaves(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Record it."""
        if _leaves(event):
            super().keyPressEvent(event)
            return
        event.accept()
        if event.isAutoRepeat() or event.key() in _ONLY_MODIFIERS:
            return
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
        if plain and event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.hold("")
            self.recorded.emit()
            return
        try:
            self.hold(str(keys.parse(name_of(event))))
        except UsageError as error:
            self.refused.emit(str(error))
            return
        self.recorded.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """From now on keys are recorded."""
        super().focusInEvent(event)
        self.recording.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No longer."""
        super().focusOutEvent(event)
        self.recording.emit(False)


def name_of(event: QKeyEvent) -> str:
    """What was pressed, in the words of hotkeys/key.py, whether or not it can be taken."""
    pressed = event.key()
    parts = [name for flag, name in _MODIFIERS if event.modifiers() & flag]
    if Qt.Key.Key_F1 <= pressed <= Qt.Key.Key_F24:
        last = f"F{pressed - Qt.Key.Key_F1 + 1}"
    elif Qt.Key.Key_A <= pressed <= Qt.Key.Key_Z or Qt.Key.Key_0 <= pressed <= Qt.Key.Key_9:
        last = chr(pressed).lower()
    else:
        last = _NAMES.get(Qt.Key(pressed)) or event.text().strip() or Qt.Key(pressed).name.removeprefix("Key_")
    return "+".join([*parts, last])


def _leaves(event: QKeyEvent) -> bool:
    others = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
    return event.key() in _LEAVES and others == Qt.KeyboardModifier.NoModifier
