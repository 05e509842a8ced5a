"""The primary button of a window is seen as such in every theme, by its shape as well as by its colour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QPushButton, QStyleFactory
from rendering.fixed_machine import fixed_machine, show_filled
from rendering.windows import WINDOWS
from support.accessible_walk import application
from support.own_look import look_of_pictures
from support.pixel_contrast import TEXT, luminance, text_contrast

from edge_assistant.ui.contrast import LEAST_CONTRAST, contrast
from edge_assistant.ui.primary_button import mark_primary
from edge_assistant.ui.style import OutlinedStyle
from edge_assistant.ui.theme import Theme, theme_palette

PALETTES = ("system", *get_args(Theme))


@pytest.fixture(autouse=True)
def desk() -> Iterator[QApplication]:
    with look_of_pictures() as qt:
        yield qt


class _Dialog(QDialog):
    """A dialog with a default button, another one, and one that only looks like the primary one."""

    def __init__(self) -> None:
        super().__init__()
        self.ok, self.cancel, self.marked = (QPushButton("Send") for _ in range(3))
        self.cancel.setAutoDefault(False)
        self.marked.setAutoDefault(False)
        mark_primary(self.marked)
        self.ok.setDefault(True)
        layout = QHBoxLayout(self)
        for each in (self.ok, self.cancel, self.marked):
            layout.addWidget(each)

    def picture(self, button: QPushButton) -> QImage:
        return self.grab(QRect(button.mapTo(self, QPoint(0, 0)), button.size())).toImage()


@pytest.fixture(params=PALETTES)
def dialog(request: pytest.FixtureRequest, desk: QApplication) -> Iterator[_Dialog]:
    theme = request.param
    desk.setPalette(QStyleFactory.create("Fusion").standardPalette() if theme == "system" else theme_palette(theme))
    made = _Dialog()
    made.show()
    made.activateWindow()
    made.cancel.setFocus()
    desk.processEvents()
    yield made
    made.hide()
    made.deleteLater()


def test_the_default_button_is_filled_and_its_text_is_read(dialog: _Dialog) -> None:
    picture, palette = dialog.picture(dialog.ok), dialog.palette()
    fill = picture.pixelColor(dialog.ok.width() // 2, 6)
    for ground in (QPalette.ColorRole.Window, QPalette.ColorRole.Button):
        assert contrast(fill, palette.color(ground)) >= LEAST_CONTRAST
    ratio = text_contrast(luminance(picture), dialog.ok.rect().adjusted(8, 8, -8, -8))
    assert ratio is not None
    assert ratio >= TEXT


def test_it_differs_by_its_shape_a_plate_with_a_gap_to_the_frame(dialog: _Dialog) -> None:
    picture, middle = dialog.picture(dialog.ok), dialog.ok.height() // 2
    frame, gap, plate = (picture.pixelColor(x, middle) for x in (0, 2, 6))
    assert contrast(frame, gap) >= 2
    assert contrast(plate, gap) >= LEAST_CONTRAST
    other = dialog.picture(dialog.cancel)
    assert contrast(other.pixelColor(6, middle), other.pixelColor(3, middle)) < 1.2


def test_a_button_that_is_marked_looks_the_same_and_one_that_cannot_be_pressed_like_all_others(dialog: _Dialog) -> None:
    assert dialog.picture(dialog.marked) == dialog.picture(dialog.ok)
    dialog.cancel.setEnabled(False)
    dialog.ok.setEnabled(False)
    application().processEvents()
    assert dialog.picture(dialog.ok) == dialog.picture(dialog.cancel)


def test_the_keyboard_and_the_mouse_are_seen_on_it(dialog: _Dialog) -> None:
    rest = dialog.picture(dialog.ok)
    QTest.mousePress(dialog.ok, Qt.MouseButton.LeftButton)
    pressed = dialog.picture(dialog.ok)
    QTest.mouseRelease(dialog.ok, Qt.MouseButton.LeftButton, pos=QPoint(-5, -5))
    dialog.ok.setFocus()
    focused = dialog.picture(dialog.ok)
    assert pressed.pixelColor(4, 10) != focused.pixelColor(4, 10)
    assert contrast(focused.pixelColor(1, 10), rest.pixelColor(1, 10)) >= 1.3


@pytest.mark.parametrize("name", WINDOWS)
def test_no_window_has_two_of_them(name: str) -> None:
    with fixed_machine():
        window = show_filled(WINDOWS[name])
    primary = [
        each.text()
        for each in window.findChildren(QPushButton)
        if each.isVisible() and (each.isDefault() or each.property("primary"))
    ]
    window.hide()
    _kept.append(window)
    assert len(primary) <= 1


def test_the_buttons_that_windows_are_there_for_are_primary() -> None:
    found = {}
    for name in ("start", "settings", "question", "models", "first-run", "tutorial"):
        with fixed_machine():
            window = show_filled(WINDOWS[name])
        found[name] = [
            each.text().replace("&", "")
            for each in window.findChildren(QPushButton)
            if each.isVisible() and (each.isDefault() or each.property("primary"))
        ]
        window.hide()
        _kept.append(window)
    assert found == {
        "start": ["Ask"],
        "settings": ["OK"],
        "question": ["OK"],
        "models": ["Download"],
        "first-run": ["Download 5 gigabytes"],
        "tutorial": ["Next step"],
    }


_kept: list[object] = []
"""Menus and panes, which belong to something else."""


def test_a_style_of_another_kind_draws_it_as_it_does() -> None:
    assert isinstance(application().style(), OutlinedStyle), "else these tests show nothing"
