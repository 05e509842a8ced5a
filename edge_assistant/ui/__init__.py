"""The windows, the tray and the palette; what they do is asked of the resident program."""

from __future__ import annotations

from edge_assistant import constants

constants.keep_alive()
