"""Where sentences end: marks, abbreviations, initials, ordinal numbers and dates, in many languages and scripts."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from edge_assistant.text.abbreviations import (
    DEFAULT_STARTERS,
    ORDINAL_LANGUAGES,
    ORDINAL_NOUNS,
    STARTERS,
    abbreviations,
)

MARKS = frozenset(".!?…؟۔।॥։።፧។៕။‼⁇⁈⁉\u037e")
"""Marks that end a sentence when a space follows; U+037E is the Greek question mark."""
WIDE_MARKS = frozenset("。！？｡．")
"""Marks that need no space after them."""
_GREEK_QUESTION_MARK = ";"
# Directly after a mark every quotation mark closes, whatever it does elsewhere; then the marks of direction.
_CLOSERS = frozenset("\"'”’“‘»«›‹)]}*_`~」』）】》〉］｝״׳\u200e\u200f\u061c")
_OPENERS = frozenset("\"'“”„‘’‚«»‹›([{<（「『【《〈¿¡*_`~\u200e\u200f\u061c")
_FOOTNOTE = re.compile(r"(?:\[\d{1,3}\])+")
_ROMAN_NUMBER = "(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})"
_LIST_MARK = re.compile(rf"\W*(?:\d{{1,3}}|{_ROMAN_NUMBER})\.")
_ROMAN = re.compile(rf"(?=..){_ROMAN_NUMBER}")
_SINGLE_LETTERS = re.compile(r"(?:^|[\s\"'“„‘‚«»‹›(\[—–])((?:[^\W\d_]\.[\s-]?)*[^\W\d_])$")
_NUMBER_SIGNS = "+(#№-−–~§&"
_MAX_TOKEN = 40
"""The most characters of a token that can be an abbreviation."""


class _Word(NamedTuple):
    """The word after a mark: itself, and the character that ends it, empty at the end of the text."""

    text: str
    following: str


def language_base(language: str | None) -> str:
    """Return the language of a code such as "pt-BR", empty without one."""
    return re.split(r"[-_]", language or "")[0].lower()


def script_of(text: str) -> str:
    """Return the script of the first letter, as far as its rules differ: "latin", "greek", "thai", and so on."""
    for character in text:
        if character.isalpha():
            return _script(character)
    return ""


def _script(letter: str) -> str:
    code = ord(letter)
    return next((name for low, high, name in _SCRIPT_RANGES if low <= code <= high), "")


_SCRIPT_RANGES = (
    (0x0041, 0x024F, "latin"),
    (0x1E00, 0x1EFF, "latin"),
    (0x0370, 0x03FF, "greek"),
    (0x1F00, 0x1FFF, "greek"),
    (0x0400, 0x052F, "cyrillic"),
    (0x0590, 0x05FF, "hebrew"),
    (0x0600, 0x077F, "arabic"),
    (0x08A0, 0x08FF, "arabic"),
    (0xFB50, 0xFEFC, "arabic"),
    (0x0900, 0x097F, "devanagari"),
    (0x0E00, 0x0EFF, "thai"),  # and Lao, which has no stops either
    (0x1100, 0x11FF, "hangul"),
    (0xAC00, 0xD7A3, "hangul"),
    (0x3040, 0x30FF, "cjk"),
    (0x3400, 0x9FFF, "cjk"),
    (0xF900, 0xFAFF, "cjk"),
    (0x20000, 0x3FFFF, "cjk"),
)


def may_end(text: str, i: int) -> bool:
    """Return whether the character at `i` is a mark that may end a sentence."""
    character = text[i]
    return character in MARKS or character in WIDE_MARKS or (character == _GREEK_QUESTION_MARK and _is_greek(text, i))


def _is_greek(text: str, i: int) -> bool:
    """Return whether the mark at `i` follows a Greek word, of two letters at least: "α; β" may be mathematics."""
    word = text[max(i - 2, 0) : i].rstrip("\"'”’»)")
    return len(word) == 2 and all(_script(unicodedata.normalize("NFD", letter)[0]) == "greek" for letter in word)


def after_marks(text: str, i: int) -> int:
    """Return the end of the marks, closing quotes, brackets and footnotes that begin at `i`."""
    end = i + 1
    while end < len(text):
        if text[end] in MARKS or text[end] in WIDE_MARKS or text[end] in _CLOSERS:
            end += 1
        elif footnote := _FOOTNOTE.match(text, end):
            end = footnote.end()
        elif (
            text[end] in "\u00a0\u202f "
            and text[end + 1 : end + 2] == "»"
            and text.count("«", 0, i) > text.count("»", 0, i)
        ):
            end += 2
        else:
            break
    return end


def is_end(text: str, start: int, i: int, end: int, language: str, *, final: bool) -> bool | None:
    """Return whether the mark at `i`, with what `after_marks` found up to `end`, ends the sentence from `start` on.

    `language` is as `language_base` returns it. None: that depends on text that has not arrived; never when `final`.
    """
    following = skip_space(text, end)
    if text[i] in WIDE_MARKS:
        return _is_wide_end(text, i, end, final=final)
    if end < len(text) and not text[end].isspace():
        if text[end] == "[" and not final and re.fullmatch(r"\[\d{0,3}", text[end:]):
            return None  # a footnote, perhaps
        before = text[i - 1 : i]
        return bool(before) and text[end].isalpha() and _is_east_asian(before) and _is_east_asian(text[end])
    if following == len(text):
        return True if final else None
    if text[following] == "\n":
        return True
    if text[following] in MARKS:  # ". . ."; not ". .NET"
        if following + 1 == len(text):
            return True if final else None
        return not text[following + 1].isspace() and text[following + 1] not in MARKS
    if (lower := _is_lower(text, following, final=final)) is not False:
        return None if lower is None else False
    if text[i] != "." or text[i - 1 : i] == "." or text[i + 1 : i + 2] == "." or i == start:
        return True
    return _is_end_after_word(text, start, i, following, language, final=final)


def skip_space(text: str, i: int) -> int:
    """Return the position after the space that begins at `i`, but not after a line end."""
    while i < len(text) and text[i].isspace() and text[i] != "\n":
        i += 1
    return i


def _is_east_asian(letter: str) -> bool:
    return _script(letter) == "cjk"


def _is_wide_end(text: str, i: int, end: int, *, final: bool) -> bool | None:
    if text[i] == "．" and text[i - 1 : i].isdigit():
        if end == len(text):
            return True if final else None
        return not text[end].isdigit()
    closed = end > i + 1 and text[end - 1] in "」』”’）"
    if not closed:
        return True
    if end == len(text):
        return True if final else None
    # 「はい。」と言った。
    return text[end] not in "とっ、，,。"


def _is_lower(text: str, i: int, *, final: bool) -> bool | None:
    """Return whether a word in lower case begins at `i`; names such as "iPhone" do not count."""
    if not text[i].islower() or "\u10d0" <= text[i] <= "\u10ff":  # Georgian has no capitals
        return False
    if i + 1 == len(text):
        return True if final else None
    return not text[i + 1].isupper()


def _is_end_after_word(text: str, start: int, i: int, following: int, language: str, *, final: bool) -> bool | None:
    """Return whether the full stop at `i` is one, rather than part of an abbreviation or of an ordinal number."""
    if _LIST_MARK.fullmatch(text, start, i + 1):
        return False
    token = _token_before(text, start, i)
    if not token or not (token[-1].isalnum() or unicodedata.category(token[-1])[0] == "M"):
        return True
    if token.isdecimal():
        return _is_end_after_number(text, start, i, token, following, language, final=final)
    if any(character in "+/\\@=&" for character in token):
        return True  # "Ctrl+S.", a path, an address
    if language in ORDINAL_LANGUAGES and _ROMAN.fullmatch(token):
        return _is_starter(text, following, language, final=final)
    script = script_of(token)
    if script == "thai":
        return len(token) > 4 and "." not in token
    known = abbreviations(script, language)
    lower = token.lower()
    last = re.split(r"[-.'’]", lower)[-1]
    initials = _initials(text, start, i)
    after_number = bool(re.search(r"\d[\s\u00a0]?$", text[start : i - len(token)]))
    if known.inner & {initials, lower, last}:
        return _is_starter(text, following, language, final=final) if after_number else False
    if known.closing & {lower, last} or initials or (script == "latin" and _is_street(last)):
        return _is_starter(text, following, language, final=final)
    if last in known.before_number:
        number = _is_number(text, following, final=final, roman=last != "no")
        return None if number is None else not number
    return True


def _token_before(text: str, start: int, i: int) -> str:
    """Return what stands before the full stop at `i` up to a space, without quotes and brackets before it."""
    first = i
    while first > max(start, i - _MAX_TOKEN) and not text[first - 1].isspace():
        first -= 1
    while first < i and text[first] in _OPENERS:
        first += 1
    return text[first:i].rpartition("(")[2].rpartition("—")[2]


def _is_street(word: str) -> bool:
    return word.endswith("str") and len(word) > 4


def _initials(text: str, start: int, i: int) -> str:
    """Return the single letters before the full stop at `i`, as in "J. R." or "z.B.", as "j.r" or "z.b"."""
    before = text[max(start, i - _MAX_TOKEN) : i]
    found = _SINGLE_LETTERS.search("".join(each for each in before if unicodedata.category(each)[0] != "M"))
    letters = re.findall(r"\w", found[1]) if found else []
    return ".".join(letters).lower() if all(map(_is_initial, letters)) else ""


def _is_initial(letter: str) -> bool:
    """Return whether a letter can be an initial: of a script with capitals, or Arabic or Hebrew."""
    return letter.isalpha() and (letter.lower() != letter.upper() or _script(letter) in ("arabic", "hebrew"))


def _is_end_after_number(
    text: str, start: int, i: int, number: str, following: int, language: str, *, final: bool
) -> bool | None:
    digit = text[following].isdecimal()
    if language == "ko" and digit:
        return False  # 2024. 3. 1.
    if len(number) > 3:
        return True
    ordinal = language in ORDINAL_LANGUAGES and len(number) <= 2
    if digit:
        if ordinal:
            return False
        end = following
        while end < len(text) and text[end].isdecimal():
            end += 1
        if end == len(text) and not final:
            return None
        short = len(number) <= 2
        first_of_date = short and end - following <= 2 and text[end : end + 1] == "."
        return not (first_of_date or (short and _is_second_of_date(text, start, i, number)))
    word = _next_word(text, following, final=final)
    if word is None:
        return None
    if word.text.lower() in ORDINAL_NOUNS and word.text[:1].isupper():
        return False
    return _is_starter(text, following, language, final=final) if ordinal else True


def _is_second_of_date(text: str, start: int, i: int, number: str) -> bool:
    before = text[start : i - len(number)].rstrip()
    return before.endswith(".") and bool(re.search(r"(?<!\d)\d{1,2}\.$", before))


def _next_word(text: str, i: int, *, final: bool) -> _Word | None:
    """Return the word at `i`, after quotes and brackets; None when more of it may arrive."""
    while i < len(text) and text[i] in _OPENERS:
        i += 1
    end = i
    while end < len(text) and (text[end].isalnum() or unicodedata.category(text[end])[0] == "M"):
        end += 1
    if end == len(text) and not final:
        return None
    return _Word(text[i:end], text[end : end + 1])


def _is_starter(text: str, i: int, language: str, *, final: bool) -> bool | None:
    """Return whether a word that begins sentences stands at `i`; an initial, as in "J. A.", does not."""
    word = _next_word(text, i, final=final)
    if word is None:
        return None
    starters = STARTERS.get(language, frozenset()) | DEFAULT_STARTERS.get(script_of(word.text), frozenset())
    return word.text.lower() in starters and not (len(word.text) == 1 and word.following == ".")


def _is_number(text: str, i: int, *, final: bool, roman: bool) -> bool | None:
    """Return whether a number stands at `i`: digits, maybe with a sign, or a Roman numeral or letter as in "Fig. B"."""
    while i < len(text) and text[i] in _NUMBER_SIGNS:
        i += 1
    if i == len(text):
        return False if final else None
    if text[i].isdecimal() or not text[i].isalpha():
        return text[i].isdecimal()
    word = _next_word(text, i, final=final)
    if word is None:
        return None
    letter = len(word.text) == 1 and word.text.isupper() and word.text not in "AI"
    return roman and (letter or bool(_ROMAN.fullmatch(word.text)))
