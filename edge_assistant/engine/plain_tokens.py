"""Tokens of text that is only text, whatever it says.

llama.cpp knows two kinds of tokens with a meaning of their own. Those of control, such as <|im_end|>, it makes only
where it is told to. Those that a model's maker added, such as <think> and <tool_call>, it makes of any text that spells
them, so such a text is cut within the word, and its pieces are tokenized one by one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable


def tokenize_plain(
    text: str, tokenize: Callable[[str], list[int]], added_name: Callable[[int], str | None]
) -> list[int]:
    """Return the tokens of `text`, none of which has a meaning of its own.

    `tokenize` may make some that have; `added_name` returns what spells such a token, None for an ordinary one.
    """
    tokens = tokenize(text)
    # A name of one letter cannot be cut, and means nothing but that letter.
    name = next((name for token in tokens if (name := added_name(token)) and len(name) > 1 and name in text), None)
    if name is None:
        return tokens
    first, rest = name[0], name[1:]
    pieces = text.split(name)
    ends = [*itertools.repeat(first, len(pieces) - 1), ""]
    cut = [f"{rest if number else ''}{piece}{ends[number]}" for number, piece in enumerate(pieces)]
    return [token for piece in cut for token in tokenize_plain(piece, tokenize, added_name)]
