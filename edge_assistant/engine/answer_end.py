"""Where an answer that has reached its limit may end: after a sentence, or after an object of a list of places."""

from __future__ import annotations

import re

from edge_assistant.text.sentences import SentenceSplitter

_OBJECTS_START = re.compile(r"[\[{]\s*(?:\{\s*)?\"")
_TAIL = 600
"""Characters of the text's end that are looked at for a sentence."""


def is_good_end(text: str, following: str) -> bool:
    """Return whether an answer may end after `text`, where `following` is what the model would go on with."""
    objects = _OBJECTS_START.search(text)
    in_objects = _may_end_in_objects(text[objects.start() :], following) if objects else None
    return _ends_sentence(text[-_TAIL:], following) if in_objects is None else in_objects


def _may_end_in_objects(text: str, following: str) -> bool | None:
    """Return whether a list of objects may end after `text`; None when it is over, and other text follows."""
    depth, shallowest = 0, None
    quoted, escaped, last = False, False, ""
    for character in text:
        if quoted:
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
            continue
        quoted = character == '"'
        depth += (character in "[{") - (character in "]}")
        if character == "}":
            shallowest = depth if shallowest is None else min(depth, shallowest)
        if not character.isspace() and character != ",":
            last = character
    if depth <= 0 and last not in ("}", "]"):
        return None
    if last == "}" and depth == shallowest and not quoted:
        return depth <= 0 or not following.lstrip(" \r\n,").startswith(("]", "}"))
    return depth <= 0


def _ends_sentence(text: str, following: str) -> bool:
    splitter = SentenceSplitter()
    splitter.feed("Once.\n")  # the very first sentence might end at a clause
    wanted, found = _letters(text), ""
    for piece in (*splitter.feed(text), *splitter.feed(following)):
        found += _letters(piece)
        if wanted and found == wanted:
            return True
    return False


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))
