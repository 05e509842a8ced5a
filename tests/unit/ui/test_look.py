"""Theme and text size are applied to all windows at once, and every theme can be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QLineEdit,
    QListWidget,
    QPushButton,
    QTabBar,
    QToolButton,
    QWidget,
)
from support.accessible_walk import application, until

from edge_assistant.settings.schema import Settings, with_values
from edge_assistant.ui.contrast import contrast, focus_colour
from edge_assistant.ui.heading import TITLE, Heading
from edge_assistant.ui.look import Look
from edge_assistant.ui.style import invert_selection
from edge_assistant.ui.theme import Theme, theme_palette

THEMES: tuple[Theme, ...] = get_args(Theme)
Role, Group = QPalette.ColorRole, QPalette.ColorGroup


@pytest.fixture
def look() -> Iterator[Look]:
    qt = application()
    style = qt.style().name()
    made = Look(qt)
    yield made
    made.apply_settings(Settings())
    qt.setStyle(style)


def settings(**values: str | int) -> Settings:
    return with_values(Settings(), values)


@pytest.mark.parametrize("theme", THEMES)
def test_all_texts_of_a_theme_can_be_read_and_its_focus_is_seen(theme: Theme) -> None:
    palette = theme_palette(theme)
    for text, ground in (
        (Role.WindowText, Role.Window),
        (Role.Text, Role.Base),
        (Role.Text, Role.AlternateBase),
        (Role.ButtonText, Role.Button),
        (Role.HighlightedText, Role.Highlight),
        (Role.ToolTipText, Role.ToolTipBase),
        (Role.PlaceholderText, Role.Base),
        (Role.Link, Role.Window),
    ):
        for group in (Group.Active, Group.Inactive, Group.Disabled):
            assert contrast(palette.color(group, text), palette.color(group, ground)) >= 4.5, (theme, text, group)
    for ground in (Role.Window, Role.Base):
        assert contrast(focus_colour(palette), palette.color(ground)) >= 3


def focused_edge(widget: QWidget) -> list[float]:
    """The contrasts to the window of the pixels in the middle of each side, just inside the widget's edge."""
    picture = widget.grab().toImage()
    width, height = picture.width(), picture.height()
    ground = widget.palette().window().color()
    middles = ((1, height // 2), (width - 2, height // 2), (width // 2, 1), (width // 2, height - 2))
    return [contrast(picture.pixelColor(*place), ground) for place in middles]


@pytest.mark.parametrize("theme", THEMES)
def test_what_has_the_focus_has_a_frame_that_is_seen(look: Look, theme: Theme) -> None:
    look.apply_settings(settings(theme=theme))
    window = QWidget()
    kinds = (QPushButton, QLineEdit, QListWidget, QToolButton)
    widgets = [kind(window) for kind in kinds]
    for number, widget in enumerate(widgets):
        widget.setGeometry(10, 10 + 60 * number, 120, 40)
    window.resize(200, 300)
    window.show()
    window.activateWindow()
    for widget in widgets:
        widget.setFocus()
        until(widget.hasFocus, "the focus")
        assert min(focused_edge(widget)) >= 3, (type(widget), focused_edge(widget), type(widget.style()))
    window.hide()
    window.deleteLater()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("kind", [QCheckBox, QTabBar])
def test_the_frame_within_a_box_or_tab_is_seen_too(look: Look, theme: Theme, kind: type[QCheckBox | QTabBar]) -> None:
    look.apply_settings(settings(theme=theme))
    widget = kind()
    if isinstance(widget, QTabBar):
        widget.addTab("General")
    else:
        widget.setText("Speak")
    widget.show()
    widget.activateWindow()
    widget.setFocus()
    until(widget.hasFocus, "the focus")
    with_focus = widget.grab().toImage()
    colour = focus_colour(widget.palette()).name()
    pixels = [with_focus.pixelColor(x, y).name() for x in range(with_focus.width()) for y in range(with_focus.height())]
    assert pixels.count(colour) > 60
    widget.hide()
    widget.deleteLater()


def test_a_window_follows_another_theme_and_another_size_at_once_and_back(look: Look) -> None:
    qt = application()
    usual_palette, usual_size, usual_style = qt.palette(), qt.font().pointSizeF(), qt.style().name()
    heading, listed = Heading(TITLE), QListWidget()
    invert_selection(listed)
    for shown in (heading, listed):
        shown.show()
    usual_heading = heading.font().pointSizeF()
    look.apply_settings(settings(theme="dark", text_size=200))
    qt.processEvents()
    dark = theme_palette("dark")
    assert heading.palette().window().color() == dark.window().color()
    assert listed.palette().highlight().color() == dark.text().color(), "inverted in the new colours"
    assert qt.font().pointSizeF() == pytest.approx(2 * usual_size)
    assert heading.font().pointSizeF() == pytest.approx(2 * usual_heading, rel=0.05)
    look.apply_settings(settings(theme="high-contrast", text_size=125))
    qt.processEvents()
    assert heading.palette().window().color().name() == "#000000"
    assert qt.font().pointSizeF() == pytest.approx(1.25 * usual_size)
    look.apply_settings(Settings())
    qt.processEvents()
    assert qt.palette().window().color() == usual_palette.window().color()
    assert (qt.font().pointSizeF(), qt.style().name()) == (usual_size, usual_style)
    for shown in (heading, listed):
        shown.hide()
        shown.deleteLater()


def test_what_is_set_already_is_not_set_again(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    set_again: list[object] = []
    monkeypatch.setattr(QApplication, "setFont", lambda *_: set_again.append("font"))
    monkeypatch.setattr(QApplication, "setPalette", lambda *_: set_again.append("palette"))
    look.apply_settings(Settings())
    assert set_again == []
