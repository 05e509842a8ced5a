"""A stand-in for the desktop's GlobalShortcuts portal on a test's own bus: it binds, and presses, what it is told.

fake_shortcuts.py MODE TRIGGERS: MODE is bind, refuse (the person says no), or none (an old portal without such keys).
TRIGGERS is a JSON object with what it says of the key of each action; "*" is for all others, "asked" gives what was
asked for, and null leaves the action out. Prints "ready", then a JSON line for each call. Lines on standard input:
`press ACTION`, `press-elsewhere ACTION` (for another session), `change ACTION TRIGGER`, `close`, `leave`, `come`.
"""

from __future__ import annotations

import json
import selectors
import sys
from typing import Any

from jeepney import DBusAddress, HeaderFields, Message, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

NAME, PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"
mode, triggers = sys.argv[1], json.loads(sys.argv[2])
bus = open_dbus_connection("SESSION")
person = session = ""


def tell(**what: Any) -> None:
    print(json.dumps(what), flush=True)


def signal(path: str, interface: str, member: str, signature: str, *body: Any) -> None:
    message = new_signal(DBusAddress(path, interface=interface), member, signature, body)
    message.header.fields[HeaderFields.destination] = person
    bus.send(message)


def respond(request: Message, options: dict[str, Any], code: int, results: dict[str, Any]) -> None:
    sender = person[1:].replace(".", "_")
    handle = f"{PATH}/request/{sender}/{options['handle_token'][1]}"
    bus.send(new_method_return(request, "o", (handle,)))
    signal(handle, "org.freedesktop.portal.Request", "Response", "ua{sv}", code, results)


def serve(request: Message) -> None:
    global person, session
    fields = request.header.fields
    member, interface = fields[HeaderFields.member], fields.get(HeaderFields.interface)
    if mode == "none" or (interface != SHORTCUTS and member not in ("Get", "Register")):
        bus.send(new_error(request, "org.freedesktop.DBus.Error.UnknownMethod"))
        return
    if member == "Get":
        bus.send(new_method_return(request, "v", (("u", 1),)))
    elif member == "Register":
        tell(call=member, id=request.body[0])
        bus.send(new_error(request, "org.freedesktop.portal.Error.Failed"))  # as for what is not installed
    elif member == "CreateSession":
        (options,) = request.body
        person = fields[HeaderFields.sender]  # a property may be asked for by another connection meanwhile
        session = f"{PATH}/session/{person[1:].replace('.', '_')}/{options['session_handle_token'][1]}"
        tell(call=member)
        respond(request, options, 0, {"session_handle": ("s", session)})
    elif member == "BindShortcuts":
        given, wanted, parent, options = request.body
        asked = {id: (values["preferred_trigger"][1], values["description"][1]) for id, values in wanted}
        tell(call=member, asked=asked, session=given == session, parent=parent)
        shortcuts = []
        for id, (preferred, _) in asked.items():
            written = triggers.get(id, triggers.get("*"))
            if written is not None:
                values = {"trigger_description": ("s", preferred if written == "asked" else written)}
                shortcuts.append((id, values))
        respond(request, options, int(mode == "refuse"), {"shortcuts": ("a(sa{sv})", shortcuts)})


def obey(order: str, *words: str) -> None:
    if order == "press":
        signal(PATH, SHORTCUTS, "Activated", "osta{sv}", session, words[0], 1, {})
    elif order == "press-elsewhere":
        signal(PATH, SHORTCUTS, "Activated", "osta{sv}", "/another", words[0], 1, {})
    elif order == "change":
        changed = [(words[0], {"trigger_description": ("s", " ".join(words[1:]))})]
        signal(PATH, SHORTCUTS, "ShortcutsChanged", "oa(sa{sv})", session, changed)
    elif order == "close":
        signal(session, "org.freedesktop.portal.Session", "Closed", "a{sv}", {})
    elif order == "leave":
        bus.send_and_get_reply(message_bus.ReleaseName(NAME), timeout=10)
    elif order == "come":
        bus.send_and_get_reply(message_bus.RequestName(NAME), timeout=10)


obey("come")
print("ready", flush=True)
selector = selectors.DefaultSelector()
orders = open(0, "rb", buffering=0)  # noqa: SIM115 (what a buffer held, the selector would not see)
selector.register(orders, selectors.EVENT_READ)
selector.register(bus.sock, selectors.EVENT_READ)
while True:
    for key, _ in selector.select():
        if key.fileobj is orders:
            line = orders.readline().decode()
            if not line:
                sys.exit()
            obey(*line.split())
        else:
            while True:
                try:
                    message = bus.receive(timeout=0)
                except TimeoutError:
                    break
                if message.header.message_type is MessageType.method_call:
                    serve(message)
