"""Sessions without global hotkeys: Wayland without a portal, macOS until it is written, and no display."""

from __future__ import annotations

from edge_assistant.hotkeys.protocol import KeyBindings, OnNotice, OnPress
from edge_assistant.system.i18n import tr, tr_noop

WAYLAND = tr_noop(
    "On Wayland, programs cannot set shortcuts. In the desktop's keyboard settings, add shortcuts for commands such "
    "as edge-assistant trigger window."
)
MACOS = tr_noop(
    "On a Mac, shortcuts do not work yet. In the Shortcuts app, add shortcuts for commands such as edge-assistant "
    "trigger window."
)
NO_DISPLAY = tr_noop("There is no display, so there are no shortcuts. The command edge-assistant trigger still works.")


class UnsupportedHotkeys:
    """Hotkeys that register nothing and say, once, what to do instead."""

    def __init__(self, sentence: str) -> None:
        self._sentence = sentence

    def start(self, keys: KeyBindings, on_press: OnPress, on_notice: OnNotice) -> tuple[str, ...]:  # noqa: ARG002
        """Register nothing and return the sentence."""
        return (tr(self._sentence),)

    def close(self) -> None:
        """Do nothing."""
