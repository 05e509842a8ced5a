"""An answer that a model gives as JSON, put into sentences: names as words, and never a bracket."""

from __future__ import annotations

import re
from typing import Any

from edge_assistant.system.i18n import Translator, tr_noop
from edge_assistant.text.object_names import spoken_name

ANSWER_KEYS = frozenset(
    (
        *("answer", "text", "text_content", "content", "description", "caption", "summary", "response", "result"),
        *("output", "message", "transcription", "ocr_text", "full_text", "final_answer", "explanation"),
    )
)
"""Names of values that are the answer itself, or a part of it: only the value is said."""

_NAMING = ANSWER_KEYS | {"name", "title", "label"}
"""Names of values that are said without them in a list of things."""
_UNSPOKEN = frozenset(("id", "uuid", "format", "version"))
_YES, _NO, _NOTHING = tr_noop("yes"), tr_noop("no"), tr_noop("none")
_CAMEL_CASE = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])")
_ENDS_SENTENCE = re.compile(r"[.!?…:;。！？｡؟।][\"'“”’»)\]*_]*$")


def json_lines(value: Any, words: Translator | None, *, exact: bool = False) -> list[str]:
    """Return the value as lines of whole sentences; with `exact` no full stops are added."""
    if isinstance(value, dict):
        return [line for key, each in value.items() for line in _pair_lines(str(key), each, words, exact=exact)]
    if isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        return [line for each in value for line in _item_lines(each, words, exact=exact)]
    text = _inline(value, words)
    return [text if exact else _sentence(text)] if text else []


def _item_lines(item: Any, words: Translator | None, *, exact: bool) -> list[str]:
    """Return an item of a list: what it holds in one sentence where it is simple."""
    if isinstance(item, dict) and any(isinstance(each, dict | list) for each in item.values()):
        return json_lines(item, words, exact=exact)
    text = _inline(item, words)
    return [text if exact else _sentence(text)] if text else []


def key_words(key: str) -> str:
    """Return a name in a program's style as words: "windowTitle" and "window_title" as "Window title"."""
    name = spoken_name(key.replace("-", "_")) if " " not in key else key
    if not name.isupper():
        name = _CAMEL_CASE.sub(" ", name)
        name = name if name == key else name.lower()
    return " ".join(name[:1].upper() + name[1:] for name in [name.strip()])


def _pair_lines(key: str, value: Any, words: Translator | None, *, exact: bool) -> list[str]:
    if key.lower() in _UNSPOKEN:
        return []
    if key.lower() in ANSWER_KEYS:
        return json_lines(value, words, exact=exact)
    text = _inline(value, words)
    return [_sentence(f"{key_words(key)}: {text}")] if text else []


def _inline(value: Any, words: Translator | None) -> str:
    """Return a value as a part of a sentence; "" for what tells nothing."""
    if isinstance(value, dict):
        parts = {key: text for key, each in value.items() if (text := _inline(each, words))}
        return ", ".join(
            text
            if key.lower() in _NAMING or (len(parts) == 1 and isinstance(value[key], str))
            else f"{key_words(key)}: {text}"
            for key, text in parts.items()
        )
    if isinstance(value, list):
        separator = "; " if any(isinstance(each, dict | list) and len(each) > 1 for each in value) else ", "
        return separator.join(text for each in value if (text := _inline(each, words)))
    if value is None:
        return words(_NOTHING) if words else ""
    if isinstance(value, bool):
        if words is None:
            return "✓" if value else "✗"
        return words(_YES if value else _NO)
    return " ".join(str(value).split()) if not isinstance(value, str) else value.strip()


def _sentence(text: str) -> str:
    return text if _ENDS_SENTENCE.search(text) else f"{text}."
