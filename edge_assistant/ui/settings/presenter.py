"""The settings of the running program: opens the dialog, and hands over what comes of it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot

from edge_assistant.controller.service import Service
from edge_assistant.settings.schema import Settings
from edge_assistant.ui.settings.dialog import SettingsDialog


class SettingsPresenter(QObject):
    """Belongs to the GUI thread; at most one dialog is open."""

    changed = Signal(object)
    """Other Settings hold, wherever they come from."""

    def __init__(self, program: Service, parent: QObject) -> None:
        super().__init__(parent)
        self._program = program
        self._dialog: SettingsDialog | None = None
        self._language: str | None = None
        self.changed.connect(self._on_changed, Qt.ConnectionType.QueuedConnection)
        program.on_settings = self.changed.emit

    def open(self) -> None:
        """Show the dialog in front, with the keyboard."""
        if self._dialog is None:
            program = self._program
            self._language = program.chosen.spoken_language
            self._dialog = SettingsDialog(
                program.chosen,
                on_apply=program.apply,
                say=lambda message: program.control.tell("settings", message),
                hold_keys=program.hold_keys,
            )
            self._dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self._dialog.destroyed.connect(self._on_gone)
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    @Slot()
    def _on_gone(self) -> None:
        self._dialog = None

    @Slot(object)
    def _on_changed(self, settings: Settings) -> None:
        if self._dialog is None:
            return
        self._dialog.set_current(settings)
        if settings.spoken_language != self._language:
            self._language = settings.spoken_language
            self._dialog.follow_language()
