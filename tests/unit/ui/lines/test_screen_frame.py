"""The frame on the screen: around what the screen still shows, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from PIL import Image, ImageDraw
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from support.accessible_walk import application, until
from support.text_pages import PageReader, page

from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import Monitor, Shot
from edge_assistant.controller.lines import LinesSource
from edge_assistant.ocr.page import Box
from edge_assistant.ui.lines import screen_frame
from edge_assistant.ui.lines.screen_frame import ScreenFrame

BOX = Box(20, 30, 120, 50)
AREA = Rect(100, 80, 300, 200)


class Desk:
    """A screen with the picture on it at AREA, and the frame."""

    def __init__(self) -> None:
        application()
        geometry = QGuiApplication.primaryScreen().geometry()
        self.whole = Rect(geometry.x(), geometry.y(), geometry.width(), geometry.height())
        self.window = Image.new("RGB", (AREA.width, AREA.height), "white")
        for top, text in ((30, "Save this invoice"), (60, "Open another")):
            ImageDraw.Draw(self.window).text((22, top + 4), text, fill="black")
        self.screen = Image.new("RGB", (self.whole.width, self.whole.height))
        self.put(AREA.left, AREA.top)
        self.grabs = 0
        self.frame = ScreenFrame()

    def put(self, left: int, top: int) -> None:
        """Show the window at another place."""
        self.screen.paste("black", (0, 0, *self.screen.size))
        self.screen.paste(self.window, (left, top))

    def grab(self) -> Shot:
        self.grabs += 1
        return Shot(self.screen.copy(), self.whole, (Monitor(1, self.whole),))

    def source(self, area: Rect | None = AREA) -> LinesSource:
        return LinesSource(PageReader(page()).text(), CapturedPicture(self.window.copy(), area=area))

    @property
    def framed(self) -> QRect | None:
        window = self.frame.window
        return window.geometry() if window is not None and window.isVisible() else None

    def after_a_look(self) -> QRect | None:
        """What is framed once the screen was looked at again."""
        before = self.grabs
        until(lambda: self.grabs > before + 1, "a look, and the next one")
        return self.framed


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    result = Desk()
    backend = SimpleNamespace(make_windows=lambda: None, make_screen=lambda: SimpleNamespace(grab=result.grab))
    monkeypatch.setattr(screen_frame, "choose_backend", lambda: backend)
    monkeypatch.setattr(screen_frame, "_SETTLE_MS", 1)
    monkeypatch.setattr(screen_frame, "_CHECK_MS", 20)
    yield result
    result.frame.mark(None, None)
    result.frame.deleteLater()


def around(box: Box) -> QRect:
    return QRect(AREA.left + box.left, AREA.top + box.top, box.width, box.height).adjusted(-9, -9, 9, 9)


def test_the_line_is_framed_where_it_is_and_the_frame_takes_neither_focus_nor_clicks(desk: Desk) -> None:
    desk.frame.mark(desk.source(), BOX)
    until(lambda: desk.framed == around(BOX), "the frame")
    window = desk.frame.window
    assert window is not None
    for flag in ("WindowTransparentForInput", "WindowDoesNotAcceptFocus", "WindowStaysOnTopHint", "Tool"):
        assert window.flags() & getattr(Qt.WindowType, flag), flag
    assert window.accessibleRoot() is None, "no screen reader finds it"
    assert not window.mask().contains(QRect(9, 9, BOX.width, BOX.height)), "the text itself is not covered"
    assert window not in [each.windowHandle() for each in QApplication.topLevelWidgets()]


def test_the_next_line_is_framed_although_the_frame_of_the_last_one_lies_over_it(desk: Desk) -> None:
    desk.frame.mark(desk.source(), BOX)
    until(lambda: desk.framed == around(BOX), "the frame")
    covered = around(BOX)
    ImageDraw.Draw(desk.screen).rectangle(
        (covered.left(), covered.top(), covered.right(), covered.bottom()), outline="#ffdd00", width=6
    )
    below = Box(20, 50, 120, 75)
    desk.frame.mark(desk.source(), below)
    until(lambda: desk.framed == around(below), "the next frame")


@pytest.mark.parametrize(
    "change",
    [
        lambda desk: desk.put(AREA.left + 40, AREA.top),
        lambda desk: desk.screen.paste("grey", (0, 0, *desk.screen.size)),
        lambda desk: desk.frame.mark(None, None),
    ],
    ids=["moved", "covered", "no line"],
)
def test_what_is_no_longer_there_is_not_framed(desk: Desk, change: Callable[[Desk], None]) -> None:
    desk.frame.mark(desk.source(), BOX)
    until(lambda: desk.framed, "the frame")
    change(desk)
    until(lambda: desk.framed is None, "no frame")


def test_it_is_framed_again_once_it_is_seen_again(desk: Desk) -> None:
    desk.put(0, 0)
    desk.frame.mark(desk.source(), BOX)
    assert desk.after_a_look() is None
    desk.put(AREA.left, AREA.top)
    until(lambda: desk.framed == around(BOX), "the frame")


def test_a_picture_that_is_not_of_the_screen_is_not_looked_for(desk: Desk) -> None:
    desk.frame.mark(desk.source(area=None), BOX)
    assert not desk.frame._timer.isActive()
    assert desk.grabs == 0


def test_on_wayland_nothing_is_framed_and_no_screen_is_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    wayland, results = SimpleNamespace(make_windows=None, make_screen=desk.grab), []
    monkeypatch.setattr(screen_frame, "choose_backend", lambda: wayland)
    desk.frame._checked.connect(lambda *result: results.append(result))
    desk.frame.mark(desk.source(), BOX)
    until(lambda: results, "the look")
    application().processEvents()
    assert desk.framed is None
    assert not desk.frame._timer.isActive(), "it does not try again"
    assert desk.grabs == 0
