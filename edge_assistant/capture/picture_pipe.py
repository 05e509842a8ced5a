"""Pictures on their way from a worker: through memory that is shared, where they fit into it, or else through the pipe.

There they go in bands of rows, so that neither side needs a second copy.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterator

from PIL import Image

from edge_assistant.capture.decode import CapturedPicture

CHUNK_BYTES = 1 << 20
"""The size of a message with pixels or a part of a file, about."""

SHARED_BYTES = 8 << 20
"""What is shared: room for a usual screen, 1920 x 1080. Larger pictures take so long that the pipe does not matter."""

_PIECE_BYTES = 1 << 18
"""Pieces so small are written in memory that the process has; for large ones the system clears new memory each time."""

PictureHeader = tuple[tuple[int, int], tuple[tuple[str, str], ...], bool, tuple[float, float] | None]
"""What is sent of a picture before its pixels: its size, its notices, whether a camera made it, and its own size."""


def send_picture(captured: CapturedPicture, send: Callable[[object], object], shared: mmap.mmap | None = None) -> None:
    """Send a picture: "picture", its header and whether its pixels are in `shared`; else its bands follow.

    `send` sends one message.
    """
    image = captured.image
    fits = shared is not None and 3 * image.width * image.height <= len(shared)
    if shared is not None and fits:
        shared.seek(0)
        for top, bottom in _bands(image.size, _PIECE_BYTES):
            shared.write(image.crop((0, top, image.width, bottom)).tobytes())
    send(("picture", (image.size, captured.notices, captured.is_photo, captured.own_size), fits))
    if fits:
        return
    for top, bottom in _bands(image.size):
        send(image.crop((0, top, image.width, bottom)).tobytes())


def receive_picture(
    header: PictureHeader, is_shared: bool, receive: Callable[[], bytes], shared: mmap.mmap | None = None
) -> CapturedPicture:
    """Return the picture whose `header` has come; `receive` returns the next message."""
    size, notices, is_photo, own_size = header
    if is_shared and shared is not None:
        with memoryview(shared) as pixels, pixels[: 3 * size[0] * size[1]] as used:
            image = Image.frombytes("RGB", size, used)
            return CapturedPicture(image, notices, is_photo=is_photo, own_size=own_size)
    image = Image.new("RGB", size)
    for top, bottom in _bands(size):
        image.paste(Image.frombytes("RGB", (size[0], bottom - top), receive()), (0, top))
    return CapturedPicture(image, notices, is_photo=is_photo, own_size=own_size)


def _bands(size: tuple[int, int], most: int = CHUNK_BYTES) -> Iterator[tuple[int, int]]:
    """Yield the first row of each band of about `most` bytes, and the one after its last."""
    rows = max(1, most // (3 * max(1, size[0])))
    for top in range(0, size[1], rows):
        yield top, min(size[1], top + rows)
