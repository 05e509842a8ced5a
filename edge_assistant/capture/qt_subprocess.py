"""Qt's adapters in a separate process for each call, for programs without a Qt of their own.

Qt ends its process where there is no display, and a camera's driver may hang: here neither can hurt the caller.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from PIL import Image

from edge_assistant.capture.camera import FIRST_FRAME_TIMEOUT_S, list_cameras, take_frame
from edge_assistant.capture.clipboard import clipboard_contents
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.file import read_picture
from edge_assistant.capture.qt import list_monitors, load_library
from edge_assistant.capture.snapshot import Monitor
from edge_assistant.system.errors import AssistantError, CancelledError, InputError, rebuild_error
from edge_assistant.system.i18n import tr
from edge_assistant.system.installation import reinstall_advice
from edge_assistant.system.worker_process import WorkerDiedError, WorkerProcess

_POLL_S = 0.05
_CALL_TIMEOUT_S = 20.0
"""Seconds for a call: Python and Qt start in half a second, or several on a busy machine; clipboards may be slow."""


def capture_clipboard(is_cancelled: Callable[[], bool] = lambda: False) -> CapturedPicture:
    """Return the picture in the clipboard, or in the first copied file. Raises InputError and CancelledError."""
    result = _read_clipboard(is_cancelled)
    if not _are_files(result):
        return CapturedPicture(_unpack_image(result))
    captured = read_picture(result[0])
    if len(result) == 1:
        return captured
    notice = ("one-file", tr("One picture at a time: this is the first."))
    return replace(captured, notices=(notice, *captured.notices))


def capture_camera(
    number: int | str | None,
    *,
    countdown: float,
    on_ready: Callable[[], None],
    is_cancelled: Callable[[], bool] = lambda: False,
) -> CapturedPicture:
    """Return one frame, as `camera.take_frame` does. Raises its errors, and CancelledError when cancelled."""
    result = call(
        _serve_camera,
        number,
        countdown,
        what=tr("The camera"),
        limit=_CALL_TIMEOUT_S + FIRST_FRAME_TIMEOUT_S + countdown,
        on_ready=on_ready,
        is_cancelled=is_cancelled,
    )
    return CapturedPicture(_unpack_image(result))


def query_cameras() -> tuple[str, ...]:
    """Return the cameras' names. Raises InputError."""
    names: tuple[str, ...] = call(_serve_names, what=tr("The list of cameras"))
    return names


def query_monitors() -> tuple[Monitor, ...]:
    """Return the monitors in the compositor's units. Raises InputError."""
    result: tuple[Monitor, ...] = call(_serve_monitors, what=tr("The list of monitors"))
    return result


def check_clipboard() -> str:
    """Return a sentence that says that the clipboard can be read, and what is in it. Raises InputError."""
    try:
        result = _read_clipboard()
    except InputError as error:
        if error.code != "no-picture":
            raise
        return tr("The clipboard can be read; it contains no picture now.")
    if _are_files(result):
        return tr("The clipboard can be read; it contains a file now.")
    return tr("The clipboard can be read; it contains a picture now.")


def check_window_library() -> str:
    """Return a sentence that says that the library for windows can be loaded. Raises InputError."""
    call(_serve_library, what=tr("The app's window"))
    return tr("The library for the app's windows can be loaded.")


def _are_files(contents: Any) -> bool:
    """Return whether the clipboard has files; a picture is a tuple, too, as it came through the pipe."""
    return all(isinstance(each, Path) for each in contents)


def _read_clipboard(is_cancelled: Callable[[], bool] = lambda: False) -> Any:
    def ask(platform: str | None) -> Any:
        return call(_serve_clipboard, platform, what=tr("The clipboard"), is_cancelled=is_cancelled)

    try:
        return ask(None)
    except InputError as error:
        # A Wayland desktop may give its clipboard to the focused window only, and yet to all X11 programs.
        if error.code != "no-picture" or not (os.environ.get("WAYLAND_DISPLAY") and os.environ.get("DISPLAY")):
            raise
        return ask("xcb")


def call(
    target: Callable[..., None],
    *arguments: Any,
    what: str,
    limit: float = _CALL_TIMEOUT_S,
    on_ready: Callable[[], None] = lambda: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Any:
    """Return what `target`, which calls `serve`, found in a process of its own. `what` names it in sentences.

    `limit` is in seconds. Raises the errors of `target`, InputError where there is no display, and CancelledError.
    """
    worker = WorkerProcess(target, *arguments, name="qt")
    deadline = time.monotonic() + limit
    try:
        while time.monotonic() < deadline:
            if is_cancelled():
                raise CancelledError
            reply = worker.receive(_POLL_S)
            if reply is None:
                continue
            kind, *values = reply
            if kind == "ready":
                on_ready()
            elif kind == "error":
                raise rebuild_error(*values)
            else:
                return values[0]
    except WorkerDiedError as error:
        raise _died_error(what, error) from error
    finally:
        worker.kill()
    raise InputError(tr("{what} is not responding. Try again, or log in again.", what=what), code="no-answer")


def _died_error(what: str, error: WorkerDiedError) -> InputError:
    output = " ".join(error.last_lines)
    if "could not connect to display" in output or "Failed to create wl_display" in output:
        return InputError(tr("{what} is not available: no display answers.", what=what), code="no-display")
    if "platform plugin" in output:
        return InputError(
            tr(
                "{what} is not available: a system library of the window system is missing. {advice}",
                what=what,
                advice=reinstall_advice(),
            ),
            code="not-installed",
        )
    return InputError(tr("{what} is not available: the window library crashed. Try again.", what=what), code="qt")


def _unpack_image(packed: tuple[tuple[int, int], bytes]) -> Image.Image:
    size, data = packed
    return Image.frombytes("RGB", size, data)


def serve(connection: Connection, function: Callable[[], Any]) -> None:
    """Send what the function returns, or its AssistantError, to the process that called."""
    try:
        result = function()
    except AssistantError as error:
        connection.send(("error", error.kind, error.code, str(error)))
        return
    connection.send(("done", (result.size, result.tobytes()) if isinstance(result, Image.Image) else result))


def _serve_clipboard(connection: Connection, platform: str | None) -> None:
    serve(connection, lambda: clipboard_contents(platform))


def _serve_camera(connection: Connection, number: int | str | None, countdown: float) -> None:
    serve(connection, lambda: take_frame(number, countdown=countdown, on_ready=lambda: connection.send(("ready",))))


def _serve_names(connection: Connection) -> None:
    serve(connection, list_cameras)


def _serve_library(connection: Connection) -> None:
    serve(connection, load_library)


def _serve_monitors(connection: Connection) -> None:
    serve(connection, list_monitors)
