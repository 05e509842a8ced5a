"""The windows, the tray and the palette; what they do is asked of the resident program."""

from __future__ import annotations

from edge_assistant.system import pyside_workaround

pyside_workaround.keep_alive()
