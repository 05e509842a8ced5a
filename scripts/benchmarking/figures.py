"""What a part gives: its figures by name, each with one value a repetition, or why there are none."""

from __future__ import annotations

from edge_assistant.events import DoneEvent

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
