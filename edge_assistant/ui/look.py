"""The look of all windows: the theme and the text size of the settings, applied to the application at once."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from edge_assistant.settings.schema import Settings
from edge_assistant.ui.font_size import scaled_font
from edge_assistant.ui.heading import refit_fonts
from edge_assistant.ui.style import OutlinedStyle, use_outlines
from edge_assistant.ui.theme import Theme, theme_palette

_SCHEMES = {"system": Qt.ColorScheme.Unknown, "light": Qt.ColorScheme.Light}
"""The system's own frames around windows follow these; every other theme is a dark one."""


class Look:
    """The look of one application, which had the system's when this was made."""

    def __init__(self, application: QApplication) -> None:
        self._application = application
        self._system_style = application.style().name()
        self._system_font = QFont(application.font())
        self._theme, self._text_size = "system", 100
        use_outlines(application)

    def apply_settings(self, settings: Settings) -> None:
        """Apply theme and text size; every window is drawn anew where they changed."""
        if settings.theme != self._theme:
            self._theme = settings.theme
            self._apply_theme()
        if settings.text_size != self._text_size:
            self._text_size = settings.text_size
            self._apply_text_size()

    def _apply_theme(self) -> None:
        """Use the system's style and colours, or the outlined style, which is drawn from the palette alone."""
        application = self._application
        application.styleHints().setColorScheme(_SCHEMES.get(self._theme, Qt.ColorScheme.Dark))
        if self._theme == "system":
            application.setStyle(QStyleFactory.create(self._system_style))
            application.setPalette(QPalette())  # without a colour of its own it is the system's
            use_outlines(application)
        else:
            if not isinstance(application.style(), OutlinedStyle):
                application.setStyle(OutlinedStyle())
            application.setPalette(theme_palette(cast(Theme, self._theme)))

    def _apply_text_size(self) -> None:
        self._application.setFont(scaled_font(self._system_font, self._text_size / 100))
        refit_fonts()
