"""The tree of accessible objects on a real accessibility bus, as a screen reader on Linux finds it."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jeepney import DBusAddress, MessageType, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from support.desktops import XDesktop, private_bus
from support.waiting import until

_LAUNCHER = Path("/usr/libexec/at-spi-bus-launcher")
_ROOT = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")

Object = tuple[str, str]
"""The bus name and the path of one accessible object."""


@contextlib.contextmanager
def accessibility_bus(desktop: XDesktop) -> Iterator[AccessibilityBus]:
    """A bus on which programs that start now are found; our own voice goes on speaking."""
    if not _LAUNCHER.exists():
        pytest.skip("at-spi-bus-launcher is missing: install at-spi2-core")
    with private_bus(desktop):
        desktop.start(_LAUNCHER, "--launch-immediately", stderr=subprocess.DEVNULL)
        until(lambda: desktop.output(*_call("org.freedesktop.DBus.Properties.Set", _IS_ENABLED)), "the bus")
        address = desktop.output(*_call("org.a11y.Bus.GetAddress")).strip()
        connection = open_dbus_connection(address)
        try:
            yield AccessibilityBus(connection)
        finally:
            connection.close()


_IS_ENABLED = ("string:org.a11y.Status", "string:IsEnabled", "variant:boolean:true")


def _call(method: str, arguments: tuple[str, ...] = ()) -> tuple[str, ...]:
    target = ("--dest=org.a11y.Bus", "/org/a11y/bus", method)
    return (
        "dbus-send",
        "--session",
        "--print-reply=literal" if method.endswith("GetAddress") else "--print-reply",
        *target,
        *arguments,
    )


class AccessibilityBus:
    """Asks for accessible objects."""

    def __init__(self, connection: DBusConnection) -> None:
        self._connection = connection

    def find(self, name: str, role: str) -> Object | None:
        """The first object of this name and role ("list", "table"), in any program."""
        return next((each for each in self._below(_ROOT) if self.name(each) == name and self.role(each) == role), None)

    def name(self, target: Object) -> str:
        """An object's name."""
        return str(self._property(target, "org.a11y.atspi.Accessible", "Name"))

    def role(self, target: Object) -> str:
        """The name of an object's role."""
        return str(self._ask(target, "org.a11y.atspi.Accessible", "GetRoleName")[0])

    def children(self, target: Object) -> list[Object]:
        """The objects within one."""
        return [tuple(each) for each in self._ask(target, "org.a11y.atspi.Accessible", "GetChildren")[0]]

    def cells(self, table: Object) -> list[list[tuple[str, str, str]]]:
        """The rows of a table: each cell's text, with the names of its column and of its row."""
        rows, columns = (self._property(table, "org.a11y.atspi.Table", name) for name in ("NRows", "NColumns"))
        return [[self._cell(table, row, column) for column in range(columns)] for row in range(rows)]

    def _cell(self, table: Object, row: int, column: int) -> tuple[str, str, str]:
        cell = self._ask(table, "org.a11y.atspi.Table", "GetAccessibleAt", "ii", (row, column))[0]
        headers = (("GetColumnHeader", column), ("GetRowHeader", row))
        names = [self._ask(table, "org.a11y.atspi.Table", method, "i", (number,))[0] for method, number in headers]
        return self.name(cell), self.name(names[0]), self.name(names[1])

    def _below(self, target: Object) -> Iterator[Object]:
        for child in self.children(target):
            yield child
            yield from self._below(child)

    def _property(self, target: Object, interface: str, name: str) -> Any:
        return self._ask(target, "org.freedesktop.DBus.Properties", "Get", "ss", (interface, name))[0][1]

    def _ask(
        self, target: Object, interface: str, method: str, signature: str = "", body: tuple[object, ...] = ()
    ) -> Any:
        address = DBusAddress(target[1], target[0], interface)
        reply = self._connection.send_and_get_reply(new_method_call(address, method, signature or None, body))
        if reply.header.message_type is MessageType.error:
            raise LookupError(f"{method}: {reply.body}")
        return reply.body
