"""The status bar of the main window: what the program does, in words and by an icon, and how far it is."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from edge_assistant.controller.view import Status
from edge_assistant.system.i18n import tr
from edge_assistant.ui.icons.status import status_pixmap
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.strings import status_name
from edge_assistant.ui.style import SPACE


class StatusLine(QWidget):
    """The content of a status bar; the progress is there only while it is known."""

    def __init__(self) -> None:
        super().__init__()
        self._status: Status = "loading"
        self._icon, self._text = PlainLabel(), PlainLabel()
        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        self.progress.setMaximumWidth(20 * self.fontMetrics().averageCharWidth())
        self.progress.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE, 0, SPACE, 0)
        layout.setSpacing(SPACE)
        for each in (self._icon, self._text, self.progress):
            layout.addWidget(each)
        layout.addStretch(1)
        self._show()

    def show_status(self, status: Status) -> None:
        """Show a status; how far it is is not known yet."""
        self._status = status
        self._show()
        self.show_progress(None)

    def show_progress(self, percent: int | None) -> None:
        """Show how far the program is, from 0 to 100; None for not known."""
        self.progress.setVisible(percent is not None)
        if percent is not None:
            self.progress.setValue(percent)

    def changeEvent(self, event: QEvent) -> None:
        """Show the status in another language, and its icon as high as other letters."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.FontChange):
            self._show()

    def _show(self) -> None:
        self._icon.setPixmap(status_pixmap(self._status, self.fontMetrics().height()))
        self._text.setText(status_name(self._status))
        self.progress.setFormat(tr("{percent} %", percent="%p"))
        self.progress.setAccessibleName(status_name(self._status))
