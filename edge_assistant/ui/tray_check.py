"""Whether the desktop has a tray, for programs without a Qt of their own."""

from __future__ import annotations

from multiprocessing.connection import Connection

from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from edge_assistant.capture import qt_subprocess
from edge_assistant.system.i18n import tr


def has_tray() -> bool:
    """Return whether the desktop has a tray; asked in a process of its own. Raises InputError."""
    found: bool = qt_subprocess.call(_serve_tray, what=tr("The tray"))
    return found


def _serve_tray(connection: Connection) -> None:
    qt_subprocess.serve(connection, _is_available)


def _is_available() -> bool:
    application = QApplication(["edge-assistant"])
    try:
        return QSystemTrayIcon.isSystemTrayAvailable()
    finally:
        application.quit()
