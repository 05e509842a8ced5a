"""A snapshot of the desktop: the active window's title and bounds, and the picture of all monitors.

Hotkeys and the command line both begin with `take_snapshot`. Everything else (a window, a monitor, a region) is cut
from its result, so that all of it shows the same moment and none of our windows that opened later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from PIL import Image

from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.stacking import WindowAbove, is_covered
from edge_assistant.system.errors import InputError
from edge_assistant.system.i18n import tr, tr_count


@dataclass(frozen=True, slots=True)
class Monitor:
    """One monitor; `number` counts from 1 in the window system's own order."""

    number: int
    bounds: Rect


@dataclass(frozen=True, slots=True)
class ActiveWindow:
    """The window that has the keyboard.

    `bounds` is the visible area with title bar and border; `contents` is what the program itself draws. Where the
    window system does not tell them apart, both are the same. `number` is the window system's id of this window,
    whatever its title becomes, and can be compared between two calls of `active`. `protected` tells that its program
    keeps it out of pictures of the screen.
    """

    title: str
    bounds: Rect
    contents: Rect
    number: int | None = None
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Shot:
    """An RGB picture of all monitors; `area` is its part of the desktop, in units that may be larger than pixels."""

    picture: Image.Image
    area: Rect
    monitors: tuple[Monitor, ...]


class ScreenBackend(Protocol):
    """A way to capture the screen."""

    def grab(self) -> Shot:
        """Capture all monitors in one picture. Raises InputError: one sentence that says why not, and what to do."""

    def check(self) -> str:
        """Try as much as can be tried unasked; return a sentence that says what works. Raises InputError as `grab`."""


class WindowBackend(Protocol):
    """A way to find the active window."""

    def active(self) -> ActiveWindow | None:
        """Return the active window, None when there is none or it is closing. Raises InputError when it cannot be asked
        for.
        """


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The desktop at one moment. `window` is None where no window is active, or where it is not known (Wayland).

    `window_picture` shows the window's contents where the screen does not: it is black there, covered, or off the
    screen. `blacked_out` tells that all of the screen is black and may be so by a screen reader's screen curtain.
    `above` are the windows above the active one.
    """

    window: ActiveWindow | None
    shot: Shot
    window_picture: Image.Image | None = None
    blacked_out: bool = False
    above: tuple[WindowAbove, ...] = ()

    @property
    def picture(self) -> Image.Image:
        """All monitors in one picture."""
        return self.shot.picture

    @property
    def monitors(self) -> tuple[Monitor, ...]:
        """The monitors, by number."""
        return self.shot.monitors

    def monitor(self, number: int) -> Image.Image:
        """Return what monitor `number` (from 1) shows. Raises InputError (code `no-such-monitor`)."""
        for monitor in self.monitors:
            if monitor.number == number:
                cut = self.cut(monitor.bounds)
                if cut is not None:
                    return cut
        have = tr_count("There is one monitor", "There are {number} monitors", len(self.monitors))
        raise InputError(
            tr("{have}, and number {number} is not one of them.", have=have, number=number), code="no-such-monitor"
        )

    def cut(self, rect: Rect) -> Image.Image | None:
        """Return the pixels of a rectangle of the desktop, clipped to the picture; None where nothing is left."""
        area = self.shot.area
        inside = rect.clipped(area)
        if inside is None:
            return None
        across, down = self.picture.width / area.width, self.picture.height / area.height
        box = (
            round((inside.left - area.left) * across),
            round((inside.top - area.top) * down),
            round((inside.right - area.left) * across),
            round((inside.bottom - area.top) * down),
        )
        return self.picture.crop(box) if box[2] > box[0] and box[3] > box[1] else None


DrawWindow = Callable[[ActiveWindow], Image.Image | None]
"""Draws a window's contents without the screen: an RGB picture in pixels, None where that fails or is black."""

FindAbove = Callable[[ActiveWindow], tuple[WindowAbove, ...]]
"""Returns what lies above a window on the screen, without windows of this program."""


def take_snapshot(
    screen: ScreenBackend,
    windows: WindowBackend | None,
    draw_window: DrawWindow | None = None,
    *,
    find_above: FindAbove = lambda _: (),
    has_curtain: bool = False,
) -> Snapshot:
    """Take a snapshot: the active window first, then the picture, since a later active window may be another one.

    `draw_window` draws a window that is not seen on the screen as it is, None where that cannot be. With
    `has_curtain=True` a screen reader may blacken what is captured. Raises InputError as the backends do.
    """
    window = windows.active() if windows is not None else None
    above = find_above(window) if window is not None else ()
    snapshot = Snapshot(window, screen.grab(), above=above)
    blacked_out = has_curtain and _is_black(snapshot.picture)
    drawn = draw_window(window) if window is not None and draw_window is not None and _is_hidden(snapshot) else None
    return replace(snapshot, window_picture=drawn, blacked_out=blacked_out)


def _is_hidden(snapshot: Snapshot) -> bool:
    """Return whether the screen does not show the active window as it is. One with an open menu is taken from there."""
    assert snapshot.window is not None
    contents = snapshot.window.contents
    seen = snapshot.cut(contents)
    if seen is None or _is_black(seen):
        return True
    if any(each.is_menu for each in snapshot.above):
        return False
    return contents.clipped(snapshot.shot.area) != contents or is_covered(contents, snapshot.above)


def _is_black(picture: Image.Image) -> bool:
    """Return whether every pixel is black; with other pixels this ends soon."""
    return picture.getbbox() is None
