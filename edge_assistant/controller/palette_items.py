"""The items that the palette offers over a frozen desktop, each with its key and its label."""

from __future__ import annotations

from dataclasses import dataclass

from edge_assistant.capture.snapshot import Snapshot
from edge_assistant.capture.targets import spoken_title
from edge_assistant.controller.overlay_state import MONITOR_PREFIX
from edge_assistant.hotkeys.actions import ACTIONS
from edge_assistant.system.i18n import tr

_MAX_MONITORS = 9
"""As many monitors can be chosen by one digit."""


@dataclass(frozen=True, slots=True)
class PaletteItem:
    """One item: `key` is its letter or digit in every language, `name` the reported choice, `label` its text."""

    key: str
    name: str
    label: str

    @property
    def spoken(self) -> str:
        """The text that is spoken when the item gets the focus."""
        return tr("{label}, {key}", label=self.label, key=self.key.upper())


@dataclass(frozen=True, slots=True)
class OverlayContent:
    """The content of an overlay to open; `snapshot` is None where there is no picture of the screen."""

    ticket: int
    kind: str
    snapshot: Snapshot | None
    items: tuple[PaletteItem, ...] = ()


def palette_items(snapshot: Snapshot | None) -> tuple[PaletteItem, ...]:
    """Return the items in their order: the frozen desktop, other pictures, then speech and program."""
    return (*_desktop_items(snapshot), *_other_items())


def _desktop_items(snapshot: Snapshot | None) -> tuple[PaletteItem, ...]:
    if snapshot is None:
        return ()
    items = []
    if snapshot.window is not None:
        items.append(PaletteItem("w", "window", tr("Window: {title}", title=spoken_title(snapshot.window.title))))
        items.append(PaletteItem("t", "read", tr("Read the window's text")))
    else:
        items.append(PaletteItem("t", "read", tr("Read the text on the screen")))
    count = len(snapshot.monitors)
    items.append(PaletteItem("s", "screen", tr("The whole screen") if count == 1 else tr("All monitors")))
    if count > 1:
        items += [
            PaletteItem(str(monitor.number), f"{MONITOR_PREFIX}{monitor.number}", _monitor(monitor.number, count))
            for monitor in snapshot.monitors[:_MAX_MONITORS]
        ]
    return (*items, PaletteItem("r", "region", tr("A region of the screen")))


def _monitor(number: int, count: int) -> str:
    return tr("Monitor {number} of {count}", number=number, count=count)


def _other_items() -> tuple[PaletteItem, ...]:
    items = (
        PaletteItem("v", "clipboard", tr("The copied picture")),
        PaletteItem("c", "camera", tr("The camera")),
        PaletteItem("a", "ask", tr("Ask a question")),
        PaletteItem("m", "more", tr("More")),
        PaletteItem("l", "repeat", tr("Repeat the last answer")),
        PaletteItem("b", "spell", tr("Spell a word of the last answer")),
        PaletteItem("x", "stop", tr("Stop")),
        PaletteItem("i", "status", tr("Status")),
        PaletteItem("h", "think", tr("Think harder, on or off")),
    )
    return tuple(item for item in items if item.name in ACTIONS)
