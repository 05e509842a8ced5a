"""What our own voice is given in place of a text: digits one by one, and words for signs that voices leave out.

A screen reader gets the text as written: its own settings, and braille, hold. What espeak-ng 1.51 leaves out was read
from its phonemes: raised digits, "<" and ">", "^", "‰", in German also "*" and "/", and digits that are not ASCII.
"""

from __future__ import annotations

import re
import unicodedata

from edge_assistant.system.i18n import Translator, tr_noop, tr_noop_count, translator
from edge_assistant.text.math_words import MathWords

LEAST_DIGITS = 5
"""So many digits in a row are spoken one by one."""

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱ"
_NOT_RAISED = str.maketrans(_RAISED, "0123456789+−ni")
_NUMBER = r"(?<!\d)\d+(?:[.,]\d+)*"
# After a longer word, or as a 1, a raised number is that of a footnote. Brackets around words have no power either.
_BASE = rf"[^\W\d_]{{1,2}}|{_NUMBER}|\((?:(?![^\W\d_]{{3}})[^()])*\)"
_POWER = re.compile(rf"(?<![^\W\d_])({_BASE})(?!¹(?!\w))([{_RAISED}]+)(?!\w)")
_TYPED_POWER = re.compile(rf"(?<![\w^*])([^\W\d_]|{_NUMBER})(?:\^|\*\*)([-−]?\d+|[^\W\d_])(?![\w^*])")
_UNITS = {
    "mm²": tr_noop_count("square millimeter", "square millimeters"),
    "cm²": tr_noop_count("square centimeter", "square centimeters"),
    "m²": tr_noop_count("square meter", "square meters"),
    "km²": tr_noop_count("square kilometer", "square kilometers"),
    "mm³": tr_noop_count("cubic millimeter", "cubic millimeters"),
    "cm³": tr_noop_count("cubic centimeter", "cubic centimeters"),
    "m³": tr_noop_count("cubic meter", "cubic meters"),
    "km/h": tr_noop_count("kilometer per hour", "kilometers per hour"),
    "m/s": tr_noop_count("meter per second", "meters per second"),
    "µm": tr_noop_count("micrometer", "micrometers"),
    "µg": tr_noop_count("microgram", "micrograms"),
    "µs": tr_noop_count("microsecond", "microseconds"),
    "kWh": tr_noop_count("kilowatt hour", "kilowatt hours"),
}
_UNIT_NAMES = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_UNIT = re.compile(rf"(?<![\w.,])({_NUMBER})[ \u00a0\u202f]?({_UNIT_NAMES})(?!\w)")
_PER_UNIT = re.compile(r"(?:(?<=[^\W\d_]\s)|(?<=/))(?:[ck]?m|mm)[²³](?!\w)")
_COMPARISON = re.compile(r"(?<![\w<>=\-])(<=|>=|[<>≤≥])[ \u00a0]?(?=[-−+]?\d)|(?<=\w)(<=|>=|[<>≤≥])(?=[-−+]?\d)")
_OPEN_ANGLE = re.compile(r"<[^\s<>]*\Z")
_COMPARISONS = {"<=": "≤", ">=": "≥"}
_PRODUCT = re.compile(rf"({_NUMBER})[ \u00a0]?[*·⋅][ \u00a0]?(?={_NUMBER})")
_SLASH = re.compile(r"(?<![\w/.])(\d{1,4})/(?=\d{1,4}(?![\w/]))")
_TILDE = re.compile(r"(?<![\w/~])~[ \u00a0]?(?=\d)")
# A sign, not a mark between two numbers or parts of a sentence. Voices say "-5" behind a space, but not "(-5)".
_MINUS = re.compile(
    r"−(?=\d)|(?<![^\s(\[{=<>≤≥≈~:/×])[-–](?=\d)"
    r"|(?:^|(?<=[=<>≤≥≈] )|(?<=[^\W\d_]{2} ))[-−–][ \u00a0](?=\d+(?:[.,]\d+)?[ \u00a0\u202f]?°)"
)
_ABOUT, _SLASH_WORD, _PER_MILLE = tr_noop("about"), tr_noop("slash"), tr_noop("per mille")
_THOUSANDS = re.compile(r"(?<![\w.,])(\d{1,3})((?:[\u00a0\u2009\u202f]\d{3})+)(?!\d)")

# Groups that are one number: bank accounts, cards, telephones, ISBN.
_SPACE = "[ \u00a0\u2009\u202f]"
_IBAN = re.compile(rf"(?<!\w)[A-Z]{{2}}\d{{2}}(?:{_SPACE}?[A-Z0-9]{{4}}){{2,7}}(?:{_SPACE}?[A-Z0-9]{{1,3}})?(?!\w)")
_CARD = re.compile(rf"(?<![\w.,])\d{{4}}({_SPACE}|-)\d{{4}}(?:\1\d{{4}}){{2,3}}(?:\1\d{{1,3}})?(?![\w.,]*\d)")
_TELEPHONE = re.compile(
    rf"(?<![\w.,/])(?:\+\d{{1,3}}|\(0\d{{1,5}}\)|0\d{{1,5}}|\(\d{{3}}\)(?={_SPACE}\d{{3}}-))(?!\d)"
    rf"(?:{_SPACE}?[-/–]{_SPACE}?|{_SPACE}|(?<=\)))\(?\d{{1,12}}(?!\d)\)?"
    rf"(?:(?:{_SPACE}|[-–]|(?<=\)))\(?\d{{1,12}}(?!\d)\)?){{0,5}}(?![\w.,:/]*\d)"
    r"|(?<![\w.])0\d(?:\.\d\d){4}(?![\w.]*\d)"
)
_HYPHENATED = re.compile(r"(?<![\w.,/-])\d+(?:-[\dX]+){2,5}(?![\w-])")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_DATE = re.compile(r"\d{1,4}([-./])\d{1,2}\1\d{1,4}")
_LEAST_IN_GROUPS = 7

_TOKEN = re.compile(r"[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*")
_CHANGE = re.compile(r"(?<=\d)(?=[A-Za-z])|(?<=[A-Za-z])(?=\d)")
_LEAST_CHANGES = 4
"""So many changes between letters and digits are in a serial number that is spoken by characters, such as A1B2C."""
_WORD, _HEX = re.compile(r"[A-Za-z]{4}"), re.compile(r"[0-9a-fA-F-]+")
_SIZE = re.compile(r"\d+(?:x\d+)+|(?:\d+[a-z])+")
_RUN = re.compile(rf"\d{{{LEAST_DIGITS},}}")
_BESIDE_RUN = re.compile(rf"(?<=\d) (?=\d{{{LEAST_DIGITS}}})|(?<=\d{{{LEAST_DIGITS}}}) (?=\d)")
_CTRL, _SHIFT = tr_noop("ctrl"), tr_noop("shift")
_KEYS = re.compile(r"\b(?:[Cc]trl|Strg)(\+[Ss]hift)?\b")
"""Keys as they are written in settings, and on German keyboards: a German voice spells them."""
_MAY_CHANGE = re.compile(
    rf"Strg|[Cc]trl|\d{{{LEAST_DIGITS}}}|\d[ \-/.()]+\d|\d[A-Za-z]|[A-Za-z]\d|[*^<>~/]|- ?\d|\d ?[km]"
)


def spoken_form(text: str, language: str | None) -> str:
    """Return how our own voice is to speak a sentence in `language`, a code such as "de", by default the person's own.

    In a language that we have no words for, digits are spoken one by one all the same.
    """
    if not text.isascii():  # every voice knows ASCII digits
        text = "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in text)
    elif not _MAY_CHANGE.search(text):
        return text
    if words := translator(language):
        text = _with_words(text, words, MathWords(language))
    for pattern in (_IBAN, _CARD, _TELEPHONE, _HYPHENATED):
        text = pattern.sub(_spell_groups, text)
    text = _BESIDE_RUN.sub(", ", _TOKEN.sub(_spell_serial, text))
    return _RUN.sub(_spell_run, text)


def _with_words(text: str, words: Translator, mathematics: MathWords) -> str:
    """Put signs that voices leave out into words, and the marks between thousands into those of the language."""
    text = text.replace("μ", "µ") if "μ" in text and re.search(r"\d\s?μ[mgs]\b", text) else text
    text = _THOUSANDS.sub(lambda found: found[1] + re.sub(r"\s", words("1,000.5")[1], found[2]), text)
    text = _UNIT.sub(lambda found: f"{found[1]} {words.count(_UNITS[found[2]], 1 if found[1] == '1' else 2)}", text)
    text = _PER_UNIT.sub(lambda found: words.count(_UNITS[found[0]], 1) if found[0] in _UNITS else found[0], text)
    text = _POWER.sub(lambda found: mathematics.power(found[1], found[2].translate(_NOT_RAISED)), text)
    text = _TYPED_POWER.sub(lambda found: mathematics.power(found[1], found[2]), text)
    text = _COMPARISON.sub(lambda found: _comparison(found, mathematics), text)
    text = _PRODUCT.sub(lambda found: f"{found[1]} {mathematics.sign('×')} ", text)
    text = _SLASH.sub(lambda found: f"{found[1]} {words(_SLASH_WORD)} ", text)
    text = _TILDE.sub(f"{words(_ABOUT)} ", text)
    text = _MINUS.sub(f"{mathematics.sign('−')} ", text)
    if words(_CTRL) != _CTRL:
        text = _KEYS.sub(lambda found: f"{words(_CTRL)}+{words(_SHIFT)}" if found[1] else words(_CTRL), text)
    return re.sub(r"\s?‰", f" {words(_PER_MILLE)}", text)


def _comparison(found: re.Match[str], mathematics: MathWords) -> str:
    sign = found[1] or found[2]
    if sign == ">" and _OPEN_ANGLE.search(found.string, 0, found.start()):
        return found[0]  # it closes a name in angle brackets
    words = mathematics.sign(_COMPARISONS.get(sign, sign)).removeprefix(", ")
    return f"{words} " if found[1] else f" {words} "


def _spell_groups(found: re.Match[str]) -> str:
    text = found[0]
    groups = re.findall(r"[0-9A-Z]+", text)
    values = all(map(_YEAR.fullmatch, groups)) or all(group.endswith("0") for group in groups)  # those of an axis, say
    if values or sum(map(str.isdigit, text)) < _LEAST_IN_GROUPS or _DATE.fullmatch(text):
        return text
    return ("+ " if text.startswith("+") else "") + ", ".join(map(_spaced, groups))


def _spell_serial(found: re.Match[str]) -> str:
    token = found[0]
    words = _WORD.search(token) and not _HEX.fullmatch(token)
    if words or len(_CHANGE.findall(token)) < _LEAST_CHANGES or _SIZE.fullmatch(token):
        return token
    return ", ".join(map(_spaced, token.split("-")))


def _spell_run(found: re.Match[str]) -> str:
    text, start, end = found.string, found.start(), found.end()
    before = " " if text[start - 1 : start].isalpha() else ""
    after = " " if text[end : end + 1].isalpha() else ""
    return f"{before}{' '.join(found[0])}{after}"


def _spaced(group: str) -> str:
    """Return the characters of a group one by one; a pause keeps "A" from being taken for the article."""
    return " ".join(f"{each}," if each in "Aa" and i + 1 < len(group) else each for i, each in enumerate(group))
