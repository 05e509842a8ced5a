"""The texts of a window, as a screen reader finds them: one line for each thing, in the order of the window."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

_Role = QAccessible.Role
_SKIPPED = (_Role.ScrollBar, _Role.Separator, _Role.Grip)
"""Roles of parts whose names are Qt's, and nothing to read."""
_ITEMS = (_Role.MenuItem, _Role.ListItem, _Role.TreeItem, _Role.Cell)
"""Roles of parts that count as invisible while they are scrolled away, or the menu is closed."""
_STATES = ("checked", "expanded", "selected", "disabled")


def window_texts(window: QWidget) -> list[str]:
    """Return a line for each visible thing with a name, description or value: its role, its texts and its state."""
    lines = [f"Title: {window.windowTitle()}"] if window.windowTitle() else []
    described = ""
    for interface in _visible(QAccessible.queryAccessibleInterface(window)):
        name, value, description = _words(interface)
        words = [name, f"= {value}" if value else "", f"({description})" if description not in ("", described) else ""]
        described = description
        if interface.role() in (_Role.Window, _Role.Dialog) or not any(words):
            continue
        state = interface.state()
        states = [f", {each}" for each in _STATES if getattr(state, each)]
        lines.append(f"{_role(interface)}: {' '.join(filter(None, words))}{''.join(states)}")
    return lines


def _visible(interface: QAccessibleInterface | None) -> Iterator[QAccessibleInterface]:
    if interface is None or not interface.isValid() or interface.role() in _SKIPPED:
        return
    if interface.state().invisible and interface.role() not in _ITEMS:
        return
    yield interface
    for index in range(interface.childCount()):
        yield from _visible(interface.child(index))


def _words(interface: QAccessibleInterface) -> tuple[str, str, str]:
    """Return name, value and description of a thing, each on one line and none repeated."""
    name, value, description = (
        _one_line(interface.text(kind))
        for kind in (QAccessible.Text.Name, QAccessible.Text.Value, QAccessible.Text.Description)
    )
    shown = interface.object()
    if not value and isinstance(shown, QLabel | QAbstractButton):  # what is seen, where another name is heard
        value = _one_line(re.sub(r"&(.)", r"\1", shown.text()))
    return name, "" if value == name else value, "" if description in (name, value) else description


def _role(interface: QAccessibleInterface) -> str:
    """Return a role such as QAccessible.Role.CheckBox as "Check box"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", QAccessible.Role(interface.role()).name).capitalize()


def _one_line(text: str) -> str:
    return " | ".join(filter(None, (line.strip() for line in text.splitlines())))
