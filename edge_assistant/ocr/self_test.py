"""A try of text recognition: a drawn line, read as a picture is."""

from __future__ import annotations

import time

from PIL import Image, ImageDraw, ImageFont

from edge_assistant.ocr.client import TextReader
from edge_assistant.ocr.errors import OcrError
from edge_assistant.system.i18n import tr

_LINE = "Invoice 4711"
_LETTER_HEIGHT = 28  # pixels


def read_a_line(reader: TextReader) -> float:
    """Have a line recognised; return the seconds that it took, the start of a worker included.

    Raises OcrError, also where something else is read than what is there; CancelledError when `reader` is closed.
    """
    picture = Image.new("RGB", (320, 64), "white")
    ImageDraw.Draw(picture).text((20, 14), _LINE, "black", ImageFont.load_default(_LETTER_HEIGHT))
    start = time.perf_counter()
    page = reader.read(picture)
    if [line.text for line in page.lines] != [_LINE]:
        raise OcrError(tr("A line was read wrongly, so recognised text cannot be trusted here."))
    return time.perf_counter() - start
