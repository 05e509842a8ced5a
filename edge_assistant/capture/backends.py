"""The choice of the window system's backend; the only place that asks for the operating system."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from edge_assistant.capture import covered_windows, covered_x11, focus_windows
from edge_assistant.capture.focus import Focus, MacFocus, NoFocus, X11Focus
from edge_assistant.capture.pointer import Pointer
from edge_assistant.capture.pointer_windows import WindowsPointer
from edge_assistant.capture.pointer_x11 import X11Pointer
from edge_assistant.capture.portal import PortalScreen
from edge_assistant.capture.print_window import print_window
from edge_assistant.capture.screen import MssScreen
from edge_assistant.capture.screen_mac import MacScreen
from edge_assistant.capture.session_lock import is_linux_locked, is_mac_locked
from edge_assistant.capture.session_lock_windows import is_windows_locked
from edge_assistant.capture.snapshot import DrawWindow, FindAbove, ScreenBackend, WindowBackend
from edge_assistant.capture.window_mac import MacWindows
from edge_assistant.capture.window_windows import WindowsWindows
from edge_assistant.capture.window_x11 import X11Windows
from edge_assistant.system.errors import InputError
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.system.installation import reinstall_advice


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What the choice depends on: a `sys.platform` value, and whether the environment names Wayland or X11 displays."""

    platform: str
    wayland: bool = False
    x11: bool = False


_LOCKED = tr_noop("The session is locked, so there is nothing to describe. Unlock it first.")
_LOCKED_OR_ASKED = tr_noop(
    "The screen is locked, or Windows asks whether a program may make changes. Unlock it, or answer that first."
)


@dataclass(frozen=True, slots=True)
class Backend:
    """One window system.

    `compatible` says whether it is the one here, `needs` which modules must be installed for it. `make_windows` is None
    where the window system does not reveal the active window.

    `locked` is the sentence for a session that is locked. `draw_window`, `find_above` and `has_curtain` are those of
    `take_snapshot`. `bring_to_front` gives the focus to a window of ours, by Qt's winId, and returns whether it has it;
    None where the desktop gives it to a window that is activated. `menu_has_keyboard` returns whether an open menu of
    another program keeps the keyboard from a window of ours that opens. `make_pointer` is None where the pointer cannot
    be moved, or where that never ran.
    """

    name: str
    compatible: Callable[[SessionFacts], bool]
    needs: tuple[str, ...]
    make_screen: Callable[..., ScreenBackend]
    make_windows: Callable[[], WindowBackend] | None
    is_locked: Callable[[], bool]
    make_focus: Callable[[], Focus] = NoFocus
    locked: str = _LOCKED
    draw_window: DrawWindow | None = None
    find_above: FindAbove = lambda _: ()
    has_curtain: bool = False
    bring_to_front: Callable[[int], bool] | None = None
    menu_has_keyboard: Callable[[], bool] = lambda: False
    make_pointer: Callable[[], Pointer] | None = None

    def is_installed(self, has: Callable[[str], bool]) -> bool:
        """Return whether all modules are installed; `has` answers for one."""
        return all(has(module) for module in self.needs)


BACKENDS = (
    Backend("Windows", lambda facts: facts.platform == "win32", ("mss",),
            lambda **_: MssScreen(), WindowsWindows, is_windows_locked, focus_windows.WindowsFocus,
            locked=_LOCKED_OR_ASKED, draw_window=print_window, bring_to_front=focus_windows.bring_to_front,
            find_above=covered_windows.windows_above, has_curtain=True, make_pointer=WindowsPointer),
    Backend("macOS", lambda facts: facts.platform == "darwin", ("mss", "Quartz", "AppKit"),
            lambda **_: MacScreen(), MacWindows, is_mac_locked, MacFocus),
    # Before X11: a Wayland session has an X display too, on which most windows are missing.
    Backend("Wayland", lambda facts: facts.platform == "linux" and facts.wayland, ("jeepney",),
            PortalScreen, None, is_linux_locked),
    Backend("X11", lambda facts: facts.platform == "linux" and facts.x11, ("mss", "Xlib", "jeepney"),
            lambda **_: MssScreen(), X11Windows, is_linux_locked, X11Focus,
            draw_window=covered_x11.own_picture, find_above=covered_x11.windows_above,
            menu_has_keyboard=covered_x11.other_menu_is_open, make_pointer=X11Pointer),
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
                    "The screen cannot be captured: {name} support is missing. {advice}",
                    name=backend.name,
                    advice=reinstall_advice(),
                ),
                code="not-installed",
            )
    raise InputError(tr("There is no display. Picture files can still be described."), code="no-display")


__all__ = ["BACKENDS", "Backend", "SessionFacts", "choose_backend", "has_module", "session_facts"]
