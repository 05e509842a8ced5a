"""Labels that are translated again when the user changes the language, and Qt's own translations."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from edge_assistant.settings.schema import Settings
from edge_assistant.system.i18n import tr


class TranslatedLabels:
    """The translated labels of one window, on the GUI thread. The labelled widgets have to live as long."""

    def __init__(self) -> None:
        self._labels: list[tuple[Callable[[str], object], str]] = []

    def add(self, set_text: Callable[[str], object], message: str) -> None:
        """Call `set_text` with the translated message (marked by i18n.later), now and whenever the language changes."""
        self._labels.append((set_text, message))
        set_text(tr(message))

    def retranslate(self) -> None:
        """Translate all labels into the current language."""
        for set_text, message in self._labels:
            set_text(tr(message))


class QtTranslations:
    """The translations of Qt's own dialogs, in the user's language where Qt has it."""

    def __init__(self, application: QCoreApplication) -> None:
        self._application = application
        self._translator = QTranslator()
        self._language = "en"

    def apply_settings(self, settings: Settings) -> None:
        """Use the language of these settings."""
        previous, self._language = self._language, settings.spoken_language or "en"
        if self._language == previous:
            return
        self._application.removeTranslator(self._translator)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if self._translator.load(QLocale(self._language), "qtbase", "_", folder):
            self._application.installTranslator(self._translator)
