"""The frozen desktop that an overlay shows: the screen at the press of a key, kept until the overlay is closed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace

from edge_assistant.capture import targets
from edge_assistant.capture.backends import Backend, choose_backend
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.focus import Focus
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow, Snapshot
from edge_assistant.controller.overlay_state import MONITOR_PREFIX
from edge_assistant.controller.view import View
from edge_assistant.system.i18n import tr


@dataclass(frozen=True, slots=True)
class FrozenDesktop:
    """Active window, picture of the screen, and what was chosen of it.

    `choice` is as in overlay_state.on_choice, `rect` the chosen region in the desktop's units.
    """

    snapshot: Snapshot
    backend: Backend
    choice: str = ""
    rect: Rect | None = None

    def capture_default(self) -> CapturedPicture:
        """Return the picture of the most likely choice, without notices. Raises InputError."""
        return replace(self, choice="window").capture(_SilentListener())

    def capture(self, listener: targets.CaptureListener) -> CapturedPicture:
        """Return the picture of the choice. Raises InputError."""
        if self.choice == "region" and self.rect is not None:
            return targets.capture_region(self.snapshot, self.rect)
        if self.choice.startswith(MONITOR_PREFIX):
            number = int(self.choice.removeprefix(MONITOR_PREFIX))
            count = len(self.snapshot.monitors)
            listener.notice("monitor", tr("Monitor {number} of {count}", number=number, count=count))
            return targets.capture_screen(self.snapshot, number)
        if self.choice == "screen":
            return targets.capture_screen(self.snapshot, None)
        return targets.capture_window(self.snapshot, self.backend, listener)


class _SilentListener:
    """A CaptureListener that ignores everything, for a picture that nobody has asked for yet."""

    def notice(self, code: str, message: str) -> None:
        """Ignore the notice."""

    def window(self, title: str, window: ActiveWindow) -> None:
        """Ignore the title."""

    def is_cancelled(self) -> bool:
        """Return False: it takes no time."""
        return False

    def wait(self, seconds: float) -> None:
        """Return at once."""


class FreezeTask:
    """Freezes the desktop for an overlay, and knows which window had the focus before that was opened."""

    def __init__(self, view: View | None, listener: targets.CaptureListener) -> None:
        self.frozen_desktop: FrozenDesktop | None = None
        self._view = view
        self._listener = listener
        self.focused: int | None = None
        """The window that had the focus, by the window system's number."""
        self._backend: Backend | None = None

    def freeze(self, on_screen_captured: Callable[[], object]) -> None:
        """Freeze the desktop. Raises InputError, NothingToSeeError (code `locked`) and CancelledError."""
        self._backend = backend = choose_backend()
        self.focused = backend.make_focus().current()
        with nullcontext() if self._view is None else self._view.hidden_windows():
            snapshot = targets.take_unchecked_snapshot(backend, self._listener, monitors=True)
        on_screen_captured()
        targets.check_unlocked(backend)
        self.frozen_desktop = FrozenDesktop(snapshot, backend)

    def restore_focus(self) -> None:
        """Give the focus back to the window that had it, on another thread."""

        def give(focus: Focus) -> None:
            if self.focused is not None:
                focus.give(self.focused)

        self._with_focus(give)

    def take_focus(self, window: int, on_refused: Callable[[], None]) -> None:
        """Give the focus to `window`, unless another one got it meanwhile from the window that had it.

        `on_refused` is called on another thread where the system refuses it.
        """

        def take(focus: Focus) -> None:
            if focus.current() in (None, self.focused) and not focus.give(window):
                on_refused()

        self._with_focus(take)

    def _with_focus(self, action: Callable[[Focus], None]) -> None:
        backend = self._backend
        if backend is not None:
            threading.Thread(target=lambda: action(backend.make_focus()), name="focus", daemon=True).start()
