"""Where no key can be taken: on Wayland, on macOS until it is written, and without a display."""

from __future__ import annotations

from edge_assistant.hotkeys.protocol import Keys, OnNotice, OnPress
from edge_assistant.system.i18n import later, tr

WAYLAND = later(
    "On Wayland, programs cannot set shortcuts. In the desktop's keyboard settings, add shortcuts for commands such "
    "as edge-assistant trigger window."
)
MACOS = later(
    "On a Mac, shortcuts do not work yet. In the Shortcuts app, add shortcuts for commands such as edge-assistant "
    "trigger window."
)
NO_DISPLAY = later("There is no display, so there are no shortcuts. The command edge-assistant trigger still works.")


class UnsupportedHotkeys:
    """Takes no key and says, once, what to do instead."""

    def __init__(self, sentence: str) -> None:
        self._sentence = sentence

    def start(self, keys: Keys, on_press: OnPress, on_notice: OnNotice) -> tuple[str, ...]:  # noqa: ARG002
        """Nothing is taken; the sentence."""
        return (tr(self._sentence),)

    def close(self) -> None:
        """Nothing to give back."""
