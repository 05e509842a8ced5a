"""Decoding of picture files, however broken, into one upright RGB picture, or an error that a person understands.

It happens in a process of its own (see decoder.py), except for what a program of the desktop made for us just now.
"""

from __future__ import annotations

import contextlib
import logging
import os
import struct
import time
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal

from PIL import Image, UnidentifiedImageError

from edge_assistant.capture import formats, picture_errors
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.rgb import to_rgb
from edge_assistant.system.errors import explain_error
from edge_assistant.system.i18n import tr

MAX_PIXELS = 100_000_000
"""Larger pictures are refused by their header: decoding and converting this many takes up to 1.4 GB at its peak."""

MAX_JPEG_PIXELS = 4 * MAX_PIXELS
"""Larger JPEGs are refused: telephones write up to 200 megapixels, and these are decoded smaller."""

_DRAFT_SIDE = 4096
"""Larger JPEGs are decoded at a half, a quarter or an eighth, not below this side: a model never gets more."""

_MAX_FRAMES, _SEARCH_TIMEOUT_S = 30, 1.0
"""How many frames, and how many seconds, an animation is searched for a frame that shows something."""

_PHOTO_FORMATS = ("HEIF", "JPEG", "MPO")
"""Formats that cameras and telephones write, and programs that copy the screen seldom do."""

_SILENT_ABOUT_MEMORY, _HEAVY_PIXELS = ("AVIF", "HEIF", "JPEG2000", "WEBP"), 20_000_000
"""Formats whose decoders call every failure the same, also that of memory, and pixels from which it may be that."""

_HEAD = 16_384
"""As many bytes from the beginning tell whether a file that is no picture is a document."""

_DECODE_ERRORS = (
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RuntimeError,
    BufferError,
    struct.error,
    zlib.error,
)
"""The exceptions that Pillow's decoders raise, or may raise, on damaged files."""

_TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""The transposition that makes a picture upright, by EXIF orientation (EXIF 2.32, tag 0x0112)."""


Origin = Literal["file", "screen", "window", "region", "clipboard", "camera"]


@dataclass(frozen=True, slots=True)
class CapturedPicture:
    """A captured picture, RGB and upright; `notices` are (code, sentence) pairs about what was left out.

    `front` is the number of the active window, where the picture is of the screen and a window was active.
    `blacked_out` is that of the snapshot it is from. `area` is the picture's part of the desktop, in the desktop's
    units, None for pictures that are not of the screen. `is_photo`: a camera made it, as far as its format tells.
    `menus` are the menus that were open on the screen. `own_size` is the size at which text has its usual heights,
    where the picture is drawn at another: width and height in pixels.
    """

    image: Image.Image
    notices: tuple[tuple[str, str], ...] = ()
    origin: Origin = "file"
    front: int | None = None
    blacked_out: bool = False
    area: Rect | None = None
    is_photo: bool = False
    menus: tuple[Rect, ...] = ()
    own_size: tuple[float, float] | None = None


def decode(stream: BinaryIO, name: str) -> CapturedPicture:
    """Decode the picture in a seekable stream; `name` is its name in sentences.

    Raises InputError where it is not a picture, damaged or too large; DoesNotFitError where memory runs out.
    """
    is_heavy = False
    with _quiet_pillow():
        try:
            head = stream.read(_HEAD)
            stream.seek(0)
            names = formats.usual(head)
            if not names:
                if drawing := _drawing(head, stream, name):
                    return drawing
                if b"%PDF-" in head[:1024]:  # which may begin with other bytes
                    raise picture_errors.document(name)
                names = formats.load_all()
            Image.MAX_IMAGE_PIXELS = MAX_JPEG_PIXELS  # Pillow refuses what has twice as many
            with Image.open(stream, formats=names) as image:
                _limit_size(image, name)
                is_heavy = image.format in _SILENT_ABOUT_MEMORY and image.width * image.height > _HEAVY_PIXELS
                with _quiet_libtiff(image):
                    image.load()
                frame, notices = _first_useful_frame(image)
                is_photo = image.format in _PHOTO_FORMATS
                return CapturedPicture(_make_upright(to_rgb(frame), image), notices, is_photo=is_photo)
        except UnidentifiedImageError as error:
            raise picture_errors.not_a_picture(name) from error
        except Image.DecompressionBombError as error:
            raise picture_errors.too_many_pixels(name, MAX_PIXELS) from error
        except MemoryError as error:
            raise picture_errors.too_much_memory(name) from error
        except (ImportError, *_DECODE_ERRORS) as error:
            failure = explain_error(error)
            if failure.code != "internal":  # such as too little memory: not the file's fault
                raise failure from error
            if isinstance(error, ImportError):
                raise picture_errors.cannot_start() from error
            raise (picture_errors.damaged_or_too_large if is_heavy else picture_errors.damaged)(name) from error


@contextlib.contextmanager
def _quiet_pillow() -> Iterator[None]:
    """Silence Pillow's warnings and log about oddities in files: the result or our own error message is enough."""
    log = logging.getLogger("PIL")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)


@contextlib.contextmanager
def _quiet_libtiff(image: Image.Image) -> Iterator[None]:
    """Drop what libtiff writes straight to file descriptor 2, past Python."""
    try:
        saved_stderr = os.dup(2) if image.format == "TIFF" else None
    except OSError:
        saved_stderr = None  # a windowed program has no standard error to protect
    if saved_stderr is None:
        yield
        return
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, 2)
        yield
    finally:
        os.dup2(saved_stderr, 2)
        os.close(sink)
        os.close(saved_stderr)


def _drawing(head: bytes, stream: BinaryIO, name: str) -> CapturedPicture | None:
    """Return what an SVG file draws; None for other files."""
    from edge_assistant.capture import svg  # which takes a new worker some hundredths of a second

    if not svg.is_svg(head):
        return None
    image, own_size = svg.draw(stream.read(), name)
    return CapturedPicture(image, own_size=own_size)


def _limit_size(image: Image.Image, name: str) -> None:
    """Have a large JPEG decoded smaller, and refuse what is too large all the same. Raises InputError."""
    width, height = image.size
    if width < 1 or height < 1:
        raise picture_errors.empty(name)
    if image.format in ("JPEG", "MPO") and width * height > MAX_JPEG_PIXELS:
        raise picture_errors.too_many_pixels(name, MAX_JPEG_PIXELS)
    image.draft(None, (_DRAFT_SIDE, _DRAFT_SIDE))
    if image.width * image.height > MAX_PIXELS:
        raise picture_errors.too_many_pixels(name, MAX_PIXELS)


def _first_useful_frame(image: Image.Image) -> tuple[Image.Image, tuple[tuple[str, str], ...]]:
    """Return the first frame that is not one flat colour, and notices about the other frames or pages."""
    if image.format == "MPO" or not _is_animated(image):
        return image, ()
    first = image.copy()
    if image.format in ("TIFF", "PSD"):
        return first, (("pages", tr("The file has several pages. This is the first.")),)
    frame, number = _first_with_contents(image, first)
    if number == 0:
        message = tr("The picture is animated. This is its first frame.")
    else:
        message = tr(
            "The picture is animated. This is frame {number}, the first that shows something.", number=number + 1
        )
    return frame, (("animated", message),)


def _first_with_contents(image: Image.Image, first: Image.Image) -> tuple[Image.Image, int]:
    frame, deadline = first, time.monotonic() + _SEARCH_TIMEOUT_S
    for number in range(_MAX_FRAMES):
        if not _is_flat(frame):
            return frame, number
        if time.monotonic() > deadline:
            break
        try:
            image.seek(number + 1)
            frame = image.copy()
        except _DECODE_ERRORS:
            break  # the animation ends here, or is damaged from here on: its first frame still counts
    return first, 0


def _is_animated(image: Image.Image) -> bool:
    try:
        return bool(getattr(image, "is_animated", False))
    except _DECODE_ERRORS:
        return False  # the frames after the first are damaged


def _is_flat(frame: Image.Image) -> bool:
    # A sample of the pixels is enough to choose a frame, and spares converting the whole of a large one.
    sample = frame.resize((min(frame.width, 1024), min(frame.height, 1024)), Image.Resampling.NEAREST)
    return all(high - low <= 8 for low, high in to_rgb(sample).getextrema())  # type: ignore[misc]


def _make_upright(rgb: Image.Image, source: Image.Image) -> Image.Image:
    try:
        orientation = source.getexif().get(0x0112)
        transposition = _TRANSPOSITIONS.get(orientation) if isinstance(orientation, int) else None
    except _DECODE_ERRORS:
        transposition = None  # damaged EXIF is no reason to refuse the picture
    return rgb if transposition is None else rgb.transpose(transposition)


__all__ = ["MAX_PIXELS", "CapturedPicture", "Origin", "decode"]
