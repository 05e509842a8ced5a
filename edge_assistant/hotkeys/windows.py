"""Global hotkeys on Windows: RegisterHotKey on a thread that waits for its messages. Not yet run on Windows."""

from __future__ import annotations

import ctypes
import threading
from typing import Any

from edge_assistant.hotkeys.key import Key
from edge_assistant.hotkeys.protocol import KeyBindings, OnNotice, OnPress, key_taken_message
from edge_assistant.system.i18n import tr

# winuser.h
_MODIFIERS = {"alt": 0x0001, "ctrl": 0x0002, "shift": 0x0004, "super": 0x0008}
_MOD_NOREPEAT = 0x4000
_WM_QUIT, _WM_HOTKEY = 0x0012, 0x0312
_VK_F1 = 0x70
_VIRTUAL_KEYS = {"pause": 0x13, "space": 0x20, "pageup": 0x21, "pagedown": 0x22, "end": 0x23, "home": 0x24}


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
    """Hotkeys through user32; `user32` and `kernel32` replace the system's libraries in tests."""

    def __init__(self, user32: Any = None, kernel32: Any = None) -> None:
        self._user32 = user32
        self._kernel32 = kernel32
        self._thread: threading.Thread | None = None
        self._thread_id = 0

    def start(self, keys: KeyBindings, on_press: OnPress, on_notice: OnNotice) -> tuple[str, ...]:
        """Register the keys on the thread that gets their messages, as Windows requires."""
        system: Any = ctypes
        self._user32 = self._user32 or system.windll.user32
        self._kernel32 = self._kernel32 or system.windll.kernel32
        ready = threading.Event()
        refused: list[str] = []

        def run() -> None:
            self._thread_id = self._kernel32.GetCurrentThreadId()
            actions = dict(enumerate(keys, start=1))
            for id, action in actions.items():
                modifiers = sum(_MODIFIERS[each] for each in keys[action].modifiers) | _MOD_NOREPEAT
                if not self._user32.RegisterHotKey(None, id, modifiers, virtual_key(keys[action])):
                    refused.append(action)
            ready.set()
            message = _Message()
            # 0 is WM_QUIT, -1 an error.
            while (result := self._user32.GetMessageW(ctypes.byref(message), None, 0, 0)) > 0:
                if message.message == _WM_HOTKEY and message.wParam in actions:
                    on_press(actions[message.wParam])
            for id in actions:
                self._user32.UnregisterHotKey(None, id)
            if result < 0:
                on_notice(tr("Windows no longer sends shortcuts. The command edge-assistant trigger still works."))

        self._thread = threading.Thread(target=run, name="hotkeys", daemon=True)
        self._thread.start()
        ready.wait()
        return tuple(key_taken_message(keys[action], action) for action in refused)

    def close(self) -> None:
        """End the thread, which unregisters the keys."""
        if self._thread is not None:
            self._user32.PostThreadMessageW(self._thread_id, _WM_QUIT, 0, 0)
            self._thread.join(1.0)


def virtual_key(key: Key) -> int:
    """Return the virtual-key code of a key; letters and digits are their own (winuser.h)."""
    if key.name[0] == "F":
        return _VK_F1 + int(key.name[1:]) - 1
    return _VIRTUAL_KEYS.get(key.name) or ord(key.name.upper())
