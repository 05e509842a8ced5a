"""Signs inside a line: emoji, tick boxes, arrows, stars, and the marks between columns."""

from __future__ import annotations

import re

from edge_assistant.text import answer_words
from edge_assistant.text.markup import symbols
from edge_assistant.text.markup.inline_text import QUOTES, InlineText, Stop

_KEY_BEFORE = re.compile(
    r"\b(?:press|hit|keys?|use|drücken(?:\ssie)?|drücke|tasten?)(?:\s(?:the|die))?\W*\Z"
    r"|\+\s?\Z|\b(?:arrow|pfeil\snach \w+)\W*(?:or|and|oder|und)?\W*\Z",
    re.IGNORECASE,
)
_KEY_AFTER = re.compile(r"-?(?:taste|key|arrow|drücken|button|pfeil)", re.IGNORECASE)
_SENTENCE_ENDS = (".", "!", "?", "。", "！", "？")
_ASCII_ARROW = re.compile(r"[-=]{1,2}>")


class SignReader(InlineText):
    """Reads signs."""

    def _read_pipe(self, i: int) -> int | Stop:
        before, after = self._previous(i), self._text[i + 1 : i + 2]
        if not after and not self._final:
            return i
        if self._text[i] == "|" and (after == "|" or before == "|"):
            return self._literal(i, i + 1)
        if (not before or before.isspace() or self._text[i] != "|") and (not after or after.isspace()):
            return Stop.PIPE
        return self._literal(i, i + 1)

    def _read_ascii_arrow(self, i: int) -> int:
        text = self._text
        arrow = _ASCII_ARROW.match(text, i)
        if arrow is None:
            return self._literal(i, i + 1)
        self.write_pause()
        return arrow.end()

    def _read_sign(self, i: int) -> int:
        text = self._text
        end = symbols.sign_run(text, i)
        if end == len(text) and not self._final:
            return i
        rest = end
        while rest < len(text) and text[rest] in " \t":
            rest += 1
        if rest == len(text) and not self._final:
            return i
        run = text[i:end]
        if symbols.is_arrow(text[i]) and len(text) - end < 10 and "\n" not in text[end:] and not self._final:
            return i
        line_start = self._lines.line_is_empty
        if line_start:
            self._lines.start("item")
        at_end = rest == len(text) or text[rest] == "\n"
        previous = self._lines.last[-1:]
        alone = at_end and (line_start or previous in ":–—")
        stars = symbols.count_stars(run)
        if stars and text[end : end + 1] == "½":
            return self._literal(i, end)
        if stars:
            self._write(self._words.stars(*stars))
            return end
        following = text[end : end + 1]
        if self._lines.last_word[-1:] and previous in QUOTES and following and following in QUOTES:
            return self._literal(i, end)
        for sign in run:
            self._write_sign(sign, alone=alone, line_start=line_start, following=text[rest : rest + 10])
        if following and following in ".,;:!?)" + QUOTES:
            self._lines.drop_space()
        return end

    def _write_sign(self, sign: str, *, alone: bool, line_start: bool, following: str) -> None:
        if sign in symbols.OPERATORS:
            self._write(symbols.OPERATORS[sign])
        elif word := symbols.box_word(sign, alone=alone, boxes=self._boxes, line_start=line_start):
            if alone and line_start:
                self._write(self._words.word(word))
            else:
                self._write_state(self._words.word(word), labelled=following[:1].isalnum())
            self._boxes = self._boxes or word in (answer_words.NOT_TICKED, answer_words.SELECTED)
        elif symbols.is_arrow(sign):
            key = _KEY_BEFORE.search(self._lines.last) is not None or _KEY_AFTER.match(following) is not None
            self._write_arrow(sign, alone=alone, line_start=line_start, following=following[:1], key=key)

    def _write_arrow(self, sign: str, *, alone: bool, line_start: bool, following: str, key: bool) -> None:
        name = symbols.arrow_word(sign)
        on = symbols.is_right_arrow(sign)
        if name and (alone or key or (not on and not line_start)):
            self._write(f" {self._words.word(name)} ")
        elif line_start and not following.isdigit():
            return
        elif name and not on:
            self._write(f" {self._words.word(name)} ")
        elif not line_start:
            self.write_pause()

    def write_radio(self, *, selected: bool) -> None:
        """Write the state of a radio button."""
        self._write_box(ticked=selected, radio=True)

    def _write_box(self, *, ticked: bool, radio: bool = False) -> None:
        if radio:
            word = self._words.word(answer_words.SELECTED if ticked else answer_words.NOT_SELECTED)
        else:
            word = self._words.word(answer_words.TICKED if ticked else answer_words.NOT_TICKED)
        self._write_state(word)
        self._boxes = self._boxes or not ticked
        self.has_box = True

    def _write_state(self, word: str, *, labelled: bool = True) -> None:
        """Write a state before what it belongs to, or after it, as the line's first one stands.

        Behind a sentence's end it belongs to what follows, if it is `labelled`: if a word follows.
        """
        empty = self._lines.line_is_empty
        first = empty or self._line_start or (labelled and self._lines.last[-1:] in _SENTENCE_ENDS)
        if self._box_first is None:
            self._box_first = first
        if self._box_first:
            if not first:
                self._lines.drop_space()
                self._lines.text("; ")
            elif not empty:
                self._lines.text(" ")
            self._lines.start("item")
            self._lines.text(f"{word}: ")
        else:
            self._lines.drop_space()
            self._lines.text(f" {word}" if self._lines.last[-1:] in ":;,(" else f": {word}")
            self._state_last = True
        self._line_start = False
