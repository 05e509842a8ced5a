"""The region selector: the frozen desktop, dimmed around a rectangle that is moved and resized by keys or mouse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QRegion,
    QResizeEvent,
    QScreen,
)
from PySide6.QtWidgets import QWidget

from edge_assistant.capture import region
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.region import Viewport
from edge_assistant.capture.snapshot import Snapshot
from edge_assistant.system.i18n import tr
from edge_assistant.ui import front
from edge_assistant.ui.font_size import scaled_font
from edge_assistant.ui.overlay.focus_loss import FocusLoss
from edge_assistant.ui.overlay.screens import screen_parts
from edge_assistant.ui.speaking.announcer import speak_for_itself

_DIMMED = QColor(0, 0, 0, 150)
_FOREGROUND, _BACKGROUND = QColor("#ffffff"), QColor("#000000")
"""Contrast 21 to 1; the frame around the rectangle has both, so that it is seen on any desktop."""

_TEXT_FLAGS = int(Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap)

_ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


@dataclass(frozen=True, slots=True)
class FrozenPictures:
    """The frozen desktop as it was, and dimmed. Making it may take 0.1 s, on any thread."""

    bright: QImage
    dimmed: QImage

    @staticmethod
    def of(snapshot: Snapshot) -> FrozenPictures:
        """Make both pictures of a snapshot."""
        picture = snapshot.picture
        data = picture.tobytes()
        rgb = QImage(data, picture.width, picture.height, picture.width * 3, QImage.Format.Format_RGB888)
        bright = rgb.convertToFormat(QImage.Format.Format_RGB32)
        dimmed = bright.copy()
        painter = QPainter(dimmed)
        painter.fillRect(dimmed.rect(), _DIMMED)
        painter.end()
        return FrozenPictures(bright, dimmed)


class RegionSelector(QObject):
    """The region selector; it closes itself before it emits one of its signals."""

    chosen = Signal(object)
    """The chosen Rect, in the desktop's units."""
    dismissed = Signal(bool)
    """Closed without a choice: whether the focus is to be given back."""

    def __init__(self, announce: Callable[[str, bool], None]) -> None:
        """`announce` is called with a text to speak, and whether it interrupts."""
        super().__init__()
        self._announce = announce
        self._snapshot: Snapshot | None = None
        self._rect = Rect(0, 0, 1, 1)
        self._in_pixels = False  # the last step was so fine that percent do not tell it
        self._corner: tuple[int, int] | None = None
        self._panes: list[_Pane] = []
        self._focus_loss = FocusLoss(self, lambda: self._panes, lambda: self._dismiss(restore_focus=False))

    @property
    def panes(self) -> list[QWidget]:
        """The windows of the open selector, one for each screen."""
        return [*self._panes]

    @property
    def rect(self) -> Rect:
        """The rectangle as it is now, in the desktop's units."""
        return self._rect

    def open(self, snapshot: Snapshot, frozen: FrozenPictures) -> None:
        """Show a snapshot, with its pictures `frozen`, on all screens.

        The rectangle is first the active window, or where there is none the middle of the first monitor.
        """
        self._snapshot = snapshot
        window = snapshot.window.contents.clipped(snapshot.shot.area) if snapshot.window else None
        self._in_pixels = False
        self._rect = window or region.monitor_part(snapshot.monitors[0].bounds, "5")
        self._rect = region.resize(self._rect, 0, 0, snapshot.shot.area)
        self._panes = [
            _Pane(self, screen, _DesktopPicture(snapshot.shot.area, frozen), part)
            for screen, part in screen_parts(snapshot).items()
        ]
        self._update_panes(spoken=False)
        for pane in self._panes:
            pane.appear()
        first = self._pane_of_rect()
        front.activate(first)
        first.setFocus()
        self._announce(
            tr("Region: {place}. Arrows move, Enter describes, question mark for help.", place=self.words), False
        )

    def close_quietly(self) -> None:
        """Close all windows and drop the snapshot, without a signal."""
        self._focus_loss.stop()
        panes, self._panes, self._snapshot, self._corner = self._panes, [], None, None
        for pane in panes:
            pane.hide()
            pane.deleteLater()

    @property
    def words(self) -> str:
        """The rectangle in words."""
        assert self._snapshot is not None
        return region.describe_rect(self._rect, self._snapshot.monitors, in_pixels=self._in_pixels)

    @staticmethod
    def help() -> str:
        """Return the help text about the keys."""
        return tr(
            "Arrow keys move, Shift and arrow keys resize, with Control in fine steps. The number pad selects a "
            "quarter or half, 5 the middle, 0 the whole monitor. W selects the active window, Tab the next monitor. "
            "Enter describes, Escape cancels."
        )

    def on_key(self, event: QKeyEvent) -> None:
        """Handle a key that was pressed in one of the windows."""
        key, text = event.key(), event.text().lower()
        if self._snapshot is None:
            return
        if key == Qt.Key.Key_Escape:
            self._dismiss(restore_focus=True)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.choose()
        elif key in _ARROWS:
            self._on_arrow(*_ARROWS[key], event.modifiers())
        elif key == Qt.Key.Key_F1 or text == "?":
            self._announce(self.help(), True)
        elif text in region.PART_KEYS and text:
            self._set_rect(region.monitor_part(self._monitor(), text))
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self._set_rect(region.move_to_next_monitor(self._rect, self._snapshot.monitors))
        elif text == "w" and self._snapshot.window is not None:
            inside = self._snapshot.window.contents.clipped(self._snapshot.shot.area)
            self._set_rect(inside or self._rect)

    def on_mouse(self, kind: QEvent.Type, point: tuple[int, int]) -> None:
        """Handle the left mouse button at a point of the desktop."""
        if self._snapshot is None:
            return
        if kind == QEvent.Type.MouseButtonPress:
            self._corner = point
        elif self._corner is not None:
            drawn = region.rect_between(self._corner, point, self._snapshot.shot.area)
            if drawn is not None:
                self._rect, self._in_pixels = drawn, False
                self._update_panes(spoken=kind == QEvent.Type.MouseButtonRelease)
            if kind == QEvent.Type.MouseButtonRelease:
                self._corner = None

    def choose(self) -> None:
        """Choose the rectangle as it is."""
        rect = self._rect
        self.close_quietly()
        self.chosen.emit(rect)

    def point_at(self, pane: _Pane, event: QMouseEvent) -> tuple[int, int]:
        """Return the point of the desktop under the mouse, which may be over another pane than the pressed one."""
        position = event.globalPosition()
        over = next((each for each in self._panes if each.geometry().contains(position.toPoint())), pane)
        inside = QPointF(over.mapFromGlobal(position))
        return over.fit.to_desktop(inside.x(), inside.y())

    def on_activation(self) -> None:
        """Handle that one of the windows has got or lost the focus."""
        self._focus_loss.note_activation()

    def _on_arrow(self, right: int, down: int, modifiers: Qt.KeyboardModifier) -> None:
        assert self._snapshot is not None
        fine = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        step = region.step_size(self._monitor(), fine=fine)
        change = region.resize if modifiers & Qt.KeyboardModifier.ShiftModifier else region.move
        found = change(self._rect, right * step, down * step, self._snapshot.shot.area)
        if found == self._rect:
            self._in_pixels = fine
            self._announce(tr("No further. {place}", place=self.words), True)
        else:
            self._set_rect(found, in_pixels=fine)

    def _set_rect(self, rect: Rect, *, in_pixels: bool = False) -> None:
        self._rect, self._in_pixels = rect, in_pixels
        self._update_panes(spoken=True)

    def _update_panes(self, *, spoken: bool) -> None:
        for pane in self._panes:
            pane.show_rect(self._rect, self.words)
        if spoken:
            self._announce(self.words, True)

    def _monitor(self) -> Rect:
        assert self._snapshot is not None
        return region.monitor_of(self._rect, self._snapshot.monitors).bounds

    def _pane_of_rect(self) -> _Pane:
        def visible_area(pane: _Pane) -> int:
            inside = self._rect.clipped(pane.fit.part)
            return inside.width * inside.height if inside else 0

        return max(self._panes, key=visible_area)

    def _dismiss(self, *, restore_focus: bool) -> None:
        self.close_quietly()
        self.dismissed.emit(restore_focus)


@dataclass(frozen=True, slots=True)
class _DesktopPicture:
    """The pictures, and the area of the desktop that they show."""

    area: Rect
    frozen: FrozenPictures

    def source(self, rect: Rect) -> QRectF:
        """Return the pictures' pixels that show a rectangle of the desktop."""
        x_scale = self.frozen.bright.width() / self.area.width
        y_scale = self.frozen.bright.height() / self.area.height
        left, top = (rect.left - self.area.left) * x_scale, (rect.top - self.area.top) * y_scale
        return QRectF(left, top, rect.width * x_scale, rect.height * y_scale)


class _Pane(QWidget):
    """The window on one screen: its part of the picture, dimmed around the rectangle, and a line of text."""

    def __init__(self, selector: RegionSelector, screen: QScreen, picture: _DesktopPicture, part: Rect) -> None:
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.FramelessWindowHint)
        self.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint)
        speak_for_itself(self)
        self.setWindowTitle(tr("Edge Assistant, region"))
        self.setAccessibleName(tr("Region of the screen"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._selector = selector
        self._description = ""
        self._rect = part
        self._picture = picture
        self.setScreen(screen)
        self.setGeometry(screen.geometry())
        self.fit = Viewport(part, screen.geometry().width(), screen.geometry().height())

    def appear(self) -> None:
        """Show the window on its whole screen."""
        self.showFullScreen()

    def show_rect(self, rect: Rect, description: str) -> None:
        """Show the rectangle and its description; only what changes is repainted."""
        old_region = self._changed_region()
        self._rect, self._description = rect, description
        self.setAccessibleDescription(description)
        self.update(old_region | self._changed_region())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Adapt to the size that the window manager gave."""
        super().resizeEvent(event)
        self.fit = Viewport(self.fit.part, self.width(), self.height())

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint the picture, dimmed around the rectangle, the frame and the text."""
        painter = QPainter(self)
        picture, part = self._picture, self.fit.part
        if self.fit.to_view(part) != (0, 0, self.width(), self.height()):
            painter.fillRect(self.rect(), _BACKGROUND)
        painter.drawImage(QRectF(*self.fit.to_view(part)), picture.frozen.dimmed, picture.source(part))
        inside = self._rect.clipped(part)
        if inside is not None:
            painter.drawImage(QRectF(*self.fit.to_view(inside)), picture.frozen.bright, picture.source(inside))
        # The frame is outside the rectangle, so that it covers nothing of it, except at the edge of the screen.
        frame = QRectF(*self.fit.to_view(self._rect)).adjusted(-4, -4, 4, 4)
        if inside is not None:
            for pen in (QPen(_BACKGROUND, 7), QPen(_FOREGROUND, 3)):
                painter.setPen(pen)
                painter.drawRect(frame & QRectF(self.rect()).adjusted(3, 3, -3, -3))
        self._paint_text(painter)

    def _paint_text(self, painter: QPainter) -> None:
        box, needed = self._text_box()
        painter.setFont(self._large_font())
        painter.fillRect(box, _BACKGROUND)
        painter.setPen(QPen(_FOREGROUND, 2))
        painter.drawRect(box)
        painter.drawText(needed, _TEXT_FLAGS, self._text())

    def _text_box(self) -> tuple[QRect, QRect]:
        """Return the text's area, with its frame and without: at the top or bottom, away from the rectangle."""
        space = QRect(32, 28, self.width() - 64, self.height() - 56)
        needed = QFontMetrics(self._large_font()).boundingRect(space, _TEXT_FLAGS, self._text())
        _, top, _, height = self.fit.to_view(self._rect)
        if top <= self.height() - (top + height):
            needed.moveBottom(space.bottom())
        return needed.adjusted(-12, -8, 12, 8), needed

    def _text(self) -> str:
        keys = tr("Arrows move, Shift+arrows resize, Enter describes, ? helps, Escape cancels")
        return f"{self._description}\n{keys}"

    def _large_font(self) -> QFont:
        return scaled_font(self.font(), 1.5)

    def _changed_region(self) -> QRegion:
        """Return the area that shows more than the dimmed picture."""
        inside = QRectF(*self.fit.to_view(self._rect)).adjusted(-9, -9, 9, 9).toAlignedRect()
        return QRegion(inside) | QRegion(self._text_box()[0].adjusted(-2, -2, 2, 2))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pass all keys to the selector."""
        self._selector.on_key(event)

    def focusNextPrevChild(self, _: bool) -> bool:
        """Leave Tab to the selector."""
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start a rectangle at this corner."""
        self._on_mouse(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the opposite corner."""
        self._on_mouse(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Finish the rectangle."""
        self._on_mouse(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Choose the rectangle, as Enter does."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._selector.choose()

    def changeEvent(self, event: QEvent) -> None:
        """Have the selector close when all its windows have lost the focus."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            self._selector.on_activation()

    def _on_mouse(self, event: QMouseEvent) -> None:
        moving = event.type() == QEvent.Type.MouseMove and event.buttons() & Qt.MouseButton.LeftButton
        if moving or event.button() == Qt.MouseButton.LeftButton:
            self._selector.on_mouse(event.type(), self._selector.point_at(self, event))
