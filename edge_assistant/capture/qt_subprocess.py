"""Qt's adapters for programs without a Qt of their own: each call runs in a process of its own, and ends with it.

Qt ends its process where there is no display, and a camera's driver may hang: here neither can hurt the caller.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from PIL import Image

from edge_assistant.capture.camera import FIRST_FRAME_S, list_cameras, take_frame
from edge_assistant.capture.clipboard import clipboard_contents
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.file import read_picture
from edge_assistant.capture.qt import monitors
from edge_assistant.capture.snapshot import Monitor
from edge_assistant.system.errors import AssistantError, CancelledError, InputError, rebuilt
from edge_assistant.system.i18n import tr
from edge_assistant.system.worker_process import WorkerDiedError, WorkerProcess

_LOOK_S = 0.05
_CALL_S = 20.0
"""Starting Python and Qt takes half a second, several on a busy machine; a clipboard's owner may be slow."""


def clipboard_picture(is_cancelled: Callable[[], bool] = lambda: False) -> CapturedPicture:
    """The picture in the clipboard, or in the copied file. Raises InputError, and CancelledError when cancelled."""
    found = _clipboard(is_cancelled)
    return read_picture(found) if isinstance(found, Path) else CapturedPicture(_image(found))


def camera_picture(
    number: int | str | None,
    *,
    countdown: float,
    on_ready: Callable[[], None],
    is_cancelled: Callable[[], bool] = lambda: False,
) -> CapturedPicture:
    """One frame; as `camera.take_frame`, and CancelledError when cancelled."""
    found = _ask(
        _serve_camera,
        number,
        countdown,
        what=tr("The camera"),
        limit=_CALL_S + FIRST_FRAME_S + countdown,
        on_ready=on_ready,
        is_cancelled=is_cancelled,
    )
    return CapturedPicture(_image(found))


def camera_names() -> tuple[str, ...]:
    """The cameras' names. Raises InputError."""
    names: tuple[str, ...] = _ask(_serve_names, what=tr("The list of cameras"))
    return names


def monitor_list() -> tuple[Monitor, ...]:
    """The monitors in the compositor's units. Raises InputError."""
    found: tuple[Monitor, ...] = _ask(_serve_monitors, what=tr("The list of monitors"))
    return found


def clipboard_check() -> str:
    """Whether the clipboard can be read; whatever is in it."""
    try:
        found = _clipboard()
    except InputError as error:
        if error.code != "no-picture":
            raise
        return tr("The clipboard can be read; it contains no picture now.")
    if isinstance(found, Path):
        return tr("The clipboard can be read; it contains a file now.")
    return tr("The clipboard can be read; it contains a picture now.")


def _clipboard(is_cancelled: Callable[[], bool] = lambda: False) -> Any:
    def ask(platform: str | None) -> Any:
        return _ask(_serve_clipboard, platform, what=tr("The clipboard"), is_cancelled=is_cancelled)

    try:
        return ask(None)
    except InputError as error:
        # A Wayland desktop may tell its clipboard to the focused window only, and to programs of X11 all the same.
        if error.code != "no-picture" or not (os.environ.get("WAYLAND_DISPLAY") and os.environ.get("DISPLAY")):
            raise
        return ask("xcb")


def _ask(
    target: Callable[..., None],
    *arguments: Any,
    what: str,
    limit: float = _CALL_S,
    on_ready: Callable[[], None] = lambda: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Any:
    child = WorkerProcess(target, *arguments, name="qt")
    deadline = time.monotonic() + limit
    try:
        while time.monotonic() < deadline:
            if is_cancelled():
                raise CancelledError
            reply = child.receive(_LOOK_S)
            if reply is None:
                continue
            kind, *values = reply
            if kind == "ready":
                on_ready()
            elif kind == "error":
                raise rebuilt(*values)
            else:
                return values[0]
    except WorkerDiedError as death:
        raise _explained(what, death) from death
    finally:
        child.kill()
    raise InputError(tr("{what} is not responding. Try again, or log in again.", what=what), code="no-answer")


def _explained(what: str, death: WorkerDiedError) -> InputError:
    words = " ".join(death.last_words)
    if "could not connect to display" in words or "Failed to create wl_display" in words:
        return InputError(tr("{what} is not available: no display answers.", what=what), code="no-display")
    if "platform plugin" in words:
        return InputError(
            tr(
                "{what} is not available: a system library of the window system is missing. Run scripts/setup again.",
                what=what,
            ),
            code="not-installed",
        )
    return InputError(tr("{what} is not available: the window library crashed. Try again.", what=what), code="qt")


def _image(packed: tuple[tuple[int, int], bytes]) -> Image.Image:
    size, data = packed
    return Image.frombytes("RGB", size, data)


def _serve(connection: Connection, work: Callable[[], Any]) -> None:
    try:
        found = work()
    except AssistantError as error:
        connection.send(("error", error.exit_code, error.code, str(error)))
        return
    connection.send(("done", (found.size, found.tobytes()) if isinstance(found, Image.Image) else found))


def _serve_clipboard(connection: Connection, platform: str | None) -> None:
    _serve(connection, lambda: clipboard_contents(platform))


def _serve_camera(connection: Connection, number: int | str | None, countdown: float) -> None:
    _serve(connection, lambda: take_frame(number, countdown=countdown, on_ready=lambda: connection.send(("ready",))))


def _serve_names(connection: Connection) -> None:
    _serve(connection, list_cameras)


def _serve_monitors(connection: Connection) -> None:
    _serve(connection, monitors)
