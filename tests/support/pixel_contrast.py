"""The contrast of what a window shows, computed from its pixels: of its texts, and of what marks the focus."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QImage
from PySide6.QtWidgets import QAbstractScrollArea, QAbstractSpinBox, QComboBox, QWidget

from support.accessible_walk import application

TEXT, FRAME = 4.5, 3.0
"""What WCAG 2 asks for, as contrast ratios: of text (1.4.3), and of what shows the focus (1.4.11)."""

_CHANGE = 1.3
"""From which contrast on a pixel looks otherwise than before."""

_Role = QAccessible.Role
_TEXTS = {
    _Role.StaticText: 0, _Role.ListItem: 1, _Role.Cell: 1, _Role.TreeItem: 1, _Role.ColumnHeader: 2, _Role.MenuItem: 2,
    _Role.Button: 5, _Role.CheckBox: 0, _Role.RadioButton: 0, _Role.ComboBox: 5, _Role.EditableText: 5,
    _Role.PageTab: 5, _Role.SpinBox: 5, _Role.Link: 0, _Role.Heading: 0,
}  # fmt: skip
"""What shows text, and how many pixels of its edge are a frame."""

Pixels = NDArray[np.float64]

_LEVELS = np.arange(256) / 255
_LINEAR: Pixels = np.where(_LEVELS <= 0.04045, _LEVELS / 12.92, ((_LEVELS + 0.055) / 1.055) ** 2.4)
"""The light of each level of a colour, as WCAG 2 has it."""


def text_faults(window: QWidget) -> list[str]:
    """Return the visible texts of a window whose contrast with their ground is below TEXT; disabled ones may be."""
    image = luminance(window.grab().toImage())
    faults = []
    for name, rect in _texts(window):
        ratio = text_contrast(image, rect)
        if ratio is not None and ratio < TEXT:
            faults.append(f"{name!r}: {ratio:.1f}")
    return faults


def focus_faults(window: QWidget) -> list[str]:
    """Return what has the keyboard in a window and does not show it.

    Shown it is by pixels that look otherwise without the keyboard, and have a contrast of FRAME with the window around:
    as many as half of the edge of the part that is seen, or of a short text.
    """
    stops = list(_tab_stops(window))
    faults = []
    for widget in stops if len(stops) > 1 else ():  # what always has the keyboard needs no mark
        widget.setFocus()
        with_focus = _grabbed(window)
        widget.clearFocus()
        without = _grabbed(window)
        seen = _seen(widget, window)
        rect = seen.adjusted(-3, -3, 3, 3) & QRect(QPoint(0, 0), window.size())
        before, after = _part(without, rect), _part(with_focus, rect)
        ground = np.median(np.concatenate([before[0], before[-1], before[:, 0], before[:, -1]]))
        marks = (_ratio(before, after) >= _CHANGE) & (_ratio(after, ground) >= FRAME)
        marked, wanted = int(np.count_nonzero(marks)), min(seen.width(), 80) + min(seen.height(), 16)
        if marked < wanted:
            name = QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
            faults.append(f"{type(widget).__name__} {name!r}: {marked} pixels of {wanted}")
    return faults


def luminance(image: QImage) -> Pixels:
    """Return the relative luminance of each pixel (WCAG 2), from 0 to 1, by row and column."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    data = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    red, green, blue = np.moveaxis(data[:, : 3 * image.width()].reshape(image.height(), image.width(), 3), 2, 0)
    result: Pixels = 0.2126 * _LINEAR[red] + 0.7152 * _LINEAR[green] + 0.0722 * _LINEAR[blue]
    return result


def text_contrast(image: Pixels, rect: QRect) -> float | None:
    """Return the contrast of the strokes in a rectangle with its commonest colour; None where there are none."""
    part = _part(image, rect)
    if part.size < 20:
        return None
    levels, counts = np.unique(part.round(5), return_counts=True)
    ground = float(levels[counts.argmax()])
    ratios = _ratio(levels[counts > 1], np.array(ground))
    return float(ratios.max()) if len(levels) > 1 else None


def _ratio(one: Pixels, other: Pixels) -> Pixels:
    result: Pixels = (np.maximum(one, other) + 0.05) / (np.minimum(one, other) + 0.05)
    return result


def _part(image: Pixels, rect: QRect) -> Pixels:
    return image[max(0, rect.top()) : rect.bottom() + 1, max(0, rect.left()) : rect.right() + 1]


def _grabbed(window: QWidget) -> Pixels:
    application().processEvents()
    return luminance(window.grab().toImage())


def _tab_stops(window: QWidget) -> Iterator[QWidget]:
    """What Tab goes to in a window, as far as it is seen."""
    widget = window.nextInFocusChain()
    while widget is not window:
        policy = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        is_part = isinstance(widget.parentWidget(), QAbstractSpinBox | QComboBox)
        if (
            policy == Qt.FocusPolicy.TabFocus
            and not is_part
            and widget.isEnabled()
            and not widget.visibleRegion().isEmpty()
        ):
            yield widget
        widget = widget.nextInFocusChain()


def _seen(widget: QWidget, window: QWidget) -> QRect:
    """The part of a widget that is seen, in the window."""
    return widget.visibleRegion().boundingRect().translated(widget.mapTo(window, QPoint(0, 0)))


def _texts(window: QWidget) -> Iterator[tuple[str, QRect]]:
    whole = QRect(QPoint(0, 0), window.size())
    yield from _texts_in(QAccessible.queryAccessibleInterface(window), window, whole)


def _texts_in(interface: QAccessibleInterface | None, window: QWidget, clip: QRect) -> Iterator[tuple[str, QRect]]:
    if interface is None or not interface.isValid() or interface.state().invisible or interface.state().disabled:
        return
    shown = interface.object()
    if isinstance(shown, QWidget):
        clip = clip & _seen(shown, window)
        if isinstance(shown, QAbstractScrollArea) and shown.viewport() is not None:
            yield from _items(interface, window, clip & _seen(shown.viewport(), window))
    rect = interface.rect().translated(-window.mapToGlobal(QPoint(0, 0)))
    name = interface.text(QAccessible.Text.Name) or interface.text(QAccessible.Text.Value)
    if interface.role() in _TEXTS and name.strip():
        edge = _TEXTS[interface.role()]
        yield name, rect.adjusted(edge, edge, -edge, -edge) & clip
    if not isinstance(shown, QAbstractScrollArea) or not _is_view(interface):
        for index in range(interface.childCount()):
            yield from _texts_in(interface.child(index), window, clip)


def _is_view(interface: QAccessibleInterface) -> bool:
    return interface.role() in (_Role.List, _Role.Table, _Role.Tree)


def _items(interface: QAccessibleInterface, window: QWidget, clip: QRect) -> Iterator[tuple[str, QRect]]:
    """The items of a list or table, which are no widgets."""
    if _is_view(interface):
        for index in range(interface.childCount()):
            yield from _texts_in(interface.child(index), window, clip)
