"""The mouse pointer on X11, moved and pressed through the XTEST extension of python-xlib."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from edge_assistant.capture.window_x11 import activate, window_number
from edge_assistant.system.errors import InputError
from edge_assistant.system.i18n import tr
from edge_assistant.system.x_server import NoServerError, borrow

if TYPE_CHECKING:
    from Xlib.display import Display
    from Xlib.xobject.drawable import Window

_ID = 0xFFFF_FFFF
"""The part of an ActiveWindow's number that is the server's own id: see window_x11.window_number."""

_PRIMARY = 1
"""The button that programs take for the primary one, whatever the person made of the left one."""


class X11Pointer:
    """See pointer.Pointer. `display` is another one than that of DISPLAY."""

    def __init__(self, display: str | None = None) -> None:
        self._display = display

    def position(self) -> tuple[int, int]:
        """See Pointer."""
        with self._borrow() as display:
            pointer = display.screen().root.query_pointer()
            return pointer.root_x, pointer.root_y

    def move(self, x: int, y: int) -> None:
        """See Pointer."""
        with self._borrow() as display:
            _move(display, x, y)
            pointer = display.screen().root.query_pointer()
            if (pointer.root_x, pointer.root_y) != (x, y):
                raise _refused()

    def click(self, x: int, y: int) -> None:
        """See Pointer."""
        from Xlib import X
        from Xlib.ext.xtest import fake_input

        with self._borrow() as display:
            # XTEST presses buttons by their place on the mouse, and the person may have swapped what they mean.
            meanings = list(display.get_pointer_mapping())
            button = meanings.index(_PRIMARY) + 1 if _PRIMARY in meanings else _PRIMARY
            _move(display, x, y)
            fake_input(display, X.ButtonPress, button)
            fake_input(display, X.ButtonRelease, button)
            display.sync()

    def window_at(self, x: int, y: int) -> int | None:
        """See Pointer. It is the window that the window manager knows, or else the one next below the root."""
        with self._borrow() as display:
            root = display.screen().root
            top = window = _child_at(display, root, x, y)
            while window is not None and not window.get_full_property(display.get_atom("WM_STATE"), 0):
                window = _child_at(display, window, x, y)
            found = window or top
            return None if found is None else window_number(display, found)

    def activate(self, window: int) -> None:
        """See Pointer."""
        activate(window & _ID, self._display)

    def is_out_of_reach(self, window: int) -> bool:  # noqa: ARG002 (the protocol's)
        """Return False: on X11 every program may press buttons in every window."""
        return False

    @contextlib.contextmanager
    def _borrow(self) -> Iterator[Display]:
        from Xlib.error import ConnectionClosedError, XError

        try:
            with borrow(self._display) as display:
                if not display.has_extension("XTEST"):
                    raise _refused()
                yield display
        except (NoServerError, XError, ConnectionClosedError) as error:
            raise _refused() from error


def _move(display: Display, x: int, y: int) -> None:
    from Xlib import X
    from Xlib.ext.xtest import fake_input

    fake_input(display, X.MotionNotify, x=x, y=y)
    display.sync()


def _child_at(display: Display, window: Window, x: int, y: int) -> Window | None:
    """Return the child of a window that is seen, and takes clicks, at a place of the root window."""
    child = window.translate_coords(display.screen().root, x, y).child
    return child or None


def _refused() -> InputError:
    return InputError(tr("The X server does not let the pointer be moved."), code="pointer")
