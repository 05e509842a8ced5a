"""Sessions without global hotkeys: Wayland without a portal, and no display."""

from __future__ import annotations

from edge_assistant.hotkeys.key import Key
from edge_assistant.hotkeys.protocol import KeyBindings, OnNotice, OnPress
from edge_assistant.system.i18n import tr, tr_noop

WAYLAND = tr_noop(
    "On Wayland, programs cannot set shortcuts. In the desktop's keyboard settings, add shortcuts for commands such "
    "as edge-assistant trigger window."
)
NO_DISPLAY = tr_noop("There is no display, so there are no shortcuts. The command edge-assistant trigger still works.")

NONE_FOR_A_WHILE = tr_noop(
    "On Wayland there are no keys to move through a text. Use commands such as edge-assistant trigger pause."
)


class UnsupportedHotkeys:
    """Hotkeys that register nothing and say, once, what to do instead."""

    def __init__(self, sentence: str) -> None:
        self._sentence = sentence

    @property
    def unavailable(self) -> str:
        """See Hotkeys."""
        return tr(self._sentence)

    def start(self, keys: KeyBindings, on_press: OnPress, on_notice: OnNotice) -> tuple[str, ...]:  # noqa: ARG002
        """Register nothing and return the sentence."""
        return (self.unavailable,)

    def close(self) -> None:
        """Do nothing."""

    def is_free(self, key: Key) -> bool | None:  # noqa: ARG002
        """Return that this is not known."""
        return None
