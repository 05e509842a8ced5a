"""What windows show all the time, in the person's language: put where it is seen, and again when that is another."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from edge_assistant.settings.schema import Settings
from edge_assistant.system.i18n import tr


class TranslatedLabels:
    """One window's. Belongs to the GUI thread; what shows a label has to live as long."""

    def __init__(self) -> None:
        self._shown: list[tuple[Callable[[str], object], str]] = []

    def put(self, show: Callable[[str], object], message: str) -> None:
        """Give `show` the message, marked by text.later, in the person's language, now and whenever it is another."""
        self._shown.append((show, message))
        show(tr(message))

    def follow(self) -> None:
        """Put all of them in the language that holds now."""
        for show, message in self._shown:
            show(tr(message))


class QtTranslations:
    """What Qt itself writes into its dialogs, in the same language where Qt has it."""

    def __init__(self, application: QCoreApplication) -> None:
        self._application = application
        self._translator = QTranslator()
        self._language = "en"

    def follow(self, settings: Settings) -> None:
        """Other settings hold."""
        before, self._language = self._language, settings.spoken_language or "en"
        if self._language == before:
            return
        self._application.removeTranslator(self._translator)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if self._translator.load(QLocale(self._language), "qtbase", "_", folder):
            self._application.installTranslator(self._translator)
