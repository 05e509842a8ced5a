"""What is in the clipboard, through Qt: a picture's file as its program encoded it, pixels, or copied picture files.

Runs on the GUI thread. An encoded picture is not decoded here, but as all pictures from outside are.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from edge_assistant.capture.decode import MAX_PIXELS
from edge_assistant.capture.qt import gui_application, to_rgb_image
from edge_assistant.system.errors import InputError
from edge_assistant.system.i18n import tr

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QClipboard

_CONTENTS_TIMEOUT_MS = 500
"""Milliseconds to wait for the content: Wayland announces it after the connection; on X11 it is there at once."""


_TYPES = ("png", "jpeg", "webp", "avif", "heic", "heif", "tiff", "gif", "bmp", "svg+xml")
"""The kinds of pictures that are taken as they are, of which programs offer several, the best first."""


def clipboard_contents(platform: str | None = None) -> Image.Image | bytes | tuple[Path, ...]:
    """Return the clipboard's picture, encoded or as RGB, or the paths of the copied files.

    `platform` is as for `gui_application`. Raises InputError: `no-picture` when there is neither, `too-large` for more
    than MAX_PIXELS that are not encoded.
    """
    application = gui_application(platform)
    clipboard = application.clipboard()
    _wait_for_contents(clipboard)
    data = clipboard.mimeData()
    encoded = _encoded_picture(data) if data is not None else b""
    if encoded:
        return encoded
    if data is not None and data.hasImage():
        image = clipboard.image()
        if image.width() * image.height() > MAX_PIXELS:
            raise InputError(
                tr(
                    "The picture in the clipboard is too large: more than {value} megapixels.",
                    value=MAX_PIXELS // 1000000,
                ),
                code="too-large",
            )
        if not image.isNull():
            return to_rgb_image(image)
    paths = _copied_files(data) if data is not None else ()
    if not paths:
        raise InputError(tr("There is no picture in the clipboard. Copy one first."), code="no-picture")
    return paths


def _encoded_picture(data: QMimeData) -> bytes:
    """Return a picture as its program encoded it; empty where there is none."""
    offered = data.formats()
    for kind in _TYPES:
        if f"image/{kind}" in offered:
            encoded = bytes(data.data(f"image/{kind}").data())
            if encoded:
                return encoded
    return b""


def _wait_for_contents(clipboard: QClipboard) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    data = clipboard.mimeData()
    if data is not None and data.formats():
        return
    loop = QEventLoop()
    clipboard.dataChanged.connect(loop.quit)
    QTimer.singleShot(_CONTENTS_TIMEOUT_MS, loop.quit)
    loop.exec()


def _copied_files(data: QMimeData) -> tuple[Path, ...]:
    from PySide6.QtCore import QUrl

    urls = data.urls() if data.hasUrls() else []
    text = data.text().strip() if data.hasText() else ""
    if not urls and text.startswith("file://") and "\n" not in text:
        urls = [QUrl(text)]
    return tuple(Path(url.toLocalFile()) for url in urls if url.isLocalFile())
