"""What every kind of picture file becomes, and what is said of broken ones."""

from __future__ import annotations

import errno
import io
import os
import random
import struct
import sys
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageDraw

from edge_assistant.capture import decode as picture
from edge_assistant.capture.decode import CapturedPicture, decode
from edge_assistant.system.errors import DoesNotFitError, InputError

RED, GREEN, BLUE, WHITE, BLACK = (220, 40, 40), (40, 170, 60), (40, 90, 220), (255, 255, 255), (0, 0, 0)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


def read(data: bytes) -> CapturedPicture:
    captured = decode(io.BytesIO(data), "shot")
    assert captured.image.mode == "RGB"
    return captured


def scene(size: tuple[int, int] = (96, 64)) -> Image.Image:
    """Red in the top left quarter, green in the top right, blue below."""
    image = Image.new("RGB", size, BLUE)
    image.paste(RED, (0, 0, size[0] // 2, size[1] // 2))
    image.paste(GREEN, (size[0] // 2, 0, size[0], size[1] // 2))
    return image


def near(image: Image.Image, at: tuple[int, int], colour: tuple[int, int, int], slack: int = 12) -> bool:
    pixel = image.getpixel(at)
    assert isinstance(pixel, tuple)
    return all(abs(a - b) <= slack for a, b in zip(pixel, colour, strict=True))


def shows_scene(image: Image.Image, slack: int = 12) -> bool:
    w, h = image.size
    return (
        near(image, (w // 4, h // 4), RED, slack)
        and near(image, (3 * w // 4, h // 4), GREEN, slack)
        and near(image, (w // 2, 3 * h // 4), BLUE, slack)
    )


def test_a_picture_that_the_system_lets_nobody_read_now_is_not_called_damaged() -> None:
    class Short(io.BytesIO):
        def read(self, _: int | None = -1) -> bytes:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with pytest.raises(DoesNotFitError, match=r"files open|open files"):
        decode(Short(b"x"), "shot")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "ICO", "PPM", "JPEG2000", "MPO"])
def test_common_formats_are_read(kind: str) -> None:
    captured = read(encoded(scene(), kind))
    assert shows_scene(captured.image, slack=25)
    assert captured.notices == ()


@pytest.mark.parametrize(
    ("image", "kind", "options"),
    [
        pytest.param(scene().convert("CMYK"), "JPEG", {}, id="CMYK JPEG"),
        pytest.param(scene().convert("CMYK"), "TIFF", {}, id="CMYK TIFF"),
        pytest.param(scene().convert("YCbCr"), "TIFF", {"compression": "jpeg"}, id="YCbCr"),
        pytest.param(scene().quantize(8), "PNG", {}, id="palette"),
        pytest.param(scene().convert("RGBA"), "WEBP", {}, id="RGBA"),
    ],
)
def test_other_colour_modes_keep_their_colours(image: Image.Image, kind: str, options: dict[str, Any]) -> None:
    assert shows_scene(read(encoded(image, kind, **options)).image, 25)


def test_hsv_and_lab_keep_their_colours() -> None:
    lab = ImageCms.profileToProfile(
        scene(), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    assert lab is not None
    assert shows_scene(read(encoded(lab, "TIFF")).image)
    assert shows_scene(picture.to_rgb(scene().convert("HSV")))
    assert shows_scene(picture.to_rgb(scene().convert("YCbCr")))


@pytest.mark.parametrize(("kind", "is_photo"), [("JPEG", True), ("PNG", False), ("BMP", False)])
def test_what_a_camera_writes_is_taken_for_a_photograph(kind: str, is_photo: bool) -> None:
    assert read(encoded(scene(), kind)).is_photo == is_photo


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PNG", "WEBP"])
def test_every_exif_orientation_is_turned_upright(orientation: int, kind: str) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = scene().transpose(undo[orientation]) if orientation > 1 else scene()
    exif = Image.Exif()
    exif[0x0112] = orientation
    captured = read(encoded(stored, kind, exif=exif))
    assert captured.image.size == (96, 64)
    assert shows_scene(captured.image, slack=25)


def test_nonsense_orientation_is_ignored() -> None:
    exif = Image.Exif()
    exif[0x0112] = 77
    assert shows_scene(read(encoded(scene(), "JPEG", exif=exif)).image, slack=25)
    assert shows_scene(read(encoded(scene(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")).image, slack=25)


def test_one_bit_pictures_are_black_and_white() -> None:
    image = Image.new("1", (16, 8), 1)
    image.paste(0, (0, 0, 8, 8))
    shown = read(encoded(image, "PNG")).image
    assert shown.getpixel((2, 2)) == BLACK
    assert shown.getpixel((12, 2)) == WHITE


def ramp(mode: str, order: str, kind: str, top: float) -> Image.Image:
    return Image.frombytes(
        mode, (256, 1), struct.pack(f"{order}256{kind}", *(type(top)(k * top / 255) for k in range(256)))
    )


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(ramp("I;16", "<", "H", 65535), id="16 bit"),
        pytest.param(ramp("I;16B", ">", "H", 65535), id="16 bit, big-endian"),
        pytest.param(ramp("I", "=", "i", 65535), id="32 bit, 16 used"),
        pytest.param(ramp("I", "=", "i", 2_000_000_000), id="32 bit"),
        pytest.param(ramp("I", "=", "i", 255), id="32 bit, 8 used"),
        pytest.param(ramp("F", "=", "f", 1.0), id="float to one"),
        pytest.param(ramp("F", "=", "f", 255.0), id="float to 255"),
        pytest.param(ramp("F", "=", "f", 9e9), id="float"),
    ],
)
def test_deep_grey_is_scaled_and_not_clipped(image: Image.Image) -> None:
    shown = picture.to_rgb(image)
    assert all(near(shown, (k, 0), (k, k, k), 1) for k in range(256))


def test_deep_grey_files_are_read() -> None:
    wide = ramp("I;16", "<", "H", 65535).resize((256, 2))
    for data in (encoded(wide, "PNG"), encoded(wide, "TIFF")):
        assert near(read(data).image, (128, 0), (128, 128, 128), 1)


def test_a_dark_16_bit_picture_stays_dark() -> None:
    assert picture.to_rgb(ramp("I;16", "<", "H", 900)).getextrema() == ((0, 4),) * 3


def test_grey_without_a_finite_range_is_damaged() -> None:
    with pytest.raises(InputError, match="damaged"):
        read(encoded(Image.new("F", (4, 4), float("inf")), "TIFF"))


def test_16_bit_colour_keeps_its_colours() -> None:
    row = b"\0" + struct.pack(">3H", *(257 * level for level in RED)) * 8
    body = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 4, 16, 2, 0, 0, 0)) + png_chunk(
        b"IDAT", zlib.compress(row * 4)
    )
    assert near(read(b"\x89PNG\r\n\x1a\n" + body + png_chunk(b"IEND", b"")).image, (3, 2), RED, 1)


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.mark.parametrize(
    ("mode", "ink", "expected"),
    [
        ("RGBA", (0, 0, 0, 255), (BLACK, WHITE)),
        ("RGBA", (255, 255, 255, 255), (WHITE, (24, 24, 24))),
        ("RGBA", (200, 30, 40, 255), ((200, 30, 40), WHITE)),
        ("LA", (255, 255), (WHITE, (24, 24, 24))),
        ("LA", (0, 255), (BLACK, WHITE)),
    ],
)
def test_transparent_pictures_get_a_background_that_shows_them(
    mode: str, ink: tuple[int, ...], expected: tuple[tuple[int, int, int], tuple[int, int, int]]
) -> None:
    image = Image.new(mode, (20, 20), 0)
    image.paste(ink, (5, 5, 15, 15))
    shown = read(encoded(image, "PNG")).image
    assert (shown.getpixel((10, 10)), shown.getpixel((1, 1))) == expected


def test_a_transparent_palette_colour_shows_the_background() -> None:
    image = Image.new("P", (20, 20), 0)
    image.putpalette([10, 20, 30, 255, 255, 255])
    image.paste(1, (5, 5, 15, 15))
    shown = read(encoded(image, "PNG", transparency=0)).image
    assert (shown.getpixel((10, 10)), shown.getpixel((1, 1))) == (WHITE, (24, 24, 24))


def test_invisible_pixels_do_not_count() -> None:
    image = Image.new("RGBA", (20, 20), (255, 255, 255, 0))
    assert read(encoded(image, "PNG")).image.getextrema() == ((255, 255),) * 3


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_an_animation_shows_its_first_frame_and_says_so(kind: str) -> None:
    frames = [scene(), Image.new("RGB", (96, 64), BLACK)]
    captured = read(encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=50))
    assert shows_scene(captured.image, slack=25)
    assert captured.notices == (("animated", "The picture is animated. This is its first frame."),)


def test_an_animation_that_starts_blank_shows_the_first_frame_with_contents() -> None:
    frames = [Image.new("RGB", (96, 64), c) for c in (BLACK, WHITE)] + [scene()]
    captured = read(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50))
    assert shows_scene(captured.image, slack=25)
    assert captured.notices[0][1] == "The picture is animated. This is frame 3, the first that shows something."


def test_a_blank_animation_shows_its_first_frame() -> None:
    frames = [Image.new("RGB", (96, 64), c) for c in (BLACK, WHITE)]
    captured = read(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50))
    assert captured.image.getpixel((1, 1)) == BLACK
    assert "first frame" in captured.notices[0][1]


def test_only_the_first_page_is_read_and_the_others_are_mentioned() -> None:
    captured = read(encoded(scene(), "TIFF", save_all=True, append_images=[Image.new("RGB", (96, 64))]))
    assert shows_scene(captured.image)
    assert captured.notices == (("pages", "The file has several pages. This is the first."),)


def test_the_second_picture_of_a_camera_file_is_not_an_animation() -> None:
    captured = read(encoded(scene(), "MPO", save_all=True, append_images=[Image.new("RGB", (96, 64))]))
    assert shows_scene(captured.image, slack=25)
    assert captured.notices == ()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "JPEG2000", "AVIF"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_truncated_files_are_told(kind: str, share: float, capfd: pytest.CaptureFixture[str]) -> None:
    image = Image.effect_noise((80, 60), 90).convert("RGB")
    data = encoded(image, kind)
    with pytest.raises(InputError) as error:
        read(data[: int(len(data) * share)])
    assert str(error.value) in (
        "shot is not a picture that can be read.",
        "shot is damaged or incomplete and cannot be read.",
    )
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ["JPEG2000", "PNG"])
def test_a_large_picture_whose_decoder_does_not_tell_why_it_failed_is_not_just_called_damaged(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(picture, "_HEAVY_PIXELS", 4000)
    data = encoded(Image.effect_noise((80, 60), 90).convert("RGB"), kind)
    with pytest.raises(InputError) as error:
        read(data[: len(data) * 3 // 4])
    either = "shot is damaged, or too large to open. Make it smaller, or save it as a PNG."
    assert str(error.value) == (either if kind != "PNG" else "shot is damaged or incomplete and cannot be read.")


def test_the_tiff_library_does_not_write_to_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    data = bytearray(encoded(Image.effect_noise((80, 60), 90), "TIFF", compression="tiff_lzw"))
    data[8:200] = b"\xff" * 192
    with pytest.raises(InputError, match="damaged"):
        read(bytes(data))
    print("still here", file=sys.stderr, flush=True)
    assert capfd.readouterr().err == "still here\n"


def bomb_header() -> bytes:
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", 10_001, 10_000, 8, 2, 0, 0, 0))


@pytest.mark.parametrize("data", [bomb_header(), b"P6 60000 60000 255\n", b"P6 9999 11000 255\n"])
def test_too_many_pixels_are_refused_before_decoding(data: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(InputError) as error:
        read(data + png_chunk(b"IDAT", zlib.compress(b"\0" * 100_000)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert str(error.value) == "shot is too large: more than 100 megapixels."
    assert peak < 50_000_000


def test_a_huge_jpeg_is_decoded_smaller() -> None:
    captured = read(encoded(Image.new("L", (12_000, 9_000), 90), "JPEG"))
    assert captured.image.size == (6_000, 4_500)
    assert near(captured.image, (100, 4_400), (90, 90, 90), 2)


def test_a_jpeg_beyond_all_telephones_is_refused_before_decoding() -> None:
    data = bytearray(encoded(Image.new("L", (16, 16)), "JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", 20_001, 20_001)
    with pytest.raises(InputError, match="shot is too large: more than 400 megapixels"):
        read(bytes(data))


def test_a_telephones_heic_is_upright_and_a_photograph(repository: Path) -> None:
    data = (repository / "tests/data/turned.heic").read_bytes()
    captured = read(data)
    assert captured.image.size == (96, 64)
    assert shows_scene(captured.image, slack=25)
    assert captured.is_photo


def test_an_opaque_picture_is_not_laid_over_anything() -> None:
    opaque = scene().convert("RGBA")
    assert picture.to_rgb(opaque).tobytes() == scene().tobytes()


@pytest.mark.parametrize(
    "data",
    [
        b"GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\0\0\0\0\0\x02\x02D\x01\0;",
        b"P6 0 0 255\n",
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", 0, 5, 8, 2, 0, 0, 0)),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"\n" + b"plain text " * 30,
        bytes(500),
    ],
)
def test_what_has_no_pixels_or_is_no_picture_is_an_input_error(data: bytes) -> None:
    with pytest.raises(InputError, match="shot"):
        read(data)


@pytest.mark.parametrize(
    "odd", [SyntaxError, struct.error, ValueError, OverflowError, IndexError, zlib.error, RuntimeError]
)
def test_whatever_a_decoder_raises_becomes_a_sentence(odd: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Image.Image) -> None:
        raise odd("at 0x123")

    data = encoded(scene(), "PNG")
    monkeypatch.setattr(picture, "to_rgb", fail)
    with pytest.raises(InputError, match="shot is damaged"):
        read(data)


def damaged(data: bytes, seed: int) -> bytes:
    """A few wrong bytes near the start, always the same for a seed."""
    rng, out = random.Random(seed), bytearray(data)
    for _ in range(rng.randint(1, 6)):
        out[rng.randrange(min(len(out), 400))] = rng.randrange(256)
    return bytes(out)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "ICO", "PPM", "AVIF"])
def test_random_damage_never_escapes_as_another_error(kind: str) -> None:
    small = scene((48, 32))
    ImageDraw.Draw(small).text((2, 2), "hello", fill=WHITE)
    data, told = encoded(small, kind), 0
    for seed in range(40):
        try:
            read(damaged(data, seed))
        except InputError:
            told += 1
    assert told > 0
