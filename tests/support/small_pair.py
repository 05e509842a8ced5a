"""A random pair that is quick to write and to run, for the tests of what is made with the full one."""

from __future__ import annotations

from benchmarking.random_model import Shape

SMALL = Shape(
    layers=8,
    width=256,
    feed_forward=512,
    heads=2,
    kv_heads=1,
    vocabulary=2048,
    first_special=1800,
    vision_layers=3,
    vision_width=64,
    vision_feed_forward=128,
    vision_heads=2,
    deepstack=(0, 1, 2),
)
"""The shape of such a pair, for `benchmarking.random_model.write_pair`."""
