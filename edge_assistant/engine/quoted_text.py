"""Recognised text in a question: which lines of it, as quoted material that is never taken for an instruction.

Text of a screen comes from anybody. It stands in the user's turn, each line behind a mark, and can end neither the turn
nor the quotation: it is tokenized without control tokens, and what looks like one is taken apart besides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from edge_assistant.engine.messages import AskQuestion, QuotedLine
from edge_assistant.system.text_cleaning import clean, one_line

MARK = "> "
"""What each quoted line begins with."""

SHARE = 0.1
"""The most of an answer's expected time that quoted text may take."""

_GENERATED_COST = 5
"""What a generated token takes, in tokens of a prompt that are evaluated together (docs/adr/0052)."""
_EXPECTED_SHARE = 1 / 8
"""How much of its limit an answer usually takes."""
_USUAL_LIMIT = 500
_MOST_LINES = 60
_MOST_LETTERS = 300
_CONTROL = re.compile(r"<(?=[|/\w])|(?<=\|)>")


def budget(request: AskQuestion, cells: int) -> int:
    """Return how many tokens of quoted text a question may have, where `cells` are evaluated for it anyway.

    Only what the text model does counts as the expected time: where the picture has to be encoded as well, that takes
    longer. It depends on no measurement, so that an answer can be repeated by its seed.
    """
    answer = (request.max_tokens or _USUAL_LIMIT) * _EXPECTED_SHARE
    return min(request.text_tokens, int(SHARE * (cells + _GENERATED_COST * answer)))


def quote(request: AskQuestion, limit: int, count: Callable[[str], int]) -> str:
    """Return the quoted text of a question, of at most `limit` tokens, as `count` counts them; "" where none fits."""
    chosen: list[QuotedLine] = []
    for line in request.text[:_MOST_LINES]:
        tried = [*chosen, line]
        if count(_render(request.text_frame, tried)) <= limit:
            chosen = tried
    return _render(request.text_frame, chosen) if chosen else ""


def quoted_lines(material: str) -> list[str]:
    """Return the lines that were quoted."""
    return [line.removeprefix(MARK) for line in material.splitlines() if line.startswith(MARK)]


def _render(frame: str, lines: Sequence[QuotedLine]) -> str:
    ordered = sorted(lines, key=lambda line: line.place)
    return frame.replace("{text}", "\n".join(MARK + _harmless(line.text) for line in ordered))


def _harmless(text: str) -> str:
    """Return one line of text in which nothing looks like a control token."""
    return _CONTROL.sub(
        lambda match: f"{match[0]} " if match[0] == "<" else " >", one_line(clean(text))[:_MOST_LETTERS]
    )
