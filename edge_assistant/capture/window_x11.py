"""The active window on X11, as the window manager reports it by EWMH; read through python-xlib."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow
from edge_assistant.system.errors import InputError
from edge_assistant.system.i18n import tr
from edge_assistant.system.x_server import NoServerError, borrow

if TYPE_CHECKING:
    from Xlib.display import Display
    from Xlib.xobject.drawable import Window

_log = logging.getLogger(__name__)


class X11Windows:
    """The active window of the X server that DISPLAY names (`display` names another one)."""

    def __init__(self, display: str | None = None) -> None:
        self._display = display

    def active(self) -> ActiveWindow | None:
        """Return the window in _NET_ACTIVE_WINDOW, if there is one. Raises InputError when no server answers."""
        from Xlib.error import ConnectionClosedError, XError

        try:
            with _borrow(self._display) as display:
                return _active(display)
        except (XError, ConnectionClosedError) as error:  # it closed during the request
            _log.debug("the active window has gone: %s", type(error).__name__)
            return None


def active_window_id(name: str | None = None) -> int | None:
    """Return the window that has the keyboard, None when none has it. Raises InputError when no server answers."""
    from Xlib.error import ConnectionClosedError, XError

    try:
        with _borrow(name) as display:
            root = display.screen().root
            active = _property_numbers(display, root, "_NET_ACTIVE_WINDOW")
            if _has_window_manager(display):
                return active[0] if active and active[0] else None
            focused = display.get_input_focus().focus
            return None if isinstance(focused, int) or focused.id == root.id else int(focused.id)
    except (XError, ConnectionClosedError) as error:
        _log.debug("the focus could not be asked for: %s", type(error).__name__)
        return None


def activate(window: int, name: str | None = None) -> None:
    """Give a window the keyboard; nothing happens when it is gone. Raises InputError when no server answers."""
    from Xlib import X
    from Xlib.error import ConnectionClosedError, XError
    from Xlib.protocol.event import ClientMessage

    try:
        with _borrow(name) as display:
            root, target = display.screen().root, display.create_resource_object("window", window)
            if _has_window_manager(display):
                # As a pager (2): a request from there is never held for a program stealing the focus.
                message = ClientMessage(
                    window=target,
                    client_type=display.get_atom("_NET_ACTIVE_WINDOW"),
                    data=(32, [2, X.CurrentTime, 0, 0, 0]),
                )
                root.send_event(message, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
            elif target.get_attributes().map_state == X.IsViewable:
                target.set_input_focus(X.RevertToParent, X.CurrentTime)
            display.sync()
    except (XError, ConnectionClosedError) as error:
        _log.debug("the window is gone: %s", type(error).__name__)


def _has_window_manager(display: Display) -> bool:
    """Return whether a window manager runs that knows EWMH."""
    return bool(_property_numbers(display, display.screen().root, "_NET_SUPPORTING_WM_CHECK"))


@contextlib.contextmanager
def _borrow(name: str | None) -> Iterator[Display]:
    try:
        with borrow(name) as display:
            yield display
    except NoServerError as failure:
        raise InputError(
            tr("The active window cannot be found: no X display answers. Log in to a desktop and try again."),
            code="no-display",
        ) from failure


def _active(display: Display) -> ActiveWindow | None:
    root = display.screen().root
    active = _property_numbers(display, root, "_NET_ACTIVE_WINDOW")
    if not active or not active[0]:
        return None
    window = display.create_resource_object("window", active[0])
    geometry = window.get_geometry()
    origin = root.translate_coords(window, 0, 0)
    drawn = Rect(origin.x, origin.y, geometry.width, geometry.height)
    # A shadow that a program draws around its own window is no part of it (GTK's convention).
    left, right, top, bottom = _frame_extents(_property_numbers(display, window, "_GTK_FRAME_EXTENTS"))
    contents = drawn.without(left, top, right, bottom)
    left, right, top, bottom = _frame_extents(_property_numbers(display, window, "_NET_FRAME_EXTENTS"))
    bounds = contents.grown(left, top, right, bottom)
    return ActiveWindow(_title(display, window), bounds, contents, window_number(display, window))


def window_number(display: Display, window: Window) -> int:
    """Return the number of an ActiveWindow: the server's id in the lower 32 bits, the process above it.

    The server reuses ids once a program has ended, often at once; so the process id is part of the number.
    """
    process = (_property_numbers(display, window, "_NET_WM_PID") or [0])[0]
    return process << 32 | int(window.id)


def _frame_extents(numbers: list[int]) -> list[int]:
    """Return left, right, top, bottom as EWMH has them; zeros where nothing (sensible) is given."""
    return numbers if len(numbers) == 4 and all(0 <= number < 10_000 for number in numbers) else [0, 0, 0, 0]


def _title(display: Display, window: Window) -> str:
    for name in ("_NET_WM_NAME", "WM_NAME"):
        value = _property_value(display, window, name)
        if isinstance(value, bytes) and value:
            return value.decode("utf-8" if name == "_NET_WM_NAME" or _is_utf8(value) else "latin-1", "replace")
    return ""


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _property_numbers(display: Display, window: Window, name: str) -> list[int]:
    value = _property_value(display, window, name)
    return [] if value is None or isinstance(value, bytes) else [int(each) for each in value]


def _property_value(display: Display, window: Window, name: str) -> Any:
    from Xlib import X

    found = window.get_full_property(display.get_atom(name), X.AnyPropertyType)
    return found.value if found is not None else None
