"""The screen on Wayland, through the desktop portal's Screenshot over D-Bus. The file that the portal leaves is
deleted.
"""

from __future__ import annotations

import contextlib
import io
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from edge_assistant.capture.decode import CapturedPicture, decode
from edge_assistant.capture.file import read_picture
from edge_assistant.capture.geometry import Rect, enclosing
from edge_assistant.capture.snapshot import Monitor, Shot
from edge_assistant.system.dbus import DBusError, Service, call, connect, get_property
from edge_assistant.system.errors import CancelledError, InputError
from edge_assistant.system.i18n import tr, tr_noop

_PORTAL = Service(
    "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Screenshot"
)
_REQUEST = "org.freedesktop.portal.Request"

_CALL_TIMEOUT_S = 10.0
"""Seconds for a call; the bus may have to start the portal first, and that in turn its backends."""

_ANSWER_TIMEOUT_S = 60.0
"""Seconds for the picture; the desktop may ask the person for permission, and nobody should have to hurry."""

_POLL_S = 0.1

_MISSING = tr_noop(
    "The screen cannot be captured: this Wayland desktop has no portal for it. Install xdg-desktop-portal and its "
    "backend for your desktop, then log in again."
)


class PortalScreen:
    """The whole Wayland desktop.

    `list_monitors` gives the monitors in the compositor's own units; without it all count as one. `is_cancelled` is
    polled while the desktop may ask the person for permission.
    """

    def __init__(
        self,
        list_monitors: Callable[[], tuple[Monitor, ...]] | None = None,
        is_cancelled: Callable[[], bool] = lambda: False,
        timeout: float = _ANSWER_TIMEOUT_S,
    ) -> None:
        self._list_monitors = list_monitors
        self._is_cancelled = is_cancelled
        self._timeout = timeout

    def grab(self) -> Shot:
        """Ask the portal for a picture. Raises InputError (`refused`, `no-portal`, `portal`) and CancelledError."""
        try:
            with connect("SESSION") as connection:
                code, results = self._request(connection)
        except DBusError as error:
            raise _portal_error(error) from error
        if code == 1:
            raise InputError(tr("You or your desktop denied the screen capture."), code="refused")
        uri = results.get("uri", ("s", ""))[1] if code == 0 else ""
        if not uri:
            raise InputError(tr("The desktop could not take a picture of the screen. Try again."), code="portal")
        picture = _read_and_delete(uri)
        monitors = self._list_monitors() if self._list_monitors else ()
        whole = Rect(0, 0, *picture.size)
        area = enclosing([monitor.bounds for monitor in monitors]) if monitors else whole
        return Shot(picture, area, monitors or (Monitor(1, whole),))

    def check(self) -> str:
        """Check that the portal offers pictures; none is taken, since the desktop might ask the person."""
        try:
            with connect("SESSION") as connection:
                get_property(connection, _PORTAL, "version", timeout=_CALL_TIMEOUT_S, start=True)
        except DBusError as error:
            raise _portal_error(error) from error
        return tr("Wayland's portal can capture the screen; the desktop may ask for permission.")

    def _request(self, connection: Any) -> tuple[int, dict[str, Any]]:
        from jeepney import MatchRule, message_bus

        token = f"edge_assistant_{secrets.token_hex(8)}"
        sender = connection.unique_name.removeprefix(":").replace(".", "_")
        handle = f"/org/freedesktop/portal/desktop/request/{sender}/{token}"
        rule = MatchRule(type="signal", interface=_REQUEST, member="Response", path=handle)
        bus = Service(message_bus.bus_name, message_bus.object_path, message_bus.interface)
        with connection.filter(rule) as answers:
            # Before the request: the response may come at once.
            call(connection, bus, "AddMatch", "s", (rule.serialise(),), timeout=_CALL_TIMEOUT_S)
            options = {"handle_token": ("s", token), "modal": ("b", False), "interactive": ("b", False)}
            call(
                connection, _PORTAL, "Screenshot", "sa{sv}", ("wayland:", options), timeout=_CALL_TIMEOUT_S, start=True
            )
            deadline = time.monotonic() + self._timeout
            while time.monotonic() < deadline:
                with contextlib.suppress(TimeoutError):
                    code, results = connection.recv_until_filtered(answers, timeout=_POLL_S).body
                    return code, results
                if self._is_cancelled():
                    raise CancelledError
        raise InputError(
            tr("The desktop sent no picture of the screen in time. Allow it when you are asked, and try again."),
            code="portal",
        )


def _portal_error(error: DBusError) -> InputError:
    missing = ("ServiceUnknown", "UnknownMethod", "UnknownInterface", "UnknownObject", "InvalidArgs", "NameHasNoOwner")
    if error.name.rpartition(".")[2] in missing or not error.name:
        return InputError(tr(_MISSING), code="no-portal")
    return InputError(tr("The desktop could not take a picture of the screen. Try again."), code="portal")


def _read_and_delete(uri: str) -> Any:
    """Read the picture in the portal's file, and delete the file in any case."""
    address = urlsplit(uri)
    if address.scheme != "file":
        raise InputError(tr("The desktop saved the picture where it cannot be read."), code="portal")
    path = Path(unquote(address.path))
    try:
        return read_picture(path, decode=_decode_here).image
    finally:
        with contextlib.suppress(OSError):
            path.unlink()


def _decode_here(data: bytes | memoryview, name: str, _: Callable[[], bool]) -> CapturedPicture:
    """Decode in this process: the desktop has just made the picture, and a press waits for it."""
    return decode(io.BytesIO(data), name)
