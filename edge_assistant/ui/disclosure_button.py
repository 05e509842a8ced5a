"""A button that shows and hides what stands below it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QShortcutEvent
from PySide6.QtWidgets import QToolButton, QWidget

from edge_assistant.system.i18n import tr
from edge_assistant.ui.icons.drawn import drawn_icon
from edge_assistant.ui.speaking.description import DISCLOSES


class DisclosureButton(QToolButton):
    """A button with an arrow that shows and hides one widget, closed at first; a screen reader hears which it is.

    Its access key leaves the focus where it is, where the user may be typing.
    """

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self._content = content
        self.setCheckable(True)
        self.setProperty(DISCLOSES, True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.toggled.connect(self._on_toggled)
        self._on_toggled(False)

    def event(self, event: QEvent) -> bool:
        """Handle the access key without taking the focus, and all else as Qt does."""
        if isinstance(event, QShortcutEvent) and not event.isAmbiguous():
            self.click()
            return True
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._show_state()
        return super().event(event)

    def _on_toggled(self, open: bool) -> None:
        self._content.setVisible(open)
        self._show_state()

    def _show_state(self) -> None:
        open, height = self.isChecked(), self.fontMetrics().height()
        colour = self.palette().buttonText().color()
        self.setIcon(drawn_icon("open" if open else "closed", height, colour, self.devicePixelRatio()))
        self.setIconSize(QSize(height, height))
        self.setAccessibleDescription(tr("open") if open else tr("closed"))
