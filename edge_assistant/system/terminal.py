"""The terminal: output is UTF-8, and escape codes are printed only where they are understood."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from typing import IO, Any, Literal

from edge_assistant.system.text_cleaning import clean, json_line
from edge_assistant.system.windows_api import load_library

_VIRTUAL_TERMINAL = 0x0004  # ENABLE_VIRTUAL_TERMINAL_PROCESSING of consoleapi.h

Style = Literal["bold", "dim", "green", "yellow", "red"]
_STYLES: dict[Style, int] = {"bold": 1, "dim": 2, "green": 32, "yellow": 33, "red": 31}  # ECMA-48, SGR


def use_utf8() -> None:
    """Make standard output and error UTF-8, whatever locale or code page says, so that no character fails."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def is_terminal(stream: IO[Any]) -> bool:
    """Return whether the stream is a terminal. Windows' null device claims to be one, so the console is asked too."""
    system = _kernel32()
    return stream.isatty() and (system is None or _console_mode(system, stream) is not None)


def discard_typed(stream: IO[Any]) -> None:
    """Forget what was typed at a terminal and not read so far."""
    system = _kernel32()
    if system is not None:
        system.FlushConsoleInputBuffer(_handle(stream))
    elif sys.platform != "win32":
        import termios

        with contextlib.suppress(termios.error):
            termios.tcflush(stream.fileno(), termios.TCIFLUSH)


def supports_escapes(stream: IO[Any]) -> bool:
    """Return whether the stream is a terminal that obeys escape codes; Windows' console is switched to them."""
    if os.environ.get("TERM") == "dumb" or not is_terminal(stream):
        return False
    system = _kernel32()
    return system is None or bool(
        system.SetConsoleMode(_handle(stream), (_console_mode(system, stream) or 0) | _VIRTUAL_TERMINAL)
    )


def may_style(stream: IO[Any]) -> bool:
    """Return whether text on the stream may have styles: on a terminal that obeys escape codes, without NO_COLOR."""
    return not os.environ.get("NO_COLOR") and supports_escapes(stream)


def styled(text: str, style: Style, stream: IO[Any]) -> str:
    """Return the text in a style where the stream may have one; no style is the only sign of anything."""
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if may_style(stream) else text


def _console_mode(system: Any, stream: IO[Any]) -> int | None:
    """Return the console mode of the stream; None where it is no console."""
    mode = ctypes.c_uint32()
    return mode.value if system.GetConsoleMode(_handle(stream), ctypes.byref(mode)) else None


def _handle(stream: IO[Any]) -> int:
    if sys.platform != "win32":
        raise OSError("there are no handles here")
    import msvcrt

    return msvcrt.get_osfhandle(stream.fileno())


def _kernel32() -> Any:
    """Return the library; None outside Windows."""
    if sys.platform != "win32":
        return None
    system = load_library("kernel32")
    system.GetConsoleMode.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
    system.SetConsoleMode.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
    system.FlushConsoleInputBuffer.argtypes = (ctypes.c_void_p,)
    for each in (system.GetConsoleMode, system.SetConsoleMode, system.FlushConsoleInputBuffer):
        each.restype = ctypes.c_int  # BOOL
    return system


def print_line(text: str) -> None:
    """Print a line, cleaned, on standard output."""
    print(clean(text), flush=True)


def print_json(fields: dict[str, Any]) -> None:
    """Print a JSON object as one line on standard output."""
    print(json_line(fields), flush=True)


def print_event(event: str, /, **fields: Any) -> None:
    """Print a JSON object that says by its key `event` what it is."""
    print_json({"event": event, **fields})


def print_heading(text: str) -> None:
    """Print a line, cleaned, on standard output; in bold letters where it is a terminal that shows them."""
    print(styled(clean(text), "bold", sys.stdout), flush=True)


def print_state(part: str, state: str, style: Style, sentence: str) -> None:
    """Print "part: state. sentence", cleaned, on standard output, the state in a style where that is possible."""
    print(f"{clean(part)}: {styled(clean(state), style, sys.stdout)}. {clean(sentence)}", flush=True)


def print_error(message: str) -> None:
    """Print a sentence, cleaned, on standard error, if that is open."""
    with contextlib.suppress(OSError):
        print(clean(message), file=sys.stderr, flush=True)
