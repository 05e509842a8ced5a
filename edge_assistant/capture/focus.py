"""The keyboard focus: which window has it, and how to give it back; one small class for each window system.

That for Windows is in focus_windows.py. That for macOS has not yet run there.
"""

from __future__ import annotations

import importlib
import logging
from typing import Any, Protocol

from edge_assistant.system.errors import InputError

_log = logging.getLogger(__name__)

_ACTIVATE_IGNORING_OTHERS = 2  # NSApplicationActivateIgnoringOtherApps in NSRunningApplication.h


class Focus(Protocol):
    """The keyboard's focus among the windows of all programs."""

    def current(self) -> int | None:
        """Return what has the focus, as a number of the window system; None when nothing has it or it is not known."""

    def give(self, to: int) -> bool:
        """Give the focus to `to`, a number from `current` or Qt's winId. Nothing happens when it is gone.

        Return False where the system refused it, True where it did not or does not tell.
        """


class X11Focus:
    """The focus on X11: asks the window manager by EWMH, and where there is none the X server itself."""

    def __init__(self, display: str | None = None) -> None:
        self._display = display

    def current(self) -> int | None:
        """See Focus."""
        from edge_assistant.capture.window_x11 import active_window_id

        try:
            return active_window_id(self._display)
        except InputError as error:
            _log.info("nobody tells what has the focus: %s", error)
            return None

    def give(self, to: int) -> bool:
        """See Focus."""
        from edge_assistant.capture.window_x11 import activate

        try:
            activate(to, self._display)
        except InputError as error:
            _log.info("the focus cannot be given back: %s", error)
        return True


class MacFocus:
    """The focus on macOS, which gives it to programs, so the number is a process. `appkit` replaces the library in
    tests.
    """

    def __init__(self, appkit: Any = None) -> None:
        self._appkit = appkit

    def current(self) -> int | None:
        """See Focus."""
        program = self._library().NSWorkspace.sharedWorkspace().frontmostApplication()
        return None if program is None else int(program.processIdentifier())

    def give(self, to: int) -> bool:
        """See Focus."""
        program = self._library().NSRunningApplication.runningApplicationWithProcessIdentifier_(to)
        if program is not None:
            program.activateWithOptions_(_ACTIVATE_IGNORING_OTHERS)
        return True

    def _library(self) -> Any:
        return self._appkit or importlib.import_module("AppKit")


class NoFocus:
    """The focus where it is not known, as on Wayland: there the desktop gives it back by itself."""

    def current(self) -> int | None:
        """Return None."""
        return None

    def give(self, to: int) -> bool:  # noqa: ARG002 (the protocol's)
        """Do nothing."""
        return True
