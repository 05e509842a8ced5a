"""Text of an answer that may be JSON: what in it is an answer is put into words, and what only looks like it is not."""

from __future__ import annotations

import contextlib
import json
import re
from enum import Enum
from typing import Any

from edge_assistant.system.i18n import tr_noop
from edge_assistant.system.text_cleaning import StreamCleaner
from edge_assistant.text.grounding import PLACE_KEYS, coordinates, is_place_key
from edge_assistant.text.json_reader import JsonReader
from edge_assistant.text.json_words import ANSWER_KEYS, key_words
from edge_assistant.text.object_names import object_name, reading
from edge_assistant.text.places_output import PlacesOutput

NOTHING_FOUND = tr_noop("Nothing was found.")

_MOST_UNDECIDED = 4000
"""Characters after which text that could hold places, and has none yet, is shown as it is."""
_LONG_TEXT = 100
"""Characters of a text in JSON from which it is shown as it comes: objects with places have shorter names."""
_LARGE = 100  # a list of numbers below this is no place
_TOOL_KEYS = frozenset(("action", "status", "keys", "time", "pixels", "name", "button"))  # of Qwen's computer use
# Names of parts that are no names of objects.
_NOT_NAMES = PLACE_KEYS | {
    "arguments",
    "result",
    "geometry",
    "object",
    "element",
    "data",
    "response",
    "output",
    "answer",
}
_UNQUOTED_KEYS = PLACE_KEYS | {"label", "name", "text", "text_content"}
_FIRST_IN_LIST = frozenset("{[(]\"'-0123456789")
_FIRST_IN_OBJECT = frozenset("\"'{[}")
# What can go on in a list after an item; anything else ends one whose bracket is missing.
_IN_LIST = frozenset("{}[](),\"'-/.:0123456789")
_KEY_BEGINS = re.compile(r"[\[{\s]*\{\s*(?:\"[^\"]*\"?|'\w*'?)\s*\Z")
_LIST_BEGINS = re.compile(r"\[\s*\{\s*\Z")


class Verdict(Enum):
    """What a candidate turned out to be."""

    JSON = 1  # put into words
    TEXT = 2  # to be shown as it is
    BROKEN = 3  # JSON that cannot be read from here on
    NOTHING = 4  # an empty list or object, the answer if no text follows


class JsonCandidate:
    """Reads text from its first bracket on and tells through `output` what it can, each object when it closes.

    `everything`: all JSON is put into words, else only objects with places. `alone`: nothing else stands there, so that
    a list of texts or numbers is an answer too. `framed`: it is marked as JSON. `verbatim` is as for PlacesStream.
    """

    def __init__(self, output: PlacesOutput, *, everything: bool, alone: bool, framed: bool, verbatim: bool) -> None:
        self._output = output
        self._everything, self._alone, self._framed, self._verbatim = everything, alone, framed, verbatim
        self._reader = JsonReader(self._add_object)
        self._raw: list[str] = []
        self._first = ""  # the first character in the brackets
        self._told = False  # something was told: from here on it is JSON
        self._has_places = False
        self._cleaner: StreamCleaner | None = None  # of a long text that is shown as it comes
        self._cleaned_key = ""  # its name

    @property
    def raw(self) -> str:
        """The text so far."""
        return "".join(self._raw)

    @property
    def complete(self) -> bool:
        """Whether all its brackets are closed."""
        return self._reader.done and not self._reader.failed

    def ends_before(self, character: str) -> bool:
        """Return whether this character cannot belong to it."""
        if character in "`<":
            return self._reader.may_end_at(character)
        in_list = self._has_places and self._reader.between_items
        return in_list and character not in _IN_LIST and not character.isspace()

    def feed(self, character: str) -> Verdict | None:
        """Read one character; return None as long as more belongs to it."""
        reader = self._reader
        self._raw.append(character)
        reader.feed(character)
        self._stream_text()
        if self.complete:
            return self._judge(reader.value)
        if reader.failed or (not self._told and self._is_hopeless()):
            return self._give_up()
        return None

    def flush(self) -> None:
        """Show what came of a long text."""
        text = self._reader.open_text
        if self._cleaner and text:
            self._output.stream(self._cleaner.feed("".join(text)))
            text.clear()

    def break_off(self) -> Verdict:
        """End it where something else begins."""
        if self._is_json:
            if self._close():
                self._output.add_unreadable()
            return Verdict.JSON
        return self._judge_unfinished()

    def finish(self, *, cut: bool) -> tuple[Verdict, bool]:
        """End it with the answer; also return whether that breaks off in a list of objects.

        `cut` is as for PlacesStream.finish.
        """
        if cut and not self._cleaner and self._is_answer_text():
            self._begin_text()
        if self._cleaner:
            if cut:  # the line has no end, so that half a sentence is not taken for a whole one
                self.flush()
                self._output.stream(self._cleaner.finish())
            else:
                self._close()
            return Verdict.JSON, False
        if self._is_json:
            return Verdict.JSON, self._close(cut=cut) or cut
        begins = _KEY_BEGINS.match(self.raw) or (cut and (self._alone or _LIST_BEGINS.match(self.raw)))
        if begins and not self._reader.keys and not self._verbatim:
            return Verdict.JSON, True
        verdict = self._judge_unfinished(cut=cut)
        if cut and verdict is Verdict.NOTHING:
            return Verdict.JSON, self.raw.startswith("[")
        return verdict, False

    @property
    def _is_json(self) -> bool:
        return self._told or self._has_place_keys

    @property
    def _has_place_keys(self) -> bool:
        """Whether something in it is named as coordinates are."""
        return any(map(is_place_key, self._reader.keys))

    def _add_object(self, item: dict[str, Any], name: str) -> bool:
        """Tell an object with a place, or one of an answer that is a list; return whether it was told."""
        item = _without_tool(item)
        numbers = None if name in PLACE_KEYS else coordinates(item)
        if numbers is not None and name and not object_name(item, None, None):
            if name in _NOT_NAMES:
                return False  # what it is in may have the name
            item = {"label": name, **item}  # objects by their names
        if numbers is not None:
            self._told = self._has_places = True
            if self._verbatim:
                self._output.tell(reading(item))
            else:
                self._output.add_object(item, numbers)
            return True
        in_list = not name and self._reader.depth == 1
        if in_list and self._everything and not self._has_place_keys and self._output.tell([item]):
            self._told = True
            return True
        return False

    def _judge(self, value: Any) -> Verdict:
        """Decide about the whole value, which is complete."""
        if self._cleaner and isinstance(value, dict):
            self._end_text(value)
        if self._told:
            if self._has_places:  # what is beside them is how they were found
                value = {key: value[key] for key in value if key in ANSWER_KEYS} if isinstance(value, dict) else None
            if value is not None:
                self._output.tell(value)
            return Verdict.JSON
        if self._alone and not self._verbatim and (boxes := _boxes(value)):
            for box in boxes:
                self._output.add_object({}, box)
            return Verdict.JSON
        if self._alone and not self._reader.keys and value in ([], {}):
            self._output.wordless = True
            return Verdict.NOTHING
        if not self._is_answer(value):
            return Verdict.TEXT
        if self._output.tell(_without_tool(value) if isinstance(value, dict) else value):
            return Verdict.JSON
        self._output.wordless = True
        return Verdict.NOTHING if _is_empty(value) else Verdict.JSON

    def _judge_unfinished(self, *, cut: bool = False) -> Verdict:
        self._reader.end_text(keep=not cut, cut=cut)
        self._reader.close()
        return self._judge(self._reader.value) if self._reader.keys and self.complete else Verdict.TEXT

    def _is_answer(self, value: Any) -> bool:
        """Return whether a value without places is the model's way to answer, and no text that it quotes."""
        if self._verbatim:
            items = value if isinstance(value, list) else [value]
            return self._alone and all(isinstance(item, dict) and item and set(item) <= ANSWER_KEYS for item in items)
        if isinstance(value, dict) or self._reader.keys:
            return self._everything and bool(self._reader.keys)
        is_texts = bool(value) and not any(isinstance(item, int | float) for item in value)
        return self._everything and self._alone and (is_texts or self._framed)

    def _stream_text(self) -> None:
        """Begin to show a long text of an answer in JSON as it comes, or end it."""
        reader, text = self._reader, self._reader.open_text
        if self._cleaner:
            if text is None and not reader.done:
                self._end_text(reader.take_pairs()[0])
            return
        if text is not None and len(text) >= _LONG_TEXT and self._is_answer_text():
            self._begin_text()

    def _is_answer_text(self) -> bool:
        """Return whether the text that is being read is an answer, or a part of one."""
        if self._reader.open_text is None or self._has_place_keys:
            return False
        return self._everything or (self._verbatim and self._alone and self._reader.keys <= ANSWER_KEYS)

    def _begin_text(self) -> None:
        pairs, key = self._reader.take_pairs()
        self._output.tell(pairs)
        self._output.end_list()
        self._output.begin_line()
        self._output.stream("" if key in ANSWER_KEYS else f"{key_words(key)}: ")
        self._told = True
        self._cleaner, self._cleaned_key = StreamCleaner(), key

    def _end_text(self, pairs: dict[str, Any]) -> None:
        """Show the rest of a text that was shown as it came, and take it out of `pairs`."""
        assert self._cleaner is not None
        self._output.stream(self._cleaner.feed(str(pairs.pop(self._cleaned_key, ""))) + self._cleaner.finish())
        self._output.end_stream()
        self._cleaner = None

    def _close(self, *, cut: bool = False) -> bool:
        """Close what is open, without an object that is not complete; return whether there was such a one.

        `cut` is as for `finish`: none is complete then.
        """
        reader = self._reader
        if self._cleaner:
            reader.end_text(keep=True)
            self._end_text(reader.take_pairs()[0])
        reader.end_text(keep=False, cut=cut)
        broken = not reader.only_brackets_missing or (cut and not reader.between_items) or reader.open_key in PLACE_KEYS
        if broken:
            reader.drop_unfinished()
        reader.close()
        return broken

    def _give_up(self) -> Verdict:
        """Decide about what is no JSON from its last character on."""
        if not self._is_json:
            return Verdict.TEXT
        self._output.add_unreadable()
        return Verdict.BROKEN

    def _is_hopeless(self) -> bool:
        """Return whether it is surely no JSON, or has become too long without a place."""
        if len(self._raw) > _MOST_UNDECIDED and not self._everything:
            return True
        opening, last = self._raw[0], self._raw[-1]
        if not self._first:
            if len(self._raw) < 2 or last.isspace():
                return False
            self._first = last
            if opening == "[" or not last.isidentifier():
                return last not in (_FIRST_IN_LIST if opening == "[" else _FIRST_IN_OBJECT)
        if opening == "[" or not self._first.isidentifier() or len(self._reader.keys) > 1:
            return False
        word = self.raw[1:].strip().removesuffix(":")
        return not self._reader.keys and not any(key.startswith(word) for key in _UNQUOTED_KEYS)


def _without_tool(item: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call of a tool instead of the call."""
    arguments = item.get("arguments")
    if isinstance(arguments, str):
        with contextlib.suppress(ValueError, RecursionError):
            arguments = json.loads(arguments)
    if not isinstance(arguments, dict):
        return item
    return {key: value for key, value in arguments.items() if key not in _TOOL_KEYS}


def _boxes(value: Any) -> list[list[float]]:
    """Return the boxes or points of a list of numbers, or of a list of such lists; [] for anything else."""
    boxes = value if isinstance(value, list) and value and isinstance(value[0], list) else [value]
    found = [numbers for box in boxes if isinstance(box, list) and (numbers := coordinates({"bbox_2d": box}))]
    return found if len(found) == len(boxes) and max(map(max, found), default=0) >= _LARGE else []


def _is_empty(value: Any) -> bool:
    if isinstance(value, dict | list):
        return all(map(_is_empty, value.values() if isinstance(value, dict) else value))
    return value in (None, "", 0)
