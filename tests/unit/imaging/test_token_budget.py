"""Resizing of pictures to a budget of image tokens."""

from __future__ import annotations

import random

import pytest
from PIL import Image

from edge_assistant.imaging.token_budget import fit, image_tokens, plan, smallest_readable_px


def speckled(width: int, height: int) -> Image.Image:
    return Image.frombytes("RGB", (width, height), random.Random(1).randbytes(3 * width * height))


def test_a_full_hd_screen_fills_the_glance_budget() -> None:
    sent = fit(speckled(1920, 1080), max_tokens=256)
    assert sent.size == (672, 384)
    assert image_tokens(*sent.size) == 252


@pytest.mark.parametrize("size", [(256, 160), (672, 384), (32, 256), (320, 192)])
def test_a_picture_of_whole_cells_is_sent_bit_for_bit(size: tuple[int, int]) -> None:
    picture = speckled(*size)
    sent = fit(picture, max_tokens=256)
    assert sent.size == size
    assert sent.tobytes() == picture.tobytes()


@pytest.mark.parametrize(
    ("size", "sent_size"), [((300, 180), (320, 192)), ((257, 161), (288, 192)), ((250, 33), (256, 64))]
)
def test_a_small_picture_keeps_its_pixels_and_repeats_its_edges(
    size: tuple[int, int], sent_size: tuple[int, int]
) -> None:
    picture = speckled(*size)
    sent = fit(picture, max_tokens=256)
    assert sent.size == sent_size
    assert sent.crop((0, 0, *size)).tobytes() == picture.tobytes()
    for x in range(sent_size[0]):
        for y in (size[1] - 1, sent_size[1] - 1):
            assert sent.getpixel((x, y)) == picture.getpixel((min(x, size[0] - 1), size[1] - 1))
    assert sent.getpixel((sent_size[0] - 1, 5)) == picture.getpixel((size[0] - 1, 5))


@pytest.mark.parametrize(
    ("size", "max_tokens", "content", "sent"),
    [
        ((1080, 1920), 256, (384, 672), (384, 672)),
        ((1024, 768), 256, (576, 448), (576, 448)),
        ((1000, 1000), 256, (512, 512), (512, 512)),
        ((3840, 1080), 256, (928, 256), (928, 256)),
        ((1920, 1080), 1024, (1344, 768), (1344, 768)),
        ((1, 10000), 256, (1, 8192), (32, 8192)),
        ((30000, 20), 256, (8192, 5), (8192, 32)),
        ((1000, 790), 799, (992, 790), (992, 800)),
        ((257, 257), 64, (256, 256), (256, 256)),
        ((1, 1), 256, (96, 96), (96, 96)),
        ((200, 20), 256, (320, 32), (320, 32)),
    ],
)
def test_each_shape_gets_the_grid_that_suits_it(
    size: tuple[int, int], max_tokens: int, content: tuple[int, int], sent: tuple[int, int]
) -> None:
    planned = plan(size, max_tokens=max_tokens)
    assert (planned.content, planned.sent) == (content, sent)


def test_a_very_long_picture_can_be_sent() -> None:
    assert fit(Image.new("RGB", (30000, 20)), max_tokens=256).size == (8192, 32)
    assert fit(Image.new("RGB", (1, 10000)), max_tokens=256).size == (32, 8192)


def test_any_size_keeps_to_floor_and_ceiling_and_only_the_floor_enlarges() -> None:
    rng = random.Random(0)
    for _ in range(400):
        size = int(10 ** rng.uniform(0, 4.3)), int(10 ** rng.uniform(0, 4.3))
        ceiling = rng.choice((16, 64, 192, 256, 640, 2048))
        floor = rng.choice((1, 8, ceiling // 4))
        planned = plan(size, max_tokens=ceiling, min_tokens=floor)
        cells = -(-size[0] // 32) * -(-size[1] // 32)
        assert floor <= planned.tokens <= ceiling, (size, ceiling, floor, planned)
        assert planned.content[0] <= planned.sent[0], (size, planned)
        assert planned.content[1] <= planned.sent[1], (size, planned)
        if cells >= floor:
            assert planned.content[0] <= size[0], (size, planned)
            assert planned.content[1] <= size[1], (size, planned)
        if floor <= cells <= ceiling:
            assert planned.content == size


def test_proportions_stay_within_a_tenth() -> None:
    rng = random.Random(2)
    for _ in range(500):
        size = rng.randint(200, 6000), rng.randint(200, 6000)
        content = plan(size, max_tokens=256).content
        across, down = content[0] / size[0], content[1] / size[1]
        assert max(across / down, down / across) < 1.13, (size, content)


def test_a_shrunk_picture_still_shows_the_same_thing() -> None:
    picture = Image.new("RGB", (1600, 900), (255, 0, 0))
    picture.paste((0, 0, 255), (800, 0, 1600, 900))
    sent = fit(picture, max_tokens=64)
    assert sent.getpixel((10, 10)) == (255, 0, 0)
    assert sent.getpixel((sent.width - 10, 10)) == (0, 0, 255)


@pytest.mark.parametrize(
    ("original", "sent", "pixels"),
    [
        ((1920, 1080), (672, 384), 29),
        ((300, 180), (320, 192), 10),
        ((256, 160), (256, 160), 10),
        ((1000, 1000), (512, 512), 20),
    ],
)
def test_text_is_readable_from_ten_sent_pixels(original: tuple[int, int], sent: tuple[int, int], pixels: int) -> None:
    assert smallest_readable_px(original, sent) == pixels


@pytest.mark.parametrize("size", [(0, 32), (33, 32), (32, -32)])
def test_tokens_of_broken_cells_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="cells"):
        image_tokens(*size)


@pytest.mark.parametrize(("ceiling", "floor"), [(7, 8), (0, 0), (8, 0)])
def test_impossible_budgets_are_refused(ceiling: int, floor: int) -> None:
    with pytest.raises(ValueError, match="tokens"):
        fit(Image.new("RGB", (64, 64)), max_tokens=ceiling, min_tokens=floor)


def test_only_rgb_is_sent() -> None:
    with pytest.raises(ValueError, match="RGB"):
        fit(Image.new("L", (64, 64)), max_tokens=256)
