"""Whether an answer is right."""

from __future__ import annotations

import re

from .draw import Box
from .lexicon import plain_words
from .questions import Question


def holds(text: str, fact: str) -> bool:
    """Whether the words of `fact` stand in `text` in this order, as whole words, case and punctuation aside."""
    return f" {plain_words(fact)} " in f" {plain_words(text)} "


def overlap(one: Box, other: Box) -> float:
    """Intersection over union of two boxes, 0 to 1."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0, wide) * max(0, high)
    area = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return shared / (area - shared) if area > shared else 0.0


def box_in(text: str) -> Box | None:
    """The box that an answer gives as Qwen3-VL does, or None."""
    found = re.search(r'"bbox_2d"\s*:\s*\[\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*\]', text)
    if not found:
        return None
    left, top, right, bottom = (int(number) for number in found.groups())
    return left, top, right, bottom


def right(question: Question, answer: str) -> bool:
    """Whether an answer (without reasoning) states every fact, nothing that is absent, and the place within IoU 0.5."""
    if question.box is not None:
        box = box_in(answer)
        return box is not None and overlap(box, question.box) >= 0.5
    return all(holds(answer, fact) for fact in question.facts) and not any(holds(answer, no) for no in question.absent)
