"""Names of keys as the person's keyboard has them: Qt's own are English in what it tells a screen reader."""

from __future__ import annotations

import sys

from PySide6.QtGui import QKeySequence

from edge_assistant.system.i18n import tr, tr_noop

_NAMES = {
    "Ctrl": tr_noop("Ctrl"),
    "Shift": tr_noop("Shift"),
    "Return": tr_noop("Enter"),
    "Enter": tr_noop("Enter"),
    "Esc": tr_noop("Escape"),
    "Backtab": tr_noop("Tab"),
    "Backspace": tr_noop("Backspace"),
    "Del": tr_noop("Delete"),
    "Ins": tr_noop("Insert"),
    "Space": tr_noop("Space"),
    "Home": tr_noop("Home"),
    "End": tr_noop("End"),
    "PgUp": tr_noop("Page Up"),
    "PgDown": tr_noop("Page Down"),
    "Left": tr_noop("Left"),
    "Right": tr_noop("Right"),
    "Up": tr_noop("Up"),
    "Down": tr_noop("Down"),
    "Num": tr_noop("Number pad"),
}
"""Names by those of Qt's portable text; the others are the same in every language."""


def named_keys(keys: str) -> str:
    """Return keys such as Ctrl+Del with their names in the person's language; other names stay."""
    return "+".join(tr(_NAMES[part]) if part in _NAMES else part for part in keys.split("+"))


def shown_keys(sequence: QKeySequence) -> str:
    """Return a key as windows show it; "" for none. A Mac has signs for its modifiers."""
    if sys.platform == "darwin":
        return sequence.toString(QKeySequence.SequenceFormat.NativeText)
    return named_keys(sequence.toString(QKeySequence.SequenceFormat.PortableText))


def spoken_keys(keys: str) -> str:
    """Return keys such as Ctrl+O as they are spoken."""
    return " ".join(part for part in named_keys(keys).split("+") if part) if len(keys) > 1 else keys
