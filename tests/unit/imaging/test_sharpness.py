"""Sharp and blurred pictures are distinguished as far as a rule of thumb can."""

from __future__ import annotations

import random

import pytest
from PIL import Image, ImageDraw, ImageFilter

from edge_assistant.imaging.sharpness import BLURRED_BELOW, is_blurred, sharpness


def room(size: tuple[int, int] = (1280, 720)) -> Image.Image:
    """Drawn furniture before a wall: large plain areas and a few clear edges, as before a camera."""
    image = Image.new("RGB", size, (180, 170, 150))
    draw = ImageDraw.Draw(image)
    width, height = size
    draw.rectangle((width * 0.1, height * 0.4, width * 0.5, height), fill=(90, 60, 40))
    draw.ellipse((width * 0.6, height * 0.5, width * 0.75, height * 0.8), fill=(230, 230, 235))
    draw.text((width * 0.15, height * 0.5), "Tea and biscuits", fill=(250, 250, 240), font_size=height / 20)
    return image


def with_noise(image: Image.Image, deviation: int) -> Image.Image:
    chance = random.Random(1)
    tile = Image.frombytes("L", (256, 256), bytes(int(chance.gauss(128, deviation)) for _ in range(65536)))
    noise = Image.new("L", image.size)
    for left in range(0, image.width, 256):
        for top in range(0, image.height, 256):
            noise.paste(tile, (left, top))
    return Image.blend(image, Image.merge("RGB", [noise] * 3), 0.5).point([min(255, 2 * v) for v in range(256)] * 3)


@pytest.mark.parametrize("size", [(640, 480), (1280, 720), (1920, 1080)])
def test_a_sharp_room_is_sharp_and_the_same_room_out_of_focus_is_blurred(size: tuple[int, int]) -> None:
    sharp = room(size)
    assert not is_blurred(sharp)
    assert is_blurred(sharp.filter(ImageFilter.GaussianBlur(size[0] / 100)))


def test_motion_in_one_direction_is_blur_too() -> None:
    moved = room().filter(ImageFilter.BoxBlur((30, 8)))
    assert is_blurred(moved)


def test_one_sharp_thing_before_a_bare_wall_is_enough() -> None:
    image = Image.new("RGB", (1280, 720), (200, 200, 200))
    ImageDraw.Draw(image).text((1000, 600), "Exit", fill=(0, 0, 0), font_size=60)
    assert not is_blurred(image)


def test_the_noise_of_a_sensor_does_not_make_a_blurred_picture_sharp() -> None:
    assert is_blurred(with_noise(room().filter(ImageFilter.GaussianBlur(15)), 4))


@pytest.mark.parametrize("size", [(1, 1), (11, 500), (12, 12)])
def test_odd_sizes_are_measured_and_one_colour_has_no_edges(size: tuple[int, int]) -> None:
    assert sharpness(Image.new("RGB", size, (9, 9, 9))) == 0.0 < BLURRED_BELOW
