"""The picture of the conversation in the main window, as large as there is room; pressed, it is enlarged."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy

from edge_assistant.system.i18n import tr
from edge_assistant.ui.style import SMALL_SPACE, draw_widget_outline

_LEAST_LINES = 5
"""Least height of the picture in lines of text."""


class PictureView(QPushButton):
    """A button that shows a picture, scaled to its size. Enter, Space, Ctrl++ and a click press it."""

    def __init__(self) -> None:
        super().__init__()
        self._image = QImage()
        self.setAutoDefault(True)  # so that Enter presses it outside of dialogs, too
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._describe()

    def show_image(self, image: QImage | None) -> None:
        """Show another picture, None for none."""
        self._image = QImage() if image is None else image
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Return room in which a picture can be recognised."""
        height = _LEAST_LINES * self.fontMetrics().height()
        return QSize(height, height)

    def sizeHint(self) -> QSize:
        """Return the same; the layout gives what it has."""
        return self.minimumSizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press the button at Ctrl++, too."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.key() in (
            Qt.Key.Key_Plus,
            Qt.Key.Key_Equal,
        ):
            self.click()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Say in another language what pressing does."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._describe()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint the picture in the middle, whole, and the outline."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if not self._image.isNull():
            painter.drawImage(self.picture_rect(), self._image)
        draw_widget_outline(self, painter)
        painter.end()

    def picture_rect(self) -> QRect:
        """Return where in the widget the picture is, in the picture's own proportions."""
        room = self.rect().adjusted(SMALL_SPACE, SMALL_SPACE, -SMALL_SPACE, -SMALL_SPACE)
        size = self._image.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        result = QRect(0, 0, size.width(), size.height())
        result.moveCenter(room.center())
        return result

    def _describe(self) -> None:
        self.setAccessibleDescription(tr("Enter enlarges it."))
