"""Pictures of all kinds, with bytes flipped, cut out, cut off, doubled and put in: a picture or one sentence each."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from edge_assistant.capture.decoder import PictureDecoder
from edge_assistant.system.errors import AssistantError, DoesNotFitError, InputError

SENTENCES = ("not-a-picture", "damaged", "empty", "too-large", "too-slow", "entities", "document", "does-not-fit")
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "ICO", "PPM", "JPEG2000", "AVIF", "MPO", "ICNS", "QOI")

DRAWING = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">
<g id="a"><path d="M0 0L9 9"/></g><use href="#a"/></svg>"""


def corpus() -> Iterator[bytes]:
    noise = Image.effect_noise((48, 32), 90).convert("RGB")
    for kind in FORMATS:
        data = io.BytesIO()
        (noise.resize((64, 64)) if kind == "ICNS" else noise).save(data, kind)
        yield data.getvalue()
    for kind, options in (("JPEG", {"progressive": True}), ("TIFF", {"compression": "tiff_lzw"}), ("GIF", {})):
        data, frames = io.BytesIO(), [noise.transpose(Image.Transpose.ROTATE_180)] if kind != "JPEG" else []
        noise.save(data, kind, **options, **({"save_all": True, "append_images": frames} if frames else {}))
        yield data.getvalue()
    yield DRAWING
    yield gzip.compress(DRAWING, mtime=0)
    yield (Path(__file__).parents[2] / "data/turned.heic").read_bytes()


CORPUS = tuple(corpus())
CHANGES = ("flip", "head", "cut", "end", "double", "insert")


def flip(data: bytes, at: int, mask: int) -> bytes:
    return data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :] if at < len(data) else data


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    data = draw(st.sampled_from(CORPUS))
    for how in draw(st.lists(st.sampled_from(CHANGES), min_size=1, max_size=4)):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        to = draw(st.integers(at, min(len(data), at + 200)))
        if how == "flip":
            data = flip(data, at, draw(st.integers(1, 255)))
        elif how == "head":  # where the sizes are
            data = flip(data, draw(st.integers(0, 60)), draw(st.integers(1, 255)))
        elif how == "cut":
            data = data[:at] + data[to:]
        elif how == "end":
            data = data[:at]
        elif how == "double":
            data = data[:to] + data[at:]
        else:
            data = data[:at] + draw(st.binary(min_size=1, max_size=40)) + data[at:]
    return data


@pytest.fixture(scope="module")
def decoder() -> Iterator[PictureDecoder]:
    made = PictureDecoder()
    yield made
    made.close()


def read(decoder: PictureDecoder, data: bytes) -> bool:
    """Whether the data became a picture; fails unless it became one sentence then."""
    try:
        captured = decoder.decode(data, "shot")
    except AssistantError as error:
        failure = error
    else:
        assert captured.image.mode == "RGB"
        assert all(captured.image.size)
        return True
    assert isinstance(failure, InputError | DoesNotFitError)
    assert failure.code in SENTENCES
    assert str(failure).startswith("shot ")
    assert "\n" not in str(failure)
    return False


def test_the_whole_corpus_is_read(decoder: PictureDecoder) -> None:
    assert all(read(decoder, data) for data in CORPUS)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=damaged())
@example(data=b"")
@example(data=b"\x00")
@example(data=b"RIFF\0\0\0\0WEBPVP8X")
def test_every_damaged_picture_ends_in_a_picture_or_one_sentence(decoder: PictureDecoder, data: bytes) -> None:
    read(decoder, data)
