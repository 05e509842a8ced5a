"""The moment that a chooser stands over: the desktop when its key was pressed, frozen until the chooser is closed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from edge_assistant.capture import targets
from edge_assistant.capture.backends import Backend, choose
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.focus import Focus
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow, Snapshot
from edge_assistant.controller.overlay_state import MONITOR
from edge_assistant.system.errors import AssistantError, explained
from edge_assistant.system.i18n import tr

_log = logging.getLogger(__name__)


class OwnWindows(Protocol):
    """Our own windows, which must not be in the picture."""

    def away(self) -> None:
        """Take them off the screen; returns when they are gone. Raises AssistantError."""

    def back(self) -> None:
        """Show them again."""


@dataclass(frozen=True, slots=True)
class FrozenDesktop:
    """Title, bounds and picture of one moment; nothing of it ever changes.

    `choice` is what of it was chosen, as in choosing.chosen, and `rect` the region, in the desktop's units.
    """

    snapshot: Snapshot
    backend: Backend
    choice: str = ""
    rect: Rect | None = None

    def likely(self) -> CapturedPicture:
        """The picture of what is most often chosen, without a word about it. Raises InputError."""
        return replace(self, choice="window").captured(_Silently())

    def captured(self, tell: targets.CaptureListener) -> CapturedPicture:
        """The picture of what was chosen. Raises InputError."""
        if self.choice == "region" and self.rect is not None:
            return targets.region(self.snapshot, self.rect)
        if self.choice.startswith(MONITOR):
            number = int(self.choice.removeprefix(MONITOR))
            count = len(self.snapshot.monitors)
            tell.notice("monitor", tr("Monitor {number} of {count}", number=number, count=count))
            return targets.screen(self.snapshot, number)
        if self.choice == "screen":
            return targets.screen(self.snapshot, None)
        return targets.active_window(self.snapshot, self.backend, tell)


class _Silently:
    """Takes a picture without a word about it."""

    def notice(self, code: str, message: str) -> None:
        """Nobody has asked for it yet."""

    def window(self, title: str, window: ActiveWindow) -> None:
        """Nobody has asked for it yet."""

    def is_cancelled(self) -> bool:
        """It takes no time."""
        return False

    def wait(self, seconds: float) -> None:
        """It takes no time."""


class FreezeTask:
    """Takes a moment, on a thread of its own, which then calls `then` with it; also where there is a `failure`."""

    def __init__(self, windows: OwnWindows, tell: targets.CaptureListener, then: Callable[[FreezeTask], None]) -> None:
        self.moment: FrozenDesktop | None = None
        self.failure: AssistantError | None = None
        self._windows = windows
        self._tell = tell
        self._then = then
        self._focused: int | None = None
        self._backend: Backend | None = None
        self._seen = threading.Event()

    def start(self, wait: float) -> None:
        """Returns when the screen has been captured, or after `wait` seconds."""
        try:
            threading.Thread(target=self._run, name="freeze", daemon=True).start()
        except (RuntimeError, MemoryError) as error:
            _log.exception("a moment could not be taken")
            self.failure = explained(error)
            self._then(self)
            return
        self._seen.wait(wait)

    def give_focus_back(self) -> None:
        """Give the keyboard to the window that had it at that moment; on a thread of its own."""

        def give(focus: Focus) -> None:
            if self._focused is not None:
                focus.give(self._focused)

        self._with_focus(give)

    def take_focus(self, window: int) -> None:
        """Give it to `window`, if the one that had it still has it: the person may have gone elsewhere meanwhile."""

        def take(focus: Focus) -> None:
            if focus.current() == self._focused:
                focus.give(window)

        self._with_focus(take)

    def _with_focus(self, do: Callable[[Focus], None]) -> None:
        backend = self._backend
        if backend is not None:
            threading.Thread(target=lambda: do(backend.make_focus()), name="focus", daemon=True).start()

    def _run(self) -> None:
        try:
            self._take()
        except AssistantError as error:
            self.failure = error
        except Exception as error:  # noqa: BLE001 (a bug must end it with a sentence, never with silence)
            _log.exception("a moment could not be taken")
            self.failure = explained(error)
        finally:
            self._seen.set()
            self._then(self)

    def _take(self) -> None:
        self._backend = backend = choose()
        self._focused = backend.make_focus().current()
        self._windows.away()
        try:
            snapshot = targets.snap_at_once(backend, self._tell, monitors=True)
        finally:
            self._windows.back()
        self._seen.set()
        targets.refuse_locked(backend)
        self.moment = FrozenDesktop(snapshot, backend)
