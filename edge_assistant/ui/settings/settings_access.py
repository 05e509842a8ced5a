"""What windows need of the running service to read and save its settings, on the GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from edge_assistant.controller.service import Service
from edge_assistant.hotkeys.key import Key
from edge_assistant.settings.schema import Settings


class SettingsAccess(QObject):
    """Reads and saves the settings, and lets a shortcut be recorded and checked. All methods return at once."""

    checked = Signal(str, object)
    """A shortcut was checked: the name of its setting, and a controller.global_hotkeys.KeyReport. Connect it queued."""

    def __init__(self, service: Service, parent: QObject) -> None:
        super().__init__(parent)
        self._service = service

    @property
    def settings(self) -> Settings:
        """The current settings."""
        return self._service.settings

    def suspend(self, suspended: bool) -> None:
        """Release the global hotkeys while a new one is being recorded, or register them again."""
        self._service.event_loop.post(self._service.suspend_hotkeys, suspended)

    def check(self, name: str, key: Key) -> None:
        """Check a key for a setting while the hotkeys are suspended; `checked` follows."""
        self._service.event_loop.post(lambda: self.checked.emit(name, self._service.check_key(key)))

    def save(self, settings: Settings) -> None:
        """Save and apply these settings."""
        self._service.event_loop.post(self._service.save_settings, settings)
