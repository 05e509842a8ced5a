"""Whether a window shows all of its texts: the room that each widget has, compared with the room that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QProgressBar,
    QScrollBar,
    QTabBar,
    QWidget,
)

from edge_assistant.ui.combo_box import ComboBox
from support.accessible_walk import application, until

SMALL_SCREEN = (1366, 768)
"""Width and height in pixels of the smallest screen that everything has to fit on."""

TEXT_SIZES = (100, 150, 200)
"""The sizes of text in percent at which layouts are tried."""

_PANEL = 48
"""Height in pixels that a desktop's panel takes from the screen."""

_WITH_TEXT = (QAbstractButton, QComboBox, QAbstractSpinBox, QLineEdit, QProgressBar, QTabBar)


@contextmanager
def text_size(percent: int) -> Iterator[None]:
    """Have all texts larger, as the setting text_size does, for windows made or shown within the block."""
    qt = application()
    usual = qt.font()
    larger = qt.font()
    larger.setPointSizeF(usual.pointSizeF() * percent / 100)
    qt.setFont(larger)
    try:
        yield
    finally:
        qt.setFont(usual)


def show_on_small_screen(window: QWidget, screen: tuple[int, int] = SMALL_SCREEN) -> None:
    """Show a window as it opens, or as large as a small screen allows where it opens larger."""
    width, height = screen[0], screen[1] - _PANEL
    window.setMaximumSize(width, height)
    window.resize(min(window.width(), width), min(window.height(), height))
    window.show()
    until(window.isVisible, "the window")
    application().processEvents()
    window.ensurePolished()
    if (layout := window.layout()) is not None:
        layout.activate()
    application().processEvents()


def layout_faults(window: QWidget, screen: tuple[int, int] = SMALL_SCREEN) -> list[str]:
    """Return what does not fit in a window that is shown: texts that are cut, areas that scroll sideways, and room
    that is taken by nothing.

    A widget inside a scroll area has the room of the area's content, for that can be scrolled to, if only up and down.
    """
    faults = []
    if window.width() > screen[0] or window.height() > screen[1] - _PANEL:
        faults.append(f"{_name(window)} has {window.width()} by {window.height()} pixels, larger than the screen")
    for each in window.findChildren(QWidget):
        if each.isVisible() and each.window() is window and not _is_part(each):
            faults += _faults_of(each)
    return faults


def _faults_of(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, QAbstractScrollArea):
        bar = widget.horizontalScrollBar()
        if bar.isVisible() and bar.maximum() > 0:
            yield f"{_name(widget)} scrolls sideways"
        return
    parent = widget.parentWidget()
    if parent is not None and not isinstance(parent.parentWidget(), QAbstractScrollArea):  # that scrolls its content
        room = QRect(0, 0, parent.width(), parent.height())
        if not widget.geometry().isEmpty() and not room.contains(widget.geometry()):
            yield f"{_name(widget)} is cut by what it is in: {widget.geometry().getRect()} in {room.getRect()}"
    if isinstance(widget, QLabel) and not widget.text() and widget.pixmap().isNull() and widget.height() > 0:
        yield f"{_name(widget)} is empty and takes {widget.height()} pixels of height"
    if isinstance(widget, QComboBox) and not isinstance(widget, ComboBox):
        yield f"{_name(widget)} would cut a long text without an ellipsis"
    needed = _needed(widget)
    if needed is not None and (widget.width() < needed[0] or widget.height() < needed[1]):
        yield f"{_name(widget)} needs {needed[0]} by {needed[1]} pixels, has {widget.width()} by {widget.height()}"


def _needed(widget: QWidget) -> tuple[int, int] | None:
    """The width and height that a widget's text needs; None for one without a text of its own."""
    if isinstance(widget, QLabel):
        if not widget.text():
            return None
        if widget.wordWrap():
            return (0, widget.heightForWidth(widget.width()))
        return (widget.sizeHint().width(), widget.fontMetrics().height())
    if isinstance(widget, QGroupBox):
        return (widget.minimumSizeHint().width(), 0)
    if isinstance(widget, QAbstractButton) and not widget.text():
        return None  # a picture, which may be smaller
    if isinstance(widget, _WITH_TEXT):
        hint = widget.minimumSizeHint()
        return (hint.width(), min(hint.height(), widget.sizeHint().height()))
    return None


def _is_part(widget: QWidget) -> bool:
    """Whether a widget is an inner part of another, which lays it out by itself."""
    parent = widget.parentWidget()
    inner = isinstance(parent, _WITH_TEXT) or isinstance(widget, QScrollBar)
    return inner or widget.objectName().startswith("qt_") or widget.windowType() == Qt.WindowType.Popup


def _name(widget: QWidget) -> str:
    text = widget.accessibleName() or getattr(widget, "text", str)() or widget.windowTitle() or widget.objectName()
    return f"{type(widget).__name__} {str(text)[:60]!r}"
