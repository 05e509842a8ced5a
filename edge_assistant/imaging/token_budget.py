"""How large a picture is sent to the model: image tokens are 32x32 pixel cells, and each costs seconds."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image

CELL = 32
"""Side of one image token in sent pixels: Qwen3-VL's patch of 16 times its 2x2 patch merger."""

READABLE_PX = 10
"""Font height in sent pixels below which small text is not to be trusted.

At 10 px the small letters are about 5 px high, which is the least that still tells e from c and a from o. It is a rule
of thumb from screen fonts, not a measurement of any particular weights.
"""

_STRETCH = 1.1
"""Up to this ratio between the two axes' scales a picture may fill its cells; beyond it, it is padded instead."""


@dataclass(frozen=True, slots=True)
class ResizePlan:
    """How a picture becomes cells: it is resampled to `content`, then padded right and below to `sent` (pixels)."""

    content: tuple[int, int]
    sent: tuple[int, int]

    @property
    def tokens(self) -> int:
        """Image tokens of the sent picture."""
        return image_tokens(*self.sent)


def image_tokens(width: int, height: int) -> int:
    """Image tokens of a sent picture, whose sides are positive multiples of 32 (else ValueError)."""
    if width <= 0 or height <= 0 or width % CELL or height % CELL:
        raise ValueError(f"{width} x {height} is not a whole number of {CELL} pixel cells")
    return (width // CELL) * (height // CELL)


def plan(size: tuple[int, int], *, max_tokens: int, min_tokens: int = 8) -> ResizePlan:
    """The sizes `fit` gives a picture of `size` (width and height in pixels).

    ValueError unless both sides are positive and 1 <= min_tokens <= max_tokens.
    """
    width, height = size
    if width < 1 or height < 1:
        raise ValueError(f"a picture of {width} x {height} pixels has no cells")
    if not 1 <= min_tokens <= max_tokens:
        raise ValueError(f"no number of tokens is at least {min_tokens} and at most {max_tokens}")
    across, down = _cells(width), _cells(height)
    if across * down > max_tokens:
        columns, rows = _shrunk(width, height, max_tokens, min_tokens)
        return _filled(size, columns, rows, enlarge=False)
    if across * down < min_tokens:
        columns, rows = _enlarged(width, height, max_tokens, min_tokens)
        return _filled(size, columns, rows, enlarge=True)
    return ResizePlan(size, (across * CELL, down * CELL))


def fit(image: Image.Image, *, max_tokens: int, min_tokens: int = 8) -> Image.Image:
    """The picture as it is sent: RGB, sides multiples of 32, between min_tokens and max_tokens image tokens.

    A picture that fits keeps every pixel; where its sides are not multiples of 32, its last column and row are
    repeated. A larger one is made smaller, filling the cells where that changes its proportions by less than a tenth.
    A picture is enlarged only to reach `min_tokens`. The picture must be RGB; ValueError as for `plan`.
    """
    if image.mode != "RGB":
        raise ValueError(f"fit wants an RGB picture, not {image.mode}")
    sizes = plan(image.size, max_tokens=max_tokens, min_tokens=min_tokens)
    if image.size != sizes.content:
        # The gap of 3 looks the same as none and keeps a 100 megapixel photo within a second.
        image = image.resize(sizes.content, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return image if image.size == sizes.sent else _padded(image, sizes.sent)


def smallest_readable_px(original_size: tuple[int, int], sent_size: tuple[int, int]) -> int:
    """The font height, in pixels of the original, that still arrives with READABLE_PX: smaller text cannot be read.

    Both sizes are width and height in pixels; `sent_size` is what `fit` made of `original_size`.
    """
    scales = [sent / original for original, sent in zip(original_size, sent_size, strict=True)]
    padded_only = all(0 <= s - o < CELL for o, s in zip(original_size, sent_size, strict=True))
    return READABLE_PX if padded_only else max(1, math.ceil(READABLE_PX / min(scales)))


def _cells(pixels: int) -> int:
    return -(-pixels // CELL)


def _shrunk(width: int, height: int, max_tokens: int, min_tokens: int) -> tuple[int, int]:
    """The columns and rows that keep most of the less sharp axis; of equals, the least distorted.

    Fewest distortions alone would send 16x9 cells of a 16:9 screen where 21x12 are allowed.
    """
    best = (0.0, 0.0, 1, 1)
    for columns in range(1, min(max_tokens, _cells(width)) + 1):
        across = columns * CELL / width
        wanted = math.ceil(across * height / CELL - 1e-9)
        rows = max(1, min(max_tokens // columns, wanted, _cells(height)))
        if columns * rows < min_tokens:
            rows = -(-min_tokens // columns)
        if columns * rows > max_tokens:
            continue
        down = rows * CELL / height
        best = max(best, (min(across, down, 1.0), -max(across / down, down / across), columns, rows))
    return best[2], best[3]


def _enlarged(width: int, height: int, max_tokens: int, min_tokens: int) -> tuple[int, int]:
    """The fewest columns and rows whose shape is near enough to the picture's; of equals, the nearest."""
    near, any_shape = [], []
    for columns in range(1, max_tokens + 1):
        for rows in range(-(-min_tokens // columns), max_tokens // columns + 1):
            across, down = columns / width, rows / height
            stretch = max(across / down, down / across)
            option = (max(stretch, _STRETCH), columns * rows, stretch, columns, rows)
            any_shape.append(option)
            if columns >= _cells(width) and rows >= _cells(height):
                near.append(option)
    return min(near or any_shape)[3:]


def _filled(size: tuple[int, int], columns: int, rows: int, *, enlarge: bool) -> ResizePlan:
    sent = columns * CELL, rows * CELL
    width, height = sent if enlarge else (min(sent[0], size[0]), min(sent[1], size[1]))
    across, down = width / size[0], height / size[1]
    if max(across / down, down / across) > _STRETCH:
        scale = min(across, down)
        width, height = (max(1, min(s, round(side * scale))) for side, s in zip(size, sent, strict=True))
    return ResizePlan((width, height), sent)


def _padded(image: Image.Image, sent: tuple[int, int]) -> Image.Image:
    """Repeats the last column and row: a plain border would be seen as part of the picture."""
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
