"""Spelling: the words of a text, and the characters of a word with names that can be spoken."""

from __future__ import annotations

import unicodedata

from edge_assistant.system.i18n import Translator, tr_noop, translator

_AROUND_WORDS = ".,;:!?…‥\"'`´“”„‟‘’‚‛«»‹›·¿¡؟،؛۔।॥。｡，、！？；：．「」『』【】《》〈〉"
_BRACKETS = {")": "(", "]": "[", "}": "{", "）": "（", ">": "<"}
_JOINER = "\u200d"
_INVISIBLE = frozenset(("Cc", "Cf", "Cs"))

_CAPITAL = tr_noop("capital {letter}")
_NAMES = {
    " ": tr_noop("space"),
    "\u00a0": tr_noop("space"),
    "-": tr_noop("hyphen"),
    "\u2010": tr_noop("hyphen"),
    "\u2011": tr_noop("hyphen"),
    "–": tr_noop("dash"),
    "—": tr_noop("dash"),
    "−": tr_noop("minus"),
    "_": tr_noop("underscore"),
    ".": tr_noop("dot"),
    ",": tr_noop("comma"),
    ":": tr_noop("colon"),
    ";": tr_noop("semicolon"),
    "!": tr_noop("exclamation mark"),
    "?": tr_noop("question mark"),
    "…": tr_noop("ellipsis"),
    "@": tr_noop("at sign"),
    "/": tr_noop("slash"),
    "\\": tr_noop("backslash"),
    "|": tr_noop("vertical bar"),
    "'": tr_noop("apostrophe"),
    "’": tr_noop("apostrophe"),
    "`": tr_noop("backquote"),
    '"': tr_noop("quotation mark"),
    "“": tr_noop("quotation mark"),
    "”": tr_noop("quotation mark"),
    "„": tr_noop("quotation mark"),
    "«": tr_noop("quotation mark"),
    "»": tr_noop("quotation mark"),
    "(": tr_noop("opening parenthesis"),
    ")": tr_noop("closing parenthesis"),
    "[": tr_noop("opening square bracket"),
    "]": tr_noop("closing square bracket"),
    "{": tr_noop("opening brace"),
    "}": tr_noop("closing brace"),
    "<": tr_noop("less-than sign"),
    ">": tr_noop("greater-than sign"),
    "=": tr_noop("equals sign"),
    "+": tr_noop("plus"),
    "*": tr_noop("asterisk"),
    "#": tr_noop("number sign"),
    "%": tr_noop("percent sign"),
    "&": tr_noop("ampersand"),
    "$": tr_noop("dollar sign"),
    "€": tr_noop("euro sign"),
    "£": tr_noop("pound sign"),
    "§": tr_noop("section sign"),
    "°": tr_noop("degree sign"),
    "^": tr_noop("caret"),
    "~": tr_noop("tilde"),
    "•": tr_noop("bullet"),
    "·": tr_noop("middle dot"),
    "×": tr_noop("multiplication sign"),
    "©": tr_noop("copyright sign"),
    "®": tr_noop("registered sign"),
    "™": tr_noop("trade mark sign"),
}
_SUPERSCRIPT, _SUBSCRIPT = tr_noop("superscript {character}"), tr_noop("subscript {character}")


def words_of(text: str) -> list[str]:
    """Return the words of a text in order, as they can be spelled: without the punctuation around them.

    What is inside a word stays, as in file names, addresses and numbers.
    """
    return [word for token in text.split() if (word := _without_punctuation(token))]


def _without_punctuation(token: str) -> str:
    if not any(character.isalnum() for character in token):
        return ""
    before = None
    while token != before:
        before = token
        token = token.rstrip(_AROUND_WORDS)
        # The dot of ".txt" belongs to the word.
        while token[0] in _AROUND_WORDS and not (token[0] == "." and token[1:2].isalnum()):
            token = token[1:]
        for closing, opening in _BRACKETS.items():
            if token.endswith(closing) and token.count(opening) < token.count(closing):
                token = token[:-1]
            if token.startswith(opening) and token.count(opening) > token.count(closing):
                token = token[1:]
            if token[0] == opening and _closing_index(token, closing) == len(token) - 1:
                token = token[1:-1]
    return token


def _closing_index(token: str, closing: str) -> int:
    """Return where the bracket that the token begins with is closed; -1 when it is not."""
    depth = 0
    for i, character in enumerate(token):
        depth += (character == token[0]) - (character == closing)
        if depth == 0:
            return i
    return -1


def spell(word: str, language: str | None) -> list[str]:
    """Return what is said for each character of `word`, capitals and punctuation by name; spaces count.

    `language` is that of the answer; in one that we do not speak the voice names the characters by itself.
    Letters with their marks, and emoji of several characters, count as one character.
    """
    words = translator(language)
    return [_name(character, words) for character in characters(word)]


def characters(word: str) -> list[str]:
    """Split a text into what is seen as one character each, without what is invisible."""
    characters: list[str] = []
    for character in unicodedata.normalize("NFC", word):
        joined = characters and (unicodedata.category(character)[0] == "M" or characters[-1].endswith(_JOINER))
        if joined or (character == _JOINER and characters):
            characters[-1] += character
        elif unicodedata.category(character) not in _INVISIBLE:
            characters.append(character)
    return characters


def _name(character: str, words: Translator | None) -> str:
    if words is None:
        return character
    if character in _NAMES:
        return words(_NAMES[character])
    # Letters of scripts without capitals are no capitals: "ª".lower() == "ª".upper().
    if character.isupper() and character.lower() != character:
        return words(_CAPITAL, letter=character)
    decomposition = unicodedata.decomposition(character) if len(character) == 1 else ""
    for kind, message in (("<super> ", _SUPERSCRIPT), ("<sub> ", _SUBSCRIPT)):
        if decomposition.startswith(kind):
            return words(message, character=unicodedata.normalize("NFKC", character))
    return character
