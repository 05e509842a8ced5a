"""Which language each part of a text is in, so that a voice that knows it speaks it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from edge_assistant.text.language_evidence import guess_by_letters, hits, is_known, sure_language
from edge_assistant.text.scripts import DEFAULT_LANGUAGES, KANA, base_of, is_mark, script_of, scripts_of

Runs = list[tuple[str, str]]
"""Parts of a text with the code of their language; joined they are the text."""

# Alphabets whose letters are mixed within a word: look-alikes, and Greek letters as symbols ("kΩ", "Δt").
_MIXED = frozenset(("LATIN", "CYRILLIC", "GREEK"))
# Cyrillic letters that look like Latin ones: one of them alone is more often a misread letter than a word.
_LOOKALIKES = frozenset("АВЕКМНОРСТХаеорсухіІјЈѕЅ")
_SYMBOL_LETTERS = 2  # words of so few Greek letters are symbols in other languages
_ABBREVIATION = 5  # capitals up to this number, such as USB, are known to every voice
# Blocks without letters of other scripts: Latin ones, punctuation, symbols, emoji.
_NOT_LATIN = re.compile("[^\\x00-\u024f\u1e00-\u1eff\u2000-\u2bff\U0001f000-\U0001faff]")
_QUOTED = re.compile('“[^“”]+”|„[^„“”]+[“”]|«[^«»]+»|»[^«»]+«|"[^"]+"|‹[^‹›]+›|「[^「」]+」')

_OPENING_QUOTES = ("“", "„", "«", "»", '"', "‹", "「", "『")
_FOREIGN_LETTERS = 4
"""So many letters of another script make a text one in another language."""


@dataclass(slots=True)
class _Word:
    """Letters without a gap; positions are those in the text."""

    start: int
    end: int
    script: str
    letters: int


def split_by_language(text: str, language: str) -> Runs:
    """Split a text into runs of one language each; `language` is the code of the one that is expected.

    A script that this language is not written in gets the language it is most likely in. Within one script another
    language is told only from a whole sentence or quotation, and only when it is sure. Digits, punctuation and space
    go with their neighbour; single foreign letters and units do not count.
    """
    runs: Runs = []
    for part, code in _by_script(text, language):
        for piece, piece_code in _by_quotation(part, code):
            if runs and runs[-1][1] == piece_code:
                runs[-1] = (runs[-1][0] + piece, piece_code)
            else:
                runs.append((piece, piece_code))
    return runs


def is_other_language(text: str, language: str) -> bool:
    """Return whether most of the text is in another script than this language's, or surely in another language.

    Quotations do not count, nor do a few letters.
    """
    own = _QUOTED.sub(" ", text).strip()
    if own.startswith(_OPENING_QUOTES):
        return False
    letters = sum(map(str.isalpha, own))
    foreign = sum(sum(map(str.isalpha, run)) for run, code in split_by_language(own, language) if code != language)
    return (foreign >= _FOREIGN_LETTERS and foreign > letters / 2) or sure_language(own, language) is not None


class Sentence(str):
    """A sentence that knows its language, to be spoken again later; None is the language of our own sentences."""

    __slots__ = ("language",)
    language: str | None

    def __new__(cls, text: str, language: str | None) -> Sentence:
        """Make a sentence in the language with this code."""
        sentence = super().__new__(cls, text)
        sentence.language = language
        return sentence


def language_of(text: str) -> str | None:
    """Return the language of a Sentence, None for other text."""
    return text.language if isinstance(text, Sentence) else None


class LanguageTracker:
    """The language of each sentence of an answer, which is expected in `language`.

    With `follow`, for text that is read, the language of a sentence stays for those after it that show none.
    """

    def __init__(self, language: str, *, follow: bool) -> None:
        self._expected = self._current = language
        self._follow = follow

    def language_of(self, sentence: str) -> str:
        """Return the code of the language of the next sentence."""
        if not self._follow:
            return self._expected
        script = _main_script(sentence)
        if script and script not in scripts_of(self._current):
            written_so = script in scripts_of(self._expected)
            self._current = self._expected if written_so else _guess(script, sentence)
        elif base_of(self._current) != base_of(self._expected):
            counts = hits(sentence)
            if counts.get(base_of(self._expected), 0) > counts.get(base_of(self._current), 0):
                self._current = self._expected
            elif script not in scripts_of(self._expected):
                self._current = guess_by_letters(sentence, self._current)
        if is_known(self._current):
            self._current = sure_language(sentence, self._current) or self._current
        if base_of(self._current) == base_of(self._expected):
            self._current = self._expected
        return self._current


def _by_script(text: str, language: str) -> Iterator[tuple[str, str]]:
    own = scripts_of(language)
    if "LATIN" in own and not _NOT_LATIN.search(text):
        yield text, language
        return
    words = _words(text)
    runs = _foreign_runs(text, words, own)
    position = 0
    for first, last, code in runs:
        start = first.start
        while start > position and not text[start - 1].isspace() and not script_of(text[start - 1]):
            start -= 1  # an opening quotation mark, or the digits of "2024年"
        end = last.end
        while end < len(text) and not text[end].isspace() and not script_of(text[end]):
            end += 1
        if start > position:
            yield text[position:start], language if _has_words(text[position:start]) else code
        yield text[start:end], code
        position = end
    if position < len(text):
        rest = text[position:]
        yield rest, runs[-1][2] if runs and not _has_words(rest) else language


def _words(text: str) -> list[_Word]:
    words: list[_Word] = []
    for position, character in enumerate(text):
        script = script_of(character)
        if not script:
            if words and words[-1].end == position and is_mark(character):
                words[-1].end += 1
            continue
        last = words[-1] if words and words[-1].end == position else None
        if last is not None and (script == last.script or (script in _MIXED and last.script in _MIXED)):
            last.end += 1
            last.letters += 1
        else:
            words.append(_Word(position, position + 1, script, 1))
    for word in words:
        if word.script in _MIXED:
            word.script = _majority(text[word.start : word.end])
    return words


def _foreign_runs(text: str, words: list[_Word], own: frozenset[str]) -> list[tuple[_Word, _Word, str]]:
    """Return the first and the last word of each run in another script, and its language."""
    kana = sum(script_of(character) in KANA for character in text)
    of_script: dict[str, str] = {}
    runs: list[tuple[_Word, _Word, str]] = []
    group: list[_Word] = []

    def close() -> None:
        if group and _counts(text, group):
            runs.append((group[0], group[-1], of_script[group[0].script]))
        group.clear()

    for word in words:
        script = word.script
        lone_kana = script in KANA and kana == 1 and "HAN" in own
        if script in own or lone_kana:
            close()
            continue
        if script not in of_script:
            letters = "".join(text[each.start : each.end] for each in words if each.script == script)
            of_script[script] = "ja" if script == "HAN" and kana > 1 else _guess(script, letters)
        if group and of_script[group[0].script] != of_script[script]:
            close()
        group.append(word)
    close()
    return runs


def _counts(text: str, group: list[_Word]) -> bool:
    """Return whether these words need a voice of their own; units, symbols and abbreviations do not."""
    script = group[0].script
    if script == "LATIN":
        return any(
            word.letters > _SYMBOL_LETTERS
            and not (word.letters <= _ABBREVIATION and text[word.start : word.end].isupper())
            for word in group
        )
    if script == "GREEK":
        return any(word.letters > _SYMBOL_LETTERS for word in group) or sum(word.letters > 1 for word in group) > 1
    if script == "CYRILLIC":
        return sum(word.letters for word in group) > 1 or text[group[0].start] not in _LOOKALIKES
    return True


def _by_quotation(text: str, language: str) -> Iterator[tuple[str, str]]:
    """Split off quotations that are surely in another language."""
    if not is_known(language):
        yield text, language
        return
    position = 0
    for match in _QUOTED.finditer(text):
        code = sure_language(match[0], language)
        if code is not None:
            if position < match.start():
                yield text[position : match.start()], _language_of_sentence(text[position : match.start()], language)
            yield match[0], code
            position = match.end()
    if position < len(text):
        rest = text[position:]
        yield rest, _language_of_sentence(rest, language)


def _language_of_sentence(text: str, language: str) -> str:
    return sure_language(text, language) or language


def _guess(script: str, text: str) -> str:
    """Return the language that text in this script is in, by its letters and small words."""
    default = guess_by_letters(text, DEFAULT_LANGUAGES[script])
    if script == "LATIN":
        return sure_language(text, default) or default
    return default


def _main_script(text: str) -> str:
    """Return the script that most letters of the text have; kana tells Japanese, whatever the number."""
    counts: dict[str, int] = {}
    for character in text:
        if script := script_of(character):
            counts[script] = counts.get(script, 0) + 1
    if sum(counts.get(each, 0) for each in KANA) > 1 and max(counts, key=lambda each: counts[each]) == "HAN":
        return "HIRAGANA"
    return max(counts, key=lambda each: counts[each]) if counts else ""


def _majority(word: str) -> str:
    """Return the script of most letters of a word; between equals, Latin, where the others are symbols."""
    counts = dict.fromkeys(("LATIN", "CYRILLIC", "GREEK"), 0)
    for character in word:
        if script := script_of(character):
            counts[script] += 1
    return max(counts, key=lambda each: counts[each])


def _has_words(text: str) -> bool:
    return any(character.isalnum() for character in text)
