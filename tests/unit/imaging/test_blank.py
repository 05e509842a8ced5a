"""Detection of blank pictures."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import numpy as np
import pytest
from demo_training.scenes import FAMILIES, make_scene
from PIL import Image, ImageDraw, ImageFont

from edge_assistant.imaging.blank import is_blank

HD = (1920, 1080)
Colour = tuple[int, int, int]
WHITE, BLACK, GREY, DIM = (255, 255, 255), (0, 0, 0), (128, 128, 128), (3, 3, 8)


def flat(colour: Colour, size: tuple[int, int] = HD) -> Image.Image:
    return Image.new("RGB", size, colour)


def noisy(image: Image.Image, deviation: float) -> Image.Image:
    values = np.asarray(image, dtype=np.float32)
    grain = np.random.default_rng(5).normal(0, deviation, values.shape)
    return Image.fromarray((values + grain).round().clip(0, 255).astype(np.uint8))


def blotchy(deviation: float, spot: int) -> Image.Image:
    grain = np.random.default_rng(6).normal(40, deviation * 1.5, (HD[1] // spot, HD[0] // spot, 3))
    return Image.fromarray(grain.clip(0, 255).astype(np.uint8)).resize(HD, Image.Resampling.BICUBIC)


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    data = io.BytesIO()
    image.save(data, "JPEG", quality=quality)
    return Image.open(data).convert("RGB")


def gradient(low: int, high: int, *, downwards: bool = True) -> Image.Image:
    levels = np.linspace(low, high, HD[1] if downwards else HD[0]).round().astype(np.uint8)
    plane = np.broadcast_to(levels[:, None] if downwards else levels[None, :], (HD[1], HD[0]))
    return Image.fromarray(np.stack([plane] * 3, axis=-1))


def hot_pixels() -> Image.Image:
    image, rng = flat((2, 2, 2)), np.random.default_rng(7)
    for x, y in zip(rng.integers(0, HD[0], 60), rng.integers(0, HD[1], 60), strict=True):
        image.putpixel((int(x), int(y)), (255, 200, 255))
    return image


def word(text: str, px: int, ink: Colour, paper: Colour, at: tuple[int, int] = (301, 402)) -> Image.Image:
    image = flat(paper)
    ImageDraw.Draw(image).text(at, text, fill=ink, font=ImageFont.load_default(px))
    return image


def boxed(paper: Colour, box: tuple[int, int, int, int], **style: Colour) -> Image.Image:
    image = flat(paper)
    ImageDraw.Draw(image).rectangle(box, **style)
    return image


def dot(diameter: int, at: int, colour: Colour) -> Image.Image:
    image = flat((250, 250, 250))
    ImageDraw.Draw(image).ellipse((at, at, at + diameter - 1, at + diameter - 1), fill=colour)
    return image


BLANK: dict[str, Callable[[], Image.Image]] = {
    **{f"one colour {c}": lambda c=c: flat(c) for c in (BLACK, WHITE, GREY, DIM)},
    **{f"tiny {s}": lambda s=s: flat(GREY, s) for s in ((1, 1), (1, 10000), (16, 16), (100, 60), (30000, 2))},
    **{
        f"noise {d} on {c}": lambda d=d, c=c: noisy(flat(c), d)
        for d, c in ((1, BLACK), (3, GREY), (8, BLACK), (20, GREY))
    },
    **{
        f"noise {d}, JPEG {q}, {s}": lambda d=d, q=q, s=s: jpeg(noisy(flat(DIM, s), d), q)
        for d in (2, 8, 20)
        for q in (50, 85)
        for s in ((640, 480), (256, 160))
    },
    **{f"blotches {d} of {s} px": lambda d=d, s=s: blotchy(d, s) for d in (1, 2) for s in (4, 8)},
    **{f"gradient of {n}": lambda n=n: gradient(100, 100 + n) for n in (3, 6, 12)},
    "gradient sideways": lambda: gradient(10, 20, downwards=False),
    "gradient, JPEG 40": lambda: jpeg(gradient(100, 110), 40),
    "gradient with noise": lambda: noisy(gradient(100, 110), 5),
    "hot pixels": hot_pixels,
    "hot pixels, noise, JPEG": lambda: jpeg(noisy(hot_pixels(), 3), 85),
}

VISIBLE: dict[str, Callable[[], Image.Image]] = {
    **{
        f"{t} of {px} px at {x}": lambda t=t, px=px, x=x: word(t, px, BLACK, WHITE, (x, x + 101))
        for t in ("OK", "No", "Hi")
        for px in (9, 14)
        for x in (300, 301, 302, 303)
    },
    "one letter": lambda: word("I", 14, BLACK, WHITE),
    "pale word": lambda: word("Empty", 14, (170, 170, 170), WHITE),
    "light word on dark": lambda: word("OK", 14, (160, 160, 160), (30, 30, 30)),
    "word in noise": lambda: noisy(word("Save", 14, BLACK, (245, 245, 245)), 8),
    "word in noise, JPEG 75": lambda: jpeg(noisy(word("Exit", 14, DIM, (235, 235, 235)), 6), 75),
    "title bar ten levels lighter": lambda: boxed((30, 30, 30), (0, 0, 1919, 31), fill=(40, 40, 40)),
    "the same with noise": lambda: noisy(boxed((30, 30, 30), (0, 0, 1919, 31), fill=(40, 40, 40)), 3),
    "title bar of a small window": lambda: boxed((10, 10, 10), (300, 200, 1400, 231), fill=(20, 20, 20)),
    "small panel ten levels lighter": lambda: boxed((30, 30, 30), (300, 200, 500, 350), fill=(40, 40, 40)),
    **{
        f"border of grey {c}": lambda c=c: boxed(WHITE, (201, 151, 1500, 900), outline=(c, c, c))
        for c in (0, 128, 200, 225, 240)
    },
    "border at the very edge": lambda: boxed(WHITE, (0, 0, 1919, 1079), outline=(225, 225, 225)),
    **{f"icon of {n} px": lambda n=n: dot(n, 503, (60, 120, 220)) for n in (8, 16, 24)},
    "pale icon": lambda: dot(16, 502, (215, 215, 215)),
    "text cursor": lambda: boxed(WHITE, (400, 400, 400, 418), fill=BLACK),
    "half black": lambda: boxed(WHITE, (0, 0, 959, 1079), fill=BLACK),
    "television static": lambda: noisy(flat(GREY, (640, 480)), 80),
    "strong gradient": lambda: gradient(80, 120),
    "word in a tiny picture": lambda: word("Hi", 12, BLACK, WHITE, (4, 4)).crop((0, 0, 40, 24)),
}


@pytest.mark.parametrize("make", BLANK.values(), ids=BLANK.keys())
def test_one_colour_or_almost_is_blank(make: Callable[[], Image.Image]) -> None:
    assert is_blank(make())


@pytest.mark.parametrize("make", VISIBLE.values(), ids=VISIBLE.keys())
def test_a_nearly_empty_window_is_not_blank(make: Callable[[], Image.Image]) -> None:
    assert not is_blank(make())


@pytest.mark.parametrize("family", FAMILIES)
def test_no_scene_is_blank_not_even_an_empty_window(family: str) -> None:
    assert not [seed for seed in range(15) if is_blank(make_scene(seed, family=family).image)]


def test_a_full_hd_screen_is_judged_at_once() -> None:
    # 10 ms on the developers' machine; a machine that is busy testing gets ten times that.
    image = word("OK", 14, BLACK, WHITE)
    spent = []
    for _ in range(5):
        start = time.perf_counter()
        is_blank(image)
        spent.append(time.perf_counter() - start)
    assert min(spent) < 0.1


def test_only_rgb_is_judged() -> None:
    with pytest.raises(ValueError, match="RGB"):
        is_blank(Image.new("L", (64, 64)))
