"""A real Windows desktop, or wine's: its windows, keys and processes, and the program on it. Nothing stands in."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image, ImageGrab

from edge_assistant.system.windows_api import last_error, load_library
from support.apps import AppRun
from support.describing import ROOT
from support.desktops import Programs
from support.platforms import WINE
from support.waiting import PATIENCE, until

needs_windows = pytest.mark.skipif(sys.platform != "win32", reason="needs Windows")

WELCOME, WINDOW, CHOICES = "Welcome to Edge Assistant", "Edge Assistant", "Edge Assistant, choices"
"""Titles of the program's windows in English."""

_KEYS = {
    "tab": 0x09, "enter": 0x0D, "shift": 0x10, "ctrl": 0x11, "alt": 0x12, "escape": 0x1B, "up": 0x26, "down": 0x28,
}  # winuser.h  # fmt: skip
_KEY_UP, _INPUT_KEYBOARD = 0x0002, 1  # KEYEVENTF_KEYUP, INPUT_KEYBOARD of winuser.h
_WM_CLOSE = 0x0010
_HIDE = 0  # SW_HIDE
_SNAPSHOT_PROCESSES = 0x0002  # TH32CS_SNAPPROCESS of tlhelp32.h
_WINE_TRAY = "__winex11_standalone_tray"
_numbers = itertools.count(1)


class _Input(ctypes.Structure):
    """INPUT of winuser.h with a KEYBDINPUT in it; the padding is what MOUSEINPUT has more."""

    _fields_ = (
        ("type", ctypes.c_uint32),
        ("union_alignment", ctypes.c_uint32),
        ("key", ctypes.c_uint16),
        ("scan_code", ctypes.c_uint16),
        ("flags", ctypes.c_uint32),
        ("time", ctypes.c_uint32),
        ("extra", ctypes.c_size_t),
        ("padding", ctypes.c_uint64),
    )


class _ProcessEntry(ctypes.Structure):
    """PROCESSENTRY32W of tlhelp32.h."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("usage", ctypes.c_uint32),
        ("pid", ctypes.c_uint32),
        ("heap", ctypes.c_size_t),
        ("module", ctypes.c_uint32),
        ("threads", ctypes.c_uint32),
        ("parent", ctypes.c_uint32),
        ("priority", ctypes.c_int32),
        ("flags", ctypes.c_uint32),
        ("name", ctypes.c_wchar * 260),
    )


@dataclass(frozen=True, slots=True)
class Window:
    """A window that is shown: its handle, the process that it belongs to, and its title."""

    handle: int
    pid: int
    title: str


@cache
def _user32() -> Any:
    user32, handle = load_library("user32"), ctypes.c_void_p
    user32.GetForegroundWindow.restype = handle
    user32.GetForegroundWindow.argtypes = ()
    user32.EnumWindows.argtypes = (handle, ctypes.c_ssize_t)
    for name in ("IsWindowVisible", "SetForegroundWindow", "BringWindowToTop"):
        getattr(user32, name).argtypes = (handle,)
    for name in ("GetWindowTextW", "GetClassNameW"):
        getattr(user32, name).argtypes = (handle, ctypes.c_wchar_p, ctypes.c_int)
    user32.GetWindowThreadProcessId.argtypes = (handle, handle)
    user32.GetWindowThreadProcessId.restype = ctypes.c_uint32
    user32.AttachThreadInput.argtypes = (ctypes.c_uint32, ctypes.c_uint32, ctypes.c_int)
    user32.SendInput.argtypes = (ctypes.c_uint32, handle, ctypes.c_int)
    user32.MapVirtualKeyW.argtypes = (ctypes.c_uint32, ctypes.c_uint32)
    user32.PostMessageW.argtypes = (handle, ctypes.c_uint32, ctypes.c_size_t, ctypes.c_ssize_t)
    user32.ShowWindow.argtypes = (handle, ctypes.c_int)
    user32.GetWindowRect.argtypes = (handle, handle)
    return user32


@cache
def _kernel32() -> Any:
    kernel32, handle = load_library("kernel32"), ctypes.c_void_p
    kernel32.CreateToolhelp32Snapshot.restype = handle
    kernel32.CreateToolhelp32Snapshot.argtypes = (ctypes.c_uint32, ctypes.c_uint32)
    for name in ("Process32FirstW", "Process32NextW"):
        getattr(kernel32, name).argtypes = (handle, handle)
    kernel32.CloseHandle.argtypes = (handle,)
    kernel32.GetCurrentThreadId.restype = ctypes.c_uint32
    kernel32.GetCurrentThreadId.argtypes = ()
    kernel32.CreateFileW.restype = handle
    kernel32.CreateFileW.argtypes = (
        ctypes.c_wchar_p, ctypes.c_uint32, ctypes.c_uint32, handle, ctypes.c_uint32, ctypes.c_uint32, handle,
    )  # fmt: skip
    return kernel32


def windows(pid: int | None = None) -> list[Window]:
    """The top-level windows that are shown, the uppermost first; only those of a process where one is given."""
    handles: list[int] = []
    callback_type = ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_ssize_t)  # type: ignore[attr-defined,unused-ignore]
    callback = callback_type(lambda handle, _: handles.append(handle) or 1)
    _user32().EnumWindows(callback, 0)
    shown = [_window(handle) for handle in handles if _user32().IsWindowVisible(handle)]
    return [each for each in shown if pid in (None, each.pid)]


def _window(handle: int) -> Window:
    pid = ctypes.c_uint32()
    _user32().GetWindowThreadProcessId(handle, ctypes.byref(pid))
    return Window(handle, pid.value, _text(_user32().GetWindowTextW, handle))


def _text(function: Any, handle: int) -> str:
    text = ctypes.create_unicode_buffer(512)
    function(handle, text, len(text))
    return text.value


def front() -> Window | None:
    """The window in front."""
    handle = _user32().GetForegroundWindow()
    return _window(handle) if handle else None


def wait_for_window(title: str, pid: int | None = None) -> Window:
    """Block until a window that is shown has this title."""
    found: list[Window] = []

    def look() -> bool:
        found[:] = [each for each in windows(pid) if each.title == title]
        return bool(found)

    until(look, f"the window {title}")
    return found[0]


def wait_until_in_front(title: str) -> Window:
    """Block until the window in front has this title, and is shown."""
    seen: list[Window] = []

    def look() -> bool:
        window = front()
        seen[:] = [window] if window else []
        return window is not None and window.title == title and bool(_user32().IsWindowVisible(window.handle))

    try:
        until(look, f"{title} in front")
    except AssertionError as error:
        raise AssertionError(f"{error}; in front is {seen}, shown are {windows()}") from None
    return seen[0]


def bring_to_front(window: Window) -> None:
    """Bring another program's window to the front, as a person does with Alt+Tab; blocks until it is there."""
    own = _kernel32().GetCurrentThreadId()

    def give() -> bool:
        present = _user32().GetForegroundWindow()
        if present != window.handle:
            # Windows refuses this to a program behind others, but not to one that shares the front one's input.
            thread = _user32().GetWindowThreadProcessId(present, None) if present else 0
            joined = bool(thread) and thread != own and _user32().AttachThreadInput(own, thread, 1)
            _user32().SetForegroundWindow(window.handle)
            _user32().BringWindowToTop(window.handle)  # which a window manager of X11 leaves undone
            if joined:
                _user32().AttachThreadInput(own, thread, 0)
        return bool(_user32().GetForegroundWindow() == window.handle)

    until(give, f"{window.title} in front")


def press(*keys: str) -> None:
    """Press keys such as "escape" or "alt+e" in the window in front, one after the other."""
    for key in keys:
        codes = [_KEYS.get(name) or ord(name.upper()) for name in key.split("+")]
        events = [(code, 0) for code in codes] + [(code, _KEY_UP) for code in reversed(codes)]
        inputs = (_Input * len(events))(
            *(
                _Input(type=_INPUT_KEYBOARD, key=code, scan_code=_user32().MapVirtualKeyW(code, 0), flags=flags)
                for code, flags in events
            )
        )
        sent = _user32().SendInput(len(events), inputs, ctypes.sizeof(_Input))
        assert sent == len(events), f"Windows refused the key {key}: error {last_error()}"
        time.sleep(0.1)  # a person's keys come one by one, too


def close_window(window: Window) -> None:
    """Ask a window to close, as its close button does."""
    _user32().PostMessageW(window.handle, _WM_CLOSE, 0, 0)


def picture(window: Window) -> Image.Image:
    """What the screen shows where the window is."""
    frame = (ctypes.c_int32 * 4)()
    assert _user32().GetWindowRect(window.handle, frame)
    return ImageGrab.grab(tuple(frame))


def hide_tray_of_wine() -> None:
    """Hide wine's tray, where that is a window of its own: unlike Windows' it would be the next one in front."""
    if WINE:
        for window in windows():
            if _text(_user32().GetClassNameW, window.handle) == _WINE_TRAY:
                _user32().ShowWindow(window.handle, _HIDE)


def children(pid: int) -> set[int]:
    """The processes below a process. psutil names none under wine."""
    snapshot = _kernel32().CreateToolhelp32Snapshot(_SNAPSHOT_PROCESSES, 0)
    entry = _ProcessEntry(size=ctypes.sizeof(_ProcessEntry))
    parents: dict[int, int] = {}
    there = _kernel32().Process32FirstW(snapshot, ctypes.byref(entry))
    while there:
        parents[entry.pid] = entry.parent
        there = _kernel32().Process32NextW(snapshot, ctypes.byref(entry))
    _kernel32().CloseHandle(snapshot)
    found: set[int] = set()
    new = {pid}
    while new:
        new = {each for each, parent in parents.items() if parent in new} - found - {pid}
        found |= new
    return found


def terminate(pid: int) -> None:
    """End a process at once, as the Task Manager does."""
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(pid).kill()


def wait_until_gone(pids: set[int]) -> None:
    """Block until none of these processes is left."""
    until(lambda: not any(map(psutil.pid_exists, pids)), f"the end of {pids}")


@contextlib.contextmanager
def held_open(path: Path, share: int = 0) -> Iterator[None]:
    """Another program has a file open, as one that scans for viruses does; `share` is what others may do (winnt.h)."""
    code = (
        "import ctypes, sys; k = ctypes.WinDLL('kernel32'); k.CreateFileW.restype = ctypes.c_void_p; "
        "h = k.CreateFileW(ctypes.c_wchar_p(sys.argv[1]), 0x80000000, int(sys.argv[2]), None, 3, 0, None); "
        "print(h not in (None, ctypes.c_void_p(-1).value), flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(path), str(share)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline().strip() == b"True"
        yield
    finally:
        holder.stdin.close()
        holder.stdout.close()
        holder.wait()


class Person:
    """Somebody with folders of their own in `place`, and a name of theirs, so that no other program is met."""

    def __init__(self, place: Path) -> None:
        self.place = place
        for name in ("Local", "Roaming", "Temp"):
            (place / name).mkdir(parents=True)
        self.variables = {
            "USERPROFILE": str(place),
            "LOCALAPPDATA": str(place / "Local"),
            "APPDATA": str(place / "Roaming"),
            "TEMP": str(place / "Temp"),
            "TMP": str(place / "Temp"),
            "USERNAME": f"test-{os.getpid()}-{next(_numbers)}",
            "QT_QPA_PLATFORM": "windows",
            "EDGE_ASSISTANT_LOG": "",
        }
        self.data = place / "Local" / "edge-assistant"
        self.settings = self.data / "config" / "settings.toml"
        self.settings.parent.mkdir(parents=True)
        self.settings.write_text('language = "en"\n', encoding="utf-8")
        (self.data / "first-run.json").write_text('{"warned": true}')

    @property
    def environment(self) -> dict[str, str]:
        """The environment of this person's programs."""
        return {**os.environ, **self.variables}

    def run(self, *arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command of the program to its end."""
        quiet: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.run(
            [sys.executable, "-m", "edge_assistant", *map(str, arguments)],
            cwd=ROOT,
            env=self.environment,
            encoding="utf-8",
            timeout=2 * PATIENCE,
            check=False,
            **{**quiet, **options},
        )


class WindowsApp(AppRun):
    """The app on this desktop, watched."""

    def __init__(self, person: Person, *arguments: str, first_run: bool = False, **options: Any) -> None:
        if not first_run:
            (person.data / "first-run.json").write_text('{"answered": true, "warned": true}')
        super().__init__(Programs({}), *arguments, first_run=True, **options, **person.variables)

    def choose(self, label: str) -> None:
        """Open the list of choices, and choose what has a label that begins so, by its letter."""
        assert self.trigger("palette") == (0, "")
        wait_until_in_front(CHOICES)
        until(lambda: self.ask("front") == CHOICES, "the keyboard in the list")
        press(next(each[0] for each in self.ask("choices").split("; ") if each[2:].startswith(label)))

    def quit(self) -> int:
        """Quit it by command; its exit code. Nothing of it may be left."""
        pids = children(self.process.pid)
        assert self.trigger("quit") == (0, "")
        code = self.wait()
        wait_until_gone(pids)
        return code

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            terminate(self.process.pid)  # its workers end with it: a test of its own looks at that
        self.wait()


@contextlib.contextmanager
def another_program(*command: str | Path, title: str) -> Iterator[Window]:
    """Another program whose window has a title that begins so; it is in front."""
    program = subprocess.Popen([*map(str, command)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        found: list[Window] = []
        until(lambda: found.extend(each for each in windows() if each.title.startswith(title)) or found, title)
        bring_to_front(found[0])
        yield found[0]
    finally:
        for window in windows():
            if window.title.startswith(title):
                close_window(window)
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.wait(5)
        terminate(program.pid)
        program.wait()
