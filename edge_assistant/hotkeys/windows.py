"""Global hotkeys on Windows: RegisterHotKey on a thread that waits for its messages."""

from __future__ import annotations

import ctypes
import logging
import sys
import threading
from collections.abc import Callable
from typing import Any

from edge_assistant.hotkeys.key import Key
from edge_assistant.hotkeys.protocol import KeyBindings, OnNotice, OnPress, key_refused_message, key_taken_message
from edge_assistant.system import windows_api
from edge_assistant.system.errors import AssistantError, run_safely
from edge_assistant.system.i18n import tr, tr_noop

_log = logging.getLogger(__name__)

# winuser.h
_MODIFIERS = {"alt": 0x0001, "ctrl": 0x0002, "shift": 0x0004, "super": 0x0008}
_MOD_NOREPEAT = 0x4000
_PM_NOREMOVE = 0x0000
_WM_QUIT, _WM_HOTKEY, _WM_USER = 0x0012, 0x0312, 0x0400
_VK_F1 = 0x70
_VIRTUAL_KEYS = {"pause": 0x13, "space": 0x20, "pageup": 0x21, "pagedown": 0x22, "end": 0x23, "home": 0x24} | {
    "left": 0x25,
    "up": 0x26,
    "right": 0x27,
    "down": 0x28,
}
_TRIAL_ID = 0xBFFF
"""The highest identifier of a hotkey that a program may use; the registered actions count up from 1."""

_ERROR_HOTKEY_ALREADY_REGISTERED = 1409
"""Another program has the key, or Windows itself (winerror.h)."""

_READY_TIMEOUT_S = 10.0
"""Seconds for Windows to register the keys; it takes milliseconds."""

_ENDED = tr_noop("Windows no longer sends shortcuts. The command edge-assistant trigger still works.")


class _Message(ctypes.Structure):
    """MSG of winuser.h, whose types have the same sizes on every Windows."""

    _fields_ = (
        ("hwnd", ctypes.c_void_p),
        ("message", ctypes.c_uint32),
        ("wParam", ctypes.c_size_t),
        ("lParam", ctypes.c_ssize_t),
        ("time", ctypes.c_uint32),
        ("x", ctypes.c_int32),
        ("y", ctypes.c_int32),
        ("private", ctypes.c_uint32),
    )


class WindowsHotkeys:
    """Hotkeys through user32; the arguments replace the system's libraries and its last error in tests."""

    def __init__(
        self, user32: Any = None, kernel32: Any = None, last_error: Callable[[], int] = windows_api.last_error
    ) -> None:
        self.unavailable = ""
        self._user32 = user32
        self._kernel32 = kernel32
        self._last_error = last_error
        self._thread: threading.Thread | None = None
        self._thread_id = 0

    def start(self, keys: KeyBindings, on_press: OnPress, on_notice: OnNotice) -> tuple[str, ...]:
        """Register the keys on the thread that gets their messages, as Windows requires."""
        self._load()
        ready = threading.Event()
        refused: list[str] = []

        def run() -> None:
            failure = run_safely(lambda: self._run(keys, on_press, refused.append, ready), "the hotkeys ended")
            if failure is not None:
                self.unavailable = tr(_ENDED)
                on_notice(self.unavailable)
            ready.set()

        self._thread = threading.Thread(target=run, name="hotkeys", daemon=True)
        self._thread.start()
        if not ready.wait(_READY_TIMEOUT_S):
            self.unavailable = tr(_ENDED)
            on_notice(self.unavailable)
        return tuple(refused)

    def close(self) -> None:
        """End the thread, which unregisters the keys."""
        if self._thread is not None and self._thread.is_alive():
            self._user32.PostThreadMessageW(self._thread_id, _WM_QUIT, 0, 0)
            self._thread.join(1.0)

    def is_free(self, key: Key) -> bool | None:
        """Register the key and unregister it; see Hotkeys."""
        self._load()
        if not self._register(_TRIAL_ID, key):
            return False
        self._user32.UnregisterHotKey(None, _TRIAL_ID)
        return True

    def _run(
        self, keys: KeyBindings, on_press: OnPress, on_refused: Callable[[str], None], ready: threading.Event
    ) -> None:
        """Register the keys and report presses until WM_QUIT. Raises AssistantError when Windows sends no more."""
        message = _Message()
        self._thread_id = self._kernel32.GetCurrentThreadId()
        # This makes the thread's message queue, without which a WM_QUIT of `close` would be lost.
        self._user32.PeekMessageW(ctypes.byref(message), None, _WM_USER, _WM_USER, _PM_NOREMOVE)
        actions = dict(enumerate(keys, start=1))
        for id, action in actions.items():
            if not self._register(id, keys[action]):
                on_refused(self._refusal(keys[action], action, self._last_error()))
        ready.set()
        # 0 is WM_QUIT, -1 an error.
        while (result := self._user32.GetMessageW(ctypes.byref(message), None, 0, 0)) > 0:
            if message.message == _WM_HOTKEY and message.wParam in actions:
                on_press(actions[message.wParam])
        error = self._last_error()
        for id in actions:
            self._user32.UnregisterHotKey(None, id)  # which fails for those that were refused
        if result < 0:
            _log.info("GetMessageW failed with error %s", error)
            raise AssistantError(tr(_ENDED))

    def _register(self, id: int, key: Key) -> bool:
        """Register a key for this thread; return whether Windows did. If not, `_last_error` tells why."""
        modifiers = sum(_MODIFIERS[each] for each in key.modifiers) | _MOD_NOREPEAT
        return bool(self._user32.RegisterHotKey(None, id, modifiers, virtual_key(key)))

    @staticmethod
    def _refusal(key: Key, action: str, error: int) -> str:
        """Return the sentence about a key that was refused with an error of winerror.h."""
        _log.info("RegisterHotKey refused %s with error %s", key, error)
        if error != _ERROR_HOTKEY_ALREADY_REGISTERED:
            return key_refused_message(key, action, _error_text(error))
        # Windows has F12 itself, alone and with Shift, to stop a program in a debugger.
        if key.name == "F12" and key.modifiers <= {"shift"}:
            return key_refused_message(key, action, tr("it is kept for debuggers"))
        return key_taken_message(key, action)

    def _load(self) -> None:
        if self._user32 is None:
            self._user32 = _load_user32()
        if self._kernel32 is None:
            self._kernel32 = windows_api.load_library("kernel32")
            self._kernel32.GetCurrentThreadId.argtypes = ()
            self._kernel32.GetCurrentThreadId.restype = ctypes.c_uint32


def virtual_key(key: Key) -> int:
    """Return the virtual-key code of a key; letters and digits are their own (winuser.h)."""
    if key.name[0] == "F":
        return _VK_F1 + int(key.name[1:]) - 1
    return _VIRTUAL_KEYS.get(key.name) or ord(key.name.upper())


def _load_user32() -> Any:
    """Load user32.dll, with the types of the functions that are used here (winuser.h)."""
    user32 = windows_api.load_library("user32")
    handle, int32, uint32 = ctypes.c_void_p, ctypes.c_int32, ctypes.c_uint32
    message = ctypes.POINTER(_Message)
    for function, result, *arguments in (
        (user32.RegisterHotKey, int32, handle, int32, uint32, uint32),
        (user32.UnregisterHotKey, int32, handle, int32),
        (user32.GetMessageW, int32, message, handle, uint32, uint32),
        (user32.PeekMessageW, int32, message, handle, uint32, uint32, uint32),
        (user32.PostThreadMessageW, int32, uint32, uint32, ctypes.c_size_t, ctypes.c_ssize_t),
    ):
        function.argtypes, function.restype = arguments, result
    return user32


def _error_text(error: int) -> str:
    """Return what Windows says about an error, without a full stop."""
    words = ""
    if sys.platform == "win32":
        words = ctypes.FormatError(error).strip().rstrip(".")
    return words or tr("error {number}", number=error)
