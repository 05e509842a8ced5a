"""What our own voice says of what has the keyboard, in tests of windows without the whole application."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import shiboken6

from edge_assistant.ui.speaking.announcer import FocusAnnouncer
from support.accessible_walk import application


class HeardFocus:
    """What is said, in order, in `said`; with `reader` a screen reader runs."""

    def __init__(self, said: list[str] | None = None) -> None:
        """`said` may be a list that other speech goes to, too."""
        self.said: list[str] = [] if said is None else said
        self.interruptions: list[str] = []
        """What was said in place of all other speech."""
        self.lasting: list[str] = []
        """What was said to its end, although something else has the keyboard next."""
        self.reader = False
        self.announcer = FocusAnnouncer(application(), self._say, lambda: self.reader)

    def take(self) -> list[str]:
        """Let Qt work, and take what was said since."""
        application().processEvents()
        said = list(self.said)
        self.said.clear()
        return said

    def _say(self, text: str, interrupts: bool, *, lasts: bool = False) -> None:
        self.said.append(text)
        if lasts:
            self.lasting.append(text)
        if interrupts:
            self.interruptions.append(text)


@contextlib.contextmanager
def heard_focus(said: list[str] | None = None) -> Iterator[HeardFocus]:
    """The announcer is installed meanwhile, as it is in the application."""
    heard = HeardFocus(said)
    try:
        yield heard
    finally:
        shiboken6.delete(heard.announcer)
