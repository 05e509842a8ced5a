"""The screen on macOS, which shows a program without its permission the wallpaper only. Not yet run on macOS."""

from __future__ import annotations

import importlib
from typing import Any

from edge_assistant.capture.screen import MssScreen, use_real_pixels
from edge_assistant.capture.snapshot import Shot
from edge_assistant.system.errors import InputError
from edge_assistant.system.i18n import tr


class MacScreen(MssScreen):
    """The screen through mss, once macOS lets this program record it; `quartz` replaces the library in tests."""

    def __init__(self, quartz: Any = None) -> None:
        self._quartz = quartz

    def grab(self) -> Shot:
        """Capture all monitors, as MssScreen does. Raises InputError, also (code `no-permission`) without permission.

        Then macOS asks the person, the first time only.
        """
        quartz = self._library()
        if not quartz.CGPreflightScreenCaptureAccess() and not quartz.CGRequestScreenCaptureAccess():
            raise _no_permission_error()
        use_real_pixels()
        return super().grab()

    def check(self) -> str:
        """See MssScreen. Asks nobody. Raises InputError as `grab`."""
        if not self._library().CGPreflightScreenCaptureAccess():
            raise _no_permission_error()
        return super().check()

    def _library(self) -> Any:
        return self._quartz or importlib.import_module("Quartz")


def _no_permission_error() -> InputError:
    return InputError(
        tr(
            "macOS does not show the screen to this program. Allow it in System Settings, under Privacy and Security, "
            "Screen Recording, and start it again."
        ),
        code="no-permission",
    )
