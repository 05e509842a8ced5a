"""The terminal: what is printed is UTF-8, and escape codes are printed only where they are understood."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from typing import IO, Any

from edge_assistant.system.outside_text import clean, json_line

_ESCAPES = 0x0004  # ENABLE_VIRTUAL_TERMINAL_PROCESSING of consoleapi.h


def prepare() -> None:
    """Let all that is printed be UTF-8, whatever locale or code page says: nothing must fail for a letter."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def is_terminal(stream: IO[Any]) -> bool:
    """Whether there can be a person at the other end. Windows' null device says so of itself, and is not believed."""
    system = _kernel32()
    return stream.isatty() and (system is None or _mode(system, stream) is not None)


def takes_escapes(stream: IO[Any]) -> bool:
    """Whether it is a terminal that obeys escape codes. Windows' console is told to, which an old one cannot."""
    if not is_terminal(stream):
        return False
    system = _kernel32()
    return system is None or bool(system.SetConsoleMode(_handle(stream), (_mode(system, stream) or 0) | _ESCAPES))


def _mode(system: Any, stream: IO[Any]) -> int | None:
    """How the console behind the stream works; None where there is none."""
    mode = ctypes.c_uint32()
    return mode.value if system.GetConsoleMode(_handle(stream), ctypes.byref(mode)) else None


def _handle(stream: IO[Any]) -> int:
    if sys.platform != "win32":
        raise OSError("there are no handles here")
    import msvcrt

    return msvcrt.get_osfhandle(stream.fileno())


def _kernel32() -> Any:
    """Windows' own library, as an object that is not shared with other packages; None elsewhere."""
    if sys.platform != "win32":
        return None
    system = ctypes.WinDLL("kernel32")
    system.GetConsoleMode.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
    system.SetConsoleMode.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
    return system


def print_line(text: str) -> None:
    """Print a line on standard output, so that nothing in it commands the terminal."""
    print(clean(text), flush=True)


def print_json(fields: dict[str, Any]) -> None:
    """Print a JSON object as one line on standard output."""
    print(json_line(fields), flush=True)


def complain(message: str) -> None:
    """Print a sentence on standard error, if anybody can read it there."""
    with contextlib.suppress(OSError):
        print(clean(message), file=sys.stderr, flush=True)
