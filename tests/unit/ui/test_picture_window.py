"""The enlarged picture: each key that moves it says what is seen then, or that it goes no further."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from support.accessible_walk import application, until

from edge_assistant.ui.help.window_help import help_text
from edge_assistant.ui.picture_window import PictureWindow

Key = Qt.Key


class Shown:
    """The window with a picture of which all is seen at 100 percent."""

    def __init__(self) -> None:
        application()
        self.said: list[str] = []
        self.parent = QWidget()
        self.window = PictureWindow(self.parent, Image.new("RGB", (400, 300)), "Invoice", self.said.append)
        self.window.resize(500, 450)
        self.window.show()
        until(self.window.isVisible, "the window")

    def press(self, *keys: Key) -> list[str]:
        """Press keys; return what is said at them."""
        self.said.clear()
        for each in keys:
            QTest.keyClick(self.window.area, each)
            QApplication.processEvents()
        return list(self.said)


@pytest.fixture
def shown() -> Iterator[Shown]:
    result = Shown()
    yield result
    result.window.close()
    result.parent.deleteLater()


def test_f1_tells_the_keys_of_this_window(shown: Shown) -> None:
    assert help_text(shown.window) == "Plus and minus change the size, the arrow keys move it, Escape closes it."


def test_a_picture_of_which_all_is_seen_cannot_be_moved_and_that_is_said(shown: Shown) -> None:
    shown.press(Key.Key_0)
    assert shown.press(Key.Key_Right, Key.Key_Down) == ["All of the width is seen.", "All of the height is seen."]


def test_each_way_ends_at_an_edge_and_each_step_before_it_says_another_place(shown: Shown) -> None:
    shown.press(*[Key.Key_Plus] * 9)
    assert shown.window.percent == 800
    for there, back, edge in (
        (Key.Key_Right, Key.Key_Left, "Left edge."),
        (Key.Key_Down, Key.Key_Up, "Upper edge."),
        (Key.Key_Left, Key.Key_Right, "Right edge."),
        (Key.Key_Up, Key.Key_PageDown, "Lower edge."),
    ):
        assert shown.press(*[back] * 60)[-1] == edge
        steps = shown.press(*[there] * 3)
        assert len(set(steps)) == 3, steps
        assert all(each.startswith("left ") and each.endswith(" percent") for each in steps)
