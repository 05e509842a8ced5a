"""The words that screens are drawn with and asked about in, one module for each language.

Neutral contents: no person is named, and nothing is real but towns. Values that differ from screen to screen stand
in braces: {thing} (a document with its number), {town}, {product}, {count}, {hour}, {year}, {date}, {code}, {label},
{row}, {column}.
"""

from __future__ import annotations

import importlib

from edge_assistant.drawn_screens.phrases.phrase_set import PhraseSet

LANGUAGES = ("en", "de", "fr", "es", "pl", "ru", "el", "ar", "zh", "ja")
RIGHT_TO_LEFT = frozenset(("ar",))


def phrases(language: str) -> PhraseSet:
    """Return the phrases of a language of LANGUAGES."""
    module = importlib.import_module(f"{__name__}.{language}")
    found: PhraseSet = module.PHRASES
    return found
