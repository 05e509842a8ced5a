"""The choice of the window system's backend; the only place that asks for the operating system."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from edge_assistant.capture.focus import Focus, MacFocus, NoFocus, WindowsFocus, X11Focus
from edge_assistant.capture.portal import PortalScreen
from edge_assistant.capture.screen import MssScreen
from edge_assistant.capture.session_lock import is_linux_locked, is_mac_locked, is_windows_locked
from edge_assistant.capture.snapshot import ScreenBackend, WindowBackend
from edge_assistant.capture.window_mac import MacWindows
from edge_assistant.capture.window_windows import WindowsWindows
from edge_assistant.capture.window_x11 import X11Windows
from edge_assistant.system.errors import InputError
from edge_assistant.system.i18n import tr, tr_noop


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What the choice depends on: a `sys.platform` value, and whether the environment names Wayland or X11 displays."""

    platform: str
    wayland: bool = False
    x11: bool = False


@dataclass(frozen=True, slots=True)
class Backend:
    """One window system.

    `compatible` says whether it is the one here, `needs` which modules must be installed for it, `install` what to do
    when one is not. `make_windows` is None where the window system does not reveal the active window.
    """

    name: str
    compatible: Callable[[SessionFacts], bool]
    needs: tuple[str, ...]
    install: str
    make_screen: Callable[..., ScreenBackend]
    make_windows: Callable[[], WindowBackend] | None
    is_locked: Callable[[], bool]
    make_focus: Callable[[], Focus] = NoFocus

    def is_installed(self, has: Callable[[str], bool]) -> bool:
        """Return whether all modules are installed; `has` answers for one."""
        return all(has(module) for module in self.needs)


_SETUP = tr_noop("Run scripts/setup again.")

BACKENDS = (
    Backend("Windows", lambda facts: facts.platform == "win32", ("mss",), _SETUP,
            lambda **_: MssScreen(), WindowsWindows, is_windows_locked, WindowsFocus),
    Backend("macOS", lambda facts: facts.platform == "darwin", ("mss", "Quartz", "AppKit"), _SETUP,
            lambda **_: MssScreen(), MacWindows, is_mac_locked, MacFocus),
    # Before X11: a Wayland session has an X display too, on which most windows are missing.
    Backend("Wayland", lambda facts: facts.platform == "linux" and facts.wayland, ("jeepney",), _SETUP,
            PortalScreen, None, is_linux_locked),
    Backend("X11", lambda facts: facts.platform == "linux" and facts.x11, ("mss", "Xlib", "jeepney"), _SETUP,
            lambda **_: MssScreen(), X11Windows, is_linux_locked, X11Focus),
)  # fmt: skip
"""The backends in order of preference."""


def session_facts(platform: str = sys.platform, environ: Mapping[str, str] | None = None) -> SessionFacts:
    """Return the facts of this process, or of the given platform and environment."""
    environ = os.environ if environ is None else environ
    x11 = bool(environ.get("DISPLAY"))
    # Only without other evidence: a session's type is inherited by programs on other displays.
    wayland = bool(environ.get("WAYLAND_DISPLAY")) or (not x11 and environ.get("XDG_SESSION_TYPE") == "wayland")
    return SessionFacts("linux" if platform.startswith("linux") else platform, wayland, x11)


def has_module(name: str) -> bool:
    """Return whether a module is installed, without importing it."""
    return importlib.util.find_spec(name) is not None


def choose_backend(session: SessionFacts | None = None, has: Callable[[str], bool] = has_module) -> Backend:
    """Return the backend for this session's window system.

    Raises InputError: `no-display` where there is none, `not-installed` where a module is missing.
    """
    session = session_facts() if session is None else session
    for backend in BACKENDS:
        if backend.compatible(session):
            if backend.is_installed(has):
                return backend
            raise InputError(
                tr(
                    "The screen cannot be captured: {name} support is missing. {install}",
                    name=backend.name,
                    install=tr(backend.install),
                ),
                code="not-installed",
            )
    raise InputError(tr("There is no display. Picture files can still be described."), code="no-display")


__all__ = ["BACKENDS", "Backend", "SessionFacts", "choose_backend", "has_module", "session_facts"]
