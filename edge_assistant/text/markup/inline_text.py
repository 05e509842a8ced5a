"""What all readers of markup inside a line share: the text, the position in its line, and writing plain text."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from edge_assistant.text.answer_words import AnswerWords
from edge_assistant.text.markup.lines import LineJoiner

MAX_EMPHASIS = 600
"""Characters in which the end of emphasis is looked for."""

_MAX_RUN = 300

QUOTES = "\"'“”„‘’‚«»「『》《"


_NO_PAUSE = frozenset(f",.;:!?…)]}}/，。；：！？、）】{QUOTES}")
"""Marks before which no other pause is needed."""


class Stop(Enum):
    """Why reading stopped."""

    MORE = 1  # more text is needed
    LINE = 2  # at a line end, or at the end of the text
    TABLE = 3  # at a tag of a table
    PIPE = 4  # at a "|" that may divide the columns of a table
    TAG = 5  # behind a tag that begins a line


class InlineText:
    """The state of reading lines. A method `_read_…` handles the special character at `i`: it returns the position
    behind what it read, `i` itself if more text is needed, or why to stop there.
    """

    def __init__(self, lines: LineJoiner, words: AnswerWords, convert: Callable[[str], str], *, reading: bool) -> None:
        """`convert` makes plain text of a text that stands inside of another, such as a link's."""
        self._lines = lines
        self._words = words
        self._convert = convert
        self._reading = reading
        self._stars = 0  # asterisks of emphasis that is open
        self._opened = False  # whether the line began with emphasis
        self._box_first: bool | None = None  # whether the line's first tick box stood at its start
        self._lists: list[int] = []  # open HTML lists: the number of the last item, or -1 where they are not counted
        self._crossed_out = 0  # open HTML tags of text that is crossed out
        self._boxes = False  # whether this answer has boxes that are not ticked
        self._line_start = True
        self._state_last = False  # whether the state of a tick box came last, behind its label
        self._state_first = False  # whether the state of a tick box came last, before its label
        self._skip = ""  # the mark up to which nothing is text
        self._text = ""
        self._final = False
        self._cut = False
        self.has_box = False
        self.broke_line = False  # whether a tag just began a line

    def new_paragraph(self) -> None:
        """Forget emphasis that is still open."""
        self._stars = 0

    def new_line(self) -> None:
        """Begin a line."""
        self._line_start = True
        self._opened = False
        self._box_first = None
        self._state_first = self._state_last = False

    @property
    def began_bold(self) -> bool:
        """Whether all of the line so far is one piece of emphasis."""
        return self._opened and not self._stars

    def write_nothing(self) -> None:
        """Note that the line's beginning is behind."""
        self._line_start = False

    def write_pause(self) -> None:
        """Write a pause, as between the columns of a line."""
        if not self._lines.line_is_empty and self._lines.last[-1:] not in ",;:、，،":
            self._lines.drop_space()
            self._lines.text(self._words.pause)

    def _write(self, text: str) -> None:
        """Write plain text; the state of a tick box is divided from the text after it."""
        if not text or text.isspace():
            if not self._state_first:
                self._lines.text(text)
            return
        if self._state_first:
            self._state_first = False
            text = text.lstrip()
            self._lines.text("" if text[0] in ",;.:)!?" else ": ")
        if self._state_last:
            self._state_last = False
            if text.lstrip()[0] not in _NO_PAUSE:
                self._lines.drop_space()
                self._lines.text(self._words.pause)
        self._lines.text(text)
        self._line_start = False

    def _literal(self, i: int, end: int) -> int:
        self._write(self._text[i:end])
        return end

    def _previous(self, i: int) -> str:
        """Return the character before `i` in its line, "" at the line's beginning."""
        return "" if self._line_start or i == 0 or self._text[i - 1] == "\n" else self._text[i - 1]

    def _run_end(self, i: int) -> int | None:
        """Return the end of the run of equal characters at `i`, or of its first _MAX_RUN; None: not known yet."""
        text, end = self._text, i
        limit = min(len(text), i + _MAX_RUN)
        while end < limit and text[end] == text[i]:
            end += 1
        return None if end == len(text) and end < i + _MAX_RUN and not self._final else end

    def _nested(self, inner: str, end: int) -> int:
        """Write the plain text of what stands between two marks."""
        before = " " if inner[:1].isspace() else ""
        after = " " if inner[-1:].isspace() else ""
        self._write(f"{before}{self._convert(inner)}{after}")
        return end

    def _cross_out(self, *, closing: bool) -> None:
        """Write what stands before or behind text that is crossed out."""
        before, after = self._words.crossed_out()
        if self._lines.line_is_empty:
            self._lines.start("item")
        if closing:
            self._lines.text(after)
            self._state_last = not after
        else:
            self._write(f" {before}" if self._lines.last[-1:].isalnum() else before)

    def _find_close(self, inner: int, mark: str) -> int | None:
        """Return where the mark that closes emphasis in this line begins, 0 without one, None if not known yet."""
        text = self._text
        line_end = text.find("\n", inner, inner + MAX_EMPHASIS)
        limit = line_end if line_end >= 0 else min(len(text), inner + MAX_EMPHASIS)
        i = text.find(mark, inner + 1, limit)
        while i >= 0:
            end = i + len(mark)
            # two more characters decide: "__init__.py"
            if end + 2 > len(text) and not self._final and line_end < 0:
                return None
            if not text[i - 1].isspace() and text[i - 1] not in "\\" + mark[0] and text[end : end + 1] != mark[0]:
                following = text[end : end + 1]
                if mark[0] != "_" or not following.isalnum():
                    return i
            i = text.find(mark, i + 1, limit)
        if line_end >= 0 or limit == inner + MAX_EMPHASIS or self._final:
            return 0
        return None
