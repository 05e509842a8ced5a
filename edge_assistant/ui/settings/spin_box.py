"""A spin box whose lowest value is told in words, which end in an ellipsis where there is less room."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QSpinBox, QStyle, QStyleOptionFrame, QToolTip, QWidget

from edge_assistant.ui.plain_text import tooltip

_BESIDE = 2
"""Pixels that Qt keeps free left and right of the text of a field."""


class SpinBox(QSpinBox):
    """A spin box whose lowest value means "unset"; the first step up from there goes to `first`, a usual value.

    Where the words for "unset" tell a number, `unset`, steps go up and down from that one instead.
    """

    def __init__(self, first: int | None, least_letters: int, *, unset: int | None = None) -> None:
        """`least_letters` is the room that the words for the lowest value have at least."""
        super().__init__()
        self._first_step, self._unset = first, unset
        self._least_letters = least_letters
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.words = _Words(self)
        self.setLineEdit(self.words)

    def minimumSizeHint(self) -> QSize:
        """Return room for the number, and for the words that stand in its place no more than other fields have."""
        usual = super().minimumSizeHint()
        return QSize(
            min(usual.width(), self._least_letters * self.fontMetrics().horizontalAdvance("X")), usual.height()
        )

    def stepBy(self, steps: int) -> None:
        """Step to a usual value from the lowest one, and else as Qt does."""
        is_lowest = self.value() == self.minimum()
        if is_lowest and self._unset is not None:
            self.setValue(self._unset + steps * self.singleStep())
        elif is_lowest and self._first_step is not None and steps > 0:
            self.setValue(self._first_step)
        else:
            super().stepBy(steps)

    def stepEnabled(self) -> QSpinBox.StepEnabledFlag:
        """Return in which directions there are further values."""
        both = QSpinBox.StepEnabledFlag.StepUpEnabled | QSpinBox.StepEnabledFlag.StepDownEnabled
        return both if self._unset is not None and self.value() == self.minimum() else super().stepEnabled()

    def event(self, event: QEvent) -> bool:
        """Show all of the words that are cut, and then the usual tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self.words.is_cut:
            QToolTip.showText(event.globalPos(), tooltip(self.text()) + self.toolTip(), self)
            return True
        return super().event(event)


class _Words(QLineEdit):
    """The text of a spin box. While nobody edits it, it ends in an ellipsis where it is cut."""

    def __init__(self, box: QWidget) -> None:
        super().__init__()
        self.setObjectName("qt_spinbox_lineedit")  # that of Qt's own: to screen readers it is a part of the box
        self._box = box

    @property
    def shown_text(self) -> str:
        """The text as there is room for it."""
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self._option_rect()[1].width())

    @property
    def is_cut(self) -> bool:
        """Whether there is less room than the text needs."""
        return self.shown_text != self.text()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the text as there is room for it, unless it is edited."""
        if self._box.hasFocus() or not self.is_cut:
            super().paintEvent(event)
            return
        option, rect = self._option_rect()
        painter = QPainter(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelLineEdit, option, painter, self)
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        painter.drawText(rect, self.alignment() | Qt.AlignmentFlag.AlignVCenter, self.shown_text)
        painter.end()

    def _option_rect(self) -> tuple[QStyleOptionFrame, QRect]:
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        rect = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        return option, rect.adjusted(_BESIDE, 0, -_BESIDE, 0)
