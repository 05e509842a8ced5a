"""Our keys while an open menu has the keyboard on X11, so that no passive grab can fire: raw key events of XInput 2.

Raw events tell of every key of the keyboard. Therefore they are asked for only while somebody has grabbed the keyboard
and a menu is seen, which leaves out password prompts and screen lockers; of them only the keycodes of our own keys and
of modifiers are looked at, and nothing is kept but which modifiers are down.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edge_assistant.system.x_windows import top_windows

if TYPE_CHECKING:
    from Xlib.display import Display
    from Xlib.xobject.drawable import Window

_log = logging.getLogger(__name__)

_NOTIFY_GRAB, _NOTIFY_UNGRAB = 1, 2
"""The modes of focus events when a grab begins and ends (X.h)."""

_VERSION = (2, 2)
"""Since XInput 2.1 raw events arrive during grabs of other clients."""

_GENERIC_EVENT = 35


@dataclass(frozen=True, slots=True)
class RawPress:
    """One of our keys that was pressed; `time` is the server's, `bits` are the modifiers that were down."""

    keycode: int
    bits: int
    time: int


class OpenMenuKeys:
    """Watches who has the keyboard, on a connection of the hotkeys; belongs to the thread that reads its events."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._root = display.screen().root
        self._watched: Window | None = None
        self._grabbed = False
        self._listening = False
        self._modifiers: dict[int, int] = {}
        self._down: set[int] = set()
        self._opcode = _prepare(display)
        if self._opcode:
            self._ask_root(windows=False)
            self._watch_active_window()

    def handle(self, event: Any, keycodes: Collection[int]) -> RawPress | None:
        """Handle an event of the connection; return the press of a key of `keycodes` that no grab reports."""
        from Xlib import X
        from Xlib.ext import xinput

        if not self._opcode:
            return None
        if event.type == X.PropertyNotify and event.atom == self._display.get_atom("_NET_ACTIVE_WINDOW"):
            self._watch_active_window()
        elif event.type in (X.FocusIn, X.FocusOut) and event.mode in (_NOTIFY_GRAB, _NOTIFY_UNGRAB):
            self._follow_grab(event.mode == _NOTIFY_GRAB)
        elif event.type == X.MapNotify and self._grabbed:
            self._look_for_menu()
        elif event.type == X.UnmapNotify and self._listening:
            self._listen(self._sees_menu())  # a password may be asked for under the same grab
        elif event.type == _GENERIC_EVENT and event.extension == self._opcode and self._listening:
            if event.evtype == xinput.RawKeyPress:
                return self._pressed(event.data.detail, event.data.time, keycodes)
            if event.evtype == xinput.RawKeyRelease:
                self._down.discard(event.data.detail)
        return None

    def _pressed(self, keycode: int, time: int, keycodes: Collection[int]) -> RawPress | None:
        if keycode in self._modifiers:
            self._down.add(keycode)
            return None
        if keycode not in keycodes:
            return None
        bits = 0
        for each in self._down:
            bits |= self._modifiers[each]
        # Sticky keys are down for the server alone.
        return RawPress(keycode, bits | (self._root.query_pointer().mask & 0xFF), time)

    def _follow_grab(self, grabbed: bool) -> None:
        """Look for menus while the keyboard is grabbed; those that open later are told by the root window."""
        self._grabbed = grabbed
        self._ask_root(windows=grabbed)
        if grabbed:
            self._look_for_menu()
        else:
            self._listen(False)

    def _look_for_menu(self) -> None:
        if not self._listening and self._sees_menu():
            self._listen(True)

    def _sees_menu(self) -> bool:
        return any(each.is_menu for each in top_windows(self._display))

    def _listen(self, wanted: bool) -> None:
        from Xlib.ext import xinput

        if wanted == self._listening:
            return
        self._listening = wanted
        mask = xinput.RawKeyPressMask | xinput.RawKeyReleaseMask if wanted else 0
        self._root.xinput_select_events([(xinput.AllMasterDevices, mask)])
        self._down = set()
        if wanted:
            rows = enumerate(self._display.get_modifier_mapping())
            self._modifiers = {code: 1 << number for number, row in rows for code in row if code}
            pressed = self._display.query_keymap()
            self._down = {code for code in self._modifiers if pressed[code // 8] & 1 << code % 8}
        self._display.flush()
        _log.debug("a menu has the keyboard: %s", wanted)

    def _watch_active_window(self) -> None:
        from Xlib import X
        from Xlib.error import CatchError

        found = self._root.get_full_property(self._display.get_atom("_NET_ACTIVE_WINDOW"), X.AnyPropertyType)
        active = int(found.value[0]) if found is not None and found.format == 32 and len(found.value) else 0
        if self._watched is not None and self._watched.id == active:
            return
        gone = CatchError()
        if self._watched is not None:
            self._watched.change_attributes(event_mask=0, onerror=gone)
        self._watched = self._display.create_resource_object("window", active) if active else None
        if self._watched is not None:
            self._watched.change_attributes(event_mask=X.FocusChangeMask, onerror=gone)
        self._follow_grab(False)

    def _ask_root(self, *, windows: bool) -> None:
        from Xlib import X

        self._root.change_attributes(event_mask=X.PropertyChangeMask | (X.SubstructureNotifyMask if windows else 0))
        self._display.flush()


def _prepare(display: Display) -> int:
    """Return the number of the extension for its events; 0 for a server that does not send them during grabs."""
    from Xlib.ext import ge, xinput
    from Xlib.protocol import rq

    if not (display.has_extension(xinput.extname) and display.has_extension(ge.extname)):
        return 0
    opcode = int(display.display.get_extension_major(xinput.extname))
    major, minor = _VERSION
    answer = xinput.XIQueryVersion(display=display.display, opcode=opcode, major_version=major, minor_version=minor)
    if (answer.major_version, answer.minor_version) < (2, 1):
        return 0
    layout = rq.Struct(
        rq.Card16("deviceid"), rq.Card32("time"), rq.Card32("detail"),
        rq.Card16("sourceid"), rq.Card16("valuators_len"), rq.Card32("flags"),
    )  # fmt: skip
    for kind in (xinput.RawKeyPress, xinput.RawKeyRelease):
        display.ge_add_event_data(opcode, kind, layout)
    return opcode
