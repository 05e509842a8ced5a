"""When a camera's exposure counts as settled."""

from __future__ import annotations

import pytest

from edge_assistant.capture.exposure import ExposureDetector


def settled_at(brightnesses: list[float]) -> int | None:
    settling = ExposureDetector()
    return next((at for at, brightness in enumerate(brightnesses) if settling.feed(brightness)), None)


@pytest.mark.parametrize(
    ("brightnesses", "place"),
    [
        ([100.0] * 10, 3),
        ([0.0, 40.0, 80.0, 100.0, 101.0, 102.0, 101.0, 101.0], 6),
        ([100.0, 101.0, 99.5, 101.5, 99.0], 3),
        ([float(level) for level in range(0, 250, 2)], None),
        ([50.0, 200.0] * 20, None),
        ([100.0, 100.0, 100.0], None),
    ],
)
def test_four_pictures_of_the_same_brightness_are_steady_and_nothing_less(
    brightnesses: list[float], place: int | None
) -> None:
    assert settled_at(brightnesses) == place
