"""Resizing of pictures to a budget of image tokens, which are cells of 32 x 32 pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image

CELL = 32
"""Side in pixels of a cell, which becomes one image token: Qwen3-VL's patch of 16 times its 2 x 2 patch merger."""

READABLE_PX = 10
"""Font height in sent pixels below which text cannot be read reliably.

At 10 px the lower-case letters are about 5 px high, the minimum that distinguishes e from c and a from o. It is a rule
of thumb from screen fonts, not a measurement of a particular model.
"""

_MAX_STRETCH = 1.1
"""Largest ratio of the two axes' scales at which a picture is stretched to fill its cells; beyond it is padded."""


@dataclass(frozen=True, slots=True)
class ResizePlan:
    """The sizes of a picture: it is resampled to `content`, then padded right and below to `sent` (pixels)."""

    content: tuple[int, int]
    sent: tuple[int, int]

    @property
    def tokens(self) -> int:
        """Image tokens of the sent picture."""
        return image_tokens(*self.sent)


def image_tokens(width: int, height: int) -> int:
    """Return the image tokens of a sent picture, whose sides are positive multiples of 32 (else ValueError)."""
    if width <= 0 or height <= 0 or width % CELL or height % CELL:
        raise ValueError(f"{width} x {height} is not a whole number of {CELL} pixel cells")
    return (width // CELL) * (height // CELL)


def plan(size: tuple[int, int], *, max_tokens: int, min_tokens: int = 8) -> ResizePlan:
    """Return the sizes that `fit` gives to a picture of `size` (width and height in pixels).

    Raises ValueError unless both sides are positive and 1 <= min_tokens <= max_tokens.
    """
    width, height = size
    if width < 1 or height < 1:
        raise ValueError(f"a picture of {width} x {height} pixels has no cells")
    if not 1 <= min_tokens <= max_tokens:
        raise ValueError(f"no number of tokens is at least {min_tokens} and at most {max_tokens}")
    columns_needed, rows_needed = _cell_count(width), _cell_count(height)
    if columns_needed * rows_needed > max_tokens:
        columns, rows = _shrink(width, height, max_tokens, min_tokens)
        return _fill(size, columns, rows, enlarge=False)
    if columns_needed * rows_needed < min_tokens:
        columns, rows = _enlarge(width, height, max_tokens, min_tokens)
        return _fill(size, columns, rows, enlarge=True)
    return ResizePlan(size, (columns_needed * CELL, rows_needed * CELL))


def fit(image: Image.Image, *, max_tokens: int, min_tokens: int = 8) -> Image.Image:
    """Resize and pad an RGB picture to sides that are multiples of 32 and to min_tokens to max_tokens image tokens.

    A picture that fits keeps every pixel; where its sides are not multiples of 32, its last column and row are
    repeated. A larger one is shrunk, and fills the cells where that changes its proportions by less than a tenth.
    A picture is enlarged only to reach `min_tokens`. Raises ValueError where it is not RGB, and as `plan`.
    """
    if image.mode != "RGB":
        raise ValueError(f"fit wants an RGB picture, not {image.mode}")
    resize_plan = plan(image.size, max_tokens=max_tokens, min_tokens=min_tokens)
    if image.size != resize_plan.content:
        # A reducing gap of 3 looks the same as none and keeps a 100 megapixel photo within a second.
        image = image.resize(resize_plan.content, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return image if image.size == resize_plan.sent else _pad(image, resize_plan.sent)


def smallest_readable_px(original_size: tuple[int, int], sent_size: tuple[int, int]) -> int:
    """Return the smallest readable font height in pixels of the original, which is READABLE_PX after resizing.

    Both sizes are width and height in pixels; `sent_size` is the result of `fit` for `original_size`.
    """
    scales = [sent / original for original, sent in zip(original_size, sent_size, strict=True)]
    padded_only = all(0 <= s - o < CELL for o, s in zip(original_size, sent_size, strict=True))
    return READABLE_PX if padded_only else max(1, math.ceil(READABLE_PX / min(scales)))


def _cell_count(pixels: int) -> int:
    return -(-pixels // CELL)


def _shrink(width: int, height: int, max_tokens: int, min_tokens: int) -> tuple[int, int]:
    """Return the columns and rows with the largest scale on the smaller-scaled axis; of equals, the least distorted.

    The least distortion alone would send a 16:9 screen as 16 x 9 cells where 21 x 12 are allowed.
    """
    best = (0.0, 0.0, 1, 1)
    for columns in range(1, min(max_tokens, _cell_count(width)) + 1):
        scale_x = columns * CELL / width
        full_rows = math.ceil(scale_x * height / CELL - 1e-9)
        rows = max(1, min(max_tokens // columns, full_rows, _cell_count(height)))
        if columns * rows < min_tokens:
            rows = -(-min_tokens // columns)
        if columns * rows > max_tokens:
            continue
        scale_y = rows * CELL / height
        best = max(best, (min(scale_x, scale_y, 1.0), -max(scale_x / scale_y, scale_y / scale_x), columns, rows))
    return best[2], best[3]


def _enlarge(width: int, height: int, max_tokens: int, min_tokens: int) -> tuple[int, int]:
    """Return the fewest columns and rows whose aspect ratio is near the picture's; of equals, the nearest."""
    near, any_shape = [], []
    for columns in range(1, max_tokens + 1):
        for rows in range(-(-min_tokens // columns), max_tokens // columns + 1):
            scale_x, scale_y = columns / width, rows / height
            stretch = max(scale_x / scale_y, scale_y / scale_x)
            option = (max(stretch, _MAX_STRETCH), columns * rows, stretch, columns, rows)
            any_shape.append(option)
            if columns >= _cell_count(width) and rows >= _cell_count(height):
                near.append(option)
    return min(near or any_shape)[3:]


def _fill(size: tuple[int, int], columns: int, rows: int, *, enlarge: bool) -> ResizePlan:
    sent = columns * CELL, rows * CELL
    width, height = sent if enlarge else (min(sent[0], size[0]), min(sent[1], size[1]))
    scale_x, scale_y = width / size[0], height / size[1]
    if max(scale_x / scale_y, scale_y / scale_x) > _MAX_STRETCH:
        scale = min(scale_x, scale_y)
        width, height = (max(1, min(s, round(side * scale))) for side, s in zip(size, sent, strict=True))
    return ResizePlan((width, height), sent)


def _pad(image: Image.Image, sent: tuple[int, int]) -> Image.Image:
    """Pad by repeating the last column and row: a plain border would look like a part of the picture."""
    width, height = image.size
    out = Image.new("RGB", sent)
    out.paste(image, (0, 0))
    if sent[0] > width:
        edge = image.crop((width - 1, 0, width, height))
        out.paste(edge.resize((sent[0] - width, height), Image.Resampling.NEAREST), (width, 0))
    if sent[1] > height:
        edge = out.crop((0, height - 1, sent[0], height))
        out.paste(edge.resize((sent[0], sent[1] - height), Image.Resampling.NEAREST), (0, height))
    return out
