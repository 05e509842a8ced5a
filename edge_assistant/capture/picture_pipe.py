"""Pictures on their way through the pipe of a worker, in bands of rows, so that neither side needs a second copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PIL import Image

from edge_assistant.capture.decode import CapturedPicture

CHUNK_BYTES = 4 << 20
"""The size of a message, about: a picture of 1920 x 1080 takes two. Shared memory was no quicker than that."""

PictureHeader = tuple[tuple[int, int], tuple[tuple[str, str], ...], bool]
"""What is sent of a picture before its pixels: its size, its notices, and whether a camera made it."""


def send_picture(captured: CapturedPicture, send: Callable[[object], object], kind: str = "picture") -> None:
    """Send a picture: ("picture", its header), then its bands. `send` sends one message."""
    image = captured.image
    send((kind, (image.size, captured.notices, captured.is_photo)))
    for top, bottom in _bands(image.size):
        send(image.crop((0, top, image.width, bottom)).tobytes())


def receive_picture(header: PictureHeader, receive: Callable[[], bytes]) -> CapturedPicture:
    """Return the picture whose `header` has come; `receive` returns the next message."""
    size, notices, is_photo = header
    image = Image.new("RGB", size)
    for top, bottom in _bands(size):
        image.paste(Image.frombytes("RGB", (size[0], bottom - top), receive()), (0, top))
    return CapturedPicture(image, notices, is_photo=is_photo)


def _bands(size: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield the first row of each band, and the one after its last."""
    rows = max(1, CHUNK_BYTES // (3 * max(1, size[0])))
    for top in range(0, size[1], rows):
        yield top, min(size[1], top + rows)
