"""The region chooser: the frozen desktop, dimmed but for a rectangle that keys or mouse move and size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, Qt, QTimer, Signal
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
from edge_assistant.capture.region import Fit
from edge_assistant.capture.snapshot import Snapshot
from edge_assistant.system.i18n import tr
from edge_assistant.ui.overlay.screens import parts

_AWAY_MS = 300
"""As with the palette: a global key that is held down borrows the keyboard."""

_DIMMED = QColor(0, 0, 0, 150)
_INK, _GROUND = QColor("#ffffff"), QColor("#000000")
"""21 to 1, on whatever is on the desktop; the frame around the rectangle has both."""

_LINES = int(Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap)

_ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


@dataclass(frozen=True, slots=True)
class Frozen:
    """A snapshot's picture of all monitors as it was, and dimmed. Making it may take 0.1 s, on any thread."""

    bright: QImage
    dimmed: QImage

    @staticmethod
    def of(snapshot: Snapshot) -> Frozen:
        """Both pictures."""
        picture = snapshot.picture
        data = picture.tobytes()
        rgb = QImage(data, picture.width, picture.height, picture.width * 3, QImage.Format.Format_RGB888)
        bright = rgb.convertToFormat(QImage.Format.Format_RGB32)
        dimmed = bright.copy()
        painter = QPainter(dimmed)
        painter.fillRect(dimmed.rect(), _DIMMED)
        painter.end()
        return Frozen(bright, dimmed)


class RegionSelector(QObject):
    """`chosen` tells the rectangle, `dismissed` whether the focus is to be given back. All is hidden by then.

    `utter` is called with what is to be heard, and whether in place of what is being said.
    """

    chosen = Signal(object)
    dismissed = Signal(bool)

    def __init__(self, utter: Callable[[str, bool], None]) -> None:
        super().__init__()
        self._utter = utter
        self._snapshot: Snapshot | None = None
        self._rect = Rect(0, 0, 1, 1)
        self._corner: tuple[int, int] | None = None
        self._panes: list[_Pane] = []
        self._left = QTimer(self)
        self._left.setSingleShot(True)
        self._left.setInterval(_AWAY_MS)
        self._left.timeout.connect(self._on_left)

    @property
    def panes(self) -> list[QWidget]:
        """One window for each screen, as long as it is open."""
        return [*self._panes]

    @property
    def rect(self) -> Rect:
        """What is chosen so far, in the desktop's units."""
        return self._rect

    def open(self, snapshot: Snapshot, frozen: Frozen) -> None:
        """Show the snapshot, of which `frozen` was made, on all screens.

        The rectangle begins as the active window, or else in the middle.
        """
        self._snapshot = snapshot
        window = snapshot.window.contents.clipped(snapshot.shot.area) if snapshot.window else None
        self._rect = window or region.part(snapshot.monitors[0].bounds, "5")
        self._rect = region.sized(self._rect, 0, 0, snapshot.shot.area)
        self._panes = [
            _Pane(self, screen, _Shown(snapshot.shot.area, frozen), part) for screen, part in parts(snapshot).items()
        ]
        self._changed(spoken=False)
        for pane in self._panes:
            pane.appear()
        first = self._pane_of_rect()
        first.raise_()
        first.activateWindow()
        first.setFocus()
        self._utter(
            tr("Region: {place}. Arrows move, Enter describes, question mark for help.", place=self.words), False
        )

    def close_quietly(self) -> None:
        """Hide it and forget the snapshot, whoever wanted that."""
        self._left.stop()
        panes, self._panes, self._snapshot, self._corner = self._panes, [], None, None
        for pane in panes:
            pane.hide()
            pane.deleteLater()

    @property
    def words(self) -> str:
        """The rectangle as it is said."""
        assert self._snapshot is not None
        return region.words(self._rect, self._snapshot.monitors)

    @staticmethod
    def help() -> str:
        """Its keys in words."""
        return tr(
            "Arrow keys move, Shift and arrow keys resize, with Control in fine steps. The number pad selects a "
            "quarter or half, 5 the middle, 0 the whole monitor. W selects the active window, Tab the next monitor. "
            "Enter describes, Escape cancels."
        )

    def on_key(self, event: QKeyEvent) -> None:
        """A key in any of the windows."""
        key, text = event.key(), event.text().lower()
        if self._snapshot is None:
            return
        if key == Qt.Key.Key_Escape:
            self._dismiss(give_back=True)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.choose()
        elif key in _ARROWS:
            self._on_arrow(*_ARROWS[key], event.modifiers())
        elif key == Qt.Key.Key_F1 or text == "?":
            self._utter(self.help(), True)
        elif text in region.PART_KEYS and text:
            self._set(region.part(self._monitor(), text))
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self._set(region.on_next_monitor(self._rect, self._snapshot.monitors))
        elif text == "w" and self._snapshot.window is not None:
            inside = self._snapshot.window.contents.clipped(self._snapshot.shot.area)
            self._set(inside or self._rect)

    def on_mouse(self, kind: QEvent.Type, at: tuple[int, int]) -> None:
        """The left button at a point of the desktop."""
        if self._snapshot is None:
            return
        if kind == QEvent.Type.MouseButtonPress:
            self._corner = at
        elif self._corner is not None:
            drawn = region.between(self._corner, at, self._snapshot.shot.area)
            if drawn is not None:
                self._rect = drawn
                self._changed(spoken=kind == QEvent.Type.MouseButtonRelease)
            if kind == QEvent.Type.MouseButtonRelease:
                self._corner = None

    def choose(self) -> None:
        """Take the rectangle as it is."""
        rect = self._rect
        self.close_quietly()
        self.chosen.emit(rect)

    def point_at(self, pane: _Pane, event: QMouseEvent) -> tuple[int, int]:
        """The point of the desktop under the mouse, which may be over another window of ours than the pressed one."""
        place = event.globalPosition()
        over = next((each for each in self._panes if each.geometry().contains(place.toPoint())), pane)
        inside = QPointF(over.mapFromGlobal(place))
        return over.fit.point(inside.x(), inside.y())

    def on_activation(self) -> None:
        """One of the windows got or lost the keyboard."""
        if any(pane.isActiveWindow() for pane in self._panes):
            self._left.stop()
        elif self._panes:
            self._left.start()

    def _on_arrow(self, across: int, down: int, modifiers: Qt.KeyboardModifier) -> None:
        assert self._snapshot is not None
        step = region.step(self._monitor(), fine=bool(modifiers & Qt.KeyboardModifier.ControlModifier))
        change = region.sized if modifiers & Qt.KeyboardModifier.ShiftModifier else region.moved
        found = change(self._rect, across * step, down * step, self._snapshot.shot.area)
        if found == self._rect:
            self._utter(tr("No further. {place}", place=self.words), True)
        else:
            self._set(found)

    def _set(self, rect: Rect) -> None:
        self._rect = rect
        self._changed(spoken=True)

    def _changed(self, *, spoken: bool) -> None:
        for pane in self._panes:
            pane.show_rect(self._rect, self.words)
        if spoken:
            self._utter(self.words, True)

    def _monitor(self) -> Rect:
        assert self._snapshot is not None
        return region.monitor_of(self._rect, self._snapshot.monitors).bounds

    def _pane_of_rect(self) -> _Pane:
        def shown(pane: _Pane) -> int:
            inside = self._rect.clipped(pane.fit.part)
            return inside.width * inside.height if inside else 0

        return max(self._panes, key=shown)

    def _on_left(self) -> None:
        if self._panes and not any(pane.isActiveWindow() for pane in self._panes):
            self._dismiss(give_back=False)

    def _dismiss(self, *, give_back: bool) -> None:
        self.close_quietly()
        self.dismissed.emit(give_back)


@dataclass(frozen=True, slots=True)
class _Shown:
    """The frozen pictures, and what of the desktop they show."""

    area: Rect
    frozen: Frozen

    def source(self, rect: Rect) -> QRectF:
        """The pixels of a rectangle of the desktop."""
        across = self.frozen.bright.width() / self.area.width
        down = self.frozen.bright.height() / self.area.height
        left, top = (rect.left - self.area.left) * across, (rect.top - self.area.top) * down
        return QRectF(left, top, rect.width * across, rect.height * down)


class _Pane(QWidget):
    """One screen of it: what the snapshot has there, dimmed but for the rectangle, with a line of words."""

    def __init__(self, chooser: RegionSelector, screen: QScreen, shown: _Shown, part: Rect) -> None:
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.FramelessWindowHint)
        self.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint)
        self.setWindowTitle(tr("Edge Assistant, region"))
        self.setAccessibleName(tr("Region of the screen"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._chooser = chooser
        self._words = ""
        self._rect = part
        self._shown = shown
        self.setScreen(screen)
        self.setGeometry(screen.geometry())
        self.fit = Fit(part, screen.geometry().width(), screen.geometry().height())

    def appear(self) -> None:
        """Over its whole screen."""
        self.showFullScreen()

    def show_rect(self, rect: Rect, words: str) -> None:
        """Another rectangle, or the same. Only what changes is painted again."""
        before = self._changing()
        self._rect, self._words = rect, words
        self.setAccessibleDescription(words)
        self.update(before | self._changing())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The window manager has the last word."""
        super().resizeEvent(event)
        self.fit = Fit(self.fit.part, self.width(), self.height())

    def paintEvent(self, _: QPaintEvent) -> None:
        """The picture, dimmed around the rectangle."""
        painter = QPainter(self)
        shown, part = self._shown, self.fit.part
        if self.fit.shown(part) != (0, 0, self.width(), self.height()):
            painter.fillRect(self.rect(), _GROUND)
        painter.drawImage(QRectF(*self.fit.shown(part)), shown.frozen.dimmed, shown.source(part))
        inside = self._rect.clipped(part)
        if inside is not None:
            painter.drawImage(QRectF(*self.fit.shown(inside)), shown.frozen.bright, shown.source(inside))
        # Around it, so that nothing in it is covered, but for a side at the end of the screen.
        frame = QRectF(*self.fit.shown(self._rect)).adjusted(-4, -4, 4, 4)
        if inside is not None:
            for pen in (QPen(_GROUND, 7), QPen(_INK, 3)):
                painter.setPen(pen)
                painter.drawRect(frame & QRectF(self.rect()).adjusted(3, 3, -3, -3))
        self._paint_words(painter)

    def _paint_words(self, painter: QPainter) -> None:
        box, needed = self._words_box()
        painter.setFont(self._large())
        painter.fillRect(box, _GROUND)
        painter.setPen(QPen(_INK, 2))
        painter.drawRect(box)
        painter.drawText(needed, _LINES, self._text())

    def _words_box(self) -> tuple[QRect, QRect]:
        """Where the words are, with their frame and without: at the end of the screen where the rectangle is not."""
        space = QRect(32, 28, self.width() - 64, self.height() - 56)
        needed = QFontMetrics(self._large()).boundingRect(space, _LINES, self._text())
        _, top, _, height = self.fit.shown(self._rect)
        if top <= self.height() - (top + height):
            needed.moveBottom(space.bottom())
        return needed.adjusted(-12, -8, 12, 8), needed

    def _text(self) -> str:
        keys = tr("Arrows move, Shift+arrows resize, Enter describes, ? helps, Escape cancels")
        return f"{self._words}\n{keys}"

    def _large(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.5)
        return font

    def _changing(self) -> QRegion:
        """What is not merely the dimmed picture."""
        inside = QRectF(*self.fit.shown(self._rect)).adjusted(-9, -9, 9, 9).toAlignedRect()
        return QRegion(inside) | QRegion(self._words_box()[0].adjusted(-2, -2, 2, 2))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """All keys are the chooser's."""
        self._chooser.on_key(event)

    def focusNextPrevChild(self, _: bool) -> bool:
        """Tab is a key of the chooser."""
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A corner."""
        self._mouse(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The other corner, so far."""
        self._mouse(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The other corner."""
        self._mouse(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """As Enter."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._chooser.choose()

    def changeEvent(self, event: QEvent) -> None:
        """A chooser that is left is closed."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            self._chooser.on_activation()

    def _mouse(self, event: QMouseEvent) -> None:
        moving = event.type() == QEvent.Type.MouseMove and event.buttons() & Qt.MouseButton.LeftButton
        if moving or event.button() == Qt.MouseButton.LeftButton:
            self._chooser.on_mouse(event.type(), self._chooser.point_at(self, event))
