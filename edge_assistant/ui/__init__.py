"""The graphical interface in Qt: windows, tray and overlays. What they do is asked of the controller."""

from __future__ import annotations

from edge_assistant.system import pyside_workaround

pyside_workaround.keep_constants_alive()
