"""Text that grows at its end and is only read, with the keyboard and a screen reader's cursor, too."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, Qt
from PySide6.QtGui import QResizeEvent, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QTextEdit

from edge_assistant.system.text_cleaning import clean

LINE_LETTERS = 80
"""About so many letters are in a line at most: in longer ones the eye, or a magnifier, loses the next one."""


class ReadOnlyText(QTextEdit):
    """Read-only text that grows at its end. What is added is never interpreted as HTML, and copied as plain text.

    Adding text never moves a cursor that is further up, and none at all while the view has the focus.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setAcceptRichText(False)
        self.setUndoRedoEnabled(False)
        self.setAcceptDrops(False)
        self.setTabChangesFocus(True)
        self.setFrameStyle(QFrame.Shape.Box | QFrame.Shadow.Plain)  # visible on black too, unlike the style's
        self.setLineWidth(2)  # room for the frame that shows the focus
        self.setLineWrapMode(QTextEdit.LineWrapMode.FixedPixelWidth)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self._shows_end = True
        scroll_bar = self.verticalScrollBar()
        scroll_bar.valueChanged.connect(self._on_scrolled)
        scroll_bar.rangeChanged.connect(self._on_room_changed)

    def add(self, text: str, look: QTextCharFormat | None = None, *, paragraph: QTextBlockFormat | None = None) -> int:
        """Add text at the end, in this look, and with `paragraph` in a new paragraph; return the position behind it."""
        text = clean(text)
        own_cursor, scroll_bar = self.textCursor(), self.verticalScrollBar()
        was_at_end, scrolled = own_cursor.atEnd(), scroll_bar.value()
        was_scrolled_down = scrolled == scroll_bar.maximum()
        anchor, position = own_cursor.anchor(), own_cursor.position()
        end = QTextCursor(self.document())
        end.movePosition(QTextCursor.MoveOperation.End)
        if paragraph is not None:
            if self.document().isEmpty():
                end.setBlockFormat(paragraph)
            else:
                end.insertBlock(paragraph)
        end.insertText(text, look or QTextCharFormat())
        if was_at_end:
            own_cursor = QTextCursor(end)
            if self.hasFocus():
                own_cursor.setPosition(anchor)
                own_cursor.setPosition(position, QTextCursor.MoveMode.KeepAnchor)
            self.setTextCursor(own_cursor)
        scroll_bar.setValue(scroll_bar.maximum() if was_scrolled_down else scrolled)
        return end.position()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have lines as wide as the view, but no longer than can be read well."""
        super().resizeEvent(event)
        self.fit_lines()

    def changeEvent(self, event: QEvent) -> None:
        """Have wider lines for larger letters."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange):
            self.fit_lines()

    def fit_lines(self) -> None:
        """Limit the lines to the view and to LINE_LETTERS."""
        self.setLineWrapColumnOrWidth(min(self.viewport().width(), self.line_width()))

    def line_width(self) -> int:
        """Return the width in pixels of the longest line."""
        return LINE_LETTERS * self.fontMetrics().averageCharWidth()

    def _on_scrolled(self, value: int) -> None:
        self._shows_end = value == self.verticalScrollBar().maximum()

    def _on_room_changed(self, _: int, maximum: int) -> None:
        """Go on showing the end when the view has less room, or larger letters."""
        if self._shows_end:
            self.verticalScrollBar().setValue(maximum)

    def createMimeDataFromSelection(self) -> QMimeData:
        """Return the selection as plain text: other programs need no looks of ours."""
        data = QMimeData()
        data.setText(self.textCursor().selection().toPlainText())
        return data
