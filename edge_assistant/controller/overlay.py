"""The controller's side of palette and region selector: freezes the desktop, and opens, uses and drops the result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from edge_assistant.capture.geometry import Rect
from edge_assistant.controller.frozen_desktop import FreezeTask, FrozenDesktop
from edge_assistant.controller.palette_items import OverlayContent, palette_items
from edge_assistant.controller.request import Request, start_capture
from edge_assistant.controller.request_tasks import RequestTasks
from edge_assistant.controller.state import OverlayState
from edge_assistant.controller.view import OverlayView, View
from edge_assistant.controller.worker import RequestWorker
from edge_assistant.system.errors import AssistantError


class Overlay:
    """The frozen desktop of the open overlay, whose state is in state.OverlayState. All methods belong to the event
    loop's thread.
    """

    def __init__(
        self, overlay_view: OverlayView | None, view: View | None, worker: RequestWorker, tasks: RequestTasks
    ) -> None:
        self.rect: Rect | None = None
        """The region that was chosen."""
        self.selected: FrozenDesktop | None = None
        """What was chosen of the frozen desktop, for the next request."""
        self.failure: AssistantError | None = None
        """The error that kept the desktop from being frozen."""
        self._overlay_view = overlay_view
        self._view = view
        self._worker = worker
        self._tasks = tasks
        self._is_encoding_ahead = False
        self._freeze_task: FreezeTask | None = None
        self._request: Request | None = None

    def freeze(self, request: Request, on_done: Callable[[AssistantError | None], None]) -> None:
        """Start to freeze the desktop, as `start_capture` does."""
        self._request = request
        self._freeze_task = FreezeTask(self._view, request)
        start_capture(self._freeze_task.freeze, on_done, what_failed="the desktop could not be frozen")

    def open(self, state: OverlayState, questions: Sequence[str] = ()) -> None:
        """Open the palette, and encode the most likely choice, or open another overlay in its place.

        `questions` are the names of the person's own questions.
        """
        frozen_desktop = self.frozen_desktop
        snapshot = frozen_desktop.snapshot if frozen_desktop is not None else None
        items = palette_items(snapshot, questions) if state.kind == "palette" else ()
        if self._overlay_view is not None:
            self._overlay_view.open_overlay(OverlayContent(state.ticket, state.kind, snapshot, items))
        if state.kind == "palette" and frozen_desktop is not None and self._request is not None:
            self._is_encoding_ahead = True
            encode = partial(self._tasks.encode_ahead, picture=frozen_desktop.capture_default)
            self._worker.prepare(self._request, encode, what_failed="encoding ahead failed")

    def use(self, choice: str) -> None:
        """Let the next request use the frozen desktop, if there is one and it shows the choice."""
        frozen_desktop = None if choice in ("clipboard", "camera") else self.frozen_desktop
        self.selected = None if frozen_desktop is None else replace(frozen_desktop, choice=choice, rect=self.rect)

    def close(self, ticket: int, *, restore_focus: bool) -> None:
        """Close the overlay and drop its frozen desktop."""
        if self._overlay_view is not None:
            self._overlay_view.close_overlay(ticket)
        if self._request is not None:
            self._request.cancel()
        if restore_focus and self._freeze_task is not None:
            self._freeze_task.restore_focus()
        if self._is_encoding_ahead and self.selected is None:
            self._worker.post(self._tasks.cancel_encode_ahead)
        self._freeze_task = self._request = self.rect = self.failure = None
        self._is_encoding_ahead = False

    @property
    def focused(self) -> int | None:
        """The window that had the focus before the overlay was opened."""
        return self._freeze_task.focused if self._freeze_task is not None else None

    def take_focus(self, window: int, on_refused: Callable[[], None]) -> None:
        """Give the focus to the overlay's window, if the window manager left it where it was.

        `on_refused` is called on another thread where that is refused.
        """
        if self._freeze_task is not None:
            self._freeze_task.take_focus(window, on_refused)

    @property
    def frozen_desktop(self) -> FrozenDesktop | None:
        """The frozen desktop, None as long as there is none."""
        return None if self._freeze_task is None else self._freeze_task.frozen_desktop
