"""Helpers for the adapters that use Qt: the application object, and Qt's pictures as Pillow's. Imports Qt lazily."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PIL import Image

from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.rgb import to_rgb
from edge_assistant.capture.snapshot import Monitor
from edge_assistant.system import pyside_workaround
from edge_assistant.system.errors import AssistantError, InputError, is_out_of_memory_message, out_of_memory_error
from edge_assistant.system.i18n import tr
from edge_assistant.system.installation import reinstall_advice

if TYPE_CHECKING:
    from PySide6.QtGui import QGuiApplication, QImage


def gui_application(platform: str | None = None) -> QGuiApplication:
    """Return the running application object, or a new one on Qt's `platform` (such as offscreen; None: the default).

    Belongs to the main thread. Raises InputError (code `not-installed`) where Qt cannot be loaded; where there is no
    display Qt ends the process, so only a separate process may try (see qt_subprocess.py).
    """
    try:
        from PySide6.QtGui import QGuiApplication
    except ImportError as error:
        raise missing_error(error) from error
    pyside_workaround.keep_constants_alive()
    running = QGuiApplication.instance()
    if isinstance(running, QGuiApplication):
        return running
    # Without this variable Wayland gives the clipboard only to the window with the keyboard, and here may be none.
    os.environ.setdefault("QT_WAYLAND_USE_DATA_CONTROL", "1")
    return QGuiApplication(["edge-assistant", *(["-platform", platform] if platform else [])])


def load_library() -> None:
    """Load what windows are drawn with, and the system libraries that it needs; no display is asked for.

    Raises InputError that names what is missing.
    """
    try:
        import PySide6.QtGui  # noqa: F401
    except ImportError as error:
        raise missing_error(error) from error


def missing_error(error: ImportError) -> AssistantError:
    """Return the error for a part of Qt, or a system library of it, that is missing or for which memory ran out."""
    if is_out_of_memory_message(str(error)):
        return out_of_memory_error()
    library = str(error).partition(":")[0]
    what = library if ".so" in library else "PySide6"
    return InputError(
        tr("{what} is missing and needed here. {advice}", what=what, advice=reinstall_advice()), code="not-installed"
    )


def to_rgb_image(image: QImage) -> Image.Image:
    """Convert a QImage to an RGB picture, transparency laid over a background that shows the content."""
    from PySide6.QtGui import QImage

    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    data = bytes(plain.constBits())
    return to_rgb(Image.frombytes("RGBA", (plain.width(), plain.height()), data, "raw", "RGBA", plain.bytesPerLine()))


def list_monitors() -> tuple[Monitor, ...]:
    """Return the monitors as Qt knows them, in the compositor's units (logical pixels), from the left and the top."""
    screens = [screen.geometry() for screen in gui_application().screens()]
    places = sorted((each.x(), each.y(), each.width(), each.height()) for each in screens)
    return tuple(Monitor(number, Rect(*place)) for number, place in enumerate(places, start=1))
