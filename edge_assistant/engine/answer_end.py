"""Where an answer that has reached its limit may end: after a sentence, or after an object of a list of places."""

from __future__ import annotations

import re

from edge_assistant.text.sentences import is_sentence_end

_OBJECTS_START = re.compile(r"[\[{]\s*(?:\{\s*)?(?:\"|\Z)")
_NARROW_ENDS = frozenset(".!?…\"'*_)]`")
"""After these a sentence goes on, and the word too, unless a space follows."""


def is_good_end(text: str, following: str) -> bool:
    """Return whether an answer may end after `text`, where `following` is what the model would go on with."""
    objects = _OBJECTS_START.search(text)
    in_objects = _may_end_in_objects(text[objects.start() :], following) if objects else None
    return _ends_sentence(text, following) if in_objects is None else in_objects


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
    if not is_sentence_end(text, None):
        return False
    after_wide_mark = text[-1] not in _NARROW_ENDS and following[:1].isalnum()
    return text[-1].isspace() or following[:1].isspace() or after_wide_mark
