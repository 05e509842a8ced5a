"""What to look at, from the person's choice to the picture: count-down, lock, title first, then the capture itself.

The command line and the desktop app both use it; they differ in how they tell.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import Protocol

from edge_assistant.capture import qt_subprocess
from edge_assistant.capture.backends import Backend, choose
from edge_assistant.capture.decode import CapturedPicture, Origin
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow, Monitor, Snapshot, take
from edge_assistant.system.errors import InputError, NothingToSeeError
from edge_assistant.system.i18n import tr
from edge_assistant.system.outside_text import short

CAMERA_COUNTDOWN_S = 3.0
"""Seconds from a camera's first frame to the one that is taken: time to aim it, and for its exposure to settle."""

_LONGEST_TITLE = 120
"""Letters of a title that are spoken; browsers put whole articles there."""

_UNSAYABLE = re.compile("[\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")
"""Private characters, as fonts of icons have them, and what stands for a character that was broken."""

_COUNTED = 3
"""The last seconds of a count-down that are counted aloud."""

_LEAST_PART = 0.95
"""Part of a window that must be on the screen; below this it is said that some is missing."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be looked at; `origin` is never "file".

    `number` is the monitor (from 1; None: all as one) or the camera (from 1, or its name; None: the usual one). `delay`
    is in seconds; None is none, but CAMERA_COUNTDOWN_S for a camera.
    """

    origin: Origin
    number: int | str | None = None
    delay: float | None = None


class CaptureListener(Protocol):
    """How a capture talks to the person, and hears that it is no longer wanted."""

    def notice(self, code: str, message: str) -> None:
        """Tell something by event and voice."""

    def window(self, title: str, window: ActiveWindow) -> None:
        """Tell the active window's title by event and voice; `title` is fit to be spoken."""

    def is_cancelled(self) -> bool:
        """Whether the picture is no longer wanted."""

    def wait(self, seconds: float) -> None:
        """Let time pass. Raises CancelledError as soon as the picture is no longer wanted."""


def look(at: Target, tell: CaptureListener) -> CapturedPicture:
    """The picture, with its notices. Raises InputError, NothingToSeeError (code `locked`) and CancelledError."""
    if at.origin == "clipboard":
        return replace(qt_subprocess.clipboard_picture(tell.is_cancelled), origin="clipboard")
    if at.origin == "camera":
        seconds = CAMERA_COUNTDOWN_S if at.delay is None else at.delay
        captured = qt_subprocess.camera_picture(
            at.number,
            countdown=seconds,
            on_ready=lambda: count_down(seconds, tell),
            is_cancelled=tell.is_cancelled,
        )
        return replace(captured, origin="camera")
    backend = choose()
    count_down(at.delay or 0.0, tell)
    snapshot = snap(backend, tell, monitors=at.number is not None)
    if at.origin == "window":
        return active_window(snapshot, backend, tell)
    return screen(snapshot, None if at.number is None else int(at.number))


def count_down(seconds: float, tell: CaptureListener) -> None:
    """Say how long it takes, then the last three seconds one by one. Raises CancelledError."""
    if seconds <= 0:
        return
    if seconds > _COUNTED:
        tell.notice("countdown", tr("Taking the picture in {ceil} seconds.", ceil=math.ceil(seconds)))
        tell.wait(seconds - _COUNTED)
        seconds = _COUNTED
    while seconds > 0:
        tell.notice("countdown", str(math.ceil(seconds)))
        step = seconds - math.floor(seconds) or 1.0
        tell.wait(step)
        seconds -= step


def snap(backend: Backend, tell: CaptureListener, *, monitors: bool = True) -> Snapshot:
    """The desktop now; `monitors` asks for each monitor's place, which on Wayland takes half a second more."""
    refuse_locked(backend)
    return snap_at_once(backend, tell, monitors=monitors)


def refuse_locked(backend: Backend) -> None:
    """Raise NothingToSeeError (code `locked`) when the session is locked; asking may take a second."""
    if backend.is_locked():
        raise NothingToSeeError(
            tr("The session is locked, so there is nothing to describe. Unlock it first."), code="locked"
        )


def snap_at_once(backend: Backend, tell: CaptureListener, *, monitors: bool = False) -> Snapshot:
    """As `snap`, without asking first whether the session is locked: whoever calls this asks afterwards."""
    lister = qt_subprocess.monitor_list if monitors else None
    grabber = backend.make_screen(list_monitors=lister, is_cancelled=tell.is_cancelled)
    return take(grabber, backend.make_windows() if backend.make_windows else None)


def active_window(snapshot: Snapshot, backend: Backend, tell: CaptureListener) -> CapturedPicture:
    """The active window's contents, its title told first; the whole screen where no window is known to be active."""
    window = snapshot.window
    if window is None:
        if backend.make_windows is None:
            why = tr("{system} does not tell which window is active, so this is the whole screen.", system=backend.name)
        else:
            why = tr("No window is active, so this is the whole screen.")
        tell.notice("no-active-window", why)
        return screen(snapshot, None)
    tell.window(spoken_title(window.title), window)
    inside = window.contents.clipped(snapshot.shot.area)
    picture = snapshot.cut(inside) if inside else None
    if inside is None or picture is None:
        raise InputError(
            tr("The active window is off the screen. Move it there, or describe the whole screen."), code="off-screen"
        )
    seen = inside.width * inside.height / (window.contents.width * window.contents.height)
    notices = (("window-cut", tr("Part of the window is off the screen and cannot be seen.")),)
    return CapturedPicture(picture, notices if seen < _LEAST_PART else (), "window", window.number)


def monitors() -> tuple[Monitor, ...]:
    """The monitors, by the numbers that `Target` takes. Raises InputError."""
    backend = choose()
    # Where no window tells that it is active, a portal takes the pictures, and may ask the person for each.
    return qt_subprocess.monitor_list() if backend.make_windows is None else backend.make_screen().grab().monitors


def screen(snapshot: Snapshot, number: int | None) -> CapturedPicture:
    """One monitor (from 1), or all as one. Raises InputError (code `no-such-monitor`)."""
    picture = snapshot.picture if number is None else snapshot.monitor(number)
    return CapturedPicture(picture, origin="screen", front=_front(snapshot))


def region(snapshot: Snapshot, rect: Rect) -> CapturedPicture:
    """A part of the screen, `rect` in the desktop's units. Raises InputError (code `off-screen`)."""
    picture = snapshot.cut(rect)
    if picture is None:
        raise InputError(tr("That part is off the screen. Choose another one."), code="off-screen")
    return CapturedPicture(picture, origin="region", front=_front(snapshot))


def _front(snapshot: Snapshot) -> int | None:
    return snapshot.window.number if snapshot.window else None


def spoken_title(title: str) -> str:
    """A title fit to be spoken: clean, on one line, dashes between its parts as commas, not too long."""
    plain = " ".join(_UNSAYABLE.sub(" ", short(title, 4 * _LONGEST_TITLE)).split())
    for dash in (" - ", " – ", " — ", " | ", " · "):
        plain = plain.replace(dash, ", ")
    if len(plain) > _LONGEST_TITLE:
        plain = plain[:_LONGEST_TITLE].rpartition(" ")[0] or plain[:_LONGEST_TITLE]
    return plain or tr("Untitled window")
