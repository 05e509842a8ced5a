"""Menus are narrow enough for a small screen, show their labels whole, and have separators that are seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu
from rendering.fixed_machine import fixed_machine
from rendering.windows import start_page, tray_menu
from support.layouts import SMALL_SCREEN, TEXT_SIZES, text_size
from support.own_look import look_of_pictures

from edge_assistant.ui.contrast import contrast
from edge_assistant.ui.style import OutlinedStyle
from edge_assistant.ui.theme import Theme, theme_palette

_kept: list[object] = []
"""Trays and windows, whose menus they are."""


@pytest.fixture(scope="module", autouse=True)
def desk() -> Iterator[QApplication]:
    with look_of_pictures() as qt:
        yield qt


def menus(language: str) -> list[QMenu]:
    """The menus of the tray and of the main window, with those inside them."""
    with fixed_machine(language):
        tray, window = tray_menu(), start_page()
    _kept.extend((tray, window))
    assert isinstance(tray, QMenu)
    assert isinstance(window, QMainWindow)
    found = [tray, *tray.findChildren(QMenu), *window.menuBar().findChildren(QMenu)]
    return [each for each in found if each.actions()]


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_menu_leaves_a_quarter_of_a_small_screen_at_twice_the_scale(language: str) -> None:
    room = SMALL_SCREEN[0] // 2 * 3 // 4
    found = menus(language)
    assert len(found) > 10
    assert [(each.title(), each.sizeHint().width()) for each in found if each.sizeHint().width() > room] == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_two_entries_of_a_menu_share_an_access_key(language: str) -> None:
    for menu in menus(language):
        labels = [each.text() for each in menu.actions() if "&" in each.text()]
        keys = [label[label.index("&") + 1].lower() for label in labels]
        assert sorted(set(keys)) == sorted(keys), labels


def test_letters_of_a_menu_are_as_large_as_all_others_where_they_fit_and_else_as_the_screen_is_wide() -> None:
    with fixed_machine("en"):
        tray = tray_menu()
    _kept.append(tray)
    assert isinstance(tray, QMenu)
    room = tray.screen().availableGeometry().width()
    for percent in (100, 400, 100):  # the largest texts on the smallest screen
        with text_size(percent):
            usual = QApplication.font(tray).pointSizeF()
            tray.aboutToShow.emit()
            assert tray.sizeHint().width() <= room
            if percent == 100:
                assert tray.font().pointSizeF() == pytest.approx(usual)
            else:
                assert tray.sizeHint().width() > 0.9 * room, "the letters are smaller than need be"


def menu_with_keys() -> QMenu:
    """A menu in which the longest label has the longest keys."""
    menu = QMenu()
    menu.addAction("A very much longer label than this\tCtrl+Shift+F10")
    return menu


@pytest.mark.parametrize("percent", TEXT_SIZES)
def test_no_label_of_a_menu_is_cut_at_any_size_of_text(percent: int) -> None:
    with text_size(percent):
        for menu in (*menus("de"), menu_with_keys()):
            style = OutlinedStyle()
            style.setParent(menu)  # it is kept as long as the menu
            menu.setStyle(style)
            labels = labels_in(menu)
            menu.addAction("A label that makes the menu so wide that there is room for any other label")
            assert labels == labels_in(menu)[:-1], menu.title()


def labels_in(menu: QMenu) -> list[QImage]:
    """How a menu shows the label of each entry."""
    menu.resize(menu.sizeHint())
    picture = menu.grab().toImage()
    found = []
    for action in menu.actions():
        if not action.isSeparator():
            row, label = menu.actionGeometry(action), action.text().partition("\t")[0].replace("&", "")
            mark = 8 + max(21, int(0.79 * row.height()))  # the column of marks before the label
            width = menu.fontMetrics().horizontalAdvance(label)
            found.append(picture.copy(QRect(mark, row.top(), width, row.height())))
    return found


def picture_at(menu: QMenu, scale: float) -> QImage:
    """A menu as a screen of this scale shows it."""
    menu.resize(menu.sizeHint())
    picture = QImage(menu.size() * scale, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(scale)
    menu.render(picture)
    return picture


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 1.75, 2.0])
@pytest.mark.parametrize("theme", get_args(Theme))
def test_separators_are_seen_in_every_theme_and_at_every_scale(desk: QApplication, theme: Theme, scale: float) -> None:
    usual = desk.palette()
    desk.setPalette(theme_palette(theme))
    style = OutlinedStyle()
    for entries in range(1, 5):  # each puts the line at another height
        menu = QMenu()
        menu.setStyle(style)
        for number in range(entries):
            menu.addAction(f"Entry {number}")
        line = menu.addSeparator()
        menu.addAction("Below")
        picture = picture_at(menu, scale)
        rect = menu.actionGeometry(line)
        x = picture.width() // 2
        rows = range(round((rect.top() - 1) * scale), round((rect.bottom() + 2) * scale))
        colours = [picture.pixelColor(x, y) for y in rows]
        ground = QColor(desk.palette().base().color())
        assert max(contrast(each, ground) for each in colours) >= 2, entries
    desk.setPalette(usual)
