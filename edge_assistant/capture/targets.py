"""What to capture, and how: count-down, lock check, the window's title first, then the capture itself.

The command line and the desktop app both use it; they differ in how they announce things.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import Protocol

from edge_assistant.capture import qt_subprocess
from edge_assistant.capture.backends import Backend, choose_backend
from edge_assistant.capture.decode import CapturedPicture, Origin
from edge_assistant.capture.geometry import Rect, enclosing
from edge_assistant.capture.snapshot import ActiveWindow, Monitor, Snapshot, take_snapshot
from edge_assistant.capture.stacking import is_covered, menus_of
from edge_assistant.system.errors import InputError, NothingToSeeError
from edge_assistant.system.i18n import tr
from edge_assistant.system.text_cleaning import clean, has_text, shorten

CAMERA_COUNTDOWN_S = 3.0
"""Seconds from a camera's first frame to the one that is taken: time to aim it, and for its exposure to settle."""

_MAX_TITLE = 120
"""The most characters of a title that are spoken; browsers put whole articles there."""

_UNSPEAKABLE = re.compile("[\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")
"""Private-use characters, as icon fonts have them, and the replacement character."""

_BETWEEN_PARTS = re.compile("(?: [-–—|·])+ ")
"""What programs write between a document, a page and their own name."""

_LOOSE_ENDS = " ,\u200c\u200d"
"""What is left at the ends where parts were empty, or where a title was cut: joiners join nothing there."""

_COUNTED_S = 3
"""How many of the last seconds of a count-down are counted aloud."""

_MIN_VISIBLE = 0.95
"""The share of a window that must be on the screen; below it a notice says that some is missing."""


@dataclass(frozen=True, slots=True)
class Target:
    """What to capture; `origin` is never "file".

    `number` is the monitor (from 1; None: all as one) or the camera (from 1, or its name; None: the default one).
    `delay` is in seconds; None is none, but CAMERA_COUNTDOWN_S for a camera. `rect` is the part of the screen that is a
    "region", in the desktop's units.
    """

    origin: Origin
    number: int | str | None = None
    delay: float | None = None
    rect: Rect | None = None


class CaptureListener(Protocol):
    """The receiver of a capture's announcements, which can also cancel it."""

    def notice(self, code: str, message: str) -> None:
        """Announce something by event and voice."""

    def window(self, title: str, window: ActiveWindow) -> None:
        """Announce the active window's title by event and voice; `title` is fit to be spoken."""

    def is_cancelled(self) -> bool:
        """Return whether the picture is no longer wanted."""

    def wait(self, seconds: float) -> None:
        """Wait. Raises CancelledError as soon as the picture is no longer wanted."""


def capture(target: Target, listener: CaptureListener) -> CapturedPicture:
    """Capture the target; return the picture with its notices.

    Raises InputError, NothingToSeeError (code `locked`) and CancelledError.
    """
    if target.origin == "clipboard":
        return replace(qt_subprocess.capture_clipboard(listener.is_cancelled), origin="clipboard")
    if target.origin == "camera":
        seconds = CAMERA_COUNTDOWN_S if target.delay is None else target.delay
        captured = qt_subprocess.capture_camera(
            target.number,
            countdown=seconds,
            on_ready=lambda: count_down(seconds, listener),
            is_cancelled=listener.is_cancelled,
        )
        return replace(captured, origin="camera", is_photo=True)
    backend = choose_backend()
    count_down(target.delay or 0.0, listener)
    snapshot = take_checked_snapshot(backend, listener, monitors=target.number is not None)
    if target.origin == "window":
        return capture_window(snapshot, backend, listener)
    if target.rect is not None:
        return capture_region(snapshot, target.rect)
    return capture_screen(snapshot, None if target.number is None else int(target.number))


def count_down(seconds: float, listener: CaptureListener) -> None:
    """Announce how long it takes, then the last three seconds one by one. Raises CancelledError."""
    if seconds <= 0:
        return
    if seconds > _COUNTED_S:
        listener.notice("countdown", tr("Taking the picture in {ceil} seconds.", ceil=math.ceil(seconds)))
        listener.wait(seconds - _COUNTED_S)
        seconds = _COUNTED_S
    while seconds > 0:
        listener.notice("countdown", str(math.ceil(seconds)))
        step = seconds - math.floor(seconds) or 1.0
        listener.wait(step)
        seconds -= step


def take_checked_snapshot(backend: Backend, listener: CaptureListener, *, monitors: bool = True) -> Snapshot:
    """Take a snapshot of the desktop now. Raises NothingToSeeError (code `locked`) when the session is locked.

    With `monitors=True` each monitor's place is asked for, which on Wayland takes half a second more.
    """
    check_unlocked(backend)
    return take_unchecked_snapshot(backend, listener, monitors=monitors)


def check_unlocked(backend: Backend) -> None:
    """Raise NothingToSeeError (code `locked`) when the session is locked; asking may take a second."""
    if backend.is_locked():
        raise NothingToSeeError(tr(backend.locked), code="locked")


def take_unchecked_snapshot(backend: Backend, listener: CaptureListener, *, monitors: bool = False) -> Snapshot:
    """Take a snapshot as `take_checked_snapshot` does, without the lock check first: the caller checks afterwards.

    Where it fails, the lock is checked here: the screen of a locked session cannot be copied on Windows.
    """
    lister = qt_subprocess.query_monitors if monitors else None
    grabber = backend.make_screen(list_monitors=lister, is_cancelled=listener.is_cancelled)
    try:
        return take_snapshot(
            grabber,
            backend.make_windows() if backend.make_windows else None,
            backend.draw_window,
            find_above=backend.find_above,
            has_curtain=backend.has_curtain,
        )
    except InputError:
        check_unlocked(backend)
        raise


def capture_window(snapshot: Snapshot, backend: Backend, listener: CaptureListener) -> CapturedPicture:
    """Return the active window's contents, its title announced first; the whole screen where none is known."""
    window = snapshot.window
    if window is None:
        if backend.make_windows is None:
            reason = tr(
                "{system} does not tell which window is active, so this is the whole screen.", system=backend.name
            )
        else:
            reason = tr("No window is active, so this is the whole screen.")
        listener.notice("no-active-window", reason)
        return capture_screen(snapshot, None)
    listener.window(spoken_title(window.title), window)
    if window.protected:
        raise NothingToSeeError(
            tr("This program keeps its window out of pictures, so it cannot be described."), code="protected"
        )
    if others := menus_of(snapshot.above, own=False):
        listener.notice("other-menu", tr("A menu of another program is open, so this is the screen that it is on."))
        return capture_screen(snapshot, _monitor_of(others[-1], snapshot))
    if snapshot.window_picture is not None:
        return CapturedPicture(snapshot.window_picture, origin="window", front=window.number, area=window.contents)
    menus = menus_of(snapshot.above, own=True)
    wanted = enclosing([window.contents, *menus])
    inside = wanted.clipped(snapshot.shot.area)
    picture = snapshot.cut(inside) if inside else None
    if inside is None or picture is None:
        raise InputError(
            tr("The active window is off the screen. Move it there, or describe the whole screen."), code="off-screen"
        )
    notices = []
    if menus:
        listener.notice("open-menu", tr("A menu is open. It is described with its window."))
    if inside.width * inside.height < _MIN_VISIBLE * wanted.width * wanted.height:
        notices.append(("window-cut", tr("Part of the window is off the screen and cannot be seen.")))
    if is_covered(window.contents, snapshot.above):
        notices.append(("window-covered", tr("Part of the window is covered by another one, which is seen there.")))
    return CapturedPicture(
        picture, tuple(notices), "window", window.number, snapshot.blacked_out, inside, menus=menus_of(snapshot.above)
    )


def _monitor_of(rect: Rect, snapshot: Snapshot) -> int | None:
    """Return the number of the monitor that shows the middle of a rectangle, None where none does."""
    middle = rect.left + rect.width // 2, rect.top + rect.height // 2
    return next((each.number for each in snapshot.monitors if each.bounds.contains(*middle)), None)


def list_monitors() -> tuple[Monitor, ...]:
    """Return the monitors, by the numbers that `Target` takes. Raises InputError."""
    backend = choose_backend()
    # Where the active window is not known, a portal takes the pictures, and may ask the person for each.
    return qt_subprocess.query_monitors() if backend.make_windows is None else backend.make_screen().grab().monitors


def capture_screen(snapshot: Snapshot, number: int | None) -> CapturedPicture:
    """Return one monitor (from 1), or all as one. Raises InputError (code `no-such-monitor`)."""
    picture = snapshot.picture if number is None else snapshot.monitor(number)
    area = snapshot.shot.area
    if number is not None:
        bounds = next(monitor.bounds for monitor in snapshot.monitors if monitor.number == number)
        area = bounds.clipped(area) or area
    return CapturedPicture(
        picture,
        origin="screen",
        front=_front_window(snapshot),
        blacked_out=snapshot.blacked_out,
        area=area,
        menus=menus_of(snapshot.above),
    )


def capture_region(snapshot: Snapshot, rect: Rect) -> CapturedPicture:
    """Return a part of the screen, `rect` in the desktop's units. Raises InputError (code `off-screen`)."""
    picture = snapshot.cut(rect)
    if picture is None:
        raise InputError(tr("That part is off the screen. Choose another one."), code="off-screen")
    return CapturedPicture(
        picture,
        origin="region",
        front=_front_window(snapshot),
        blacked_out=snapshot.blacked_out,
        area=rect.clipped(snapshot.shot.area),
        menus=menus_of(snapshot.above),
    )


def _front_window(snapshot: Snapshot) -> int | None:
    return snapshot.window.number if snapshot.window else None


def origin_name(origin: Origin) -> str:
    """Return the name of what a picture is of, such as "Window"."""
    names: dict[Origin, str] = {
        "window": tr("Window"),
        "screen": tr("Screen"),
        "region": tr("Region"),
        "clipboard": tr("Copied picture"),
        "camera": tr("Camera"),
        "file": tr("File"),
    }
    return names[origin]


def spoken_title(title: str) -> str:
    """Return a title fit to be spoken: clean, on one line, dashes between its parts as commas, not too long.

    One that has nothing to speak is called untitled.
    """
    plain = " ".join(_UNSPEAKABLE.sub(" ", shorten(title, 4 * _MAX_TITLE)).split())
    plain = _BETWEEN_PARTS.sub(", ", plain)
    if len(plain) > _MAX_TITLE:
        plain = plain[:_MAX_TITLE].rpartition(" ")[0] or plain[:_MAX_TITLE]
    plain = clean(plain).strip(_LOOSE_ENDS)
    return plain if has_text(plain) else tr("Untitled window")
