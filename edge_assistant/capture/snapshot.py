"""The desktop at one moment: the active window's title and bounds, then the picture of all monitors, in one place.

Hotkeys and the command line both begin with `take`. Everything else (a window, a monitor, a region) is cut from its
result, so that all of it shows the same moment and nothing of ours that opened later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from edge_assistant.capture.geometry import Rect
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

    `bounds` is what is seen of it with title bar and border; `contents` is what the program itself draws. Where the
    window system does not tell them apart, both are the same. `number` is the window system's own for this window,
    whatever its title becomes; two that `active` tells one after the other can be compared by it.
    """

    title: str
    bounds: Rect
    contents: Rect
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of all monitors: RGB; `area` is what it shows of the desktop, whose units may be larger than pixels."""

    picture: Image.Image
    area: Rect
    monitors: tuple[Monitor, ...]


class ScreenBackend(Protocol):
    """One way to take a picture of the screen."""

    def grab(self) -> Shot:
        """All monitors in one picture. Raises InputError: one sentence that says why not, and what to do."""

    def check(self) -> str:
        """Try as much as can be tried unasked; a sentence that says what works. Raises InputError as `grab`."""


class WindowBackend(Protocol):
    """One way to ask for the active window."""

    def active(self) -> ActiveWindow | None:
        """The active window, None when there is none or it is closing. Raises InputError when it cannot be asked."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment. `window` is None where no window is active, or the window system does not tell (Wayland)."""

    window: ActiveWindow | None
    shot: Shot

    @property
    def picture(self) -> Image.Image:
        """All monitors as one."""
        return self.shot.picture

    @property
    def monitors(self) -> tuple[Monitor, ...]:
        """The monitors, by number."""
        return self.shot.monitors

    def monitor(self, number: int) -> Image.Image:
        """What monitor `number` (from 1) shows. Raises InputError (code `no-such-monitor`)."""
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
        """The pixels of a rectangle of the desktop, clipped to what the picture shows; None where nothing is left."""
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


def take(screen: ScreenBackend, windows: WindowBackend | None) -> Snapshot:
    """The active window first, then the picture: what is asked later may already be about something else.

    Raises InputError as the backends do.
    """
    window = windows.active() if windows is not None else None
    return Snapshot(window, screen.grab())
