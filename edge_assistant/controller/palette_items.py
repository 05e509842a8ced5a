"""What the palette offers over a moment of the desktop, each with its key and in the person's language."""

from __future__ import annotations

from dataclasses import dataclass

from edge_assistant.capture.snapshot import Snapshot
from edge_assistant.capture.targets import spoken_title
from edge_assistant.controller.overlay_state import MONITOR
from edge_assistant.hotkeys.actions import ACTIONS
from edge_assistant.system.i18n import tr

_MOST_MONITORS = 9
"""So many can be chosen by one digit."""


@dataclass(frozen=True, slots=True)
class PaletteItem:
    """`key` is the letter or digit that chooses it in every language, `name` what is reported, `label` what is read."""

    key: str
    name: str
    label: str

    @property
    def spoken(self) -> str:
        """As it is said when it gets the focus."""
        return tr("{label}, {key}", label=self.label, key=self.key.upper())


@dataclass(frozen=True, slots=True)
class OverlayContent:
    """What a chooser needs to open; `snapshot` is None where there is no picture of the screen."""

    ticket: int
    chooser: str
    snapshot: Snapshot | None
    choices: tuple[PaletteItem, ...] = ()


def palette_items(snapshot: Snapshot | None) -> tuple[PaletteItem, ...]:
    """In the order of the list: what shows the moment first, then other pictures, then the voice and the program."""
    return (*_of_the_moment(snapshot), *_always())


def _of_the_moment(snapshot: Snapshot | None) -> tuple[PaletteItem, ...]:
    if snapshot is None:
        return ()
    found = []
    if snapshot.window is not None:
        found.append(PaletteItem("w", "window", tr("Window: {title}", title=spoken_title(snapshot.window.title))))
        found.append(PaletteItem("t", "read", tr("Read the window's text")))
    else:
        found.append(PaletteItem("t", "read", tr("Read the text on the screen")))
    count = len(snapshot.monitors)
    found.append(PaletteItem("s", "screen", tr("The whole screen") if count == 1 else tr("All monitors")))
    if count > 1:
        found += [
            PaletteItem(str(each.number), f"{MONITOR}{each.number}", _monitor(each.number, count))
            for each in snapshot.monitors[:_MOST_MONITORS]
        ]
    return (*found, PaletteItem("r", "region", tr("A region of the screen")))


def _monitor(number: int, count: int) -> str:
    return tr("Monitor {number} of {count}", number=number, count=count)


def _always() -> tuple[PaletteItem, ...]:
    found = (
        PaletteItem("v", "clipboard", tr("The copied picture")),
        PaletteItem("c", "camera", tr("The camera")),
        PaletteItem("a", "ask", tr("Ask a question")),
        PaletteItem("l", "repeat", tr("Repeat the last answer")),
        PaletteItem("x", "stop", tr("Stop")),
        PaletteItem("i", "status", tr("Status")),
        PaletteItem("h", "think", tr("Think harder, on or off")),
    )
    return tuple(each for each in found if each.name in ACTIONS)
