"""The choice of the hotkey backend by operating system and session."""

from __future__ import annotations

from edge_assistant.hotkeys import unsupported
from edge_assistant.hotkeys.mac import MacHotkeys
from edge_assistant.hotkeys.portal import PortalHotkeys
from edge_assistant.hotkeys.protocol import Hotkeys
from edge_assistant.hotkeys.unsupported import UnsupportedHotkeys
from edge_assistant.hotkeys.windows import WindowsHotkeys
from edge_assistant.hotkeys.x11 import X11Hotkeys


def choose_hotkeys(platform: str, *, wayland: bool, x11: bool) -> Hotkeys:
    """Return the hotkeys of this session.

    `platform` as in sys.platform, "linux" for all Linuxes; `wayland` and `x11` say which displays the environment
    names.
    """
    if platform == "win32":
        return WindowsHotkeys()
    if platform == "darwin":
        return MacHotkeys()
    if wayland:  # first: a Wayland session has an X display too, on which only some windows send their keys
        return PortalHotkeys()
    return X11Hotkeys() if x11 else UnsupportedHotkeys(unsupported.NO_DISPLAY)
