"""The frame around the line that has the focus, where that is on the screen: for people who look on."""

from __future__ import annotations

import math
import threading

from PySide6.QtCore import QObject, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QRasterWindow, QRegion

from edge_assistant.capture.backends import choose_backend
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import Snapshot
from edge_assistant.controller.lines import LinesSource
from edge_assistant.ocr.page import Box
from edge_assistant.system.errors import AssistantError, run_safely
from edge_assistant.ui.lines import frame_place
from edge_assistant.ui.overlay.screens import screen_of, screen_parts

_GAP, _WIDTH = 3, 3
"""Device-independent pixels between text and frame, and those of each of its two colours."""
_MARGIN = _GAP + 2 * _WIDTH
_INNER, _OUTER = QColor("#ffdd00"), QColor("#000000")
"""Yellow and black: one of them stands out from any background."""
_SETTLE_MS = 150
"""Time after which a line is framed: the lines that are passed quickly are not."""
_CHECK_MS = 2000
"""Time between two looks at whether what is framed is still there."""


class FrameWindow(QRasterWindow):
    """A window that is nothing but a frame: clicks go through it, and it takes no focus.

    It is a bare QWindow, of which the accessibility of Qt knows nothing, and cut out by a mask, which needs no
    compositor, as transparency would.
    """

    def __init__(self) -> None:
        super().__init__()
        kinds = Qt.WindowType
        self.setFlags(
            kinds.Tool
            | kinds.FramelessWindowHint
            | kinds.WindowStaysOnTopHint
            | kinds.WindowDoesNotAcceptFocus
            | kinds.WindowTransparentForInput
            | kinds.BypassWindowManagerHint
            | kinds.NoDropShadowWindowHint
        )

    def show_around(self, rect: Rect) -> None:
        """Show the frame around a rectangle in Qt's coordinates."""
        outside = QRect(rect.left, rect.top, rect.width, rect.height).adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
        whole = QRect(0, 0, outside.width(), outside.height())
        self.setGeometry(outside)
        width = 2 * _WIDTH
        self.setMask(QRegion(whole) - QRegion(whole.adjusted(width, width, -width, -width)))
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 (Qt's)
        """Paint the two colours, one inside the other."""
        painter = QPainter(self)
        whole = QRect(0, 0, self.width(), self.height())
        painter.fillRect(whole, _OUTER)
        painter.fillRect(whole.adjusted(_WIDTH, _WIDTH, -_WIDTH, -_WIDTH), _INNER)
        painter.end()


class ScreenFrame(QObject):
    """Frames a part of a picture on the screen, as long as the screen still shows it. Lives on the GUI thread.

    Nothing is framed on Wayland, where no window can be placed, and of pictures that are not of the screen.
    """

    _checked = Signal(int, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.window: FrameWindow | None = None
        self._source: LinesSource | None = None
        self._box: Box | None = None
        self._number = 0
        self._shown: Rect | None = None  # on the desktop, inside the frame
        self._margin = 0  # of the frame around that, in the desktop's units
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._check)
        self._checked.connect(self._on_checked, Qt.ConnectionType.QueuedConnection)

    @Slot(object, object)
    def mark(self, source: LinesSource | None, box: Box | None) -> None:
        """Frame this part of the source's picture soon; None: frame nothing."""
        self._number += 1
        self._source, self._box = source, box
        if source is None or box is None or source.captured.area is None:
            self._source = self._box = None
            self._timer.stop()
            self._hide()
        else:
            self._timer.start(_SETTLE_MS)

    def _check(self) -> None:
        number, source, box = self._number, self._source, self._box
        frame = frame_place.frame_parts(self._shown, self._margin) if self._shown is not None else []
        if source is None or box is None:
            return

        def check() -> None:
            rect: Rect | None = None
            snapshot: Snapshot | None = None

            def look() -> None:
                nonlocal rect, snapshot
                rect, snapshot = _find(source, box, frame)

            run_safely(look, "the place of a line was not found")
            self._checked.emit(number, rect, snapshot)

        threading.Thread(target=check, name="frame", daemon=True).start()

    @Slot(int, object, object)
    def _on_checked(self, number: int, rect: Rect | None, snapshot: Snapshot | None) -> None:
        if number != self._number:
            return
        if rect is None or snapshot is None:
            self._hide()
        else:
            self._show(rect, snapshot)
        if snapshot is not None:
            self._timer.start(_CHECK_MS)

    def _show(self, rect: Rect, snapshot: Snapshot) -> None:
        screen = screen_of(rect, snapshot)
        part, geometry = screen_parts(snapshot)[screen], screen.geometry()
        place = Rect(geometry.x(), geometry.y(), geometry.width(), geometry.height())
        if self.window is None:
            self.window = FrameWindow()
        self.window.setScreen(screen)
        self.window.show_around(frame_place.on_screen(rect, part, place))
        self._shown, self._margin = rect, math.ceil(_MARGIN * part.width / place.width) + 1

    def _hide(self) -> None:
        self._shown = None
        if self.window is not None:
            self.window.hide()


def _find(source: LinesSource, box: Box, frame: list[Rect]) -> tuple[Rect | None, Snapshot | None]:
    """Return the place of a part of the picture on the desktop, None where it is not there any more; and the desktop,
    None where that cannot be seen.

    `frame` is what our own frame covers.
    """
    captured = source.captured
    try:
        backend = choose_backend()
        if captured.area is None or backend.make_windows is None:
            return None, None
        snapshot = Snapshot(None, backend.make_screen().grab())
    except AssistantError:
        return None, None
    rect = frame_place.on_desktop(box, captured.image.size, captured.area)
    now = snapshot.cut(rect)
    before = captured.image.crop(box)
    if now is None or rect.clipped(snapshot.shot.area) != rect:
        return None, snapshot
    if now.size != before.size:
        before = before.resize(now.size)
    hidden = [frame_place.in_picture(each, rect, now.size) for each in frame if each.clipped(rect) is not None]
    return (rect if frame_place.shows_the_same(before, now, hidden) else None), snapshot
