"""Every window is walked by Tab, and each thing that gets the keyboard is heard once: name, role and state.

The windows are those of the pictures (scripts/rendering/windows.py), so that a new one is walked, too.
"""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from rendering.fixed_machine import fixed_machine, show_filled
from rendering.windows import WINDOWS
from support.accessible_walk import application, until
from support.heard_focus import HeardFocus, heard_focus
from support.platforms import FIELDS_BY_TAB, lacks

from edge_assistant.ui.settings.shortcut_edit import ShortcutEdit
from edge_assistant.ui.speaking.announcer import speaks_for_itself

# Menus are no windows to walk by Tab, and these windows speak for themselves, each with tests of its own.
_OTHERS = ("tray-menu", "palette", "region", "find", "lines", "key-help")
_ONE_FIELD = ("history", "spelling", "picture")
"""Windows in which Tab has nowhere to go to."""
_STATES = {
    QAccessible.Role.CheckBox: (", checked", ", not checked"),
    QAccessible.Role.RadioButton: (", checked", ", not checked"),
}
_ROLES = {
    QAccessible.Role.Button: ", button",
    QAccessible.Role.CheckBox: (", check box, ", ", button, expanded", ", button, collapsed"),
    QAccessible.Role.ComboBox: ", combo box",
    QAccessible.Role.List: ", list",
    QAccessible.Role.Table: ", table",
    QAccessible.Role.SpinBox: ", spin box, ",
    QAccessible.Role.EditableText: ", edit, ",
    QAccessible.Role.Slider: ", slider, ",
}


def test_the_windows_left_out_here_speak_for_themselves() -> None:
    application()
    with fixed_machine():
        for name in set(_OTHERS) - {"tray-menu"}:
            assert speaks_for_itself(WINDOWS[name]()), name


@lacks(FIELDS_BY_TAB)
@pytest.mark.parametrize("name", [each for each in WINDOWS if each not in _OTHERS])
def test_each_thing_that_tab_goes_to_is_heard_once_and_rightly(name: str) -> None:
    application()
    with fixed_machine(), heard_focus() as heard:
        window = show_filled(WINDOWS[name])
        window.activateWindow()
        until(window.isActiveWindow, "the window in front")
        heard.take()
        walked = walk_by_tab(heard)
        heard.reader = True
        assert walk_by_tab(heard, most=2) == {}, "a screen reader says it"
        window.hide()
        window.deleteLater()
    assert walked or name in _ONE_FIELD
    for widget, said in walked.items():
        check(widget, said)


def walk_by_tab(heard: HeardFocus, most: int = 100) -> dict[QWidget, str]:
    """Go around by Tab; return what was said of each widget."""
    walked: dict[QWidget, str] = {}
    for _ in range(most):
        before = QApplication.focusWidget()
        assert before is not None
        QTest.keyClick(before, Qt.Key.Key_Tab)
        said, focused = heard.take(), QApplication.focusWidget()
        assert focused is not None
        if focused is before or focused in walked:
            return walked
        if not heard.reader:
            (walked[focused],) = said
        else:
            assert said == []
    return walked


def check(widget: QWidget, said: str) -> None:
    """Check that the name, the role and the state of a widget are in what was said of it."""
    interface = QAccessible.queryAccessibleInterface(widget)
    assert interface is not None
    role, name = interface.role(), widget.accessibleName() or interface.text(QAccessible.Text.Name)
    assert said.startswith(name.rstrip("…:.")), (name, said)
    assert name.strip()
    kind = "shortcut field" if isinstance(widget, ShortcutEdit) else _ROLES.get(role)
    for words in (kind, _STATES.get(role) if "expanded" not in said and "collapsed" not in said else None):
        if words is not None:
            assert any(each in said for each in ((words,) if isinstance(words, str) else words)), (role, said)
    if not widget.isEnabled():
        assert "unavailable" in said
