"""A tolerant reader of JSON as models write it: character by character, and each object is reported when it closes.

It also takes Python's quotes and words, unquoted words, missing commas, quotes inside strings, stray opening brackets
and missing closing ones. What has no meaning as JSON sets `failed`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from string import hexdigits
from typing import Any

MAX_DEPTH = 20
"""Brackets inside each other that are followed; deeper ones are no answer."""

_QUOTES = "\"'"
_OPENING, _CLOSING = "{[(", "}])"
_WORDS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}
# Without form feed and backspace: a model that writes \frac means LaTeX.
_ESCAPES = {"n": "\n", "t": "\t", "r": "\n", '"': '"', "'": "'", "\\": "\\", "/": "/"}


class _State(Enum):
    BETWEEN = 1
    STRING = 2
    AFTER_QUOTE = 3  # a quotation mark that may end the string, or belong to it
    WORD = 4
    COMMENT = 5


@dataclass(slots=True)
class _Frame:
    """An open object or list. `key` waits for its value; `name` is a string that waits for its colon."""

    is_object: bool
    is_stray: bool = False  # opened by a bracket too many: a list, whatever the bracket
    pairs: dict[str, Any] = field(default_factory=dict)
    items: list[Any] = field(default_factory=list)
    key: str | None = None
    name: str | None = None
    names_are_quoted: bool = True
    last_is_word: bool = False  # the last value was an unquoted word, and no comma came since


class JsonReader:
    """Reads one value. `on_object` gets each object that closes, with its name in the one around it ("" in a list).

    It returns whether it took the object, which is then left out of the value that contains it. `keys` are all names of
    values so far; `value` is the outermost value when `done`.
    """

    def __init__(self, on_object: Callable[[dict[str, Any], str], bool]) -> None:
        self._on_object = on_object
        self._frames: list[_Frame] = []
        self._state = _State.BETWEEN
        self._quote = ""
        self._text: list[str] = []
        self._after = ""  # what came since the quotation mark
        self._escape: str | None = None
        self.keys: set[str] = set()
        self.value: Any = None
        self.done = False
        self.failed = False

    @property
    def depth(self) -> int:
        """How many objects and lists are open."""
        return len(self._frames)

    @property
    def between_items(self) -> bool:
        """Whether an item of a list may begin here, or the list end."""
        return self._state is _State.BETWEEN and bool(self._frames) and not self._frames[-1].is_object

    @property
    def only_brackets_missing(self) -> bool:
        """Whether the innermost object or list needs no more than its closing bracket."""
        if self._state is not _State.BETWEEN or not self._frames:
            return False
        top = self._frames[-1]
        if top.is_object:
            return top.key is None and top.name is None
        return not any(isinstance(item, str | int | float) for item in top.items)

    @property
    def open_key(self) -> str | None:
        """The name of the value that is being read in the innermost object; None between values."""
        return next((frame.key for frame in reversed(self._frames) if frame.is_object), None)

    @property
    def open_text(self) -> list[str] | None:
        """The pieces so far of the string that is being read as a value of the outermost object; None elsewhere.

        Who takes them out has them: they are no part of the value any more.
        """
        if len(self._frames) != 1 or self._state not in (_State.STRING, _State.AFTER_QUOTE):
            return None
        return self._text if self._frames[0].key is not None else None

    def may_end_at(self, character: str) -> bool:
        """Return whether this character, which has no meaning in JSON, can end it here: it is not in a string."""
        if self._state is _State.AFTER_QUOTE:
            return character == "`" or "\n" in self._after
        return self._state is not _State.STRING

    def take_pairs(self) -> tuple[dict[str, Any], str]:
        """Take what the outermost object has by now out of it; also return the name of its unfinished value."""
        frame = self._frames[0]
        pairs, frame.pairs = frame.pairs, {}
        return pairs, frame.key or ""

    def feed(self, character: str) -> None:
        """Read one character. Does nothing when `done` or `failed`."""
        if self.done or self.failed:
            return
        if self._state is _State.STRING:
            self._feed_string(character)
        elif self._state is _State.AFTER_QUOTE:
            self._feed_after_quote(character)
        elif self._state is _State.COMMENT:
            self._state = _State.BETWEEN if character == "\n" else _State.COMMENT
        elif self._state is _State.WORD and not (character.isspace() or character in ",:\"'" + _OPENING + _CLOSING):
            self._text.append(character)
            if self._text == ["/", "/"]:
                self._text, self._state = [], _State.COMMENT
        else:
            if self._state is _State.WORD:
                self._end_word()
            self._feed_structure(character)

    def end_text(self, *, keep: bool, cut: bool = False) -> None:
        """End the text or the word that is being read; with `keep` also a text without an end.

        `cut`: a word, such as a number, may have been longer.
        """
        if self._state is _State.AFTER_QUOTE or (self._state is _State.STRING and keep):
            self._end_string()
        elif self._state is _State.WORD and not cut:
            self._end_word()

    def close(self) -> None:
        """Close all that is open."""
        while self._frames and not self.failed:
            self._close()

    def drop_unfinished(self) -> None:
        """Drop the innermost object that is not complete, and what is in it; its siblings stay."""
        while self._frames:
            frame = self._frames.pop()
            if frame.is_object:
                break
        self._state, self._text = _State.BETWEEN, []
        if not self._frames:
            self.done = True

    def _feed_string(self, character: str) -> None:
        if self._escape is not None:
            self._feed_escape(character)
        elif character == "\\":
            self._escape = ""
        elif character == self._quote:
            self._state, self._after = _State.AFTER_QUOTE, ""
        else:
            self._text.append(character)

    def _feed_escape(self, character: str) -> None:
        escape = f"{self._escape}{character}"
        self._escape = None
        if escape[0] != "u":
            self._text.append(_ESCAPES.get(escape, f"\\{escape}"))
        elif len(escape) > 1 and character not in hexdigits:
            self._text.append(f"\\{escape[:-1]}")
            self._feed_string(character)
        elif len(escape) < 5:
            self._escape = escape
        else:
            self._text.append(chr(int(escape[1:], 16)))

    def _feed_after_quote(self, character: str) -> None:
        """Decide whether the quotation mark ended the string: JSON goes on after it, or more of the text."""
        top = self._frames[-1]
        is_name = top.is_object and top.key is None
        gap = self._after
        if is_name or (not top.is_object and (character == "," or gap.strip() == ",")):
            ended = not character.isspace()
        elif character.isspace() or (character == "," and not gap.strip()):
            self._after += character
            return
        elif gap.strip() == ",":
            ended = character in _QUOTES + _OPENING + _CLOSING or "\n" in gap or not top.names_are_quoted
        else:
            ended = character in _CLOSING + ":" or "\n" in gap or (bool(gap) and character == self._quote)
        if is_name and not ended:
            return
        if ended:
            self._end_string()
            for each in gap + character:
                self.feed(each)
            return
        self._text.append(self._quote + gap)
        self._state = _State.STRING
        self._feed_string(character)

    def _end_string(self) -> None:
        text = "".join(self._text)
        self._text, self._state, self._escape = [], _State.BETWEEN, None
        self._add_string(text)

    def _add_string(self, text: str) -> None:
        top = self._frames[-1]
        if not top.is_object or top.key is not None:
            self._add(text)
        elif top.name is not None:
            self.failed = True  # two strings without a colon
        else:
            top.name = text

    def _end_word(self) -> None:
        word = "".join(self._text)
        self._text, self._state = [], _State.BETWEEN
        top = self._frames[-1]
        if top.is_object and top.key is None:
            if top.name is not None:
                self.failed = True
            elif top.last_is_word and top.pairs:  # a value of several words
                key = next(reversed(top.pairs))
                top.pairs[key] = f"{top.pairs[key]} {word}"
            else:
                top.name, top.names_are_quoted = word, False
            return
        value = _word_value(word)
        self._add(value)
        top.last_is_word = isinstance(value, str)

    def _feed_structure(self, character: str) -> None:
        if character.isspace():
            return
        if character in _OPENING:
            self._open(is_object=character == "{")
        elif not self._frames:
            self.failed = True
        elif character in _QUOTES:
            self._quote, self._state = character, _State.STRING
        elif character == ":":
            self._name_value()
        elif character == ",":
            self._check_name()
            self._frames[-1].last_is_word = False
        elif character in _CLOSING:
            self._check_name()
            self._close_with(character)
        else:
            self._text, self._state = [character], _State.WORD

    def _check_name(self) -> None:
        if self._frames[-1].name is not None:
            self.failed = True  # a name without a value

    def _open(self, *, is_object: bool) -> None:
        top = self._frames[-1] if self._frames else None
        if top and top.is_object and top.key is None:
            if top.name is not None:
                self.failed = True
                return
            if top.pairs and is_object:
                self._close()  # its own bracket is missing
            elif not top.pairs:
                top.is_object, top.is_stray = False, True
        if self.done or len(self._frames) >= MAX_DEPTH:
            self.failed = True
            return
        self._frames.append(_Frame(is_object=is_object))

    def _name_value(self) -> None:
        top = self._frames[-1]
        if top.is_object:
            if top.key is not None:  # a colon inside an unquoted value
                return
            if top.name is None:
                self.failed = True
                return
        elif top.items and isinstance(top.items[-1], str):
            name = top.items.pop()
            above = self._frames[-2] if len(self._frames) > 1 else None
            if above and above.is_object and above.key is not None:
                self._close()  # the list's bracket is missing
                top = above
            elif not top.items:
                top.is_object = True  # a bracket of the wrong kind
            else:
                self.failed = True
                return
            top.name = name
        else:
            self.failed = True
            return
        top.key, top.name = top.name, None
        self.keys.add(str(top.key))

    def _close_with(self, character: str) -> None:
        """Close the innermost value of the bracket's kind, and those inside it; ignore a bracket without one."""
        if character == "}":
            matches = [frame.is_object or frame.is_stray for frame in self._frames]
        else:
            matches = [not frame.is_object and not frame.is_stray for frame in self._frames]
        if True not in matches:
            if len(matches) == 1:
                self._close()
            return
        while not self.failed and self._frames:
            self._close()
            if matches.pop():
                return

    def _close(self) -> None:
        frame = self._frames.pop()
        value: Any = frame.pairs if frame.is_object else frame.items
        name = (self._frames[-1].key or "") if self._frames else ""
        taken = frame.is_object and bool(value) and self._on_object(value, name)
        if self._frames:
            if taken:
                self._frames[-1].key = None
            else:
                self._add(value)
        else:
            self.value = None if taken else value
            self.done = True

    def _add(self, value: Any) -> None:
        top = self._frames[-1]
        if not top.is_object:
            top.items.append(value)
        elif top.key is not None:
            top.pairs[top.key] = value
            top.key = None
        top.last_is_word = False


def _word_value(word: str) -> Any:
    if word in _WORDS:
        return _WORDS[word]
    try:
        return int(word) if word.lstrip("+-").isdigit() and len(word) < 20 else float(word)
    except ValueError:
        return word
