"""The region selector by itself: keys, mouse, what is spoken, and what it shows."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from support.accessible_walk import application, until
from support.snapshots import WINDOW, snapshot

from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import Snapshot
from edge_assistant.ui.overlay.region_selector import FrozenPictures, RegionSelector

NO = Qt.KeyboardModifier.NoModifier
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def screen_area(scale: int = 1) -> Rect:
    place = QApplication.primaryScreen().geometry()
    return Rect(place.x(), place.y(), place.width() * scale, place.height() * scale)


class Desk:
    """A region selector, and what it reports."""

    def __init__(self) -> None:
        application()
        self.heard: list[str] = []
        self.chosen: list[Rect] = []
        self.dismissed: list[bool] = []
        self.selector = RegionSelector(lambda text, _: self.heard.append(text))
        self.selector.chosen.connect(self.chosen.append)
        self.selector.dismissed.connect(self.dismissed.append)

    @property
    def pane(self) -> QWidget:
        (found,) = self.selector.panes
        return found

    def open(self, window: Rect | None = WINDOW, scale: int = 1) -> None:
        self.show(snapshot(screen_area(scale), window=window))

    def show(self, seen: Snapshot) -> None:
        self.selector.open(seen, FrozenPictures.of(seen))
        until(self.pane.isActiveWindow, "the selector")

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO) -> None:
        QTest.keyClick(self.pane, key, modifiers)


@pytest.fixture
def desk() -> Iterator[Desk]:
    result = Desk()
    yield result
    result.selector.close_quietly()
    result.selector.deleteLater()


def test_it_begins_as_the_active_window_and_says_so(desk: Desk) -> None:
    desk.open()
    assert desk.selector.rect == WINDOW
    assert desk.heard[0].startswith("Region: left 12, top 6, 38 by 25 percent. Arrows move")


def test_without_an_active_window_it_begins_in_the_middle(desk: Desk) -> None:
    desk.open(window=None)
    assert desk.heard[0].startswith("Region: middle.")


@pytest.mark.parametrize(
    ("key", "modifiers", "rect", "said"),
    [
        (Qt.Key.Key_Right, NO, Rect(150, 50, 300, 200), "left 19, top 6, 38 by 25 percent"),
        (Qt.Key.Key_Up, NO, Rect(100, 0, 300, 200), "left 12, top 0, 38 by 25 percent"),
        (
            Qt.Key.Key_Down,
            CTRL,
            Rect(100, 55, 300, 200),
            "left 12, top 7, 38 by 25 percent, left 100, top 55, 300 by 200 pixels",
        ),
        (Qt.Key.Key_Right, SHIFT, Rect(100, 50, 350, 200), "left 12, top 6, 44 by 25 percent"),
        (Qt.Key.Key_Up, SHIFT, Rect(100, 50, 300, 150), "left 12, top 6, 38 by 19 percent"),
        (
            Qt.Key.Key_Left,
            SHIFT | CTRL,
            Rect(100, 50, 295, 200),
            "left 12, top 6, 37 by 25 percent, left 100, top 50, 295 by 200 pixels",
        ),
        (Qt.Key.Key_W, NO, WINDOW, "left 12, top 6, 38 by 25 percent"),
    ],
)
def test_arrows_move_and_size_and_what_came_of_it_is_heard(
    desk: Desk, key: Qt.Key, modifiers: Qt.KeyboardModifier, rect: Rect, said: str
) -> None:
    desk.open()
    desk.press(key, modifiers)
    assert desk.selector.rect == rect
    assert desk.heard[-1] == said


def test_the_digits_take_parts_of_the_monitor(desk: Desk) -> None:
    desk.open()
    for key, said in (
        (Qt.Key.Key_7, "top left quarter"),
        (Qt.Key.Key_2, "bottom half"),
        (Qt.Key.Key_0, "the whole monitor"),
    ):
        desk.press(key)
        assert desk.heard[-1] == said
    assert desk.selector.rect == screen_area()


def test_at_the_end_it_says_that_it_goes_no_further(desk: Desk) -> None:
    desk.open()
    desk.press(Qt.Key.Key_7)
    desk.press(Qt.Key.Key_Left)
    assert desk.heard[-1] == "No further. top left quarter"


@pytest.mark.parametrize("key", [Qt.Key.Key_F1, Qt.Key.Key_Question])
def test_help_says_the_keys(desk: Desk, key: Qt.Key) -> None:
    desk.open()
    desk.press(key)
    assert desk.heard[-1] == RegionSelector.help()
    assert desk.chosen == desk.dismissed == []


def test_enter_takes_it_and_nothing_is_left_open(desk: Desk) -> None:
    desk.open()
    desk.press(Qt.Key.Key_Right)
    desk.press(Qt.Key.Key_Return)
    assert desk.chosen == [Rect(150, 50, 300, 200)]
    assert desk.selector.panes == []


def test_escape_cancels_gives_the_focus_back_and_forgets_the_picture(desk: Desk) -> None:
    seen = snapshot(screen_area())
    picture = weakref.ref(seen.picture)
    desk.show(seen)
    del seen
    desk.press(Qt.Key.Key_Escape)
    assert (desk.chosen, desk.dismissed) == ([], [True])
    gc.collect()
    assert picture() is None


def test_the_mouse_draws_a_rectangle_and_a_double_click_takes_it(desk: Desk) -> None:
    desk.open()
    QTest.mousePress(desk.pane, Qt.MouseButton.LeftButton, pos=QPoint(300, 250))
    QTest.mouseMove(desk.pane, QPoint(120, 60))
    QTest.mouseRelease(desk.pane, Qt.MouseButton.LeftButton, pos=QPoint(120, 60))
    assert desk.selector.rect == Rect(120, 60, 180, 190)
    assert desk.heard[-1] == "left 15, top 8, 22 by 24 percent"
    QTest.mouseDClick(desk.pane, Qt.MouseButton.LeftButton, pos=QPoint(150, 100))
    assert desk.chosen == [Rect(120, 60, 180, 190)]


def test_on_a_monitor_of_twice_the_density_the_mouse_means_the_pixels_under_it(desk: Desk) -> None:
    desk.open(scale=2)
    QTest.mousePress(desk.pane, Qt.MouseButton.LeftButton, pos=QPoint(100, 50))
    QTest.mouseRelease(desk.pane, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
    assert desk.selector.rect == Rect(200, 100, 200, 200)


def test_it_has_a_name_and_its_description_is_the_rectangle(desk: Desk) -> None:
    desk.open()
    assert desk.pane.accessibleName() == "Region of the screen"
    desk.press(Qt.Key.Key_9)
    assert desk.pane.accessibleDescription() == "top right quarter"


def test_the_rectangle_is_shown_as_it_was_and_the_rest_dimmed(desk: Desk) -> None:
    desk.open()
    shown = desk.pane.grab().toImage()
    inside, outside = shown.pixelColor(250, 150), shown.pixelColor(700, 150)
    assert inside.red() == 0x40
    assert outside.red() < 0x20


def test_where_monitors_cannot_be_told_apart_one_window_shows_all_of_them(desk: Desk) -> None:
    area = screen_area()
    halves = (Rect(0, 0, 400, 300), Rect(400, 0, 400, 300))
    desk.show(snapshot(Rect(0, 0, 800, 300), *halves))
    assert len(desk.selector.panes) == 1
    QTest.keyClick(desk.pane, Qt.Key.Key_0)
    assert desk.heard[-1] == "the whole monitor, monitor 1"
    QTest.keyClick(desk.pane, Qt.Key.Key_Tab)
    assert desk.heard[-1] == "the whole monitor, monitor 2"
    shown = desk.pane.grab().toImage()
    assert shown.pixelColor(area.width // 4, area.height // 2).red() < 0x20
    assert shown.pixelColor(area.width * 3 // 4, area.height // 2).red() == 0x40
