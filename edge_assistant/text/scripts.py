"""The script of each character, and the languages that are written in it."""

from __future__ import annotations

import functools
import unicodedata

_PREFIXES = frozenset(("FULLWIDTH", "HALFWIDTH"))
_SAME = {"KATAKANA-HIRAGANA": "KATAKANA", "CJK": "HAN", "IDEOGRAPHIC": "HAN", "BOPOMOFO": "HAN"}
# What a letter's name begins with, and the language of text in this script when nothing else tells. Letters of other
# scripts, and those that are symbols (the micro sign, bold letters of formulas), go with the text beside them.
DEFAULT_LANGUAGES = {
    "LATIN": "en",
    "CYRILLIC": "ru",
    "GREEK": "el",
    "ARABIC": "ar",
    "HEBREW": "he",
    "HAN": "zh",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "DEVANAGARI": "hi",
    "BENGALI": "bn",
    "TAMIL": "ta",
    "TELUGU": "te",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "ORIYA": "or",
    "SINHALA": "si",
    "THAI": "th",
    "LAO": "lo",
    "KHMER": "km",
    "MYANMAR": "my",
    "TIBETAN": "bo",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "ETHIOPIC": "am",
    "MONGOLIAN": "mn",
    "THAANA": "dv",
    "CHEROKEE": "chr",
}
KANA = frozenset(("HIRAGANA", "KATAKANA"))
_KOREAN = frozenset(("HANGUL",))
_CHINESE = frozenset(("HAN",))
_LATIN = frozenset(("LATIN",))
_CYRILLIC = frozenset(("CYRILLIC",))
_BOTH = _LATIN | _CYRILLIC

# The scripts of each language that is not written in Latin letters only, by ISO 639 code.
_SCRIPTS = {
    **{language: frozenset((script,)) for script, language in DEFAULT_LANGUAGES.items()},
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk", "kk", "ky", "tg", "tt", "ba", "cv", "os", "ce"), _CYRILLIC),
    **dict.fromkeys(("sr", "bs", "cnr", "uz", "az", "mn"), _BOTH),
    **{code: frozenset(("ARABIC",)) for code in ("ar", "fa", "ur", "ps", "sd", "ug", "ckb")},
    **{code: frozenset(("DEVANAGARI",)) for code in ("hi", "mr", "ne", "sa", "kok", "mai")},
    **{code: frozenset(("HEBREW",)) for code in ("he", "iw", "yi")},
    **dict.fromkeys(("zh", "cmn", "yue", "wuu", "hak", "nan"), _CHINESE),
    "as": frozenset(("BENGALI",)),
    "ti": frozenset(("ETHIOPIC",)),
    "grc": frozenset(("GREEK",)),
    "ja": _CHINESE | KANA,
    "ko": _KOREAN,
}


def base_of(language: str) -> str:
    """Return the language of a code without its country: "pt" of "pt-BR"."""
    return language.replace("_", "-").split("-")[0].lower()


def scripts_of(language: str) -> frozenset[str]:
    """Return the scripts that the language with this code is written in; Latin letters if nothing else is known."""
    return _SCRIPTS.get(base_of(language), _LATIN)


@functools.lru_cache(maxsize=8192)
def script_of(character: str) -> str:
    """Return the script of a letter, one of DEFAULT_LANGUAGES; "" for all that belongs to no script, or to many."""
    if not character.isalpha():
        return ""
    words = unicodedata.name(character, "").split()
    if words and words[0] in _PREFIXES:
        words = words[1:]
    first = words[0] if words else ""
    script = _SAME.get(first, first)
    return script if script in DEFAULT_LANGUAGES else ""


@functools.lru_cache(maxsize=1024)
def is_mark(character: str) -> bool:
    """Return whether this belongs to the letter before it: a vowel sign, an accent, an invisible joiner."""
    return unicodedata.category(character) in ("Mn", "Mc", "Me", "Cf")
