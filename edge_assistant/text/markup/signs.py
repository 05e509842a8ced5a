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
ANY_BOX = re.compile(r"\[[ xX✓✔✗]\]|[☐☑☒✓✔✗✘]|(?<!\w)\([ xX•●o*]\)(?=\s)|(?<!\S)[○◉◎●🔘](?=\s|\Z)")
"""A tick box or a radio button."""

_ANY_RADIO = re.compile(r"\([ xX•●o*]\)(?=\s)|(?<!\S)[○◉◎●🔘](?=\s|\Z)")
_EMPTY_RADIO = re.compile(r"\( \)|(?<!\S)○(?=\s|\Z)")
# What a picture stands for: "👍 12", "📞 030 123", but not "🎉 5 new features".
_NUMBER = r"[ \t]?(?:[-+(]?\d[\d.,:/() +-]{0,30}(?:[kKM]\b|[%°][CF]?|[€$])?[ \t]?)"
_COUNTER = re.compile(rf"{_NUMBER}(?:[{symbols.SIGNS}\n,;|)]|\Z)")
_COUNTER_PART = re.compile(rf"{_NUMBER}?\Z")
_MAX_LINE = 400  # characters in which a line's other boxes are looked for
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
        if run[0] == "○" and (len(run) > 1 or self._previous(i) == "●"):  # as progress is drawn: ●●○○
            return self._literal(i, end)
        is_round = run in ("○", "◉", "◎", "🔘")
        if is_round or (ANY_BOX.match(run) and self._box_first is None and not self._is_first):
            line_rest = self._rest_of_line(end)
            if line_rest is None:
                return i
            if is_round and self._is_radio(i, end, line_rest):
                return self._read_radio(i, end)
            if not is_round and ANY_BOX.search(line_rest):
                self._box_first = self._boxes_lead(line_rest)
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
        if symbols.is_picture(run):
            if not self._final and _COUNTER_PART.match(text, end):
                return i
            if self._tells(run, end, at_end=at_end, line_start=line_start):
                return self._literal(i, end)
        if self._lines.last_word[-1:] and previous in QUOTES and following and following in QUOTES:
            return self._literal(i, end)
        for sign in run:
            self._write_sign(sign, alone=alone, line_start=line_start, following=text[rest : rest + 10])
        if following and following in ".,;:!?)" + QUOTES:
            self._lines.drop_space()
        return end

    def _tells(self, run: str, end: int, *, at_end: bool, line_start: bool) -> bool:
        """Return whether a picture says something by itself: it is a value, names a number, or is a card's suit."""
        last = self._lines.last
        if at_end and not line_start and last[-1:] in ":=":
            return True
        if run[0] in "♥❤" and re.search(r"(?:^|\s)I\Z", last):
            return True
        if run[0] in "♠♥♦♣" and (self._lines.last_word[-1:].isalnum() or self._text[end : end + 1].isalnum()):
            return True
        if run[0] in "★⭐" and re.search(r"\d\Z", last):
            return True
        return _COUNTER.match(self._text, end) is not None and run[0] not in symbols.DECORATIONS

    def _write_sign(self, sign: str, *, alone: bool, line_start: bool, following: str) -> None:
        if sign in symbols.OPERATORS:
            self._write(symbols.OPERATORS[sign])
        elif word := symbols.box_word(sign, alone=alone, boxes=self._boxes, line_start=line_start):
            if alone and line_start:
                self._write(self._words.word(word))
            else:
                self._write_state(self._words.word(word))
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

    @property
    def _is_first(self) -> bool:
        """Whether nothing but a number stands before this place in the line."""
        return self._lines.line_is_empty or self._line_start

    def _rest_of_line(self, end: int) -> str | None:
        """Return what follows in the line from `end` on, as far as is looked; None: not known yet."""
        text, limit = self._text, end + _MAX_LINE
        line_end = text.find("\n", end, limit)
        if line_end < 0 and len(text) < limit and not self._final:
            return None
        return text[end : line_end if line_end >= 0 else limit]

    def _boxes_lead(self, rest: str) -> bool:
        """Return whether the boxes of a line stand before what they belong to.

        Its first one stands behind other text, and before `rest`.
        """
        if rest[:1] in (",", ";", ".", "") and self._lines.last[-1:] not in (":", "?"):
            return False
        others = list(ANY_BOX.finditer(rest))
        return re.search(r"\w", rest[others[-1].end() if others else 0 :]) is not None

    def _is_radio(self, i: int, end: int, rest: str) -> bool:
        """Return whether the sign from `i` to `end` is one of the radio buttons of its line, which ends with `rest`."""
        start = max(self._text.rfind("\n", 0, i) + 1, i - _MAX_LINE)
        line = self._text[start:end] + rest
        if not _ANY_RADIO.match(line, i - start):
            return False
        return _EMPTY_RADIO.search(line) is not None and len(_ANY_RADIO.findall(line)) > 1

    def _read_radio(self, i: int, end: int) -> int:
        """Read what may be a radio button between `i` and `end`."""
        rest = self._rest_of_line(end)
        if rest is None:
            return i
        if not self._is_radio(i, end, rest):
            return self._literal(i, end)
        if self._box_first is None and not self._is_first:
            self._box_first = self._boxes_lead(rest)
        self._write_box(ticked=self._text[i:end] not in ("( )", "○"), radio=True)
        return end

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

    def _write_state(self, word: str) -> None:
        """Write a state before what it belongs to, or after it, as the line's first one stands."""
        first = self._is_first
        if self._box_first is None:
            self._box_first = first
        if self._box_first:
            if not first:
                self._lines.drop_space()
                self._lines.text(" " if self._lines.last[-1:] in ",;:?!." else "; ")
            self._lines.start("item")
            self._lines.text(word)
            self._state_first = True
        else:
            self._lines.drop_space()
            self._lines.text(f" {word}" if self._lines.last[-1:] in ":;,(" else f": {word}")
            self._state_last = True
        self._line_start = False
