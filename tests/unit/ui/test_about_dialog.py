"""The window about the program is read by keyboard, and heard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from support.accessible_walk import application, nameless, tab_order, until
from support.heard_focus import heard_focus

from edge_assistant import __version__
from edge_assistant.system.parts import Part
from edge_assistant.ui.about_dialog import AboutDialog


def test_it_tells_version_licence_and_parts_by_keyboard_and_aloud() -> None:
    application()
    with heard_focus() as heard:
        dialog = AboutDialog([Part("Pillow", "12.3.0", "MIT-CMU"), Part("PySide6", "6.12.0", "LGPL-3.0-only")])
        dialog.show()
        dialog.activateWindow()
        until(lambda: heard.said, "the focus")
        (said,) = heard.take()
        assert said.startswith(f"About Edge Assistant, dialog. Version {__version__}.")
        assert "Apache License 2.0" in said
        assert nameless(dialog) == []
        assert dialog.parts in tab_order(dialog)
        dialog.parts.setFocus()
        heard.take()
        QTest.keyClick(dialog.parts, Qt.Key.Key_End)
        (said,) = heard.take()
        assert said.startswith("PySide6 6.12.0, LGPL-3.0-only")
        QTest.keyClick(dialog.parts, Qt.Key.Key_Escape)
        assert not dialog.isVisible()
