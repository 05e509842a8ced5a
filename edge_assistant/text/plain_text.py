"""Removal of Markdown and HTML from text that is to be spoken."""

from __future__ import annotations

import re

# With the language after it and nothing else: "```Save``` is pressed" is text.
_FENCE = re.compile(r"^\s*(?:```+|~~~+)[\w+#-]*\s*$")
_RULE = re.compile(r"^\s*([-*_=])(\s*\1){2,}\s*$")
_TABLE_RULE = re.compile(r"^\s*\|?(\s*:?-+:?\s*\|)+\s*(:?-+:?)?\s*$")
_LINE_START = re.compile(r"^\s*(?:>+\s+)*(?:#{1,6}\s+|[-*+•]\s+(?=\S))?")
# Attributes need a "=": in "a <b and c> d" there is no tag.
_TAG = r"</?(?:{})(?:\s+[\w:-]+=(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s<>\"']+))*\s*/?>"
_INLINE = re.compile(_TAG.format("a|b|code|em|i|s|span|strong|sub|sup|u"), re.IGNORECASE)
_BLOCK = re.compile(_TAG.format("br|div|h[1-6]|hr|img|li|ol|p|pre|table|tbody|td|th|thead|tr|ul"), re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_PAIRED = (
    re.compile(r"(?<![\w*])\*(?=[^\s*])(.+?)(?<=[^\s*])\*(?![\w*])"),
    re.compile(r"(?<!\w)_(?=[^\s_])(.+?)(?<=[^\s_])_(?!\w)"),
    re.compile(r"(?<!\w)__(?=[^\s_])(.+?)(?<=[^\s_])__(?!\w|\.\w)"),  # not "__init__.py"
    re.compile(r"~~(?=\S)(.+?)(?<=\S)~~"),
)
# A sentence may end between the two marks of a pair, so each mark of strong emphasis is removed by itself.
_STRONG = re.compile(r"\*\*+(?=[^\s*])|(?<=[^\s*])\*\*+")
_HALF_EMPHASIS = re.compile(r"^\*(?=[^\W\d_])|(?<=[.!?…。！？])[*_]$")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_CODE_PLACEHOLDER = "\ue000"  # replaces inline code, whose contents are no markup; a private-use character
_SEPARATORS = re.compile(r"[\[\],;\s]+")  # between JSON objects


def strip_markup(text: str) -> str:
    """Return a line, or a part of one, as it should be spoken; empty when it is only markup."""
    text = text.strip().replace(_CODE_PLACEHOLDER, "")
    if _SEPARATORS.fullmatch(text) or _FENCE.match(text) or _RULE.match(text) or _TABLE_RULE.match(text):
        return ""
    text = _LINE_START.sub("", text, count=1)
    codes: list[str] = []

    def store_code(code: re.Match[str]) -> str:
        codes.append(code[2].strip())
        return _CODE_PLACEHOLDER

    text = _CODE.sub(store_code, text)
    if text.startswith("|") and text.endswith("|") and len(text) > 1:
        text = ", ".join(cell.strip() for cell in text.strip("|").split("|") if cell.strip())
    text = _LINK.sub(r"\1", _BLOCK.sub(" ", _INLINE.sub("", text))).replace("`", "")
    text = _STRONG.sub("", text)
    for pair in _PAIRED:
        text = pair.sub(r"\1", text)
    text = _HALF_EMPHASIS.sub("", text)
    for code in codes:
        text = text.replace(_CODE_PLACEHOLDER, code, 1)
    return re.sub(r"\s+", " ", text).strip()
