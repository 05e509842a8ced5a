"""The items that the palette offers over a frozen desktop, each with its key and its label."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass

from edge_assistant.capture.snapshot import Snapshot
from edge_assistant.capture.targets import spoken_title
from edge_assistant.controller.overlay_state import MONITOR_PREFIX
from edge_assistant.hotkeys.actions import ACTIONS, question_action
from edge_assistant.system.i18n import tr

QUESTIONS = "questions"
"""The name of the item that leads to the person's own questions."""

_QUESTION_KEYS = string.digits[1:] + string.ascii_lowercase
"""The keys of the questions, in their order."""

_MAX_MONITORS = 9
"""As many monitors can be chosen by one digit."""


@dataclass(frozen=True, slots=True)
class PaletteItem:
    """One item: `key` is its letter or digit in every language, "" where only the arrows reach it; `name` is the
    reported choice, `label` the text.

    `children` are offered in its place once it is chosen.
    """

    key: str
    name: str
    label: str
    children: tuple[PaletteItem, ...] = ()

    @property
    def spoken(self) -> str:
        """The text that is spoken when the item gets the focus."""
        return tr("{label}, {key}", label=self.label, key=self.key.upper()) if self.key else self.label


@dataclass(frozen=True, slots=True)
class OverlayContent:
    """The content of an overlay to open; `snapshot` is None where there is no picture of the screen."""

    ticket: int
    kind: str
    snapshot: Snapshot | None
    items: tuple[PaletteItem, ...] = ()


def palette_items(snapshot: Snapshot | None, questions: Sequence[str] = ()) -> tuple[PaletteItem, ...]:
    """Return the items in their order: the frozen desktop, other pictures, then speech and program.

    `questions` are the names of the person's own questions, which one item leads to.
    """
    if snapshot is None:
        return _other_items(questions)
    title = spoken_title(snapshot.window.title) if snapshot.window is not None else None
    return (*_desktop_items(title, [each.number for each in snapshot.monitors]), *_other_items(questions))


def all_items(questions: Sequence[str] = ()) -> tuple[PaletteItem, ...]:
    """Return the items that there are over any window on one monitor."""
    return (*_desktop_items(tr("the active window"), [1]), *_other_items(questions))


def _desktop_items(title: str | None, monitors: Sequence[int]) -> tuple[PaletteItem, ...]:
    """Return the items for the active window of this title, None for none, and these monitors."""
    items = []
    if title is not None:
        items.append(PaletteItem("w", "window", tr("Window: {title}", title=title)))
        items.append(PaletteItem("t", "read", tr("Read the window's text")))
    else:
        items.append(PaletteItem("t", "read", tr("Read the text on the screen")))
    count = len(monitors)
    items.append(PaletteItem("s", "screen", tr("The whole screen") if count == 1 else tr("All monitors")))
    if count > 1:
        items += [
            PaletteItem(str(number), f"{MONITOR_PREFIX}{number}", _monitor(number, count))
            for number in monitors[:_MAX_MONITORS]
        ]
    return (
        *items,
        PaletteItem("r", "region", tr("A region of the screen")),
        PaletteItem("f", "find", tr("Find a text and click it")),
    )


def _monitor(number: int, count: int) -> str:
    return tr("Monitor {number} of {count}", number=number, count=count)


def _question_items(questions: Sequence[str]) -> tuple[PaletteItem, ...]:
    return tuple(
        PaletteItem(key, question_action(name), name) for key, name in zip(_QUESTION_KEYS, questions, strict=False)
    )


def _other_items(questions: Sequence[str]) -> tuple[PaletteItem, ...]:
    items = (
        PaletteItem("v", "clipboard", tr("The copied picture")),
        PaletteItem("c", "camera", tr("The camera")),
        PaletteItem("a", "ask", tr("Ask a question")),
        PaletteItem("p", QUESTIONS, tr("Your own questions"), _question_items(questions)),
        PaletteItem("m", "more", tr("More")),
        PaletteItem("l", "repeat", tr("Repeat the last answer")),
        PaletteItem("n", "history", tr("The last answers")),
        PaletteItem("b", "spell", tr("Spell a word of the last answer")),
        PaletteItem("z", "lines", tr("Walk through the lines of the picture")),
        PaletteItem("x", "stop", tr("Stop")),
        PaletteItem("i", "status", tr("Status")),
        PaletteItem("h", "think", tr("Think harder, on or off")),
        PaletteItem("u", "slower", tr("Slower")),
        PaletteItem("j", "faster", tr("Faster")),
        PaletteItem("o", "quieter", tr("Quieter")),
        PaletteItem("y", "louder", tr("Louder")),
        PaletteItem("k", "shortcuts", tr("Shortcuts, off or on")),
        PaletteItem("g", "help", tr("All keys")),
        PaletteItem("q", "key-help", tr("Key help, on or off")),
    )
    return tuple(item for item in items if item.name in (*ACTIONS, QUESTIONS))
