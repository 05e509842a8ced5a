"""Reads from the widgets themselves what they show: texts with their boxes, states, counts, places."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QGroupBox,
    QLabel,
    QLayout,
    QLineEdit,
    QListWidget,
    QMenu,
    QMenuBar,
    QPushButton,
    QRadioButton,
    QStyle,
    QStyleOptionButton,
    QStyleOptionComboBox,
    QStyleOptionFrame,
    QStyleOptionGroupBox,
    QTableWidget,
    QWidget,
)

from edge_assistant.drawn_screens.qt.painted import PaintedWidget
from edge_assistant.drawn_screens.truth import Box, Role, State, TextBox

LABEL = "label"
"""The property of a field that has no text of its own: the label that names it."""
COUNTED = "counted"
"""The property of a widget that is counted: as what (see ScreenTruth.counts)."""
ROLE = "role"
"""The property of a QLabel: the role of its text."""
HIGHLIGHTED_ROW = Qt.ItemDataRole.UserRole
"""The data of a list's item: the state that it stands for, such as "unread"."""


_CELL_MARGIN = 3
"""Logical pixels that Qt's delegates leave free: a focus frame's width and one."""


@dataclass
class Survey:
    """What the widgets show. Boxes are pixels of the picture."""

    texts: list[TextBox] = field(default_factory=list)
    states: dict[str, tuple[State, ...]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    places: dict[str, Box] = field(default_factory=dict)
    cut: list[str] = field(default_factory=list)
    """Texts and things that are not seen whole."""


class Surveyor:
    """Walks a tree of widgets in reading order, which is that of their layouts."""

    def __init__(self, root: QWidget, scale: float) -> None:
        self._root = root
        self._scale = scale
        self._twice: set[str] = set()
        self._tables = 0
        self.found = Survey()

    def read(self, widget: QWidget) -> None:
        """Read a widget and everything in it."""
        if widget.isHidden():
            return
        counted = widget.property(COUNTED)
        if isinstance(counted, str):
            self._count(counted)
            if not self._inside(widget, widget.rect()):
                self.found.cut.append(counted)
        if isinstance(widget, PaintedWidget):
            for text, rect, role in widget.texts():
                self._text(widget, text, rect, widget.text_font(role), role)
            for label, rect in widget.parts():
                self._place(widget, label, rect)
            for child in _children(widget):
                self.read(child)
        elif isinstance(widget, QLabel):
            self._label(widget)
        elif isinstance(widget, QAbstractButton):
            self._button(widget)
        elif isinstance(widget, QLineEdit):
            self._line_edit(widget)
        elif isinstance(widget, QComboBox):
            self._combo_box(widget)
        elif isinstance(widget, QMenuBar):
            self._actions(widget)
            for menu in self._root.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly):
                self._actions(menu)
        elif isinstance(widget, QMenu):
            pass  # it is read after the bar that it hangs from
        elif isinstance(widget, QAbstractItemView):
            self._items(widget)
        else:
            if isinstance(widget, QGroupBox):
                self._group(widget)
            for child in _children(widget):
                self.read(child)

    def _label(self, label: QLabel) -> None:
        if text := label.text():
            role = label.property(ROLE)
            rect = _aligned(label, label.contentsRect(), label.alignment(), text, label.wordWrap())
            self._text(label, text, rect, label.font(), role if role else "text", wrap=label.wordWrap())
        if name := label.property(LABEL):
            self._place(label, name, label.rect())

    def _button(self, button: QAbstractButton) -> None:
        option = QStyleOptionButton()
        option.initFrom(button)
        option.text = button.text()
        alignment = Qt.AlignmentFlag.AlignCenter
        role: Role = "button"
        states: list[State] = []
        if isinstance(button, QPushButton):
            self._count("button")
            rect = button.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, button)
            if button.isDefault():
                states.append("default")
        else:
            ticks = isinstance(button, QCheckBox)
            assert ticks or isinstance(button, QRadioButton)
            self._count("tick box" if ticks else "radio button")
            part = QStyle.SubElement.SE_CheckBoxContents if ticks else QStyle.SubElement.SE_RadioButtonContents
            rect = button.style().subElementRect(part, option, button)
            alignment, role = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, "option"
            on: State = "ticked" if ticks else "selected"
            off: State = "not ticked" if ticks else "not selected"
            states.append(on if button.isChecked() else off)
        if not button.isEnabled():
            states.append("greyed")
        text = button.text()
        self._text(button, text, _aligned(button, rect, alignment, text), button.font(), role)
        self._state(text, states)
        self._place(button, text, button.rect())

    def _line_edit(self, edit: QLineEdit) -> None:
        option = QStyleOptionFrame()
        edit.initStyleOption(option)
        rect = edit.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, edit)
        if text := edit.text():
            # A field has the direction of its text, whatever the window's is.
            side = Qt.AlignmentFlag.AlignRight if _runs_from_the_right(text) else Qt.AlignmentFlag.AlignLeft
            alignment = side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
            self._text(edit, text, _aligned(edit, rect.adjusted(2, 0, -2, 0), alignment, text), edit.font(), "field")
        self._count("field")
        label = edit.property(LABEL)
        states: list[State] = [] if text else ["empty"]
        if not edit.isEnabled():
            states.append("greyed")
        self._state(label, states)
        self._place(edit, label, edit.rect())

    def _combo_box(self, box: QComboBox) -> None:
        option = QStyleOptionComboBox()
        box.initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        rect = box.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, box)
        alignment = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        text = box.currentText()
        self._text(box, text, _aligned(box, rect, alignment, text), box.font(), "field")
        self._count("field")
        self._place(box, box.property(LABEL), box.rect())

    def _group(self, group: QGroupBox) -> None:
        option = QStyleOptionGroupBox()
        group.initStyleOption(option)
        part = QStyle.SubControl.SC_GroupBoxLabel
        rect = group.style().subControlRect(QStyle.ComplexControl.CC_GroupBox, option, part, group)
        self._text(group, group.title(), rect, group.font(), "label")

    def _actions(self, bar: QMenu | QMenuBar) -> None:
        for action in bar.actions():
            if action.isSeparator():
                continue
            rect = bar.actionGeometry(action)
            text, _, shortcut = action.text().partition("\t")
            role: Role = "entry"
            needed = _size(bar.font(), text).width() + (_size(bar.font(), shortcut).width() if shortcut else 0)
            self._add(bar, f"{text} {shortcut}".strip(), rect, role, fits=needed <= rect.width())
            self._count("entry" if isinstance(bar, QMenu) else "menu")
            states: list[State] = []
            if action.isCheckable():
                states.append("ticked" if action.isChecked() else "not ticked")
            if not action.isEnabled():
                states.append("greyed")
            self._state(text, states)
            self._place(bar, text, rect)

    def _items(self, view: QAbstractItemView) -> None:
        if isinstance(view, QListWidget):
            for row in range(view.count()):
                item = view.item(row)
                rect = view.visualItemRect(item)
                fits = all(_fits(item.font(), line, rect) for line in item.text().split("\n"))
                for line, part in _lines(item.text(), rect):
                    self._add(view.viewport(), line, part, "entry", fits=fits)
                first = item.text().split("\n")[0]
                states: list[State] = [item.data(HIGHLIGHTED_ROW)] if item.data(HIGHLIGHTED_ROW) else []
                if view.currentRow() == row:
                    states.append("selected")
                self._count("entry")
                self._state(first, states)
                self._place(view.viewport(), first, rect)
        else:
            assert isinstance(view, QTableWidget)
            self._table(view)

    def _table(self, table: QTableWidget) -> None:
        header = table.horizontalHeader()
        names = []
        number = self._tables
        self._tables += 1
        for column in range(table.columnCount()):
            title = table.horizontalHeaderItem(column)
            assert title is not None
            text = title.text()
            names.append(text)
            rect = QRect(header.sectionViewportPosition(column), 0, header.sectionSize(column), header.height())
            fits = _fits(header.font(), text, rect)
            self._add(header.viewport(), text, rect, "header", fits=fits, cell=(number, 0, column))
            self._place(header.viewport(), text, rect)
        for row in range(table.rowCount()):
            self._count("row")
            first = ""
            for column, name in enumerate(names):
                item = table.item(row, column)
                assert item is not None
                text, rect = item.text(), table.visualItemRect(item)
                first = first or text
                if text:
                    fits = _fits(item.font(), text, rect)
                    self._add(table.viewport(), text, rect, "cell", fits=fits, cell=(number, row + 1, column))
                    self._place(table.viewport(), text, rect)
                else:
                    self._state(f"{first}, {name}", ["empty"])

    def _text(self, widget: QWidget, text: str, rect: QRect, font: QFont, role: Role, wrap: bool = False) -> None:
        room = widget.rect()
        if wrap:
            needed = QFontMetrics(font).boundingRect(
                QRect(0, 0, widget.contentsRect().width(), 10_000), Qt.TextFlag.TextWordWrap, text
            )
            fits = needed.height() <= room.height() and needed.width() <= room.width()
        else:
            fits = _size(font, text).width() <= room.width()
        self._add(widget, text, rect, role, fits=fits and room.adjusted(-1, -1, 1, 1).contains(rect))

    def _add(
        self,
        widget: QWidget,
        text: str,
        rect: QRect,
        role: Role,
        *,
        fits: bool,
        cell: tuple[int, int, int] | None = None,
    ) -> None:
        if not fits or not self._inside(widget, rect):
            self.found.cut.append(text)
        self.found.texts.append(TextBox(text, self._box(widget, rect), role, cell=cell))

    def _inside(self, widget: QWidget, rect: QRect) -> bool:
        """Whether no widget around cuts a part of the rectangle off."""
        around: QWidget | None = widget
        while around is not None:
            place = QRect(widget.mapTo(around, rect.topLeft()), rect.size())
            if around is self._root:
                return around.rect().contains(place)
            if not around.rect().adjusted(-1, -1, 1, 1).contains(place):
                return False
            around = around.parentWidget()
        return True

    def _box(self, widget: QWidget, rect: QRect) -> Box:
        corner = widget.mapTo(self._root, rect.topLeft())
        left, top = corner.x() * self._scale, corner.y() * self._scale
        right, bottom = left + rect.width() * self._scale, top + rect.height() * self._scale
        return math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)

    def _count(self, what: str) -> None:
        self.found.counts[what] = self.found.counts.get(what, 0) + 1

    def _state(self, label: str, states: list[State]) -> None:
        if states:
            self.found.states[label] = tuple(states)

    def _place(self, widget: QWidget, label: str, rect: QRect) -> None:
        if not self._inside(widget, rect):
            self.found.cut.append(label)
        if label in self.found.places or label in self._twice:
            self._twice.add(label)
            self.found.places.pop(label, None)
        else:
            self.found.places[label] = self._box(widget, rect)


def _children(widget: QWidget) -> Iterator[QWidget]:
    """The children of a widget in reading order: those of its layout, then the others."""
    laid = list(_laid_out(widget.layout()))
    yield from laid
    for child in widget.children():
        if isinstance(child, QWidget) and not any(child is each for each in laid):
            yield child


def _laid_out(layout: QLayout | None) -> Iterator[QWidget]:
    for index in range(layout.count() if layout else 0):
        item = layout.itemAt(index) if layout else None
        if item is None:
            continue
        widget = item.widget()
        if widget is not None:
            yield widget
        else:
            yield from _laid_out(item.layout())


def _runs_from_the_right(text: str) -> bool:
    """Whether the first letter that has a direction is Arabic, or another one that is written from the right."""
    directions = (unicodedata.bidirectional(letter) for letter in text)
    return next((each in ("R", "AL") for each in directions if each in ("L", "R", "AL")), False)


def _size(font: QFont, text: str) -> QSize:
    metrics = QFontMetrics(font)
    return QSize(metrics.horizontalAdvance(text), metrics.height())


def _fits(font: QFont, text: str, rect: QRect) -> bool:
    """Whether a line is not shortened in a cell of this size, whose delegate leaves a margin at both sides."""
    return _size(font, text).width() + 2 * _CELL_MARGIN <= rect.width()


def _lines(text: str, rect: QRect) -> Iterator[tuple[str, QRect]]:
    """The lines of an item, each with its part of the rectangle."""
    lines = text.split("\n")
    height = rect.height() // len(lines)
    for number, line in enumerate(lines):
        yield line, QRect(rect.topLeft() + QPoint(0, number * height), QSize(rect.width(), height))


def _aligned(widget: QWidget, rect: QRect, alignment: Qt.AlignmentFlag, text: str, wrap: bool = False) -> QRect:
    """The rectangle of a text that is aligned in `rect`."""
    metrics = QFontMetrics(widget.font())
    visual = QStyle.visualAlignment(widget.layoutDirection(), alignment)
    if wrap:
        return metrics.boundingRect(rect, int(visual.value) | Qt.TextFlag.TextWordWrap.value, text)
    size = QSize(metrics.horizontalAdvance(text), metrics.height())
    return QStyle.alignedRect(Qt.LayoutDirection.LeftToRight, visual, size, rect)
