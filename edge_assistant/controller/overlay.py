"""The controller's side of palette and region selector: freezes the desktop, and opens, uses and drops the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.geometry import Rect
from edge_assistant.controller.frozen_desktop import FreezeTask, FrozenDesktop, OwnWindows
from edge_assistant.controller.overlay_state import OverlayState
from edge_assistant.controller.palette_items import OverlayContent, palette_items
from edge_assistant.controller.request import Request
from edge_assistant.system.errors import AssistantError


class OverlayView(Protocol):
    """The windows of palette and region selector; both methods return at once."""

    def open_overlay(self, content: OverlayContent) -> None:
        """Open the palette, or the region selector in its place."""

    def close_overlay(self, ticket: int) -> None:
        """Close the overlay of this ticket, if it is open."""


class NoOverlayView:
    """An OverlayView for a program without windows."""

    def open_overlay(self, content: OverlayContent) -> None:
        """Do nothing."""

    def close_overlay(self, ticket: int) -> None:
        """Do nothing."""


class Overlay:
    """The overlay and its frozen desktop. All methods belong to the event loop's thread; `post` runs a callback on it.

    `on_failure` gets the error that kept the desktop from being frozen, and whether nothing opens because of it;
    otherwise the palette opens with the choices that need no picture of the screen. `encode_ahead` gets the picture of
    the most likely choice; `cancel_encode_ahead` is called when nothing of the frozen desktop was chosen.
    """

    def __init__(
        self,
        view: OverlayView,
        own_windows: OwnWindows,
        post: Callable[[Callable[[], None]], None],
        on_failure: Callable[[AssistantError, bool], None],
        encode_ahead: Callable[[Request, Callable[[], CapturedPicture]], None],
        cancel_encode_ahead: Callable[[], None],
    ) -> None:
        self.state = OverlayState()
        self.rect: Rect | None = None
        self._view = view
        self._own_windows = own_windows
        self._post = post
        self._on_failure = on_failure
        self._encode_ahead = encode_ahead
        self._cancel_encode_ahead = cancel_encode_ahead
        self._is_encoding_ahead = False
        self._freeze_task: FreezeTask | None = None
        self._request: Request | None = None
        self._frozen_desktop: FrozenDesktop | None = None
        self._selected: FrozenDesktop | None = None

    def freeze(self, request: Request, wait: float) -> None:
        """Start to freeze the desktop; return when the screen has been captured, or after `wait` seconds."""
        self._request = request
        self._freeze_task = FreezeTask(
            self._own_windows, request, lambda freeze_task: self._post(lambda: self._on_frozen(freeze_task))
        )  # fmt: skip
        self._freeze_task.start(wait)

    def open_region(self) -> None:
        """Open the region selector over the frozen desktop, or report why there is none."""
        freeze_task = self._freeze_task
        if self._frozen_desktop is not None:
            self._view.open_overlay(OverlayContent(self.state.ticket, "region", self._frozen_desktop.snapshot))
        elif freeze_task is not None and freeze_task.failure is not None:
            self._on_failure(freeze_task.failure, True)

    def use(self, choice: str) -> None:
        """Let the next request use the frozen desktop, if there is one and it shows the choice."""
        frozen_desktop = None if choice in ("clipboard", "camera") else self._frozen_desktop
        self._selected = None if frozen_desktop is None else replace(frozen_desktop, choice=choice, rect=self.rect)

    def take_frozen_desktop(self) -> FrozenDesktop | None:
        """Return the frozen desktop for the request that starts now, once."""
        selected, self._selected = self._selected, None
        return selected

    def close(self, ticket: int, *, restore_focus: bool) -> None:
        """Close the overlay and drop its frozen desktop."""
        self._view.close_overlay(ticket)
        if self._request is not None:
            self._request.cancel()
        if restore_focus and self._freeze_task is not None:
            self._freeze_task.restore_focus()
        if self._is_encoding_ahead and self._selected is None:
            self._cancel_encode_ahead()
        self._freeze_task = self._frozen_desktop = self.rect = None
        self._request, self._is_encoding_ahead = None, False

    def take_focus(self, window: int) -> None:
        """Give the focus to the overlay's window, if the window manager left it where it was."""
        if self._freeze_task is not None:
            self._freeze_task.take_focus(window)

    def _on_frozen(self, freeze_task: FreezeTask) -> None:
        if freeze_task is not self._freeze_task:
            return  # the overlay was closed meanwhile
        self._frozen_desktop = freeze_task.frozen_desktop
        failure = freeze_task.failure
        if failure is not None:
            nothing_to_show = self.state.kind == "region" or failure.code == "locked"
            self._on_failure(failure, nothing_to_show)
            if nothing_to_show:
                return
        snapshot = self._frozen_desktop.snapshot if self._frozen_desktop is not None else None
        if self.state.kind == "region":
            self.open_region()
        else:
            self._view.open_overlay(OverlayContent(self.state.ticket, "palette", snapshot, palette_items(snapshot)))
            if self._frozen_desktop is not None and self._request is not None:
                self._is_encoding_ahead = True
                self._encode_ahead(self._request, self._frozen_desktop.capture_default)
