"""A picture of a window that it draws itself, for Windows, where the screen's picture is black.

A screen reader's screen curtain blackens what is copied from the screen, as BitBlt does, but not what a window draws
for PrintWindow. Run under wine, which has neither a curtain nor a desktop window manager; not on Windows.
"""

from __future__ import annotations

import ctypes
import logging
import threading
from typing import Any

from PIL import Image

from edge_assistant.capture.snapshot import ActiveWindow
from edge_assistant.capture.windows_user32 import RECT, declare, load_user32
from edge_assistant.system.windows_api import last_error, load_library

_log = logging.getLogger(__name__)

_PW_CLIENTONLY, _PW_RENDERFULLCONTENT = 1, 2  # winuser.h; the second one: what is drawn by the graphics card, too
_BI_RGB = _DIB_RGB_COLORS = 0  # wingdi.h
_MAX_PIXELS = 100_000_000
_TIMEOUT_S = 2.0
"""Seconds for the window's own program to draw it."""

_HANDLE, _POINTER = ctypes.c_void_p, ctypes.c_void_p
GDI32 = {
    "CreateCompatibleDC": (_HANDLE, (_HANDLE,)),
    "CreateDIBSection": (_HANDLE, (_HANDLE, _POINTER, ctypes.c_uint32, _POINTER, _HANDLE, ctypes.c_uint32)),
    "DeleteDC": (ctypes.c_int, (_HANDLE,)),
    "DeleteObject": (ctypes.c_int, (_HANDLE,)),
    "GdiFlush": (ctypes.c_int, ()),
    "SelectObject": (_HANDLE, (_HANDLE, _HANDLE)),
}
"""The functions of gdi32 that are used, as wingdi.h declares them."""


class BitmapInfoHeader(ctypes.Structure):
    """BITMAPINFOHEADER of wingdi.h, which is a whole BITMAPINFO for pictures without a palette."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("width", ctypes.c_int32),
        ("height", ctypes.c_int32),
        ("planes", ctypes.c_uint16),
        ("bit_count", ctypes.c_uint16),
        ("compression", ctypes.c_uint32),
        ("size_image", ctypes.c_uint32),
        ("x_pixels_per_meter", ctypes.c_int32),
        ("y_pixels_per_meter", ctypes.c_int32),
        ("colours_used", ctypes.c_uint32),
        ("colours_important", ctypes.c_uint32),
    )


def print_window(window: ActiveWindow, user32: Any = None, gdi32: Any = None) -> Image.Image | None:
    """Return an RGB picture of a window's contents in pixels; None where it cannot be had, or is black.

    Other windows that cover it are not in it. `user32` and `gdi32` replace the libraries in tests.
    """
    user32 = user32 or load_user32()
    gdi32 = gdi32 or declare(load_library("gdi32"), GDI32)
    number = window.number
    if number is None or user32.IsHungAppWindow(number):
        return None
    pictures: list[Image.Image | None] = []
    # On its own thread: a program that does not answer keeps its caller waiting.
    thread = threading.Thread(
        target=lambda: pictures.append(_print(user32, gdi32, number)), name="print-window", daemon=True
    )
    thread.start()
    thread.join(_TIMEOUT_S)
    picture = pictures[0] if pictures else None
    return None if picture is None or picture.getbbox() is None else picture


def _print(user32: Any, gdi32: Any, number: int) -> Image.Image | None:
    inner = RECT()
    if not user32.GetClientRect(number, ctypes.byref(inner)):
        return None
    width, height = inner.right, inner.bottom
    if width < 1 or height < 1 or width * height > _MAX_PIXELS:
        return None
    screen = user32.GetDC(None)
    memory = gdi32.CreateCompatibleDC(screen)
    user32.ReleaseDC(None, screen)
    if not memory:
        return None
    pixels = ctypes.c_void_p()
    # A negative height: the first row is the top one.
    header = BitmapInfoHeader(ctypes.sizeof(BitmapInfoHeader), width, -height, 1, 32, _BI_RGB)
    bitmap = gdi32.CreateDIBSection(memory, ctypes.byref(header), _DIB_RGB_COLORS, ctypes.byref(pixels), None, 0)
    try:
        if not bitmap or not pixels.value:
            return None
        previous = gdi32.SelectObject(memory, bitmap)
        try:
            if not user32.PrintWindow(number, memory, _PW_CLIENTONLY | _PW_RENDERFULLCONTENT):
                _log.info("the window does not draw itself: error %d", last_error())
                return None
            gdi32.GdiFlush()
            data = ctypes.string_at(pixels.value, width * height * 4)
        finally:
            gdi32.SelectObject(memory, previous)
        return Image.frombytes("RGB", (width, height), data, "raw", "BGRX")
    finally:
        if bitmap:
            gdi32.DeleteObject(bitmap)
        gdi32.DeleteDC(memory)
