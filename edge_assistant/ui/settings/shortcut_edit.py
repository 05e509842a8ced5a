"""An input field that records a keyboard shortcut."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from edge_assistant.hotkeys import key as keys
from edge_assistant.hotkeys.reserved import is_access_key
from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr
from edge_assistant.ui.speaking.announcer import report_changes_itself
from edge_assistant.ui.speaking.description import RECORDS_KEYS
from edge_assistant.ui.strings import key_label

_KEY_NAMES = {
    Qt.Key.Key_Pause: "pause",
    Qt.Key.Key_Home: "home",
    Qt.Key.Key_End: "end",
    Qt.Key.Key_PageUp: "pageup",
    Qt.Key.Key_PageDown: "pagedown",
    Qt.Key.Key_Space: "space",
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
}
_MODIFIERS = (
    (Qt.KeyboardModifier.ControlModifier, "ctrl"),
    (Qt.KeyboardModifier.AltModifier, "alt"),
    (Qt.KeyboardModifier.ShiftModifier, "shift"),
    (Qt.KeyboardModifier.MetaModifier, "super"),
)
_MODIFIER_KEYS = {
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
_DIALOG_KEYS = {Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape}
"""Keys that move through the dialog or close it, and are not recorded."""


class ShortcutEdit(QLineEdit):
    """A field that shows the shortcut pressed in it.

    Backspace and Delete remove the shortcut; Tab, Return and Escape do what they do in every dialog.
    """

    recorded = Signal()
    """The shortcut was changed or removed."""
    refused = Signal(str)
    """A shortcut was pressed that cannot be used; the sentence says why, with keys as they are called, not written."""
    recording_changed = Signal(bool)
    """Whether keys are recorded now: meanwhile the global hotkeys must be released."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setProperty(RECORDS_KEYS, True)
        report_changes_itself(self)  # whoever takes `recorded` or `refused` says what came of it
        self.setAccessibleDescription(tr("Press the keys. Backspace removes them."))
        self._key = ""

    @property
    def key(self) -> str:
        """The shortcut as the settings have it; "" is none."""
        return self._key

    def set_key(self, key: str) -> None:
        """Set and show a shortcut; "" is none."""
        self._key = key
        self.setText(key_label(keys.parse_key(key)) if key else "")

    def event(self, event: QEvent) -> bool:
        """Claim keys that are shortcuts of the dialog, so that they are recorded too; access keys are the dialog's."""
        is_key = isinstance(event, QKeyEvent) and not _is_dialog_key(event) and not is_access_key(shortcut_name(event))
        if is_key and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Record the shortcut that is pressed."""
        if _is_dialog_key(event):
            super().keyPressEvent(event)
            return
        event.accept()
        if event.isAutoRepeat() or event.key() in _MODIFIER_KEYS:
            return
        without_modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
        if without_modifiers and event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.set_key("")
            self.recorded.emit()
            return
        try:
            self.set_key(str(keys.parse_new_key(shortcut_name(event))))
        except UsageError as error:
            self.refused.emit(error.spoken)
            return
        self.recorded.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Start recording."""
        super().focusInEvent(event)
        self.recording_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Stop recording."""
        super().focusOutEvent(event)
        self.recording_changed.emit(False)


def shortcut_name(event: QKeyEvent) -> str:
    """Return the name of what was pressed, as hotkeys.key writes it, whether or not it can be used as a shortcut."""
    key = event.key()
    parts = [name for flag, name in _MODIFIERS if event.modifiers() & flag]
    if Qt.Key.Key_F1 <= key <= Qt.Key.Key_F24:
        key_name = f"F{key - Qt.Key.Key_F1 + 1}"
    elif Qt.Key.Key_A <= key <= Qt.Key.Key_Z or Qt.Key.Key_0 <= key <= Qt.Key.Key_9:
        key_name = chr(key).lower()
    else:
        typed = event.text().strip()  # Ctrl with Escape types a control character
        key_name = _KEY_NAMES.get(Qt.Key(key)) or (typed if typed.isprintable() else "")
        key_name = key_name or Qt.Key(key).name.removeprefix("Key_")
    return "+".join([*parts, key_name])


def _is_dialog_key(event: QKeyEvent) -> bool:
    modifiers = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
    return event.key() in _DIALOG_KEYS and modifiers == Qt.KeyboardModifier.NoModifier
