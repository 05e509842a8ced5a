"""The row of the question: the input, Think harder with its price beside it, and the button that asks."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui.plain_text import PlainLabel, tooltip
from edge_assistant.ui.primary_button import mark_primary
from edge_assistant.ui.question_input import QuestionInput
from edge_assistant.ui.retranslate import TranslatedLabels
from edge_assistant.ui.speaking.announcer import report_changes_itself
from edge_assistant.ui.style import SPACE, CheckBox

_LEAST_INPUT = 24
"""Least width of the input in letters; with less room, Think harder stands below it."""


class QuestionRow(QWidget):
    """The widgets of a question, in one row or, in a narrow window, in two."""

    def __init__(self) -> None:
        super().__init__()
        labels = TranslatedLabels(self)
        self._label = PlainLabel()
        labels.add(self._label.setText, tr_noop("&Question:"))
        self.input = QuestionInput()
        self.input.setAcceptDrops(False)
        labels.add(self.input.setAccessibleName, tr_noop("Question"))
        self._label.setBuddy(self.input)
        self.think = CheckBox()
        report_changes_itself(self.think)  # the controller says what it turned on, and its price
        self.ask = mark_primary(QPushButton())
        labels.add(self.ask.setText, tr_noop("As&k"))
        self._price = ""
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACE)
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(self._label, 0, 0)
        self._grid.addWidget(self.input, 0, 1)
        self._grid.addWidget(self.ask, 0, 3)
        self._wide: bool | None = None
        self.show_think(False, "")
        for first, second in ((self.input, self.think), (self.think, self.ask)):
            QWidget.setTabOrder(first, second)

    def show_think(self, on: bool, price: str) -> None:
        """Show whether thinking harder is on, and what it costs, such as "31 seconds more"; "" is not known yet."""
        self._price = price
        self.think.setChecked(on)
        self.think.setText(tr("Think &harder, {price}", price=price) if price else tr("Think &harder"))
        unknown = tr("How long think harder takes on this computer is not measured yet.")
        self.think.setAccessibleDescription("" if price else unknown)
        self.think.setToolTip("" if price else tooltip(unknown))
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        """Return the room that two rows need."""
        first = self._label.sizeHint().width() + self._least_input() + self.ask.sizeHint().width() + 2 * SPACE
        return QSize(max(first, self.think.sizeHint().width()), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use one row or two, as there is room."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Show the price in another language, and letters of another size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.show_think(self.think.isChecked(), self._price)
        elif event.type() == QEvent.Type.FontChange:
            self._arrange()

    def _arrange(self) -> None:
        others = (self._label, self.think, self.ask)
        needed = sum(each.sizeHint().width() for each in others) + self._least_input() + 3 * SPACE
        wide = self.width() >= needed
        if wide == self._wide:
            return
        self._wide = wide
        if wide:
            self._grid.addWidget(self.think, 0, 2)
        else:
            self._grid.addWidget(self.think, 1, 0, 1, 4)

    def _least_input(self) -> int:
        return _LEAST_INPUT * self.fontMetrics().averageCharWidth()
