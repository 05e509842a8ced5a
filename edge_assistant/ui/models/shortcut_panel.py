"""The part of the first-run window that tells the most important shortcut, and lets another one be pressed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from edge_assistant.controller.global_hotkeys import KeyReport
from edge_assistant.hotkeys.key import parse_key
from edge_assistant.settings.schema import Settings, with_values
from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.retranslate import TranslatedLabels
from edge_assistant.ui.settings.settings_access import SettingsAccess
from edge_assistant.ui.settings.shortcut_edit import ShortcutEdit
from edge_assistant.ui.strings import key_label

_ACTION = "window"
_SETTING = f"hotkeys.{_ACTION}"
_NO_SHORTCUT = tr_noop("No shortcut describes the active window. Press one in the last field.")


class ShortcutPanel(QWidget):
    """A label and a field for the shortcut that describes the active window; a free one is saved at once."""

    def __init__(self, access: SettingsAccess, say: Callable[[str], None]) -> None:
        """`say` speaks a sentence."""
        super().__init__()
        self._access = access
        self._say = say
        self._checking = ""
        self._label = PlainLabel("")
        self._label.setWordWrap(True)
        self.edit = ShortcutEdit()
        labels = TranslatedLabels(self)
        labels.add(self.edit.setAccessibleName, tr_noop("Describes the active window"))
        labels.add(
            self.edit.setAccessibleDescription,
            tr_noop("Press a shortcut to use it. If nothing is said then, another program has it."),
        )
        labels.add(self.edit.setPlaceholderText, tr_noop("No shortcut"))
        self._label.setBuddy(self.edit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._label)
        layout.addWidget(self.edit)
        self.edit.recording_changed.connect(access.suspend)
        self.edit.refused.connect(self._tell)
        self.edit.recorded.connect(self._on_recorded)
        access.checked.connect(self._on_checked, Qt.ConnectionType.QueuedConnection)
        self.apply_settings(access.settings)

    @property
    def sentence(self) -> str:
        """What there is to say about the shortcut."""
        key = self._access.settings.keys_by_action().get(_ACTION)
        if key is None:
            return tr(_NO_SHORTCUT)
        return tr(
            "{key} describes the active window. If it needs Fn, or you want another one, press that in the last field.",
            key=key_label(key),
        )

    def apply_settings(self, settings: Settings) -> None:
        """Show the shortcut of other settings."""
        self.edit.set_key(settings.hotkeys.window)
        self._label.setText(self.sentence)

    def changeEvent(self, event: QEvent) -> None:
        """Show the sentence in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._label.setText(self.sentence)

    def _on_recorded(self) -> None:
        key = self._checking = self.edit.key
        try:
            settings = with_values(self._access.settings, {_SETTING: key})
        except UsageError as error:
            self._take_back(str(error))
            return
        if key:
            self._access.check(_SETTING, parse_key(key))
        else:
            self._access.save(settings)
            self._tell(tr(_NO_SHORTCUT))

    @Slot(str, object)
    def _on_checked(self, name: str, report: KeyReport) -> None:
        if name != _SETTING or str(report.key) != self._checking:
            return  # of the settings window, or of a shortcut pressed before
        self._checking = ""
        if report.free is False:
            self._take_back(report.sentence)
            return
        self._tell(report.sentence)
        self._access.save(with_values(self._access.settings, {_SETTING: str(report.key)}))

    def _take_back(self, reason: str) -> None:
        """Show the shortcut of the settings again, and say why another one cannot be used."""
        self.edit.set_key(self._access.settings.hotkeys.window)
        self._tell(reason)

    def _tell(self, sentence: str) -> None:
        self._label.setText(sentence)
        self._say(sentence)
