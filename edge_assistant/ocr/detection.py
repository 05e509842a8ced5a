"""Where lines of text are in a picture: the detector's map of probabilities, made into boxes."""

from __future__ import annotations

import itertools
import math
from concurrent.futures import Executor
from typing import cast

import numpy as np
from PIL import Image

from edge_assistant.ocr import components
from edge_assistant.ocr.components import Runs
from edge_assistant.ocr.runtime import Network
from edge_assistant.ocr.tall_areas import cut_rows
from edge_assistant.ocr.text_area import TextArea

_MAX_PIXELS = 1920 * 2133
"""Pixels of a picture that are looked at; larger ones are reduced."""
_MAX_PIXELS_LONG = 40_000_000
"""The same of a picture that is more than twice as long as it is wide, a page of the web say."""
_TILE_PIXELS = 1920 * 270
_TILE_WIDTH = 2560
_MARGIN = 32
"""Pixels that are looked at around a tile, so that a line at its edge is seen whole."""

# From the models' own inference.yml: PP-OCRv6's PreProcess and PostProcess.
_MEAN = np.array([0.485, 0.456, 0.406], np.float32).reshape(3, 1, 1) * 255
_STD = np.array([0.229, 0.224, 0.225], np.float32).reshape(3, 1, 1) * 255
_MAP_THRESHOLD = 0.2
_BOX_THRESHOLD = 0.4
_UNCLIP_RATIO = 1.4
_MAX_AREAS = 3000
_SMALL_SIDE = 320
"""Pixels of the longer side of a picture without text when it is looked at again: it may have letters that are huge."""
_FLAT = 12
"""Where each colour differs by less than this, of 255, there is no letter."""
_MIN_SIDE = 3
_STRIDE = 32
"""Both sides of what the network takes are multiples of this."""


def detect(network: Network, image: Image.Image, pool: Executor, *, finds_angles: bool = False) -> list[TextArea]:
    """Return where an RGB picture's lines of text are, in no particular order; inclined ones as such if wanted.

    The picture is looked at in tiles, several at a time in `pool`, which takes a quarter of the memory.
    """
    scale = _scale(*image.size)
    areas = _detect(network, image, pool, scale, finds_angles=finds_angles)
    small = min(scale, _SMALL_SIDE / max(image.size))
    return areas or _detect(network, image, pool, small, finds_angles=finds_angles)


def _is_flat(image: Image.Image) -> bool:
    """Return whether nothing can be written there: a surface of one colour, which may look like a huge letter."""
    extremes = cast(tuple[tuple[int, int], ...], image.getextrema())
    return all(brightest - darkest < _FLAT for darkest, brightest in extremes)


def _detect(
    network: Network, image: Image.Image, pool: Executor, scale: float, *, finds_angles: bool
) -> list[TextArea]:
    size = tuple(max(1, round(side * scale)) for side in image.size)
    columns = _cut(size[0], _TILE_WIDTH)
    tiles = [(column, row) for row in _cut(size[1], _TILE_PIXELS // (columns[0][1])) for column in columns]
    runs = components.join(list(pool.map(lambda tile: _look_at(network, image, size, *tile), tiles)))
    across, down = image.width / size[0], image.height / size[1]
    areas = []
    for found in components.find_components(runs, finds_angles=finds_angles):
        length, height = found.along[1] - found.along[0], found.below[1] - found.below[0]
        if found.score < _BOX_THRESHOLD or length < _MIN_SIDE or height < _MIN_SIDE:
            continue
        grow = _UNCLIP_RATIO * length * height / (2 * (length + height))
        start, top = found.along[0] - grow, found.below[0] - grow
        cosine, sine = math.cos(found.angle), math.sin(found.angle)
        area = TextArea(
            (start * cosine - top * sine) * across,
            (start * sine + top * cosine) * down,
            (length + 2 * grow) * across,
            (height + 2 * grow) * down,
            found.angle,
        )
        if not found.angle:
            area = TextArea.of_box(area.box(image.size))
        if _is_flat(image.crop(area.box(image.size))):
            continue
        areas += [area] if finds_angles else cut_rows(image, area)  # a photograph's lines may stand
    return areas[:_MAX_AREAS]


def _scale(width: int, height: int) -> float:
    """Return the scale, at most 1, at which a picture is looked at: long ones are as sharp as those of usual shape."""
    short, long = sorted((width, height))
    most = min(_MAX_PIXELS / (short * min(long, 2 * short)), _MAX_PIXELS_LONG / (short * long))
    return min(1.0, math.sqrt(most))


def _cut(length: int, piece: int) -> list[tuple[int, int]]:
    """Return the start and the end of each of several equal pieces, about `piece` long."""
    count = max(1, round(length / piece))
    return list(itertools.pairwise(round(length * number / count) for number in range(count + 1)))


def _look_at(
    network: Network, image: Image.Image, size: tuple[int, ...], column: tuple[int, int], row: tuple[int, int]
) -> Runs:
    """Return the runs of text in a tile of the picture, which is reduced to `size`."""
    left, right = max(0, column[0] - _MARGIN), min(size[0], column[1] + _MARGIN)
    top, bottom = max(0, row[0] - _MARGIN), min(size[1], row[1] + _MARGIN)
    across, down = image.width / size[0], image.height / size[1]
    box = (left * across, top * down, right * across, bottom * down)
    part = image.resize((right - left, bottom - top), Image.Resampling.BILINEAR, box=box)
    batch = np.zeros((1, 3, _up(part.height), _up(part.width)), np.float32)
    pixels = batch[0, :, : part.height, : part.width]
    pixels[:] = np.asarray(part).transpose(2, 0, 1)[::-1]  # the networks were trained on blue, green, red
    pixels -= _MEAN
    pixels /= _STD
    probability = network.run(batch)[0, 0, row[0] - top : row[1] - top, column[0] - left : column[1] - left]
    return components.find_runs(probability, _MAP_THRESHOLD, column[0], row[0])


def _up(side: int) -> int:
    return -side // _STRIDE * -_STRIDE
