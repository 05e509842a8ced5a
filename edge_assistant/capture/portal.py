"""The screen on Wayland: the desktop portal's Screenshot, asked over D-Bus. The file that it leaves is deleted."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from edge_assistant.capture.file import read_picture
from edge_assistant.capture.geometry import Rect, enclosing
from edge_assistant.capture.snapshot import Monitor, Shot
from edge_assistant.system.dbus import DBusError, Service, call, connected, property_of
from edge_assistant.system.errors import CancelledError, InputError
from edge_assistant.system.i18n import later, tr

_PORTAL = Service(
    "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Screenshot"
)
_REQUEST = "org.freedesktop.portal.Request"

_START_S = 10.0
"""The bus may have to start the portal first, and that in turn its backends."""

_ANSWER_S = 60.0
"""The desktop may ask the person for permission; nobody should have to hurry."""

_LOOK_S = 0.1

_MISSING = later(
    "The screen cannot be captured: this Wayland desktop has no portal for it. Install xdg-desktop-portal and its "
    "backend for your desktop, then log in again."
)


class PortalScreen:
    """The whole Wayland desktop.

    `list_monitors` gives the monitors in the compositor's own units; without it all are one. `is_cancelled` is asked
    while the person may be asked for permission.
    """

    def __init__(
        self,
        list_monitors: Callable[[], tuple[Monitor, ...]] | None = None,
        is_cancelled: Callable[[], bool] = lambda: False,
        patience: float = _ANSWER_S,
    ) -> None:
        self._list_monitors = list_monitors
        self._is_cancelled = is_cancelled
        self._patience = patience

    def grab(self) -> Shot:
        """Ask the portal for a picture. Raises InputError (`refused`, `no-portal`, `portal`) and CancelledError."""
        try:
            with connected("SESSION") as connection:
                code, results = self._ask(connection)
        except DBusError as error:
            raise _failure(error) from error
        if code == 1:
            raise InputError(tr("You or your desktop denied the screen capture."), code="refused")
        place = results.get("uri", ("s", ""))[1] if code == 0 else ""
        if not place:
            raise InputError(tr("The desktop could not take a picture of the screen. Try again."), code="portal")
        picture = _fetched(place)
        monitors = self._list_monitors() if self._list_monitors else ()
        whole = Rect(0, 0, *picture.size)
        area = enclosing([monitor.bounds for monitor in monitors]) if monitors else whole
        return Shot(picture, area, monitors or (Monitor(1, whole),))

    def check(self) -> str:
        """Whether the portal offers pictures; none is taken, since the desktop might ask the person."""
        try:
            with connected("SESSION") as connection:
                property_of(connection, _PORTAL, "version", timeout=_START_S, start=True)
        except DBusError as error:
            raise _failure(error) from error
        return tr("Wayland's portal can capture the screen; the desktop may ask for permission.")

    def _ask(self, connection: Any) -> tuple[int, dict[str, Any]]:
        from jeepney import MatchRule, message_bus

        token = f"edge_assistant_{secrets.token_hex(8)}"
        sender = connection.unique_name.removeprefix(":").replace(".", "_")
        handle = f"/org/freedesktop/portal/desktop/request/{sender}/{token}"
        rule = MatchRule(type="signal", interface=_REQUEST, member="Response", path=handle)
        bus = Service(message_bus.bus_name, message_bus.object_path, message_bus.interface)
        with connection.filter(rule) as answers:
            # Before the question: the answer may come at once.
            call(connection, bus, "AddMatch", "s", (rule.serialise(),), timeout=_START_S)
            options = {"handle_token": ("s", token), "modal": ("b", False), "interactive": ("b", False)}
            call(connection, _PORTAL, "Screenshot", "sa{sv}", ("wayland:", options), timeout=_START_S, start=True)
            deadline = time.monotonic() + self._patience
            while time.monotonic() < deadline:
                with contextlib.suppress(TimeoutError):
                    code, results = connection.recv_until_filtered(answers, timeout=_LOOK_S).body
                    return code, results
                if self._is_cancelled():
                    raise CancelledError
        raise InputError(
            tr("The desktop sent no picture of the screen in time. Allow it when you are asked, and try again."),
            code="portal",
        )


def _failure(error: DBusError) -> InputError:
    missing = ("ServiceUnknown", "UnknownMethod", "UnknownInterface", "UnknownObject", "InvalidArgs", "NameHasNoOwner")
    if error.name.rpartition(".")[2] in missing or not error.name:
        return InputError(tr(_MISSING), code="no-portal")
    return InputError(tr("The desktop could not take a picture of the screen. Try again."), code="portal")


def _fetched(uri: str) -> Any:
    """The picture in the portal's file, which is deleted whatever becomes of it."""
    address = urlsplit(uri)
    if address.scheme != "file":
        raise InputError(tr("The desktop saved the picture where it cannot be read."), code="portal")
    path = Path(unquote(address.path))
    try:
        return read_picture(path).image
    finally:
        with contextlib.suppress(OSError):
            path.unlink()
