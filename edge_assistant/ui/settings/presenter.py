"""The presenter of the settings dialog: opens it, applies what was changed in it, and shows changes made elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot

from edge_assistant.controller.global_hotkeys import KeyReport
from edge_assistant.controller.service import Service
from edge_assistant.settings.schema import Settings
from edge_assistant.ui import front
from edge_assistant.ui.settings.dialog import SettingsDialog
from edge_assistant.ui.settings.settings_access import SettingsAccess


class SettingsPresenter(QObject):
    """Opens at most one settings dialog for the service; belongs to the GUI thread."""

    changed = Signal(object)
    """The Settings that are in force from now on, wherever they were changed."""

    def __init__(self, service: Service, parent: QObject) -> None:
        super().__init__(parent)
        self._service = service
        self._dialog: SettingsDialog | None = None
        self.access = SettingsAccess(service, self)
        self.access.checked.connect(self._on_key_checked, Qt.ConnectionType.QueuedConnection)
        self.changed.connect(self._on_changed, Qt.ConnectionType.QueuedConnection)
        service.on_settings = self.changed.emit

    def open(self) -> None:
        """Show the dialog in front, with the keyboard focus."""
        if self._dialog is None:
            service = self._service
            self._dialog = SettingsDialog(
                service.settings,
                on_apply=service.event_loop.posting(service.save_settings),
                say=lambda message: service.tell("settings", message),
                suspend_hotkeys=self.access.suspend,
                check_key=self.access.check,
            )
            self._dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self._dialog.destroyed.connect(self._on_destroyed)
        front.bring_to_front(self._dialog, lambda sentence: self._service.tell("behind", sentence))

    @Slot()
    def _on_destroyed(self) -> None:
        self._dialog = None

    @Slot(str, object)
    def _on_key_checked(self, name: str, report: KeyReport) -> None:
        if self._dialog is not None:
            self._dialog.show_key_report(name, report)

    @Slot(object)
    def _on_changed(self, settings: Settings) -> None:
        if self._dialog is not None:
            self._dialog.set_current(settings)
