"""A small JPEG that takes its decoder a minute and more: a progressive one whose first scan comes again and again."""

from __future__ import annotations

import functools
import io

from PIL import Image


@functools.cache
def slow_jpeg(scans: int = 10_000, side: int = 8000) -> bytes:
    """A grey picture of so many scans, about 120 bytes each; every one makes the decoder go through all blocks."""
    data = io.BytesIO()
    Image.new("L", (side, side), 128).save(data, "JPEG", progressive=True)
    whole = data.getvalue()
    second = whole.index(b"\xff\xda", whole.index(b"\xff\xda") + 1)  # the first one is of the blocks' means
    tables = whole.rindex(b"\xff\xc4", 0, second)
    end = whole.index(b"\xff\xda", second + 1)
    after = whole.rfind(b"\xff\xc4", second, end)
    scan = whole[tables : after if after > 0 else end]
    return whole[:tables] + scan * scans + whole[tables:]
