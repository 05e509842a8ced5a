"""Narrow columns, of single digits say, which the detector takes for one line from top to bottom: cut into rows."""

from __future__ import annotations

import numpy as np
from PIL import Image

from edge_assistant.ocr.page import Box
from edge_assistant.ocr.text_area import TextArea

_TALL = 2.0
"""How many times as high as wide an area must be to be cut."""
_FLAT = 40
"""Rows whose brightness differs by less than this, of 255, are without ink."""
_MIN_GAP, _MIN_ROWS = 2, 4
"""Pixels between two lines, and of one."""
_ROOM = 0.3
"""What is left above and below a line, as a part of its height, where there is so much."""


def cut_rows(image: Image.Image, area: TextArea) -> list[TextArea]:
    """Return the lines of an upright area that is tall, from the top; else the area itself."""
    if area.height < _TALL * area.width:
        return [area]
    box = area.box(image.size)
    ink = np.ptp(np.asarray(image.crop(box).convert("L")).astype(np.int16), axis=1) >= _FLAT
    edges = np.diff(np.concatenate([[False], ink, [False]]).astype(np.int8))
    bands: list[tuple[int, int]] = []
    for start, end in zip(np.nonzero(edges == 1)[0].tolist(), np.nonzero(edges == -1)[0].tolist(), strict=True):
        if bands and start - bands[-1][1] < _MIN_GAP:
            bands[-1] = (bands[-1][0], end)
        else:
            bands.append((start, end))
    bands = [band for band in bands if band[1] - band[0] >= _MIN_ROWS]
    if len(bands) < 2:
        return [area]
    tops = [0, *(band[1] for band in bands)]
    bottoms = [*(band[0] for band in bands[1:]), box.height]
    lines = []
    for (start, end), above, below in zip(bands, tops, bottoms, strict=False):
        room = round(_ROOM * (end - start))
        top, bottom = max(above, start - room), min(below, end + room)
        lines.append(TextArea.of_box(Box(box.left, box.top + top, box.right, box.top + bottom)))
    return lines
