"""Qt's adapters in a separate process for each call, for programs without a Qt of their own.

Qt ends its process where there is no display, and a camera's driver may hang: here neither can hurt the caller.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from PIL import Image

from edge_assistant.capture.camera import FIRST_FRAME_TIMEOUT_S, list_cameras, take_frame
from edge_assistant.capture.clipboard import clipboard_contents
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.decode_worker import MEMORY_LIMIT
from edge_assistant.capture.decoder import decoder
from edge_assistant.capture.file import read_picture
from edge_assistant.capture.picture_pipe import receive_picture, send_picture
from edge_assistant.capture.qt import list_monitors, load_library
from edge_assistant.capture.snapshot import Monitor
from edge_assistant.system.errors import AssistantError, CancelledError, InputError, rebuild_error
from edge_assistant.system.i18n import tr, tr_count
from edge_assistant.system.installation import reinstall_advice
from edge_assistant.system.time_limit import WakingTime
from edge_assistant.system.worker_process import WorkerDiedError, WorkerProcess

_POLL_S = 0.05
_CALL_TIMEOUT_S = 20.0
"""Seconds for a call: Python and Qt start in half a second, or several on a busy machine; clipboards may be slow."""

_Contents = CapturedPicture | bytes | tuple[Path, ...]
"""What is in a clipboard: pixels, an encoded picture, or the paths of copied files."""


def capture_clipboard(is_cancelled: Callable[[], bool] = lambda: False) -> CapturedPicture:
    """Return the picture in the clipboard, or in the first copied file. Raises InputError and CancelledError."""
    decoder.warm()  # beside Qt
    contents = _read_clipboard(is_cancelled)
    if isinstance(contents, CapturedPicture):
        return contents
    if isinstance(contents, bytes):
        return decoder.decode(contents, tr("The copied picture"), is_cancelled)
    captured = read_picture(contents[0], is_cancelled)
    if len(contents) == 1:
        return captured
    message = tr_count("{number} file is copied.", "{number} files are copied. This is the first.", len(contents))
    return replace(captured, notices=(("one-file", message), *captured.notices))


def capture_camera(
    number: int | str | None,
    *,
    countdown: float,
    on_ready: Callable[[], None],
    is_cancelled: Callable[[], bool] = lambda: False,
) -> CapturedPicture:
    """Return one frame, as `camera.take_frame` does. Raises its errors, and CancelledError when cancelled."""
    picture: CapturedPicture = call(
        _serve_camera,
        number,
        countdown,
        what=tr("The camera"),
        limit=_CALL_TIMEOUT_S + FIRST_FRAME_TIMEOUT_S + countdown,
        on_ready=on_ready,
        is_cancelled=is_cancelled,
    )
    return picture


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
        contents = _read_clipboard()
    except InputError as error:
        if error.code != "no-picture":
            raise
        return tr("The clipboard can be read; it contains no picture now.")
    if isinstance(contents, tuple):
        return tr("The clipboard can be read; it contains a file now.")
    return tr("The clipboard can be read; it contains a picture now.")


def check_window_library() -> str:
    """Return a sentence that says that the library for windows can be loaded. Raises InputError."""
    call(_serve_library, what=tr("The app's window"))
    return tr("The library for the app's windows can be loaded.")


def _read_clipboard(is_cancelled: Callable[[], bool] = lambda: False) -> _Contents:
    def ask(platform: str | None) -> _Contents:
        what = tr("The clipboard")
        contents: _Contents = call(
            _serve_clipboard, platform, what=what, memory_limit=MEMORY_LIMIT, is_cancelled=is_cancelled
        )
        return contents

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
    memory_limit: int | None = None,
) -> Any:
    """Return what `target`, which calls `serve`, found in a process of its own. `what` names it in sentences.

    `limit` is in seconds, `memory_limit` in bytes. Raises the errors of `target`, InputError where there is no display,
    and CancelledError.
    """
    worker = WorkerProcess(target, *arguments, name="qt", memory_limit=memory_limit)
    waited = WakingTime(_POLL_S)

    def receive() -> Any:
        while waited.seconds() < limit:
            if is_cancelled():
                raise CancelledError
            reply = worker.receive(_POLL_S)
            if reply is not None:
                return reply
        raise InputError(tr("{what} is not responding. Try again, or log in again.", what=what), code="no-answer")

    try:
        while True:
            kind, *values = receive()
            if kind == "ready":
                on_ready()
            elif kind == "error":
                raise rebuild_error(*values)
            elif kind == "picture":
                return receive_picture(values[0], values[1], receive)
            else:
                return values[0]
    except WorkerDiedError as error:
        raise _died_error(what, error) from error
    finally:
        worker.kill()


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


def serve(connection: Connection, function: Callable[[], Any]) -> None:
    """Send what the function returns, or its AssistantError, to the process that called."""
    try:
        result = function()
    except AssistantError as error:
        connection.send(("error", error.kind, error.code, str(error)))
        return
    if isinstance(result, Image.Image):
        send_picture(CapturedPicture(result), connection.send)
    else:
        connection.send(("done", result))


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
