"""The screen on X11, Windows and macOS, through mss; the only module that imports it."""

from __future__ import annotations

import importlib
from typing import Any

from PIL import Image

from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import Monitor, Shot
from edge_assistant.system.errors import InputError
from edge_assistant.system.i18n import tr, tr_count


class MssScreen:
    """A screen that mss can read. It cannot read Wayland's: see portal.py."""

    def grab(self) -> Shot:
        """Capture all monitors in one picture, in the order of mss. Raises InputError with the reason."""
        return self._grab(None)

    def check(self) -> str:
        """Capture one pixel and return a sentence about the monitors. Raises InputError."""
        shot = self._grab((0, 0, 1, 1))
        return tr_count(
            "The screen of {width} by {height} pixels on one monitor can be read.",
            "The screen of {width} by {height} pixels on {number} monitors can be read.",
            len(shot.monitors),
            width=shot.area.width,
            height=shot.area.height,
        )

    def _grab(self, part: tuple[int, int, int, int] | None) -> Shot:
        import mss
        import mss.exception

        try:
            with mss.MSS() as capture:
                everything, *single = [_rect(monitor) for monitor in capture.monitors]
                left, top, width, height = part or (0, 0, everything.width, everything.height)
                box = {"left": everything.left + left, "top": everything.top + top, "width": width, "height": height}
                raw = capture.grab(box)
        except (mss.exception.ScreenShotError, OSError, RuntimeError) as error:
            raise _capture_error(str(error)) from error
        picture = Image.frombytes("RGB", raw.size, bytes(raw.bgra), "raw", "BGRX")
        monitors = tuple(Monitor(number, bounds) for number, bounds in enumerate(single or [everything], start=1))
        return Shot(picture, everything, monitors)


def use_real_pixels(darwin: Any = None) -> None:
    """Let mss give macOS's real pixels instead of one for each point, which has four on a Retina display.

    `darwin` replaces mss's module for macOS in tests. Not yet run on macOS.
    """
    darwin = darwin or importlib.import_module("mss.darwin")
    darwin.IMAGE_OPTIONS &= ~darwin.kCGWindowImageNominalResolution


def _rect(monitor: dict[str, int]) -> Rect:
    return Rect(monitor["left"], monitor["top"], monitor["width"], monitor["height"])


def _capture_error(reason: str) -> InputError:
    if "Cannot connect" in reason or "Unable to open display" in reason:
        return InputError(
            tr("The screen cannot be captured: no display answers. Log in to a desktop and try again."),
            code="no-display",
        )
    plain = reason.strip().rstrip(".") or tr("the window system gave no reason")
    return InputError(tr("The screen cannot be captured: {plain}. Picture files can still be described.", plain=plain))
