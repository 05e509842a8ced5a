"""The window that shows a picture enlarged, by keyboard: plus and minus, the arrow keys, Escape."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image
from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QScrollArea, QVBoxLayout, QWidget

from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.qt_images import to_qt_image
from edge_assistant.ui.speaking.announcer import tell_when_closed

ZOOMS = (25, 50, 75, 100, 150, 200, 300, 400, 600, 800)
"""The sizes in percent that plus and minus go through."""

_STEPS = 5
"""Presses of an arrow key that move the picture by all that is seen."""

_EDGES = {
    Qt.Key.Key_Left: (tr_noop("Left edge."), True),
    Qt.Key.Key_Right: (tr_noop("Right edge."), False),
    Qt.Key.Key_Up: (tr_noop("Upper edge."), True),
    Qt.Key.Key_PageUp: (tr_noop("Upper edge."), True),
    Qt.Key.Key_Down: (tr_noop("Lower edge."), False),
    Qt.Key.Key_PageDown: (tr_noop("Lower edge."), False),
}
"""The keys that move the picture, with what is said at the end of the way, and whether that is the lowest place."""

_MOST_PIXELS = 4096
"""Largest width and height that a picture keeps here; a larger one is reduced."""


class _Canvas(QWidget):
    """Paints the visible part of the picture; a pixmap of the whole at 800 percent would need gigabytes."""

    def __init__(self, image: QImage) -> None:
        super().__init__()
        self._image = image
        self._percent = 100

    def set_percent(self, percent: int) -> None:
        """Show the picture in another size."""
        self._percent = percent
        self.setFixedSize(self._image.size() * percent / 100)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is seen of the picture."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._percent < 300)
        painter.setClipRect(event.rect())
        painter.scale(self._percent / 100, self._percent / 100)
        painter.drawImage(0, 0, self._image)
        painter.end()


class _Area(QScrollArea):
    """The room in which the picture is moved, a fifth of what is seen with each press."""

    moved = Signal(int)
    """A key that moves the picture was pressed, and has moved it if it can be."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the picture at the arrow keys, and at page up and down."""
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.setSingleStep(max(1, bar.pageStep() // _STEPS))
        super().keyPressEvent(event)
        if event.key() in _EDGES:
            self.moved.emit(event.key())


class PictureWindow(QDialog):
    """The enlarged picture; closed, it is deleted, and the picture with it."""

    HELP = (tr_noop("Plus and minus change the size, the arrow keys move it, Escape closes it."),)

    def __init__(self, parent: QWidget, image: Image.Image, name: str, say: Callable[[str], None]) -> None:
        """`name` is what the picture shows; `say` speaks a size or a place in place of the one before."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Enlarged picture"))
        tell_when_closed(self)
        self._say = say
        reduced = image.copy()
        reduced.thumbnail((_MOST_PIXELS, _MOST_PIXELS))
        qt_image = to_qt_image(reduced)
        self._canvas = _Canvas(qt_image)
        self.area = _Area()
        self.area.moved.connect(self._tell_place)
        self.area.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.area.setWidget(self._canvas)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        keys = tr(self.HELP[0])
        self.area.setAccessibleName(name)
        self.area.setAccessibleDescription(keys)
        hint = PlainLabel(keys)
        hint.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.addWidget(self.area, 1)
        layout.addWidget(hint)
        self.resize(parent.screen().availableSize() * 0.9)
        self._set_percent(self._first_percent(qt_image.size()))
        self.area.setFocus()

    @property
    def percent(self) -> int:
        """The size of the picture in percent."""
        return self._percent

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Change the size at plus and minus, show all of it at 0, and close at Escape."""
        key = event.key()
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._zoom(next((each for each in ZOOMS if each > self._percent), ZOOMS[-1]))
        elif key == Qt.Key.Key_Minus:
            self._zoom(next((each for each in reversed(ZOOMS) if each < self._percent), ZOOMS[0]))
        elif key == Qt.Key.Key_0:
            self._zoom(100)
        else:
            super().keyPressEvent(event)

    @Slot(int)
    def _tell_place(self, key: int) -> None:
        """Say which part of the picture is seen now, or that it goes no further."""
        is_across = key in (Qt.Key.Key_Left, Qt.Key.Key_Right)
        bar = self.area.horizontalScrollBar() if is_across else self.area.verticalScrollBar()
        left, top = (
            round(100 * each.value() / (each.maximum() + each.pageStep()))
            for each in (self.area.horizontalScrollBar(), self.area.verticalScrollBar())
        )
        edge, is_start = _EDGES[Qt.Key(key)]
        if bar.maximum() == 0:
            self._say(tr("All of the width is seen.") if is_across else tr("All of the height is seen."))
        elif bar.value() == (0 if is_start else bar.maximum()):
            self._say(tr(edge))
        else:
            self._say(tr("left {left}, top {top} percent", left=left, top=top))

    def _zoom(self, percent: int) -> None:
        self._set_percent(percent)
        self._say(tr("{percent} percent", percent=percent))

    def _set_percent(self, percent: int) -> None:
        """Change the size; what was in the middle stays there."""
        self._percent = percent
        bars = self.area.horizontalScrollBar(), self.area.verticalScrollBar()
        middles = [(bar.value() + bar.pageStep() / 2) / max(1, bar.maximum() + bar.pageStep()) for bar in bars]
        self._canvas.set_percent(percent)
        for bar, middle in zip(bars, middles, strict=True):
            bar.setValue(round(middle * (bar.maximum() + bar.pageStep()) - bar.pageStep() / 2))

    def _first_percent(self, size: QSize) -> int:
        """Return the largest size in which all of the picture is seen, but at least 100 percent."""
        room = self.size() - QSize(2, 5) * self.fontMetrics().height()  # without the margins, and the hint below
        fitting = min(room.width() / size.width(), room.height() / size.height()) * 100
        return max((each for each in ZOOMS if each <= fitting), default=100) if fitting >= 100 else 100
