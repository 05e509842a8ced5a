"""A stand-in for user32.dll and kernel32.dll as far as hotkeys need them, which fails as Windows does."""

from __future__ import annotations

import queue
import threading
from typing import Any

HOTKEY_ALREADY_REGISTERED, INVALID_THREAD_ID = 1409, 1444
"""ERROR_HOTKEY_ALREADY_REGISTERED and ERROR_INVALID_THREAD_ID of winerror.h."""
WM_QUIT, WM_HOTKEY = 0x0012, 0x0312

Message = tuple[int, int, int]
"""What GetMessageW returns, the message, and its wParam."""


class FakeUser32:
    """Windows with its hotkeys: a key is registered once, and a thread gets messages once it has a queue."""

    def __init__(self, taken: tuple[tuple[int, int], ...] = (), refused: dict[int, int] | None = None) -> None:
        """`taken` are modifiers and virtual keys of other programs, `refused` maps virtual keys to errors."""
        self.registered: dict[tuple[int, int], tuple[int, int]] = {}
        """Modifiers and virtual key by thread and identifier."""
        self.asked: list[tuple[int, int]] = []
        self._taken, self._refused = set(taken), refused or {}
        self._queues: dict[int, queue.Queue[Message]] = {}
        self._errors = threading.local()

    def last_error(self) -> int:
        """The last error of this thread, as of a library that was loaded with use_last_error."""
        return getattr(self._errors, "number", 0)

    def _fail(self, error: int) -> int:
        self._errors.number = error
        return 0

    @property
    def keys(self) -> set[tuple[int, int]]:
        """Modifiers and virtual keys of all hotkeys."""
        return set(self.registered.values())

    def GetCurrentThreadId(self) -> int:
        return threading.get_ident()

    def RegisterHotKey(self, window: None, id: int, modifiers: int, key: int) -> int:
        assert window is None
        assert 0 <= id <= 0xBFFF
        self.asked.append((modifiers, key))
        combination = (modifiers & 0xF, key)  # MOD_NOREPEAT is no part of it
        if key in self._refused:
            return self._fail(self._refused[key])
        if combination in self._taken | {(other & 0xF, code) for other, code in self.keys}:
            return self._fail(HOTKEY_ALREADY_REGISTERED)
        self.registered[threading.get_ident(), id] = (modifiers, key)
        return 1

    def UnregisterHotKey(self, window: None, id: int) -> int:
        assert window is None
        return int(self.registered.pop((threading.get_ident(), id), None) is not None)

    def PeekMessageW(self, *_: object) -> int:
        self._queues.setdefault(threading.get_ident(), queue.Queue())
        return 0

    def GetMessageW(self, message: Any, *_: object) -> int:
        thread = threading.get_ident()
        result, kind, wparam = self._queues.setdefault(thread, queue.Queue()).get(timeout=30)
        message._obj.message, message._obj.wParam = kind, wparam
        return result

    def PostThreadMessageW(self, thread: int, kind: int, *_: int) -> int:
        if thread not in self._queues:
            return self._fail(INVALID_THREAD_ID)
        self._queues[thread].put((int(kind != WM_QUIT), kind, 0))
        return 1

    def send(self, message: Message) -> None:
        """Send a message to the thread that has hotkeys."""
        (thread,) = {thread for thread, _ in self.registered}
        self._queues[thread].put(message)
