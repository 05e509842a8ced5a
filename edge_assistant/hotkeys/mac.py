"""Global hotkeys on macOS: Carbon's RegisterEventHotKey, which needs no permission. Never run on a Mac.

Carbon sends its events to the main thread, and wants to be called there; that thread must run an event loop, as the
app's does.
"""

from __future__ import annotations

import ctypes
import logging
import threading
from collections.abc import Callable
from typing import Any

from edge_assistant.hotkeys.key import Key
from edge_assistant.hotkeys.protocol import KeyBindings, OnNotice, OnPress, key_refused_message, key_taken_message
from edge_assistant.system.i18n import tr, tr_noop

_log = logging.getLogger(__name__)

RunOnMainThread = Callable[[Callable[[], None]], bool]
"""Runs a function on the main thread and waits for it; returns whether it ran."""

_NO_EVENT_LOOP = tr_noop(
    "On a Mac, shortcuts work only in the app. Start it with edge-assistant, or use the command edge-assistant trigger."
)
_CARBON = "/System/Library/Frameworks/Carbon.framework/Carbon"
_SYSTEM = "/usr/lib/libSystem.dylib"
_MAIN_THREAD_TIMEOUT_S = 3.0
"""Time for the main thread to come to a call; it has no other work that takes long."""

# HIToolbox/Events.h
_MODIFIERS = {"super": 1 << 8, "shift": 1 << 9, "alt": 1 << 11, "ctrl": 1 << 12}
_OTHER_KEYS = {"space": 0x31, "home": 0x73, "pageup": 0x74, "end": 0x77, "pagedown": 0x79} | {
    "left": 0x7B,
    "right": 0x7C,
    "down": 0x7D,
    "up": 0x7E,
}
_FUNCTION_KEYS = (
    *(0x7A, 0x78, 0x63, 0x76, 0x60, 0x61, 0x62, 0x64, 0x65, 0x6D, 0x67, 0x6F),
    *(0x69, 0x6B, 0x71, 0x6A, 0x40, 0x4F, 0x50, 0x5A),
)
"""The codes of F1 to F20; a Mac has no others."""
_BY_POSITION = "asdfhgzxcv bqweryt123465 97 80 ou ip lj k    nm"
"""Letters and digits in the order of their codes from 0, which are those of the places on an American keyboard."""

# CarbonEvents.h and CarbonEventsCore.h
_CLASS_KEYBOARD, _HOTKEY_PRESSED = int.from_bytes(b"keyb", "big"), 5
_DIRECT_OBJECT, _TYPE_HOTKEY_ID = int.from_bytes(b"----", "big"), int.from_bytes(b"hkid", "big")
_SIGNATURE = int.from_bytes(b"Edge", "big")
_TRIAL_ID = 0xFFFF
_HOTKEY_EXISTS = -9878
"""eventHotKeyExistsErr."""


class _HotkeyId(ctypes.Structure):
    """EventHotKeyID."""

    _fields_ = (("signature", ctypes.c_uint32), ("id", ctypes.c_uint32))


class _EventType(ctypes.Structure):
    """EventTypeSpec."""

    _fields_ = (("event_class", ctypes.c_uint32), ("kind", ctypes.c_uint32))


_Handler = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
"""EventHandlerProcPtr: the next handler, the event, our own data."""
_Work = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
"""dispatch_function_t."""


class MacHotkeys:
    """Hotkeys through Carbon; the arguments replace the library and the way to the main thread in tests."""

    def __init__(self, carbon: Any = None, run_on_main_thread: RunOnMainThread | None = None) -> None:
        self.unavailable = ""
        self._carbon = carbon
        self._run_on_main_thread = run_on_main_thread or _run_on_main_thread
        self._references: list[ctypes.c_void_p] = []
        self._handler: Any = None
        self._handler_reference = ctypes.c_void_p()

    def start(self, keys: KeyBindings, on_press: OnPress, on_notice: OnNotice) -> tuple[str, ...]:  # noqa: ARG002
        """Register the keys; Carbon then calls `on_press` on the main thread."""
        self._load()
        refused: list[str] = []
        if not self._run_on_main_thread(lambda: refused.extend(self._register_all(keys, on_press))):
            self.unavailable = tr(_NO_EVENT_LOOP)
            return (self.unavailable,)
        return tuple(refused)

    def close(self) -> None:
        """Unregister the keys; macOS does it when the program ends."""
        if self._references or self._handler is not None:
            self._run_on_main_thread(self._unregister_all)

    def is_free(self, key: Key) -> bool | None:
        """Register the key and unregister it; see Hotkeys."""
        self._load()
        results: list[int] = []

        def check() -> None:
            status, reference = self._register(_TRIAL_ID, key)
            if not status:
                self._carbon.UnregisterEventHotKey(reference)
            results.append(status)

        return not results[0] if self._run_on_main_thread(check) else None

    def _register_all(self, keys: KeyBindings, on_press: OnPress) -> list[str]:
        """Register the keys, on the main thread; return a sentence for each that was refused."""
        actions = dict(enumerate(keys, start=1))

        def handle(_next: object, event: int, _data: object) -> int:
            found = _HotkeyId()
            self._carbon.GetEventParameter(
                event, _DIRECT_OBJECT, _TYPE_HOTKEY_ID, None, ctypes.sizeof(found), None, ctypes.byref(found)
            )
            if found.signature == _SIGNATURE and found.id in actions:
                on_press(actions[found.id])
            return 0

        self._handler = _Handler(handle)
        kind = _EventType(_CLASS_KEYBOARD, _HOTKEY_PRESSED)
        target = self._carbon.GetEventDispatcherTarget()
        self._carbon.InstallEventHandler(
            target, self._handler, 1, ctypes.byref(kind), None, ctypes.byref(self._handler_reference)
        )
        sentences = []
        for id, action in actions.items():
            key = keys[action]
            status, reference = self._register(id, key)
            if not status:
                self._references.append(reference)
            elif status == _HOTKEY_EXISTS:
                sentences.append(key_taken_message(key, action))
            else:
                sentences.append(key_refused_message(key, action, tr("error {number}", number=status)))
        return sentences

    def _register(self, id: int, key: Key) -> tuple[int, ctypes.c_void_p]:
        """Register a key; return Carbon's status, 0 for success, and the reference to unregister it with."""
        reference = ctypes.c_void_p()
        code = key_code(key)
        if code is None:
            return _HOTKEY_EXISTS, reference  # the keyboard has no such key, so nothing of it is free
        modifiers = sum(_MODIFIERS[each] for each in key.modifiers)
        target = self._carbon.GetEventDispatcherTarget()
        status = self._carbon.RegisterEventHotKey(
            code, modifiers, _HotkeyId(_SIGNATURE, id), target, 0, ctypes.byref(reference)
        )
        return int(status), reference

    def _unregister_all(self) -> None:
        for reference in self._references:
            self._carbon.UnregisterEventHotKey(reference)
        self._references.clear()
        if self._handler is not None:
            self._carbon.RemoveEventHandler(self._handler_reference)
            self._handler = None

    def _load(self) -> None:
        if self._carbon is None:
            self._carbon = _load_carbon()


def key_code(key: Key) -> int | None:
    """Return the code of a key on a Mac's keyboard (HIToolbox/Events.h); None where it has no such key."""
    if key.name[0] == "F":
        number = int(key.name[1:])
        return _FUNCTION_KEYS[number - 1] if number <= len(_FUNCTION_KEYS) else None
    if len(key.name) == 1:
        return _BY_POSITION.index(key.name)
    return _OTHER_KEYS.get(key.name)


def _load_carbon() -> Any:
    """Load Carbon, with the types of the functions that are used here."""
    carbon = ctypes.CDLL(_CARBON)
    pointer, status, number, size = ctypes.c_void_p, ctypes.c_int32, ctypes.c_uint32, ctypes.c_ulong
    functions: tuple[tuple[Any, ...], ...] = (
        (carbon.GetEventDispatcherTarget, pointer),
        (carbon.RegisterEventHotKey, status, number, number, _HotkeyId, pointer, number, pointer),
        (carbon.UnregisterEventHotKey, status, pointer),
        (carbon.InstallEventHandler, status, pointer, _Handler, size, pointer, pointer, pointer),
        (carbon.RemoveEventHandler, status, pointer),
        (carbon.GetEventParameter, status, pointer, number, number, pointer, size, pointer, pointer),
    )
    for function, result, *arguments in functions:
        function.argtypes, function.restype = arguments, result
    return carbon


_calls: list[Any] = []
"""What the main thread was given to call: it would crash if that were freed before. There are few."""


def _run_on_main_thread(function: Callable[[], None]) -> bool:
    """See RunOnMainThread. A function that the main thread does not come to in time is not run later either."""
    if threading.current_thread() is threading.main_thread():
        function()
        return True
    system = ctypes.CDLL(_SYSTEM)
    system.dispatch_async_f.argtypes = (ctypes.c_void_p, ctypes.c_void_p, _Work)
    system.dispatch_async_f.restype = None
    main_queue = ctypes.addressof(ctypes.c_char.in_dll(system, "_dispatch_main_q"))
    lock, done = threading.Lock(), threading.Event()
    given_up = False

    def work(_: object) -> None:
        with lock:
            if not given_up:
                function()
                done.set()

    call = _Work(work)
    _calls.append(call)
    system.dispatch_async_f(main_queue, None, call)
    done.wait(_MAIN_THREAD_TIMEOUT_S)
    with lock:
        given_up = True
    return done.is_set()
