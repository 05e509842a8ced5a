"""What an answer claims to have read in the picture: quoted text, numbers of four or more digits, names of buttons."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Literal

ClaimKind = Literal["quotation", "number", "button"]

LEAST_DIGITS = 4
"""A number with fewer digits may be a count, which no text confirms; with a separator, three are enough."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A text that the answer says is in the picture. `denied`: the answer says that it is not there."""

    text: str
    kind: ClaimKind
    denied: bool = False


_QUOTATION = re.compile(
    r"“([^“”„]+)”|„([^“”„]+)[“”]|»([^«»]+)«|«([^«»]+)»|‹([^‹›]+)›|›([^‹›]+)‹|「([^「」]+)」|『([^『』]+)』"
    r"|《([^《》]+)》|(?<!\d)\"([^\"\n]+)\"|`([^`\n]+)`|(?<!\w)‘((?:[^‘’\n]|’(?=\w))+)’(?!\w)|‚([^‚‘’\n]+)[‘’]"
    r"|(?<!\w)'(?=\S)((?:[^'\n]|'(?=\w))+)(?<=\S)'(?!\w)"
)
"""Marks in pairs, of all usual forms, and those of one form on one line only; an apostrophe within a word is none, and
neither is a mark for inches.
"""

_DIGIT = "[0-9\uff10-\uff19]"
_JOINT = r"(?:[.,:;/'’_\-–‑\u2009\u202f\xa0]|\.\s?(?=" + _DIGIT + r"{1,4}\b)|\s?[-–/]\s?)"
_NUMBER = re.compile(rf"(?<![\w])[+(]?{_DIGIT}+(?:\)?{_JOINT}{_DIGIT}+|\)\s?{_DIGIT}+|\s{_DIGIT}+)*")
"""Digits, with separators between them; groups behind spaces are looked at by `_split_groups`."""
_CODE = re.compile(rf"(?=\w*{_DIGIT}{{4}})\w*[^\W\d_]\w*")
"""A word of letters and at least four digits in a row, such as 0x80070005 or KB5034441."""

_BUTTON_WORD = (
    r"(?:buttons?|push[ -]?buttons?|schaltflächen?|schaltknopf|schaltknöpfe|knopf|knöpfe|tasten?"
    r"|boutons?|botón|botones|pulsanti|pulsante|botão|botões|knoppen|knop|knapp(?:en)?|przyciski?|tlačítk[oa])"
)
_LABELLED = (
    r"(?:\s*:|\s+(?:are|is|sind|ist|heißt|heißen|lautet|lauten|sont|est|son|es|sono|è)(?:\s*:)?"
    r"|,?\s+(?:label(?:l)?ed|called|named|marked|reading|saying|titled|that\s+(?:says|reads)|which\s+says"
    r"|for|für|with\s+the\s+(?:text|label|name|words?)|namens|mit\s+(?:dem\s+Namen|der\s+(?:Beschriftung|Aufschrift)|dem\s+Text)"
    r"|beschriftet\s+mit|mit\s+Namen|intitulé|nommé|llamado|denominado|chiamato|denominato))?"
)
_NAME = r"[A-ZÀ-ÖØ-ÞŁŚŻŹĆŠČŘŽ][\w'’&-]*(?:\s+[A-ZÀ-ÖØ-ÞŁŚŻŹĆŠČŘŽ][\w'’&-]*){0,3}(?:…|\.\.\.)?"
_AND = r"(?:\s*,\s*(?:(?:and|und|or|oder|et|y|e|i|a)\s+)?|\s+(?:and|und|or|oder|et|y|e|i|a)\s+)"
_NAMES = rf"(?:{_NAME}(?:{_AND}(?:(?:an?|the|eine?|die|der|das)\s+)?{_NAME})*)"
_BEHIND = re.compile(rf"(?i:\b{_BUTTON_WORD}\b)(?i:{_LABELLED})\s+(?:(?:the|der|die|das)\s+)?({_NAMES})")
_BEFORE = re.compile(rf"({_NAMES})(?:[\s-]+)(?i:{_BUTTON_WORD})\b")
_SPLIT = re.compile(_AND)
_NO_NAME = re.compile(
    r"a|an|the|this|that|these|those|its|their|his|her|your|my|our|one|two|three|four|five|six|"
    r"seven|eight|nine|ten|each|every|all|both|no|another|other|any|some|there|it|he|she|they|"
    r"press|click|choose|select|use|push|tap|next|below|above|and|or|with|of|in|on|at|to|for|"
    r"from|by|as|only|also|here|if|when|then|default|blue|red|green|grey|gray|white|black|large|"
    r"small|big|primary|cancelled|disabled|enabled|first|second|third|last|radio|option|toggle|der|"
    r"die|das|ein|eine|einer|einen|eines|einem|den|dem|des|dieser|diese|dieses|zwei|drei|vier|"
    r"fünf|sechs|sieben|acht|neun|zehn|jede|jeder|jedes|alle|beide|kein|keine|keinen|es|sie|er|"
    r"drücke|drücken|klicke|klicken|wähle|wählen|oben|unten|links|rechts|rechte|linke|obere|untere|"
    r"im|am|auf|mit|und|oder|von|zum|zur|le|la|les|un|une|el|los|las|una|il|lo|gli|i"
)
"""Words that begin a sentence or describe, and name no button, in small letters."""

_DENIAL = re.compile(
    r"(?i)\b(?:there\s+(?:is|are|was|were)\s+(?:no|not|neither)|no|without|(?:can\s?not|can't|do(?:es)?\s+not|don't|doesn't)"
    r"\s+(?:see|find|have|show|contain)|not\s+(?:see|find|have)|kein(?:e|en|em|er|es)?|ohne|nicht\s+zu\s+sehen|pas\s+de"
    r"|aucun(?:e)?|ning[uú]n[ao]?|nessun[ao]?)\b[\s\w-]{0,40}$"
)
"""What says, right before a name, that it is not there."""


def claims_of(answer: str) -> tuple[Claim, ...]:
    """Return what an answer, as it is spoken, claims to have read; each claim once, in the answer's order."""
    found: list[tuple[int, Claim]] = []
    covered: list[tuple[int, int]] = []
    for match in _QUOTATION.finditer(answer):
        text = next(group for group in match.groups() if group is not None).strip()
        covered.append(match.span())
        for part in _parts_of_quotation(text):
            found.append((match.start(), Claim(part, "quotation", _is_denied(answer, match.start()))))
    rest = _blank_out(answer, covered)
    for start, text in numbers_in(rest):
        found.append((start, Claim(text, "number", _is_denied(answer, start))))
    for start, text in _buttons(rest):
        found.append((start, Claim(text, "button", _is_denied(answer, start))))
    found.sort(key=lambda each: each[0])
    return tuple(dict.fromkeys(claim for _, claim in found))


def _parts_of_quotation(text: str) -> list[str]:
    """Return the parts of a quoted text: its lines, and what is between dots that stand for what was left out."""
    parts = [part.strip(" .,;:!?–-…") for part in re.split(r"…|\.{3}|\[…\]|\s*\n\s*", text)]
    return [part for part in parts if sum(map(str.isalnum, part)) >= 2]


def numbers_in(text: str) -> list[tuple[int, str]]:
    """Return the numbers of four or more digits in a text, with their separators, and where each begins."""
    found: list[tuple[int, str]] = []
    for match in _NUMBER.finditer(text):
        for start, number in _split_groups(match[0]):
            digits = sum(map(str.isdigit, number))
            separated = re.search(r"\d[.,:]\d", number) is not None
            follows = text[match.start() + start + len(number) :][:1]
            if (digits >= LEAST_DIGITS or (separated and digits == LEAST_DIGITS - 1)) and not follows.isalpha():
                found.append((match.start() + start, number))
    found += [(match.start(), match[0]) for match in _CODE.finditer(text)]
    return found


def _split_groups(number: str) -> list[tuple[int, str]]:
    """Split what spaces join into the numbers that it is: groups of thousands or of a long number stay together."""
    groups = [(match.start(), match[0]) for match in re.finditer(r"\S+", number)]
    if len(groups) == 1:
        return [(0, number.strip())]
    lengths = [sum(map(str.isdigit, group)) for _, group in groups]
    thousands = lengths[0] <= 3 and all(length == 3 for length in lengths[1:-1]) and groups[-1][1][:3].isdigit()
    thousands = thousands and re.fullmatch(r"\d{3}([.,]\d+)?", groups[-1][1]) is not None
    even = len(set(lengths[:-1])) == 1 and lengths[-1] <= lengths[0] and len(groups) > 2
    phone = number[:1] in "+0("
    if thousands or even or phone:
        return [(groups[0][0], number.strip())]
    return groups


def _buttons(text: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for pattern in (_BEHIND, _BEFORE):
        for match in pattern.finditer(text):
            for name in _SPLIT.split(match[1]):
                words = [word for word, _ in itertools.groupby(name.split())]
                while words and _NO_NAME.fullmatch(words[0].lower()):
                    del words[0]
                if words and sum(map(str.isalnum, "".join(words))) > 1:
                    found.append((match.start(1), " ".join(words)))
    return found


def _is_denied(answer: str, start: int) -> bool:
    return _DENIAL.search(answer[max(0, start - 80) : start]) is not None


def _blank_out(text: str, spans: list[tuple[int, int]]) -> str:
    """Return the text, as long as before, with a mark in place of what has been looked at."""
    for start, end in spans:
        text = text[:start] + "|" * (end - start) + text[end:]
    return text
