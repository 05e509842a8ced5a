"""Global hotkeys on Wayland, through the desktop's portal: the desktop decides which keys, and reports when they are
pressed.

The interface is org.freedesktop.portal.GlobalShortcuts. Not yet run on a real desktop.
"""

from __future__ import annotations

import contextlib
import logging
import re
import secrets
import socket
import threading
from collections import deque
from typing import TYPE_CHECKING, Any

from edge_assistant.hotkeys import unsupported
from edge_assistant.hotkeys.actions import meaning_of
from edge_assistant.hotkeys.key import ARROW_KEYS, Key
from edge_assistant.hotkeys.protocol import KeyBindings, OnNotice, OnPress
from edge_assistant.system.dbus import DBusError, Service, call, connect, get_property
from edge_assistant.system.errors import InputError
from edge_assistant.system.i18n import tr

if TYPE_CHECKING:
    from jeepney import Message
    from jeepney.io.blocking import DBusConnection

_log = logging.getLogger(__name__)

APP_ID = "edge-assistant"
"""Portals since 1.21 require an id for shortcuts; it must be the name of an installed .desktop file."""

_NAME, _PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
_SHORTCUTS = Service(_NAME, _PATH, "org.freedesktop.portal.GlobalShortcuts")
_REGISTRY = Service(_NAME, _PATH, "org.freedesktop.host.portal.Registry")
_REQUEST, _SESSION = "org.freedesktop.portal.Request", "org.freedesktop.portal.Session"
_BUS = Service("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")

_CALL_TIMEOUT_S = 25.0
"""Seconds for a call; the bus may have to start the portal first, and that in turn its backends."""

# xkbcommon-keysyms.h; all other names are the same there. The modifiers are those of the shortcuts specification.
_KEYSYMS = {"pause": "Pause", "home": "Home", "end": "End", "pageup": "Page_Up", "pagedown": "Page_Down"} | {
    name: name.capitalize() for name in ARROW_KEYS
}
_MODIFIERS = {"ctrl": "CTRL", "alt": "ALT", "shift": "SHIFT", "super": "LOGO"}
# How desktops write the modifiers for people, in English and German.
_WRITTEN_MODIFIERS = {
    "control": "ctrl",
    "primary": "ctrl",
    "strg": "ctrl",
    "umschalt": "shift",
    "meta": "super",
    "logo": "super",
}

Triggers = dict[str, str]
"""The desktop's description of each action's trigger; "" where it gives none."""


class _OwnerChanged(Exception):
    """The portal has left the bus, or another one has taken its place."""


class _NoKeys(Exception):
    """There will be no hotkeys; the text is the sentence about it."""


class PortalHotkeys:
    """Binds the shortcuts on a thread of its own, because the desktop may ask the person first, and reports presses."""

    def __init__(self) -> None:
        self.unavailable = ""
        self._connection: DBusConnection | None = None
        self._signals: deque[Message] = deque()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._owner = ""
        self._was_gone = False
        self._keys: KeyBindings = {}
        self._reported: Triggers = {}
        self._on_notice: OnNotice = lambda _: None

    def start(self, keys: KeyBindings, on_press: OnPress, on_notice: OnNotice) -> tuple[str, ...]:
        """Return at once; problems are reported through `on_notice`."""
        self._keys, self._on_notice = keys, on_notice
        self._thread = threading.Thread(target=self._run, args=(on_press,), name="hotkeys", daemon=True)
        self._thread.start()
        return ()

    def close(self) -> None:
        """End the thread; the portal frees the keys with the connection."""
        self._closed = True
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.sock.shutdown(socket.SHUT_RDWR)  # this wakes the thread
        if self._thread is not None:
            self._thread.join(1.0)

    def is_free(self, key: Key) -> bool | None:  # noqa: ARG002
        """Return that this is not known: the desktop decides when the shortcut is bound."""
        return None

    def _run(self, on_press: OnPress) -> None:
        was_bound = False
        try:
            with connect("SESSION") as self._connection:
                self._subscribe()
                while not self._closed:
                    try:
                        session = self._bind()
                        was_bound = True
                        self._report_presses(session, on_press)
                    except _OwnerChanged:
                        if not was_bound:
                            raise
                        self._wait_for_portal()
        except _NoKeys as error:
            self._report_end(str(error))
        except (DBusError, _OwnerChanged) as error:
            _log.info("no keys from the portal: %s", error)
            if not (self._closed or self._was_gone):
                self._report_end(_gone_message() if was_bound else tr(unsupported.WAYLAND))

    def _report_end(self, sentence: str) -> None:
        self.unavailable = sentence
        self._on_notice(sentence)

    def _subscribe(self) -> None:
        """Subscribe to the portal's signals, and to its coming and going on the bus."""
        from jeepney import MatchRule

        owner_changes = MatchRule(type="signal", sender=_BUS.name, interface=_BUS.interface, member="NameOwnerChanged")
        owner_changes.add_arg_condition(0, _NAME)
        portal_signals = MatchRule(type="signal", sender=_NAME, path_namespace=_PATH)
        self._bus.filter(MatchRule(type="signal"), queue=self._signals)
        for rule in (portal_signals, owner_changes):
            call(self._bus, _BUS, "AddMatch", "s", (rule.serialise(),), timeout=_CALL_TIMEOUT_S)

    @property
    def _bus(self) -> DBusConnection:
        assert self._connection is not None
        return self._connection

    def _bind(self) -> str:
        """Bind the shortcuts and return the session's handle. Raises _NoKeys, _OwnerChanged, DBusError."""
        self._reported = {}
        with contextlib.suppress(DBusError):  # must come first; an older portal has no registry, and needs none
            call(self._bus, _REGISTRY, "Register", "sa{sv}", (APP_ID, {}), timeout=_CALL_TIMEOUT_S, start=True)
        get_property(self._bus, _SHORTCUTS, "version", timeout=_CALL_TIMEOUT_S, start=True)
        (self._owner,) = call(self._bus, _BUS, "GetNameOwner", "s", (_NAME,), timeout=_CALL_TIMEOUT_S)
        options = {"session_handle_token": ("s", _new_token())}
        code, results = self._request("CreateSession", "a{sv}", options=options)
        session = str(results.get("session_handle", ("s", ""))[1])
        if code or not session:
            raise DBusError(f"CreateSession was answered with {code}")
        shortcuts = [
            (
                action,
                {
                    "description": ("s", meaning_of(action)),
                    "preferred_trigger": ("s", shortcut_trigger(key)),
                },
            )
            for action, key in self._keys.items()
        ]
        code, results = self._request("BindShortcuts", "oa(sa{sv})sa{sv}", session, shortcuts, "")
        if code:
            raise _NoKeys(_refused_message())
        if self._was_gone:
            self._was_gone, self.unavailable = False, ""
            self._on_notice(tr("Shortcuts work again."))
        self._announce_triggers(results.get("shortcuts", ("", []))[1])
        return session

    def _request(
        self, method: str, signature: str, *arguments: Any, options: dict[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Call a method that answers by a signal, perhaps after asking the person; return the response's code and
        results.
        """
        options = {"handle_token": ("s", _new_token()), **(options or {})}
        (handle,) = call(self._bus, _SHORTCUTS, method, signature, (*arguments, options), timeout=_CALL_TIMEOUT_S)
        while True:
            member, path, body = self._next_signal()
            if member == (_REQUEST, "Response") and path == handle:
                code, results = body
                return code, results

    def _report_presses(self, session: str, on_press: OnPress) -> None:
        """Report the presses. Raises _NoKeys, _OwnerChanged, DBusError."""
        while True:
            member, path, body = self._next_signal()
            if member == (_SESSION, "Closed") and path == session:
                raise _NoKeys(_closed_message())
            if member[0] != _SHORTCUTS.interface or body[0] != session:
                continue
            if member[1] == "Activated" and body[1] in self._keys:
                on_press(body[1])
            elif member[1] == "ShortcutsChanged":
                self._announce_triggers(body[1])

    def _next_signal(self) -> tuple[tuple[str, str], str, tuple[Any, ...]]:
        """Return the portal's next signal: (interface, member), object path, body. Raises _OwnerChanged."""
        from jeepney import HeaderFields

        while True:
            message = self._bus.recv_until_filtered(self._signals)
            fields = message.header.fields
            member = (str(fields.get(HeaderFields.interface)), str(fields.get(HeaderFields.member)))
            sender = fields.get(HeaderFields.sender)
            if sender == _BUS.name and member[1] == "NameOwnerChanged":
                _, old, new = message.body
                if old == self._owner:
                    self._owner = new
                    raise _OwnerChanged
            elif sender == self._owner:  # anybody on the bus could send us such a signal
                return member, str(fields.get(HeaderFields.path)), message.body

    def _wait_for_portal(self) -> None:
        """Announce that the portal is gone, and wait for it; do nothing where another one took its place at once."""
        if self._owner:
            return
        self._was_gone = True
        self._report_end(_gone_message())
        while not self._owner:
            with contextlib.suppress(_OwnerChanged):
                self._next_signal()

    def _announce_triggers(self, shortcuts: list[tuple[str, dict[str, Any]]]) -> None:
        """Announce which triggers the desktop gave to the shortcuts, as far as that is new."""
        listed = {action: str(values.get("trigger_description", ("s", ""))[1]) for action, values in shortcuts}
        reported = self._reported
        self._reported = {action: listed.get(action, reported.get(action, "")) for action in self._keys}
        if not any(self._reported.values()):
            self._on_notice(_none_message())
            return
        for action, written in self._reported.items():
            key = self._keys[action]
            if written != reported.get(action) and (action in reported or not is_same_key(key, written)):
                self._on_notice(_other_key_message(action, key, written))


def check() -> None:
    """Check that the portal offers shortcuts; none is asked for. Raises InputError (`no-portal`)."""
    try:
        with connect("SESSION") as connection:
            get_property(connection, _SHORTCUTS, "version", timeout=_CALL_TIMEOUT_S, start=True)
    except DBusError as error:
        raise InputError(tr(unsupported.WAYLAND), code="no-portal") from error


def shortcut_trigger(key: Key) -> str:
    """Return the key as the shortcuts specification writes it."""
    return "+".join([*(_MODIFIERS[each] for each in _MODIFIERS if each in key.modifiers), _keysym(key)])


def is_same_key(key: Key, written: str) -> bool:
    """Return whether a desktop's description for people, such as "Press <Control><Shift>F9", means the key."""
    words = {_WRITTEN_MODIFIERS.get(each, each) for each in re.findall(r"\w+", written.lower())} - {"press"}
    return words == {*key.modifiers, _keysym(key).lower()}


def _keysym(key: Key) -> str:
    return _KEYSYMS.get(key.name, key.name)


def _new_token() -> str:
    return f"edge_assistant_{secrets.token_hex(8)}"


def _gone_message() -> str:
    return tr(
        "The desktop's shortcut service stopped, so shortcuts do not work. The command edge-assistant trigger still "
        "works."
    )


def _closed_message() -> str:
    return tr("The desktop no longer sends shortcuts. The command edge-assistant trigger still works.")


def _refused_message() -> str:
    return tr("The desktop set no shortcuts, because it was not allowed to. Start again to be asked again.")


def _none_message() -> str:
    return tr(
        "The desktop did not confirm any shortcuts. In its keyboard settings, add shortcuts for commands such as "
        "edge-assistant trigger window."
    )


def _other_key_message(action: str, key: Key, written: str) -> str:
    if not written:
        return tr(
            "{key} was refused by the desktop. Here it {meaning}. Use the command edge-assistant trigger {action}.",
            key=key.spoken,
            meaning=meaning_of(action),
            action=action,
        )
    return tr(
        "The desktop assigned {written} instead of {key}. Here it {meaning}.",
        written=written,
        key=key.spoken,
        meaning=meaning_of(action),
    )
