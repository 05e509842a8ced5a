"""The loop's part of palette and region chooser: holds the frozen moment, and has it opened, used and closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.geometry import Rect
from edge_assistant.controller.frozen_desktop import FreezeTask, FrozenDesktop, OwnWindows
from edge_assistant.controller.overlay_state import OpenOverlay
from edge_assistant.controller.palette_items import OverlayContent, palette_items
from edge_assistant.controller.request import Request
from edge_assistant.system.errors import AssistantError


class OverlayView(Protocol):
    """Where it is chosen; both return at once."""

    def open_chooser(self, opening: OverlayContent) -> None:
        """Open the palette, or the region chooser in its place."""

    def close_chooser(self, ticket: int) -> None:
        """Close what is open over this moment."""


class NoOverlayView:
    """A program without windows."""

    def open_chooser(self, opening: OverlayContent) -> None:
        """Nowhere to choose."""

    def close_chooser(self, ticket: int) -> None:
        """Nothing to close."""


class Overlay:
    """All methods belong to the thread of the loop.

    `later` runs something on it, `on_failed` is told there what kept a moment from being taken: then nothing opens,
    but for the palette with the choices that need no picture of the screen. `look_ahead` is given what of a moment is
    most often chosen, which holds until the chooser is closed; `look_away` is called when nothing of it was.
    """

    def __init__(
        self,
        windows: OverlayView,
        own_windows: OwnWindows,
        later: Callable[[Callable[[], None]], None],
        on_failed: Callable[[AssistantError, bool], None],
        look_ahead: Callable[[Request, Callable[[], CapturedPicture]], None],
        look_away: Callable[[], None],
    ) -> None:
        self.open = OpenOverlay()
        self.rect: Rect | None = None
        self._windows = windows
        self._own_windows = own_windows
        self._later = later
        self._on_failed = on_failed
        self._look_ahead = look_ahead
        self._look_away = look_away
        self._looks_ahead = False
        self._freezing: FreezeTask | None = None
        self._job: Request | None = None
        self._moment: FrozenDesktop | None = None
        self._used: FrozenDesktop | None = None

    def freeze(self, job: Request, wait: float) -> None:
        """Begin to take a moment; returns when the screen has been captured, or after `wait` seconds."""
        self._job = job
        self._freezing = FreezeTask(
            self._own_windows, job, lambda freezing: self._later(lambda: self._frozen(freezing))
        )  # fmt: skip
        self._freezing.start(wait)

    def open_region(self) -> None:
        """The same moment's region chooser; where the moment is still being taken it opens then."""
        freezing = self._freezing
        if self._moment is not None:
            self._windows.open_chooser(OverlayContent(self.open.ticket, "region", self._moment.snapshot))
        elif freezing is not None and freezing.failure is not None:
            self._on_failed(freezing.failure, True)

    def use(self, choice: str) -> None:
        """The next job is about the moment, if there is one and it shows what was chosen."""
        moment = None if choice in ("clipboard", "camera") else self._moment
        self._used = None if moment is None else replace(moment, choice=choice, rect=self.rect)

    def used(self) -> FrozenDesktop | None:
        """The moment that the job which begins now is about."""
        used, self._used = self._used, None
        return used

    def close(self, ticket: int, *, give_back: bool) -> None:
        """Close it, and forget the moment."""
        self._windows.close_chooser(ticket)
        if self._job is not None:
            self._job.cancel()
        if give_back and self._freezing is not None:
            self._freezing.give_focus_back()
        if self._looks_ahead and self._used is None:
            self._look_away()
        self._freezing = self._moment = self.rect = None
        self._job, self._looks_ahead = None, False

    def take_focus(self, window: int) -> None:
        """Give the keyboard to the chooser's own window, if the window manager has left it where it was."""
        if self._freezing is not None:
            self._freezing.take_focus(window)

    def _frozen(self, freezing: FreezeTask) -> None:
        if freezing is not self._freezing:
            return  # it was closed meanwhile
        self._moment = freezing.moment
        failure = freezing.failure
        if failure is not None:
            nothing_else = self.open.chooser == "region" or failure.code == "locked"
            self._on_failed(failure, nothing_else)
            if nothing_else:
                return
        snapshot = self._moment.snapshot if self._moment is not None else None
        if self.open.chooser == "region":
            self.open_region()
        else:
            self._windows.open_chooser(OverlayContent(self.open.ticket, "palette", snapshot, palette_items(snapshot)))
            if self._moment is not None and self._job is not None:
                self._looks_ahead = True
                self._look_ahead(self._job, self._moment.likely)
