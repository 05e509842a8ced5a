"""What an object that the model has found is called: the best of its texts."""

from __future__ import annotations

import re
from typing import Any

from edge_assistant.system.i18n import Translator, tr_noop
from edge_assistant.system.text_cleaning import Unshortened, clean_answer
from edge_assistant.text.grounding import PLACE_KEYS
from edge_assistant.text.scripts import base_of

_NAMES = ("name", "names", "title", "object_name", "element_name")
_KINDS = ("label", "labels", "class", "class_name", "category", "object", "element", "element_type", "kind", "ref")
_TEXTS = ("text_content", "text", "content", "ocr_text", "transcription", "inner_text")
_DETAILS = ("sub_label", "sublabel", "description", "caption", "state", "value")
_ROLES = ("role", "type", "tag", "subtype")
# What every object is.
_PLAIN_ROLES = frozenset(
    (
        "",
        "object",
        "element",
        "item",
        "ui",
        "ui_element",
        "ui element",
        "bbox",
        "box",
        "point",
        "detection",
        "text",
        "region",
    )
)
# Values that tell nothing about the object itself.
_UNSPOKEN = frozenset(
    ("id", "index", "action", "status", "format", "unit", "model", "version", "color_hex", "source", "image", "uuid")
)
_LANGUAGES = ("en", "zh")  # in which the model writes names most often
_QUOTED = tr_noop('{name} "{text}"')
_SNAKE_CASE = re.compile(r"[^\W_]+(?:_[^\W_]+)+")
_HAS_LETTER = re.compile(r"[^\W_]")


def object_name(item: dict[str, Any], words: Translator | None, language: str | None) -> str:
    """Return an object's name in the language of the answer, such as "de"; "" where it has none.

    A text on it comes in quotes after what it is: button "Save".
    """
    base = base_of(language or "en")
    name = _localised(item, base) or _first(item, _NAMES, base)
    kind, text = _first(item, _KINDS, base), _first(item, _TEXTS, base)
    role = next((each for key in _ROLES if (each := _text(item.get(key), base)).lower() not in _PLAIN_ROLES), "")
    called = _join([name, kind])
    if text and text.casefold() in called.casefold():
        text = ""
    if not called and text and not role:
        called, text = text, ""
    if text:
        quoted = _QUOTED if words is None else words(_QUOTED)
        called, role = quoted.format(name=called or role, text=text), role if called else ""
    details = [_text(item.get(key), base) for key in _DETAILS]
    return _join([called, role, *details]) or _any_text(item, base)


def reading(item: dict[str, Any]) -> str:
    """Return what is written on an object, as it is, for an answer that reads text aloud; else its name."""
    texts = (item.get(key) for key in _TEXTS)
    return next((text for text in texts if isinstance(text, str) and text.strip()), "") or object_name(item, None, None)


def spoken_name(name: str) -> str:
    """Return a name from a program's text as words: "close_button" as "close button"."""
    return name.replace("_", " ") if _SNAKE_CASE.fullmatch(name) and not name.isupper() else name


def _localised(item: dict[str, Any], language: str) -> str:
    """Return the name in this language, where names in several ones are given."""
    return next((text for key in ("name", "label", "text") if (text := _text(item.get(f"{key}_{language}"), ""))), "")


def _first(item: dict[str, Any], keys: tuple[str, ...], language: str) -> str:
    found = next((text for key in keys if (text := _text(item.get(key), language))), "")
    if found or keys is not _NAMES:
        return found
    return next((text for code in _LANGUAGES if (text := _text(item.get(f"name_{code}"), ""))), "")


def _text(value: Any, language: str) -> str:
    if isinstance(value, dict):
        named = (value.get(code) for code in (language, *_LANGUAGES))
        return next((text for each in (*named, *value.values()) if (text := _text(each, language))), "")
    if isinstance(value, list):
        return _join([_text(each, language) for each in value[:20]])
    if isinstance(value, str):
        text = " ".join(clean_answer(value).replace("`", "'").split())
        return spoken_name(text)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _any_text(item: dict[str, Any], language: str) -> str:
    """Return the first other text that has a letter."""
    for key, value in item.items():
        if key not in PLACE_KEYS and key.lower() not in _UNSPOKEN and isinstance(value, str):
            text = _text(value, language)
            if _HAS_LETTER.search(text) and text.lower() not in _PLAIN_ROLES:
                return text
    return ""


def _join(parts: list[str]) -> str:
    """Join the parts that say something new by commas."""
    kept: list[str] = []
    for part in parts:
        if part and not any(part.casefold() in each.casefold() for each in kept):
            kept.append(part)
    return Unshortened(", ".join(kept))
