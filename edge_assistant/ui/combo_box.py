"""A list of options that opens: where its own place is too narrow for the text, that ends in an ellipsis."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHelpEvent, QPaintEvent, QPalette
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QToolTip

from edge_assistant.ui.plain_text import tooltip


class ComboBox(QComboBox):
    """A combo box that may be narrower than its options; the list that it opens is not, and the tooltip of a text that
    is cut begins with all of it."""

    @property
    def shown_text(self) -> str:
        """The text as there is room for it."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        return self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, field.width() - 2)

    def showPopup(self) -> None:
        """Open the list, wide enough for all options."""
        view = self.view()
        room = self.screen().availableGeometry().width()
        view.setMinimumWidth(min(view.sizeHintForColumn(0) + 2 * self.fontMetrics().height(), room))
        super().showPopup()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint as Qt does, with the text as there is room for it."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter = QStylePainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        option.currentText = self.shown_text
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Show all of a text that is cut, and then the usual tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._is_cut:
            QToolTip.showText(event.globalPos(), tooltip(self.currentText()) + self.toolTip(), self)
            return True
        return super().event(event)

    @property
    def _is_cut(self) -> bool:
        return self.shown_text != self.currentText()
