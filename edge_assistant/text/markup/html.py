"""HTML as models write it: which angle brackets are tags, and what of them is text.

An unknown name in angle brackets is text, such as `List<String>`; so is `a <b and c> d`, for attributes have a "=".
"""

from __future__ import annotations

import functools
import html
import re
from dataclasses import dataclass

MAX_TAG = 4000
"""The most characters of a tag or an address; an image may be written out in its own tag."""

_MAX_CLOSE = 300

LINE_TAGS = frozenset(
    (
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "br",
            "button",
            "center",
            "dd",
            "details",
            "dialog",
            "div",
        ),
        *("dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head"),
        *("header", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "p", "pre"),
        *(
            "think",
            "thinking",
            "answer",
            "section",
            "select",
            "summary",
            "textarea",
            "title",
            "ul",
            "video",
            "audio",
            "canvas",
            "iframe",
            "form",
        ),
    )
)
"""Tags that begin a line."""

TABLE_TAGS = frozenset(("table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "colgroup", "col"))
_INLINE_TAGS = frozenset(
    (
        *(
            "a",
            "abbr",
            "acronym",
            "b",
            "bdi",
            "bdo",
            "big",
            "cite",
            "code",
            "data",
            "del",
            "dfn",
            "em",
            "font",
            "i",
            "img",
        ),
        *("input", "ins", "kbd", "label", "mark", "meter", "nobr", "output", "picture", "progress", "q", "rp", "rt"),
        *("ruby", "s", "samp", "small", "source", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var"),
        *("wbr", "meta", "link", "base", "math", "mi", "mn", "mo", "mrow", "msup", "msub", "mfrac", "semantics"),
        *("map", "area", "embed", "object", "param", "noscript", "slot", "template", "track", "image"),
    )
)
# What models write around their answers, or leave from their training.
_MODEL_TAGS = frozenset(
    (
        *(
            "think",
            "thinking",
            "answer",
            "tool_call",
            "tool_response",
            "tools",
            "image",
            "ref",
            "box",
            "quad",
            "points",
        ),
        *("unk", "pad", "eos", "bos", "start_of_turn", "end_of_turn", "im_start", "im_end", "endoftext"),
    )
)
# Also names of what a person fills in, as in "cp <source> <target>": tags only with attributes, or as a closing tag.
_AMBIGUOUS = frozenset(
    (
        *(
            "area",
            "audio",
            "base",
            "data",
            "embed",
            "image",
            "link",
            "map",
            "meta",
            "object",
            "option",
            "output",
            "param",
        ),
        *("select", "slot", "source", "template", "time", "track", "video"),
    )
)
SILENT_TAGS = frozenset(("style", "script", "svg"))
"""Tags whose contents are no text."""

_KNOWN = LINE_TAGS | TABLE_TAGS | _INLINE_TAGS | _MODEL_TAGS | SILENT_TAGS
_LONGEST_NAME = max(map(len, _KNOWN))
_BARE = frozenset(
    (
        *("checked", "selected", "disabled", "async", "defer", "nowrap", "open", "required", "readonly", "multiple"),
        *("hidden", "controls", "autoplay", "loop", "muted", "reversed", "autofocus", "novalidate", "contenteditable"),
    )
)
_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9_]*)")
_ATTRIBUTE = re.compile(r"""([A-Za-z_:@][\w:.@-]*)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s<>"'`]+))?""")
_ATTRIBUTE_PART = re.compile(r"""[A-Za-z_:@][\w:.@-]*(?:\s*=\s*(?:"[^"]*|'[^']*|[^\s<>"'`]*)?)?\Z""")
_OPEN_VALUE = re.compile(r"""[A-Za-z_:@][\w:.@-]*\s*=\s*(["'])((?:(?!\1).)*)\Z""", re.DOTALL)
_SPACE = re.compile(r"\s*")
_SPECIAL = re.compile(r"<\|im_start\|>(?:(?:system|user|assistant)(?:\n|\Z))?|<[|｜][^|｜<>\n]{1,60}[|｜]>")
_ROLE_PART = re.compile(
    r"<\|im_start\|>(?:s(?:y(?:s(?:t(?:em?)?)?)?)?|u(?:s(?:er?)?)?|a(?:s(?:s(?:i(?:s(?:t(?:a(?:nt?)?)?)?)?)?)?)?)?\Z"
)
_SPECIAL_PART = re.compile(r"<[|｜][^|｜<>\n]{0,60}[|｜]?\Z")
_ENTITY = re.compile(r"&(?:#[xX][0-9A-Fa-f]{1,6}|#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});")
_ENTITY_PART = re.compile(r"&(?:#(?:[xX][0-9A-Fa-f]{0,6}|[0-9]{0,7})|[A-Za-z][A-Za-z0-9]{0,31})?\Z")
_DECLARATION = re.compile(r"<(?:!(?:doctype|element|entity|\[CDATA\[)|\?(?:xml|php)\b)", re.IGNORECASE)
_DECLARATIONS = ("<!--", "<!doctype", "<!element", "<!entity", "<![cdata[", "<?xml", "<?php")


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that begins where it was looked for; `end` is behind it. A special token or a comment has no name."""

    end: int
    name: str = ""
    closing: bool = False
    attributes: tuple[tuple[str, str], ...] = ()

    def get(self, attribute: str) -> str | None:
        """Return an attribute's value, "" for one without a value, None where it is missing."""
        return dict(self.attributes).get(attribute)


def read_tag(text: str, start: int, *, final: bool) -> Tag | bool:
    """Read the tag, comment or special token at the "<" at `start`; False: it is text; True: more is needed.

    With `final` nothing more comes: a tag that has begun for certain ends with the text.
    """
    if start + 1 == len(text):
        return not final
    following = text[start + 1]
    if following in "|｜":
        if not final and _ROLE_PART.match(text, start):
            return True
        if found := _SPECIAL.match(text, start):
            return Tag(found.end())
        if not _SPECIAL_PART.match(text, start):
            return False
        return Tag(len(text)) if final and len(text) > start + 2 else not final
    if following in "!?":
        return _read_declaration(text, start, final=final)
    return _read_named(text, start, final=final)


def _read_declaration(text: str, start: int, *, final: bool) -> Tag | bool:
    beginning = text[start : start + 9].lower()
    if beginning.startswith("<!--"):
        end = text.find("-->", start + 4)
        if end >= 0:
            return Tag(end + 3)
        return Tag(len(text)) if final else True
    if _DECLARATION.match(text, start):
        mark = "]]>" if beginning.startswith("<![") else ">"
        end = text.find(mark, start)
        if end >= 0:
            return Tag(end + len(mark))
        return Tag(len(text)) if final or len(text) - start > MAX_TAG else True
    return not final and any(each.startswith(beginning) for each in _DECLARATIONS)


def _read_named(text: str, start: int, *, final: bool) -> Tag | bool:
    name = _NAME.match(text, start)
    if name is None:
        return not final and start + 2 == len(text) and text[start + 1] == "/"
    known = name[1].lower() in _KNOWN
    if name.end() == len(text):
        if final:
            # "<|im_" and "</b" have begun for certain; "a <b" may be a comparison
            return Tag(len(text)) if text[start + 1] == "/" and known else False
        return len(name[1]) <= _LONGEST_NAME
    if not known:
        return False
    attributes: list[tuple[str, str]] = []
    end = name.end()
    while True:
        gap = _SPACE.match(text, end)
        spaced = gap is not None and gap.end() > end
        end = gap.end() if gap else end
        if end == len(text):
            return _unfinished(text, start, attributes, name, final=final)
        if text[end] == ">":
            if name[1].lower() in _AMBIGUOUS and not (attributes or "/" in (text[start + 1], text[end - 1])):
                closes = _closes(text, end + 1, name[1], final=final)
                if closes is not True:
                    return closes is None
            return Tag(end + 1, name[1].lower(), text[start + 1] == "/", tuple(attributes))
        if text[end] == "/":
            end += 1
            continue
        if not spaced and not attributes and text[end - 1] != "/":
            return False
        part = _ATTRIBUTE_PART.match(text, end)
        opened = _OPEN_VALUE.match(text, end)
        if opened and "\n" in opened[2]:  # a quote that is never closed: what follows is text
            return Tag(opened.start(2), name[1].lower(), text[start + 1] == "/", tuple(attributes))
        if part and not final and len(text) - start <= MAX_TAG:
            return True
        attribute = _ATTRIBUTE.match(text, end)
        if part and "=" in part[0]:
            return Tag(len(text), name[1].lower(), text[start + 1] == "/", tuple(attributes))
        if attribute is None or (attribute[2] is None and attribute[1].lower() not in _BARE):
            return False
        value = attribute[2] or ""
        if value[:1] in ("'", '"'):
            value = value[1:-1]
        attributes.append((attribute[1].lower(), html.unescape(value)))
        end = attribute.end()


def _closes(text: str, start: int, name: str, *, final: bool) -> bool | None:
    """Return whether a closing tag follows soon; None: not known yet."""
    end = text.find("\n\n", start, start + _MAX_CLOSE)
    limit = end if end >= 0 else start + _MAX_CLOSE
    if text.lower().find(f"</{name.lower()}", start, limit) >= 0:
        return True
    return False if end >= 0 or final or len(text) >= limit else None


def _unfinished(
    text: str, start: int, attributes: list[tuple[str, str]], name: re.Match[str], *, final: bool
) -> Tag | bool:
    if not final and len(text) - start <= MAX_TAG:
        return True
    return Tag(len(text), name[1].lower(), text[start + 1] == "/", tuple(attributes)) if attributes else False


def read_entity(text: str, start: int, *, final: bool) -> tuple[str, int] | bool:
    """Read the character reference at the "&" at `start`: its text and end; False: it is none; True: more is needed."""
    if found := _ENTITY.match(text, start):
        character = html.unescape(found[0])
        return (character, found.end()) if character != found[0] else False
    return not final and _ENTITY_PART.match(text, start) is not None


@functools.cache
def silent_end(mark: str) -> re.Pattern[str]:
    """Return the pattern of what ends a comment, "-->", or the contents of one of SILENT_TAGS, its name."""
    return re.compile("-->" if mark == "-->" else rf"</{mark}\s*>", re.IGNORECASE)


def find_close(text: str, start: int, name: str) -> tuple[int, int] | None:
    """Return where the next closing tag `name` begins and ends, None without one."""
    found = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(text, start)
    return found.span() if found else None
