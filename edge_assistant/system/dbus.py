"""D-Bus calls through jeepney, each with a time limit."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from edge_assistant.system.time_limit import call_within

if TYPE_CHECKING:
    from jeepney.io.blocking import DBusConnection

_CONNECT_TIMEOUT_S = 10.0
"""Seconds for a bus to greet; one on this computer takes milliseconds."""

Bus = Literal["SESSION", "SYSTEM"]


class DBusError(Exception):
    """There is no bus, service or answer in time, or the service refused; `name` is D-Bus's error name, or ""."""

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True, slots=True)
class Service:
    """The address of a service: bus name, object path and interface."""

    name: str
    path: str
    interface: str


@contextlib.contextmanager
def connect(bus: Bus) -> Iterator[DBusConnection]:
    """Open a connection to a bus. Raises DBusError when there is none, or when it is lost meanwhile."""
    from jeepney.io.blocking import open_dbus_connection
    from jeepney.low_level import SizeLimitError
    from jeepney.wrappers import DBusErrorResponse

    try:
        with call_within(
            _CONNECT_TIMEOUT_S, lambda: open_dbus_connection(bus), name="D-Bus", discard=lambda late: late.close()
        ) as connection:
            yield connection
    except DBusErrorResponse as error:
        raise DBusError(str(error), error.name) from error
    except KeyError as error:  # no DBUS_SESSION_BUS_ADDRESS
        raise DBusError("there is no session bus") from error
    except (OSError, RuntimeError, StopIteration, ValueError, SizeLimitError) as error:
        raise DBusError(f"the bus failed: {error}") from error


def call(
    connection: DBusConnection,
    service: Service,
    method: str,
    signature: str | None = None,
    body: tuple[Any, ...] = (),
    *,
    timeout: float,
    start: bool = False,
) -> tuple[Any, ...]:
    """Call a method and return the values that it answers within `timeout` seconds.

    `start` lets the bus start the service. Raises DBusError when the call is refused and when no answer comes. A lost
    connection is left to `connect`, which turns it into a DBusError.
    """
    from jeepney import DBusAddress, MessageFlag, new_method_call
    from jeepney.wrappers import DBusErrorResponse, unwrap_msg

    address = DBusAddress(service.path, bus_name=service.name, interface=service.interface)
    message = new_method_call(address, method, signature, body)
    if not start:
        message.header.flags |= MessageFlag.no_auto_start
    try:
        values: tuple[Any, ...] = unwrap_msg(connection.send_and_get_reply(message, timeout=timeout))
    except DBusErrorResponse as error:
        raise DBusError(str(error), error.name) from error
    except TimeoutError as error:
        raise DBusError(f"no answer within {timeout} seconds") from error
    return values


def get_property(
    connection: DBusConnection, service: Service, name: str, *, timeout: float, start: bool = False
) -> Any:
    """Return the value of a property of the service's interface. Parameters and errors as for `call`."""
    properties = Service(service.name, service.path, "org.freedesktop.DBus.Properties")
    ((_, value),) = call(connection, properties, "Get", "ss", (service.interface, name), timeout=timeout, start=start)
    return value
