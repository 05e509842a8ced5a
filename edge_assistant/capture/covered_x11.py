"""What covers a window on X11, and the window's own pixels, which a compositing manager keeps apart from the screen."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from PIL import Image

from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow
from edge_assistant.capture.stacking import WindowAbove
from edge_assistant.system.x_server import NoServerError, borrow
from edge_assistant.system.x_windows import TopWindow, top_windows

if TYPE_CHECKING:
    from Xlib.display import Display
    from Xlib.xobject.drawable import Pixmap, Window

_log = logging.getLogger(__name__)

_STRIP_BYTES = 1 << 19
"""How much of a picture is asked for at a time: python-xlib takes a time that grows with the square of an answer."""

_MAX_PIXELS = 100_000_000
_ID_BITS = 0xFFFFFFFF
"""The bits of an ActiveWindow's number that are the server's id of it."""

_MAX_PARTS = 300
"""A round window of 300 rows has as many."""

_MAX_DEPTH = 32
"""More frames around frames than any window manager makes."""


def windows_above(window: ActiveWindow, name: str | None = None) -> tuple[WindowAbove, ...]:
    """Return what is seen above a window; nothing where it is gone or no server answers. Our own windows are left out.

    `name` is the display's, None for that of DISPLAY.
    """
    from Xlib.error import ConnectionClosedError, XError

    try:
        with borrow(name) as display:
            frame = _frame(display, window)
            above = [] if frame is None else top_windows(display, frame.id)
            shapes = {each.id: _shape(display, each) for each in above if not each.is_menu}
            shared_bits = display.display.info.resource_id_mask
    except (XError, ConnectionClosedError, NoServerError) as error:
        _log.debug("what is above the window is not known: %s", type(error).__name__)
        return ()
    number = window.number or 0
    process, client = number >> 32, (number & _ID_BITS) | shared_bits
    return tuple(
        WindowAbove(
            Rect(each.left, each.top, each.width, each.height),
            each.is_menu,
            each.process == process != 0 or (each.id | shared_bits) == client,
            shapes.get(each.id),
        )
        for each in above
        if each.process != os.getpid()
    )


def other_menu_is_open(name: str | None = None) -> bool:
    """Return whether a menu of another program is open: it has the keyboard, and gives it to no window that opens.

    `name` is the display's, None for that of DISPLAY.
    """
    from Xlib.error import ConnectionClosedError, XError

    try:
        with borrow(name) as display:
            return any(each.is_menu and each.process != os.getpid() for each in top_windows(display))
    except (XError, ConnectionClosedError, NoServerError) as error:
        _log.debug("whether a menu is open is not known: %s", type(error).__name__)
        return False


def _shape(display: Display, window: TopWindow) -> tuple[Rect, ...] | None:
    """Return the rectangles that a window with a shape of its own consists of, such as a round clock or a frame.

    None for other windows, one that is gone, and shapes of so many rectangles that counting them would take long.
    """
    from Xlib.error import XError
    from Xlib.ext import shape

    if not display.has_extension(shape.extname):
        return None
    try:
        drawn = display.create_resource_object("window", window.id)
        found = shape.get_rectangles(drawn, shape.SK.Bounding).rectangles
    except XError:
        return None
    if len(found) > _MAX_PARTS:
        return None
    return tuple(Rect(window.left + each.x, window.top + each.y, each.width, each.height) for each in found)


def own_picture(window: ActiveWindow, name: str | None = None) -> Image.Image | None:
    """Return the window's contents without what covers it, also where it is off the screen, as an RGB picture.

    None where no compositing manager runs, the window is gone, or all of it is black.
    """
    from Xlib.error import ConnectionClosedError, XError

    try:
        with borrow(name) as display:
            picture = _own_picture(display, window)
    except (XError, ConnectionClosedError, NoServerError) as error:
        _log.info("the window's own picture cannot be had: %s", type(error).__name__)
        return None
    return None if picture is None or picture.getbbox() is None else picture


def _own_picture(display: Display, window: ActiveWindow) -> Image.Image | None:
    from Xlib.error import CatchError
    from Xlib.ext import composite

    if not display.get_selection_owner(display.get_atom(f"_NET_WM_CM_S{display.get_default_screen()}")):
        return None
    frame = _frame(display, window) if display.has_extension(composite.extname) else None
    if frame is None:
        return None
    place = frame.get_geometry()
    display.composite_query_version()
    refused = CatchError()
    pixmap: Pixmap = composite.name_window_pixmap(frame, onerror=refused)
    display.sync()
    if refused.get_error() is not None:  # it is not kept apart, or it is not shown
        return None
    try:
        size = pixmap.get_geometry()
        wanted = window.contents
        if wanted.clipped(Rect(place.x, place.y, size.width, size.height)) != wanted:
            return None
        if wanted.width * wanted.height > _MAX_PIXELS or not _has_usual_pixels(display, size.depth):
            return None
        return _read(pixmap, Rect(wanted.left - place.x, wanted.top - place.y, wanted.width, wanted.height))
    finally:
        pixmap.free()


def _frame(display: Display, window: ActiveWindow) -> Window | None:
    """Return the outermost window around a window, which is what the server stacks and a compositing manager keeps."""
    if window.number is None:
        return None
    found = display.create_resource_object("window", window.number & _ID_BITS)
    for _ in range(_MAX_DEPTH):
        tree = found.query_tree()
        if tree.parent in (tree.root, 0):
            return found if tree.parent else None
        found = tree.parent
    return None


def _has_usual_pixels(display: Display, depth: int) -> bool:
    from Xlib import X

    formats = display.display.info.pixmap_formats
    bits = next((each.bits_per_pixel for each in formats if each.depth == depth), 0)
    return depth in (24, 32) and bits == 32 and display.display.info.image_byte_order == X.LSBFirst


def _read(pixmap: Pixmap, part: Rect) -> Image.Image:
    from Xlib import X

    picture = Image.new("RGB", (part.width, part.height))
    rows = max(1, _STRIP_BYTES // (4 * part.width))
    for top in range(0, part.height, rows):
        height = min(rows, part.height - top)
        answer = pixmap.get_image(part.left, part.top + top, part.width, height, X.ZPixmap, 0xFFFFFFFF)
        picture.paste(Image.frombytes("RGB", (part.width, height), answer.data, "raw", "BGRX"), (0, top))
    return picture
