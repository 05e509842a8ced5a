"""What a part gives: its figures by name, each with one value a repetition, or why there are none."""

from __future__ import annotations

import time

from PIL import Image

from benchmarking.product import HEARING_S, QUESTION, Product
from edge_assistant.assistant.events import DoneEvent

Figures = dict[str, list[float]]


class NotMeasured(Exception):
    """What stands in the way, as a sentence."""


def add(figures: Figures, name: str, *values: float) -> None:
    """One more repetition of a figure."""
    figures.setdefault(name, []).extend(values)


def add_answer(figures: Figures, prefix: str, done: DoneEvent) -> None:
    """One more repetition of what an answer took to its first token."""
    times = done.timings_s
    add(figures, f"{prefix}first_token", times.first_token or 0.0)
    add(figures, f"{prefix}encode", times.encode or 0.0)
    add(figures, f"{prefix}prefill", times.prefill or 0.0)
    if done.image:
        add(figures, f"{prefix}image_tokens", float(done.image["tokens"]))


def add_screen(figures: Figures, product: Product, image: Image.Image) -> DoneEvent:
    """What a new picture takes, whose answer is returned, a follow-up, and the same screen in a new conversation."""
    product.look_at(image)
    done = product.ask()
    add_answer(figures, "", done)
    time.sleep(HEARING_S)
    add_answer(figures, "follow_up.", product.ask(QUESTION))
    product.look_at(image)
    add_answer(figures, "same_screen.", product.ask(QUESTION))
    return done
