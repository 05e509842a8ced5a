"""Signs that are drawn rather than read: emoji, tick boxes, radio buttons, arrows and rows of stars."""

from __future__ import annotations

import re

from edge_assistant.text import answer_words

_PICTURES = (
    "\u231a\u231b\u23e9-\u23f3\u23f8-\u23fa\u25b6\u25c0\u25aa\u25ab\u25fb-\u25fe\u2600-\u2604\u260e\u2614\u2615\u2618"
    "\u261d\u2620\u2622\u2623\u2626\u262a\u262e\u262f\u2638-\u263a\u2648-\u2653\u265f\u2660\u2663\u2665\u2666\u2668"
    "\u267b\u267e\u267f\u2692-\u2697\u2699\u269b\u269c\u26a0-\u26ab\u26b0\u26b1\u26bd\u26be\u26c4-\u26c8\u26ce-\u26d4"
    "\u26e9-\u26fd\u2702\u2708-\u270d\u270f\u2712\u271d\u2721\u2728\u2733\u2734\u2744\u2747\u2753-\u2757\u2763\u2764"
    "\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\u303d\U0001f000-\U0001f0ff\U0001f10d-\U0001f10f"
    "\U0001f12f\U0001f16c-\U0001f171\U0001f17e\U0001f17f\U0001f18e\U0001f191-\U0001f19a\U0001f1ad-\U0001f1ff"
    "\U0001f200-\U0001f2ff\U0001f300-\U0001fbef"
)
# Variation selectors, keycaps, skin tones and the tags of flags belong to the sign before them.
PARTS = "\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"
_TICKS = "\u2705\u2611\u2610\u2612\u2713\u2714\u2717\u2718\u274c\u274e"
_RADIO = "\u25c9\u25ce\u25cb\U0001f518"
_ARROWS = (
    "\u2190-\u21ff\u2794\u2798-\u27af\u27b1-\u27be\u27f5-\u27ff\u2b05-\u2b07\u2b95\U0001f800-\U0001f8ff\u25ba\u25b8"
)

SIGNS = f"\u2716\u2795-\u2797{_PICTURES}{PARTS}{_TICKS}{_RADIO}{_ARROWS}\u2605\u2606"
"""The signs that are looked at, as the inside of a character class."""

BULLETS = "-*+•◦▪▫‣⁃·∙●■□▸►➤➢❖♦–—"
"""The characters that stand before the items of a list."""

SIGN = re.compile(f"[{SIGNS}]")
_SIGN_RUN = re.compile(f"(?:[{SIGNS}][\u200d]?)+")
_TICKED = frozenset("\u2611\u2612\u2713\u2714")
_NOT_TICKED = frozenset("\u2610\u2717\u2718")
_TICK_EMOJI, _CROSS_EMOJI = frozenset("\u2705"), frozenset("\u274c\u274e")
_SELECTED = frozenset("\u25c9\u25ce\U0001f518")
_ARROW_WORDS = {
    **dict.fromkeys("←⇐⟵⬅⇦\U0001f804", answer_words.LEFT),
    **dict.fromkeys("→⇒⟶⟹➔➜➝➞➡⇨⮕", answer_words.RIGHT),
    **dict.fromkeys("↑⇑⬆⇧", answer_words.UP),
    **dict.fromkeys("↓⇓⬇⇩", answer_words.DOWN),
}
OPERATORS = {"\u2716": "×", "\u2795": "+", "\u2796": "−", "\u2797": "÷"}
"""Emoji that are signs of arithmetic, and those signs."""

_STARS = re.compile("([\u2605\u2b50\U0001f31f]\ufe0f?)+\u2606*|\u2606{3,}")


DECORATIONS = "▪▫◻◼◽◾👉➡🔹🔸🔷🔶💠🔘⬛⬜✨🎉"
"""Signs that stand before a line only to mark it."""


def is_picture(run: str) -> bool:
    """Return whether a run of signs begins with a picture rather than with a box, an arrow, a star or a part."""
    return re.match(f"[{_PICTURES}\u2605]", run) is not None and not re.match(f"[{_TICKS}{_RADIO}{_ARROWS}]", run)


def sign_run(text: str, start: int) -> int:
    """Return the end of the run of signs, without space between, that begins at `start`."""
    found = _SIGN_RUN.match(text, start)
    return found.end() if found else start


def is_signs(text: str) -> bool:
    """Return whether a text is nothing but signs: an answer that is an emoji is said as that."""
    return re.fullmatch(f"[{SIGNS}\u200d\\s]*[{SIGNS}][{SIGNS}\u200d\\s]*", text) is not None


def count_stars(run: str) -> tuple[int, int] | None:
    """Return how many of how many stars a run of signs shows, None where it is no rating of three to ten stars."""
    if not _STARS.fullmatch(run):
        return None
    most = sum(each in "\u2605\u2606\u2b50\U0001f31f" for each in run)
    return (most - run.count("\u2606"), most) if 3 <= most <= 10 else None


def arrow_word(sign: str) -> str | None:
    """Return the name of an arrow in four directions, None for anything else."""
    return _ARROW_WORDS.get(sign)


def is_right_arrow(sign: str) -> bool:
    """Return whether this is an arrow, or a triangle, that points onwards."""
    return _ARROW_WORDS.get(sign) is answer_words.RIGHT or sign in "►▸"


def is_arrow(sign: str) -> bool:
    """Return whether this is any arrow."""
    return bool(re.match(f"[{_ARROWS}]", sign))


def box_word(sign: str, *, alone: bool, boxes: bool, line_start: bool) -> str | None:
    """Return the word of a tick box or a radio button; None where the sign only decorates.

    `alone`: nothing else is in the line, the cell, or after the label before it. `boxes`: this answer has empty boxes.
    """
    if sign in _TICKED:
        return answer_words.TICKED
    if sign in _NOT_TICKED:
        return answer_words.NOT_TICKED
    if sign in _SELECTED:
        return answer_words.SELECTED if alone or line_start else None
    if sign in _TICK_EMOJI:
        return answer_words.TICKED if alone or (boxes and line_start) else None
    if sign in _CROSS_EMOJI:
        return answer_words.NOT_TICKED if alone or line_start else None
    if sign == "\u25cb":
        return answer_words.NOT_SELECTED if alone or (boxes and line_start) else None
    return None
