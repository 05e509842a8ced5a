"""Lines of plain text, joined to paragraphs where only the width of a page has broken them."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["text", "item", "own"]
"""`text` may continue the line before it and be continued, an `item` only be continued, a line of its `own` neither."""

_SENTENCE_ENDS = ".!?…:;؟۔।॥。！？｡．："
_CLOSERS = "\"'”’»)]}」』）】》〉"
_HYPHENS = "\u2010\u00ac-"
_SOFT_HYPHEN = "\u00ad"
# A line at least so long (characters) was broken by the width of the page; a shorter one is a line of a menu, an
# address or a poem, unless the next begins with a small letter. Columns of newspapers have 25 to 40 characters.
_FULL_LINE, _FULL_WIDE_LINE, _FULL_CASELESS_LINE, _CONTINUED_LINE = 50, 14, 30, 18
_MAX_HEAD = 40  # characters of the next line's first word that are waited for
_CODE_END, _CODE_START = re.compile(r"[{};=\\>|&+(\[<]\s*\Z"), re.compile(r"[{}()<>\[\]#/@$*=+|&\\.;:,]")
_KEY = re.compile(r"\S+:\Z")
_NUMBERED = re.compile(r"\(?\d{1,3}[.)]")
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff66-\uff9d]")
_WORD = re.compile(r"\w+")
_SUSPENDED = frozenset(
    ("und", "oder", "bzw.", "sowie", "bis", "and", "or", "to", "et", "ou", "y", "o", "e", "i", "lub")
)
# Words that end no line of a menu or a headline.
_LEADING = frozenset(
    (
        *("a", "an", "the", "of", "to", "and", "or", "in", "on", "at", "for", "with", "by", "from", "is", "are", "was"),
        *("der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "und", "oder", "im"),
        *("am", "zu", "zum", "zur", "von", "vom", "mit", "für", "bei", "auf", "aus", "le", "la", "les", "de", "et"),
        *("el", "los", "las", "del", "il", "gli", "di", "na", "и", "в", "на", "с"),
    )
)


class LineJoiner:
    """Collects text line by line and gives it out as early as can be: a line end waits for the next line's first word.

    Runs of space become one; lines have none around them, and there is at most one empty line between two.
    """

    def __init__(self) -> None:
        self._out: list[str] = []
        self._kind: Kind = "text"
        self._open = False  # whether the current line has text
        self._space = False
        self._hyphen = ""
        self._tail, self._length, self._words = "", 0, 0  # the end of the current line, and its size
        self._before: tuple[str, int, int] | None = None  # the line before, as long as this one may continue it
        self._head: str | None = None  # the beginning of this line, as long as that is not decided
        self._breaks = 0  # line ends that are to come before more text
        self._given = 0  # line ends that came last
        self.at_end = False
        """Whether all text has come, so that a line ends without a line end unless more follows."""
        self.empty = True
        """Whether nothing has come out yet."""

    @property
    def line_is_empty(self) -> bool:
        """Whether the current line has no text yet."""
        return not self._open

    @property
    def last(self) -> str:
        """The end of the text of the current line, without the space after it."""
        return self._tail

    @property
    def last_word(self) -> str:
        """What stands before this place without a space between; "" after a space."""
        return "" if self._space or not self._open else re.split(r"\s", self._tail)[-1]

    def take(self) -> str:
        """Return what came out since the last time."""
        text = "".join(self._out)
        self._out.clear()
        return text

    def start(self, kind: Kind) -> None:
        """Begin a line, or make the current one that is still empty one of another kind."""
        if not self._open:
            self._kind = kind

    def text(self, text: str) -> None:
        """Add text to the line; a line end in it is a space."""
        for piece in re.split(r"(\s+)", text.replace(_SOFT_HYPHEN, "")):
            if piece and piece.isspace():
                self._space = True
                if self._head:
                    self._decide()
            elif piece:
                self._add(piece)

    def drop_space(self) -> None:
        """Forget the space at the end of the line."""
        self._space = False

    def end(self, *, own: bool = False) -> None:
        """End the line; with `own` the next one does not continue it."""
        if self._head is not None:
            self._decide()
        self._space = False
        if not self._open:
            return
        size = (self._tail, self._length, self._words)
        if own or self._kind == "own" or self._is_ended():
            self._flush_hyphen()
            self._before = None
            self._break(1)
        else:
            self._before = size
        self._open = False
        self._kind = "text"
        self._tail, self._length, self._words = "", 0, 0

    def separate(self) -> None:
        """End the paragraph: an empty line, or something that is not said, stands here."""
        self.end(own=True)
        self._settle()

    def blank(self) -> None:
        """Add an empty line."""
        self.separate()
        self._breaks = 2 - self._given if not self.empty else 0

    def finish(self) -> str:
        """Return the rest; a hyphen at the very end stays."""
        self.end()
        self._settle(give=False)
        return self.take()

    def _add(self, word: str) -> None:
        if not self._open:
            self._begin()
        if self._head is not None:
            self._head += f"{' ' if self._space and self._head else ''}{word}"
            self._note(word)
            self._space = False
            if len(self._head) >= _MAX_HEAD:
                self._decide()
            return
        self._note(word)
        self._flush_hyphen()
        self._give(f" {word}" if self._space else word)
        self._space = False
        if word[-1] in _HYPHENS and not _HYPHEN_RUN.search(self._tail):
            self._out[-1] = self._out[-1][:-1]
            self._hyphen = word[-1]

    def _note(self, word: str) -> None:
        gap = " " if self._space and self._tail else ""
        self._tail = f"{self._tail}{gap}{word}"[-80:]
        self._length += len(word) + len(gap)
        self._words += bool(gap) or self._words == 0

    def _begin(self) -> None:
        self._open = True
        self._space = False
        if self._before is not None and self._kind == "text":
            self._head = ""
        else:
            self._settle()

    def _settle(self, *, give: bool = True) -> None:
        """Decide that the line before is not continued."""
        if self._before is not None:
            self._before = None
            self._flush_hyphen()
            if give:
                self._break(1)

    def _is_ended(self) -> bool:
        text = self._tail.rstrip(_CLOSERS)
        if not text:
            return True
        return text[-1] in _SENTENCE_ENDS or _CODE_END.search(self._tail) is not None

    def _decide(self) -> None:
        """Join the head of this line to the line before, or not."""
        assert self._before is not None
        assert self._head is not None
        head, self._head = self._head, None
        tail, length, words = self._before
        gap = _join(tail, length, words, head)
        self._before = None
        space, self._space = self._space, False
        if gap is None:
            self._flush_hyphen()
            self._break(1)
        else:
            if gap == " " or not self._is_broken_word(tail, head):
                self._flush_hyphen()
            self._hyphen = ""
            if gap:
                self._give(gap)
        self._give(head)
        if head[-1] in _HYPHENS and not _HYPHEN_RUN.search(head):
            self._out[-1] = self._out[-1][:-1]
            self._hyphen = head[-1]
        self._space = space

    @staticmethod
    def _is_broken_word(tail: str, head: str) -> bool:
        """Return whether a hyphen between these only broke a word: "e-" and "mail" keep theirs."""
        word = re.split(r"[\s(„“\"']", tail)[-1][:-1]
        return head[:1].islower() and word[-1:].islower() and len(word) > 1 and "-" not in word

    def _flush_hyphen(self) -> None:
        if self._hyphen:
            self._give(self._hyphen)
            self._hyphen = ""

    def _break(self, count: int) -> None:
        if self.at_end and not self._breaks:
            self._breaks = count
            return
        count = min(count, 2 - self._given)
        if count > 0 and not self.empty:
            self._out.append("\n" * count)
            self._given += count
        self._breaks = 0

    def _give(self, text: str) -> None:
        if self._breaks:
            self._break(self._breaks)
        self._out.append(text)
        self._given = 0
        self.empty = False


_HYPHEN_RUN = re.compile(rf"(?:^|[\s{_HYPHENS}])[{_HYPHENS}]\Z")


def _join(tail: str, length: int, words: int, head: str) -> str | None:
    """Return what joins a line, known by its end, its length and the number of its words, to the head of the next.

    None: they stay two lines.
    """
    first = head.split()[0][:_MAX_HEAD]
    if tail[-1] in _HYPHENS and len(tail) > 1 and tail[-2].isalpha() and first[0].isalpha():
        return " " if first in _SUSPENDED else ""
    if _WIDE.match(tail[-1]) and _WIDE.match(first):
        return "" if length >= _FULL_WIDE_LINE else None
    if _KEY.match(first) or _NUMBERED.match(first) or (_CODE_START.match(first) and first[0] not in "(["):
        return None
    if first[0].islower():
        return " " if words >= 3 or length >= _CONTINUED_LINE or tail[-1] == "," else None
    if length >= _FULL_LINE:
        return " "
    last = _WORD.findall(tail)
    if tail[-1].isalpha() and last and last[-1] in _LEADING and words >= 2:
        return " "
    caseless = first[0].isalpha() and not first[0].isupper()
    return " " if caseless and length >= _FULL_CASELESS_LINE else None
