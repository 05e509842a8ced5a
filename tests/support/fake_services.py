"""Stand-ins on a test's own bus: a desktop portal, logind and screen savers that answer as told.

fake_services.py PORTAL PICTURE LOCKED SAVER: PORTAL is what the portal does (give, refuse, fail, ignore, none), PICTURE
the file that it gives, LOCKED logind's hint and SAVER the screen saver's name, or "-". Prints "ready".
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from jeepney import DBusAddress, HeaderFields, Message, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

portal, picture, locked, saver = sys.argv[1:]
bus = open_dbus_connection("SESSION")


def own(name: str) -> None:
    bus.send_and_get_reply(message_bus.RequestName(name), timeout=10)


def answer(request: Message, signature: str, body: tuple[Any, ...]) -> None:
    bus.send(new_method_return(request, signature, body))


def screenshot(request: Message) -> None:
    parent, options = request.body
    sender = request.header.fields[HeaderFields.sender]
    assert parent == "wayland:"
    handle = f"/org/freedesktop/portal/desktop/request/{sender[1:].replace('.', '_')}/{options['handle_token'][1]}"
    answer(request, "o", (handle,))
    if portal == "ignore":
        return
    code = {"give": 0, "refuse": 1, "fail": 2}[portal]
    results = {"uri": ("s", Path(picture).as_uri())} if code == 0 else {}
    where = DBusAddress(handle, interface="org.freedesktop.portal.Request")
    signal = new_signal(where, "Response", "ua{sv}", (code, results))
    signal.header.fields[HeaderFields.destination] = sender
    bus.send(signal)


def serve(request: Message) -> None:
    member = request.header.fields[HeaderFields.member]
    if member == "Screenshot":
        screenshot(request)
    elif member == "GetSession":
        answer(request, "o", ("/org/freedesktop/login1/session/_1",))
    elif member == "GetActive":
        answer(request, "b", (True,))
    elif member == "Get" and request.body[1] == "LockedHint":
        answer(request, "v", (("b", locked == "yes"),))
    elif member == "Get" and request.body[1] == "version":
        answer(request, "v", (("u", 2),))
    else:
        bus.send(new_error(request, "org.freedesktop.DBus.Error.UnknownMethod"))


if portal != "none":
    own("org.freedesktop.portal.Desktop")
if locked != "-":
    own("org.freedesktop.login1")
if saver != "-":
    own(saver)
print("ready", flush=True)
while True:
    message = bus.receive()
    if message.header.message_type is MessageType.method_call:
        serve(message)
