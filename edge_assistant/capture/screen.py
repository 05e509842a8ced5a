"""The screen through mss, the only module that imports it. So far it only tells whether a capture works."""

from __future__ import annotations

import os
import sys

from edge_assistant.errors import InputError


def probe() -> tuple[int, int]:
    """Take one pixel for real; the width and height of all monitors together, in pixels.

    Raises InputError with the reason and the way out when the screen cannot be captured.
    """
    if sys.platform.startswith("linux"):
        if os.environ.get("WAYLAND_DISPLAY"):
            raise InputError("The screen cannot be captured under Wayland yet. Describe picture files instead.")
        if not os.environ.get("DISPLAY"):
            raise InputError(
                "There is no display here. Picture files can be described all the same.", code="no-display"
            )
    import mss
    import mss.exception

    try:
        with mss.MSS() as capture:
            everything = capture.monitors[0]
            capture.grab((everything["left"], everything["top"], everything["left"] + 1, everything["top"] + 1))
            return everything["width"], everything["height"]
    except (mss.exception.ScreenShotError, OSError) as error:
        raise InputError(f"The screen cannot be captured: {error}. Log in to a desktop and try again.") from error
