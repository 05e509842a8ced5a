"""Takes Markdown and HTML out of a piece of text, so that nobody hears asterisks; the words stay as they are."""

from __future__ import annotations

import re

_FENCE = re.compile(r"^\s*(```|~~~)")
_RULE = re.compile(r"^\s*([-*_=])(\s*\1){2,}\s*$")
_TABLE_RULE = re.compile(r"^\s*\|?(\s*:?-{2,}:?\s*\|)+\s*(:?-{2,}:?)?\s*$")
_LINE_START = re.compile(r"^\s*(?:>\s*)*(?:#{1,6}\s+|[-*+•]\s+(?=\S))?")
_HTML = re.compile(
    r"</?(?:a|b|br|code|div|em|h[1-6]|hr|i|img|li|ol|p|pre|s|span|strong|sub|sup|table|tbody|td|th|thead|tr|u|ul)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_PAIRED = (
    re.compile(r"(?<![\w*])\*(?=[^\s*])(.+?)(?<=[^\s*])\*(?![\w*])"),
    re.compile(r"(?<!\w)_(?=[^\s_])(.+?)(?<=[^\s_])_(?!\w)"),
    re.compile(r"(?<!\w)__(?=[^\s_])(.+?)(?<=[^\s_])__(?!\w)"),
    re.compile(r"~~(?=\S)(.+?)(?<=\S)~~"),
)
# A sentence may end between the two halves of a pair, so strong emphasis goes away one mark at a time.
_STRONG = re.compile(r"\*\*+(?=\S)|(?<=\S)\*\*+")


def plain(text: str) -> str:
    """One line, or a part of one, as it should be heard; empty when it was only markup."""
    text = text.strip()
    if text.startswith(("{", "[{")):
        return text  # coordinates and labels, which programs read
    if _FENCE.match(text) or _RULE.match(text) or _TABLE_RULE.match(text):
        return ""
    text = _LINE_START.sub("", text, count=1)
    if text.startswith("|") and text.endswith("|") and len(text) > 1:
        text = ", ".join(cell.strip() for cell in text.strip("|").split("|") if cell.strip())
    text = _LINK.sub(r"\1", _HTML.sub(" ", text)).replace("`", "")
    text = _STRONG.sub("", text)
    for pair in _PAIRED:
        text = pair.sub(r"\1", text)
    return re.sub(r"\s+", " ", text).strip()
