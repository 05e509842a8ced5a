"""Labels that are translated again when the user changes the language, and Qt's own translations."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QLibraryInfo, QLocale, QObject, QTranslator

from edge_assistant.settings.schema import Settings
from edge_assistant.system.i18n import tr


class TranslatedLabels(QObject):
    """The translated labels of a window, its parent, which passes Qt's LanguageChange on to them."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._labels: list[tuple[Callable[[str], object], str]] = []

    def add(self, set_text: Callable[[str], object], message: str) -> None:
        """Call `set_text` with the translated message (marked by tr_noop), now and whenever the language changes."""
        self._labels.append((set_text, message))
        set_text(tr(message))

    def retranslate(self) -> None:
        """Translate all labels into the current language."""
        for set_text, message in self._labels:
            set_text(tr(message))

    def event(self, event: QEvent) -> bool:
        """Translate the labels when the language changes."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        return super().event(event)


class QtTranslations:
    """The translations of Qt's own dialogs, in the user's language where Qt has it."""

    def __init__(self, application: QCoreApplication) -> None:
        self._application = application
        self._translator = QTranslator()
        self._language = "en"

    def apply_settings(self, settings: Settings) -> None:
        """Use the language of these settings; if it is another one, every widget gets a LanguageChange."""
        previous, self._language = self._language, settings.spoken_language or "en"
        if self._language == previous:
            return
        self._application.removeTranslator(self._translator)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if self._translator.load(QLocale(self._language), "qtbase", "_", folder):
            self._application.installTranslator(self._translator)
        # Sent once more for our own sentences: Qt has no translations into some languages, and none into English.
        QCoreApplication.sendEvent(self._application, QEvent(QEvent.Type.LanguageChange))
