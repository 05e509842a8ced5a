"""Where sentences end: marks, abbreviations, initials, ordinal numbers and dates, in many languages and scripts."""

from __future__ import annotations

import re
from typing import NamedTuple

from edge_assistant.text.abbreviations import (
    DEFAULT_STARTERS,
    ORDINAL_LANGUAGES,
    ORDINAL_NOUNS,
    STARTERS,
    abbreviations,
)
from edge_assistant.text.scripts import KANA, is_mark, script_of

UNSTOPPED_SCRIPTS = frozenset(("THAI", "LAO"))
"""Scripts that have no full stops; a space ends what is said."""

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
_FIRST_NUMBER = re.compile(r"\s*(\d{1,2})\.\s+\S")
_ITEM_NUMBER = re.compile(r"\s+(\d{1,2})$")
_ROMAN = re.compile(rf"(?=..){_ROMAN_NUMBER}")
_SINGLE_LETTERS = re.compile(r"(?:^|[\s(\[—–]|(?<!\w)[\"'“„‘‚«»‹›]|(?<=\w)-)((?:[^\W\d_]\.[\s-]?)*[^\W\d_])$")
_LETTER_BEFORE = re.compile(r"(?:^|(?<=\s))([^\W\d_])\.\s?$")
_NUMBER_SIGNS = "+(#№-−–~§&"
_EAST_ASIAN = KANA | {"HAN"}
_EAST_ASIAN_OPENERS = frozenset("「『“（《【〈")
_MAX_TOKEN = 40
"""The most characters of a token that can be an abbreviation."""


class _Word(NamedTuple):
    """The word after a mark: itself, and the character that ends it, empty at the end of the text."""

    text: str
    following: str


def first_script(text: str) -> str:
    """Return the script of the first letter, such as "LATIN", empty without any."""
    return next(filter(None, map(script_of, text)), "")


def may_end(text: str, i: int) -> bool:
    """Return whether the character at `i` is a mark that may end a sentence."""
    character = text[i]
    return character in MARKS or character in WIDE_MARKS or (character == _GREEK_QUESTION_MARK and _is_greek(text, i))


def _is_greek(text: str, i: int) -> bool:
    """Return whether the mark at `i` follows a Greek word, of two letters at least: "α; β" may be mathematics."""
    word = text[max(i - 2, 0) : i].rstrip("\"'”’»)")
    return len(word) == 2 and all(script_of(letter) == "GREEK" for letter in word)


def after_marks(text: str, i: int) -> int:
    """Return the end of the marks, closing quotes, brackets and footnotes that begin at `i`."""
    end = i + 1
    while end < len(text):
        if text[end] in MARKS or text[end] in WIDE_MARKS or (text[end] in _CLOSERS and _closes(text, i, end)):
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


def _closes(text: str, i: int, end: int) -> bool:
    """Return whether the quotation mark at `end` closes; where no space is written, another quote may begin there."""
    if text[i] not in WIDE_MARKS:
        return True
    return text[end] not in "“‘«‹„" and (text[end] != '"' or text.count('"', 0, end) % 2 == 1)


def list_item_before(text: str, start: int, i: int, language: str) -> int | None:
    """Return where the item ends that stands before the number at the full stop at `i`: "1. Save 2. Cancel"."""
    number = _ITEM_NUMBER.search(text, start, i)
    if number is None or text[i] != "." or not text[i + 1 : i + 2].isspace():
        return None
    before = text[start : number.start()]
    if before.endswith(":") and number[1] == "1":
        return number.start()
    first = _FIRST_NUMBER.match(before)
    word = re.search(r"\w*$", before)
    if first is None or (word and word[0].lower() in STARTERS.get(language, frozenset())):
        return None
    return number.start() if int(number[1]) == int(first[1]) + 1 else None


def is_end(text: str, start: int, i: int, end: int, language: str, *, final: bool) -> bool | None:
    """Return whether the mark at `i`, with what `after_marks` found up to `end`, ends the sentence from `start` on.

    `language` is a code without a country, empty where it is not known.
    None: that depends on text that has not arrived; never when `final`.
    """
    following = skip_space(text, end)
    if text[i] in WIDE_MARKS:
        return _is_wide_end(text, i, end, final=final)
    if end < len(text) and not text[end].isspace():
        if text[end] == "[" and not final and re.fullmatch(r"\[\d{0,3}", text[end:]):
            return None  # a footnote, perhaps
        between = text[i] != "…" and i > start and _is_east_asian(text[i - 1])
        return between and (_is_east_asian(text[end]) or text[end] in _EAST_ASIAN_OPENERS)
    if following == len(text):
        return True if final else None
    if text[following] == "\n":
        return True
    if text[following] in MARKS:  # ". . ."; not ". .NET"
        if following + 1 == len(text):
            return True if final else None
        return not text[following + 1].isspace() and text[following + 1] not in MARKS
    lower = _goes_on_in_lower_case(text, following, final=final)
    if lower is not False:
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
    return script_of(letter) in _EAST_ASIAN


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


def _goes_on_in_lower_case(text: str, i: int, *, final: bool) -> bool | None:
    """Return whether a word in lower case begins at `i`, or after a dash there; names such as "iPhone" do not count."""
    if text[i] in "–—":
        i = skip_space(text, i + 1)
        if i == len(text):
            return False if final else None
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
    if not token or not (token[-1].isalnum() or is_mark(token[-1])):
        return True
    if token.isdecimal():
        return _is_end_after_number(text, start, i, token, following, language, final=final)
    if any(character in "+/\\@=&" for character in token):
        return True  # "Ctrl+S.", a path, an address
    if language in ORDINAL_LANGUAGES and _ROMAN.fullmatch(token):
        return _is_starter(text, following, language, final=final)
    script = first_script(token)
    if script in UNSTOPPED_SCRIPTS:
        return len(token) > 4 and "." not in token
    known = abbreviations(script, language)
    lower = token.lower()
    last = re.split(r"[-.'’]", lower)[-1]
    initials = _initials(text, start, i)
    after_number = bool(re.search(r"\d[\s\u00a0]?$", text[start : i - len(token)]))
    letter = _LETTER_BEFORE.search(text, start, i - len(token))
    lower = f"{letter[1]}.{token}".lower() if letter else lower  # "p. ej."
    if known.inner & {initials, lower, last}:
        return _is_starter(text, following, language, final=final) if after_number else False
    if known.closing & {lower, last} or initials or (script == "LATIN" and _is_street(last)):
        return _is_starter(text, following, language, final=final)
    if last in known.before_number:
        number = _is_number(text, following, final=final, roman=last != "no")
        if number is None or number:
            return None if number is None else False
        word = _next_word(text, following, final=final)
        # "Fri. Jan. 3"
        return None if word is None else not (word.following == "." and word.text.lower() in known.before_number)
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
    found = _SINGLE_LETTERS.search("".join(each for each in before if not is_mark(each)))
    letters = re.findall(r"\w", found[1]) if found else []
    return ".".join(letters).lower() if all(map(_is_initial, letters)) else ""


def _is_initial(letter: str) -> bool:
    """Return whether a letter can be an initial: of a script with capitals, or Arabic or Hebrew."""
    return letter.isalpha() and (letter.lower() != letter.upper() or script_of(letter) in ("ARABIC", "HEBREW"))


def _is_end_after_number(
    text: str, start: int, i: int, number: str, following: int, language: str, *, final: bool
) -> bool | None:
    digit = text[following].isdecimal()
    if language == "ko" and (digit or _is_second_of_date(text, start, i, number)):
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
    while end < len(text) and (text[end].isalnum() or is_mark(text[end])):
        end += 1
    if end == len(text) and not final:
        return None
    return _Word(text[i:end], text[end : end + 1])


def _is_starter(text: str, i: int, language: str, *, final: bool) -> bool | None:
    """Return whether a word that begins sentences stands at `i`; an initial, as in "J. A.", does not."""
    word = _next_word(text, i, final=final)
    if word is None:
        return None
    starters = STARTERS.get(language, frozenset()) | DEFAULT_STARTERS.get(first_script(word.text), frozenset())
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
