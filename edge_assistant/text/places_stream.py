"""Streams an answer with its JSON and its coordinates put into words: each object as it closes, the rest unchanged."""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from edge_assistant.imaging.token_budget import ResizePlan
from edge_assistant.system.i18n import tr_noop, translator
from edge_assistant.system.text_cleaning import StreamCleaner, clean_answer
from edge_assistant.text.grounding import PLACE_KEYS, coordinates, is_place_key
from edge_assistant.text.json_reader import JsonReader
from edge_assistant.text.json_words import ANSWER_KEYS, json_lines, key_words
from edge_assistant.text.object_names import reading
from edge_assistant.text.place_list import PlaceList, own_words
from edge_assistant.text.prose_places import ProsePlaces

_NOTHING_FOUND = tr_noop("Nothing was found.")
_NO_WORDS = tr_noop("The model gave an answer that cannot be put into words.")

_MOST_UNDECIDED = 4000
"""Characters after which text that could hold places, and has none yet, is shown as it is."""
_RESCANNED = 200
"""Characters of text that turned out not to be JSON in which JSON is looked for again."""
_LONG_TEXT = 100
"""Characters of a text in JSON from which it is shown as it comes: objects with places have shorter names."""

_JSON_FENCES = frozenset(("", "json", "json5", "jsonc", "jsonl", "javascript", "js", "text", "txt", "plaintext"))
_TOOL_KEYS = frozenset(("action", "status", "keys", "time", "pixels", "name", "button"))  # of Qwen's computer use
_TAG_NAMES = ("tool_call", "tool_calls", "tools", "tool", "function_call", "json")
_TAG = rf"</?(?:{'|'.join(_TAG_NAMES)})>"
_OPEN_TAG = rf"</?(?:{'|'.join(sorted({name[:n] for name in _TAG_NAMES for n in range(len(name) + 1)}))})"
# What may stand before JSON and is dropped with it.
_OPENER = re.compile(
    rf"(?P<tags>(?:{_TAG}\s*)*)"
    rf"(?:(?P<fence>```+|~~~+)[ \t]*(?P<language>[\w+#.-]*)[ \t]*\n?\s*(?:{_TAG}\s*)*|(?P<tick>`{{1,2}}))?(?=[{{\[])"
)
_OPEN_OPENER = re.compile(
    rf"(?:{_TAG}\s*)*(?:{_OPEN_TAG}|`{{1,2}}|~{{1,2}}"
    rf"|(?:```+|~~~+)[ \t]*[\w+#.-]*[ \t]*(?:\n\s*)?(?:{_TAG}\s*)*(?:{_OPEN_TAG})?)?\Z"
)
_CANDIDATE = re.compile(r"[\[{<]|`+|~{3,}")
_OPEN_TILDES = re.compile(r"~{1,2}\Z")
_CLOSERS = re.compile(rf"(?:[\s,;}}\])]|{_TAG})*")
_FENCE = re.compile(r"(`+|~+)[ \t]*")
# What can go on in a list after an item; anything else ends one whose bracket is missing.
_IN_LIST = frozenset("{}[](),\"'-/.:0123456789")
_JSON_START = re.compile(r"[\[{\s]*\{\s*\"[^\"]*\"?\s*\Z")
_UNQUOTED_KEYS = PLACE_KEYS | {"label", "name", "text", "text_content"}
_LARGE = 100  # numbers below this in a list are no coordinates


@dataclass(slots=True)
class _Candidate:
    """Text that may be JSON. `everything` that it holds is put into words, else only objects with places are.

    `alone`: nothing else stands there, so that a list of texts or numbers is an answer too. `mark` is where its
    present item begins in `raw`. `told` is set when something of it was said: from then on it is JSON.
    """

    reader: JsonReader
    opener: str
    everything: bool
    alone: bool
    raw: list[str] = field(default_factory=list)
    mark: int = 0
    told: bool = False
    places: bool = False
    first: str = ""  # the first character in it
    streamed: StreamCleaner | None = None  # of a long text that is shown as it comes
    streamed_key: str = ""

    @property
    def has_place_keys(self) -> bool:
        """Whether something in it is named as coordinates are."""
        return any(map(is_place_key, self.reader.keys))


class PlacesStream:
    """An incremental filter of an answer in `language` (such as "de"; None is the person's own).

    `frame` tells where the picture lies in the one that was sent. With `verbatim` the answer reads text aloud: JSON that
    has no places is that text, and of objects with places only the text is given. `unfinished` is, after `finish`, the
    start of what the answer broke off in; a stream that it is fed to understands what goes on from there.
    """

    def __init__(
        self, frame: ResizePlan | None = None, language: str | None = None, *, verbatim: bool = False
    ) -> None:
        self._list = PlaceList(frame, language)
        self._prose = ProsePlaces(self._list.point, only_tagged=verbatim)
        self._words = translator(language)
        self._own_words = own_words(language)
        self._verbatim = verbatim
        self._out: list[str] = []
        self.unfinished = ""
        self._start()

    def _start(self) -> None:
        self._pending = ""
        self._json: _Candidate | None = None
        self._after_json = False
        self._open_fence = ""  # of JSON that was put into words
        self._in_code = False  # in a fence that is shown
        self._line_is_empty = True
        self._said = False  # whether anything was shown
        self._wordless = False  # whether JSON gave no words
        self._resync = False  # whether the next object is looked for, after one that could not be read
        self._empty = ""  # an empty list or object that is the answer if nothing follows

    def feed(self, text: str) -> str:
        """Add text of any length; return what can be shown now."""
        self._pending += text
        self._release(final=False)
        return self._take()

    def finish(self, *, cut: bool = False) -> str:
        """Return the rest, and get ready for the next answer. `cut`: the answer was ended at a limit."""
        self._release(final=True)
        self.unfinished = self._end_candidate(self._json, cut=cut) if self._json else ""
        if self._empty:
            self._say(self._own_words(_NOTHING_FOUND))
        self._end_list(unfinished=bool(self.unfinished) and self.unfinished.startswith("["))
        self._out.append(self._prose.finish())
        if self._wordless and not self._said:
            self._say(self._own_words(_NO_WORDS))
        self._start()
        return self._take()

    def _take(self) -> str:
        text = "".join(self._out)
        self._out.clear()
        return text

    def _release(self, *, final: bool) -> None:
        while self._pending:
            if self._json:
                if not self._read(self._json):
                    return
            elif self._after_json:
                if not self._skip_closers(final=final):
                    return
            elif not self._scan(final=final):
                return

    # Text around JSON

    def _scan(self, *, final: bool) -> bool:
        """Show the text before the next candidate and begin to read that; return False to wait for more."""
        text = self._pending
        found = _CANDIDATE.search(text)
        if found is None:
            tildes = None if final else _OPEN_TILDES.search(text)
            start = tildes.start() if tildes else len(text)
            self._show(text[:start])
            self._pending = text[start:]
            return False
        self._show(text[: found.start()])
        self._pending = text = text[found.start() :]
        opener = _OPENER.match(text)
        if opener:
            self._begin(opener)
        elif not final and _OPEN_OPENER.match(text):
            return False
        elif tag := re.match(_TAG, text):
            self._pending = text[tag.end() :]
        else:
            found_text = found[0]
            if found[0][0] in "`~" and len(found[0]) >= 3 and self._line_is_empty:
                if self._open_fence:  # of JSON; text came before it was closed
                    self._open_fence, found_text = "", ""
                else:
                    self._in_code = not self._in_code
            self._show(found_text)
            self._pending = text[len(found[0]) :]
        return True

    def _begin(self, opener: re.Match[str]) -> None:
        fence, tags = opener["fence"] or "", opener["tags"]
        at_start = not self._said
        framed = bool(fence or tags) and (opener["language"] or "").lower() in _JSON_FENCES
        everything = not (self._verbatim or self._in_code or opener["tick"]) and (framed or not fence)
        alone = (framed or (at_start and not fence)) and not opener["tick"]
        self._json = _Candidate(JsonReader(self._add_object), opener[0], everything, alone)
        self._open_fence = self._open_fence or fence or opener["tick"] or ""
        self._pending = self._pending[opener.end() :]

    def _show(self, text: str) -> None:
        """Show text that is no JSON."""
        if not text:
            return
        if self._empty and text.strip():
            text, self._empty = self._empty + text, ""
        if text.strip():
            self._end_list()
            self._said = True
        elif self._list.is_open or self._empty:
            self._empty = self._empty and self._empty + text
            return
        self._line_is_empty = not text.rpartition("\n")[2].strip() and (self._line_is_empty or "\n" in text)
        self._out.append(self._prose.feed(text))

    def _say(self, sentences: str) -> None:
        """Show sentences of ours, each a line."""
        self._show_before_json()
        self._out.append(sentences + "\n")
        self._said = True

    def _show_before_json(self) -> None:
        self._out.append(self._prose.finish())
        if not self._line_is_empty:
            self._out.append("\n")
        self._line_is_empty = True
        self._empty = ""

    def _end_list(self, *, unfinished: bool = False) -> None:
        if (self._list.is_open or unfinished) and (sentences := self._list.end(unfinished=unfinished)):
            self._say(sentences)

    def _skip_closers(self, *, final: bool) -> bool:
        """Drop what ends JSON that was put into words; return False to wait for more."""
        text = self._pending
        if self._resync:  # after what could not be read, the next object begins here
            found = re.search(r"[{`<]", text)
            self._pending = text = text[found.start() :] if found else ""
            self._resync = found is None
        closers = _CLOSERS.match(text)
        self._pending = rest = text[closers.end() :] if closers else text
        if not rest or (not final and re.fullmatch(_OPEN_TAG, rest)):
            return False
        fence = _FENCE.match(rest)
        if fence and self._open_fence and rest[0] == self._open_fence[0]:
            if fence.end() == len(rest) and not final:
                return False
            self._open_fence = ""
            self._pending = rest[fence.end() :]
            return True
        self._after_json = False
        return True

    # JSON

    def _read(self, candidate: _Candidate) -> bool:
        """Read on; return False when the pending text is used up, True when the candidate is decided."""
        reader = candidate.reader
        for i, character in enumerate(self._pending):
            if (character in "`<" and reader.may_end_at(character)) or self._ends_list(candidate, character):
                self._pending = self._pending[i:]
                self._break_off(candidate)
                return True
            candidate.raw.append(character)
            reader.feed(character)
            if reader.between_items:
                candidate.mark = len(candidate.raw)
            self._stream_text(candidate)
            hopeless = not candidate.told and _is_hopeless(candidate)
            if reader.failed or reader.done or hopeless:
                self._pending = self._pending[i + 1 :]
                if reader.done and not reader.failed:
                    self._json = None
                    self._end_value(candidate, reader.value)
                else:
                    self._give_up(candidate)
                return True
        self._pending = ""
        text = reader.open_text
        if candidate.streamed and text:
            self._out.append(self._prose.feed(candidate.streamed.feed("".join(text))))
            text.clear()
        return False

    @staticmethod
    def _ends_list(candidate: _Candidate, character: str) -> bool:
        in_list = candidate.places and candidate.reader.between_items
        return in_list and character not in _IN_LIST and not character.isspace()

    def _add_object(self, item: dict[str, Any], name: str) -> bool:
        """Tell an object with a place, or one of an answer that is a list; return whether it was told."""
        candidate = self._json
        assert candidate is not None, "the reader of a candidate"
        item = _with_arguments(item)
        numbers = None if name in PLACE_KEYS else coordinates(item)
        if numbers is None:
            in_list = not name and candidate.reader.depth == 1
            if candidate.everything and in_list and not candidate.has_place_keys:
                return self._tell(candidate, json_lines(item, self._words))
            return False
        candidate.told = candidate.places = self._wordless = True
        text = reading(item) if self._verbatim else self._list.add(item, numbers)
        if text:
            self._say(text)
        return True

    def _tell(self, candidate: _Candidate, lines: list[str]) -> bool:
        """Show lines of an answer in JSON."""
        text = clean_answer("\n".join(lines)).strip()
        if text:
            candidate.told = True
            self._end_list()
            self._show_before_json()
            self._say(self._prose.feed(text) + self._prose.finish())
        return bool(text)

    def _end_value(self, candidate: _Candidate, value: Any) -> None:
        """Decide about a value that is complete."""
        self._after_json = True
        if candidate.streamed and isinstance(value, dict):
            self._end_stream(candidate, value)
        if candidate.told:
            if candidate.places:
                value = {key: value[key] for key in value if key in ANSWER_KEYS} if isinstance(value, dict) else []
            self._tell(candidate, json_lines(value, self._words))
        elif candidate.alone and (boxes := _boxes(value)) and not self._verbatim:
            for box in boxes:
                if sentence := self._list.add({}, box):
                    self._say(sentence)
        elif candidate.alone and not candidate.reader.keys and value in ([], {}):
            self._wordless = True
            if candidate.opener:
                self._say(self._own_words(_NOTHING_FOUND))
            else:
                self._empty, self._after_json = "".join(candidate.raw), False
        elif not self._is_answer(candidate, value):
            self._reject(candidate)
        elif not self._tell(candidate, json_lines(value, self._words)):
            self._wordless = True
            if _is_empty(value):
                self._say(self._own_words(_NOTHING_FOUND))

    def _is_answer(self, candidate: _Candidate, value: Any) -> bool:
        """Return whether a value without places is the model's way to answer, and no text that it quotes."""
        if self._verbatim:
            items = value if isinstance(value, list) else [value]
            return candidate.alone and all(isinstance(item, dict) and set(item) <= ANSWER_KEYS for item in items)
        if isinstance(value, dict):
            return candidate.everything and bool(candidate.reader.keys)
        is_texts = bool(value) and not any(isinstance(item, int | float) for item in value)
        return candidate.everything and candidate.alone and (is_texts or bool(candidate.opener))

    def _stream_text(self, candidate: _Candidate) -> None:
        """Begin to show a long text of an answer in JSON, or end it."""
        reader, text = candidate.reader, candidate.reader.open_text
        if candidate.streamed:
            if text is None and not reader.done:
                self._end_stream(candidate, reader.take_pairs()[0])
            return
        if text is None or len(text) < _LONG_TEXT or candidate.has_place_keys:
            return
        if not candidate.everything and not (self._verbatim and candidate.alone and reader.keys <= ANSWER_KEYS):
            return
        pairs, key = reader.take_pairs()
        self._tell(candidate, json_lines(pairs, self._words))
        self._end_list()
        self._show_before_json()
        candidate.told = self._said = True
        candidate.streamed, candidate.streamed_key = StreamCleaner(), key
        self._out.append("" if key in ANSWER_KEYS else f"{key_words(key)}: ")

    def _end_stream(self, candidate: _Candidate, pairs: dict[str, Any]) -> None:
        """Show the rest of a text that was shown as it came; take it out of `pairs`."""
        assert candidate.streamed is not None
        rest = candidate.streamed.feed(str(pairs.pop(candidate.streamed_key, ""))) + candidate.streamed.finish()
        self._out.append(self._prose.feed(rest) + self._prose.finish() + "\n")
        candidate.streamed = None

    def _break_off(self, candidate: _Candidate) -> None:
        """End a candidate at a character that cannot belong to it."""
        reader = candidate.reader
        if candidate.told or candidate.has_place_keys:
            if self._close(candidate):
                self._list.add_unreadable()
            self._json, self._after_json = None, True
            return
        reader.end_text(keep=False)
        reader.close()
        self._json = None
        if reader.keys and not reader.failed:
            self._end_value(candidate, reader.value)
        else:
            self._reject(candidate)

    def _close(self, candidate: _Candidate) -> bool:
        """Close what is open, without an object that is not complete; return whether there was such a one."""
        reader = candidate.reader
        if candidate.streamed:
            reader.end_text(keep=True)
            self._end_stream(candidate, reader.take_pairs()[0])
        reader.end_text(keep=False)
        broken = not reader.only_brackets_missing
        if broken:
            reader.drop_unfinished()
        reader.close()
        return broken

    def _end_candidate(self, candidate: _Candidate, *, cut: bool) -> str:
        """End what the answer ends in; return the start of what is not finished, "" when all is."""
        reader, raw = candidate.reader, "".join(candidate.raw)
        if candidate.streamed:
            self._close(candidate)
            self._json = None
            return '{"text": "' if cut else ""
        if candidate.places or candidate.has_place_keys:
            broken = self._close(candidate)
            self._json = None
            return "[" + raw[candidate.mark :].lstrip("[") if broken or cut else ""
        if not reader.keys and not self._verbatim and _JSON_START.match(raw):
            self._json = None
            return "[" + raw.lstrip("[")
        text_open = reader.open_text is not None
        reader.end_text(keep=True)
        reader.close()
        self._json = None
        if reader.keys and not reader.failed:
            self._end_value(candidate, reader.value)
            return '{"text": "' if cut and text_open else ""
        self._reject(candidate)
        self._show(self._pending)
        return ""

    def _give_up(self, candidate: _Candidate) -> None:
        """Decide about text that is no JSON from its last character on."""
        self._json = None
        if not candidate.told and not candidate.has_place_keys:
            self._reject(candidate)
            return
        self._list.add_unreadable()
        self._wordless = self._resync = self._after_json = True

    def _reject(self, candidate: _Candidate) -> None:
        """Show text that is no answer in JSON; look for one inside it, where it is not long."""
        self._after_json = False
        raw = "".join(candidate.raw)
        if candidate.opener.strip().startswith(("`", "~")):
            self._open_fence = ""
            if len(candidate.opener.strip()) >= 3 and self._line_is_empty:
                self._in_code = not self._in_code
        shown = 1 if len(raw) <= _RESCANNED and not candidate.reader.done else len(raw)
        self._show(re.sub(_TAG, "", candidate.opener) + raw[:shown])
        self._pending = raw[shown:] + self._pending


def _is_hopeless(candidate: _Candidate) -> bool:
    """Return whether the text is surely no JSON, or has become too long without a place."""
    raw = candidate.raw
    if len(raw) > _MOST_UNDECIDED and not candidate.everything:
        return True
    if len(raw) < 2:
        return False
    if candidate.first == "" and not raw[-1].isspace():
        candidate.first = raw[-1]
        allowed = _IN_LIST - frozenset("}).,/:") if raw[0] == "[" else frozenset("\"'{[}")
        return candidate.first not in allowed and not (raw[0] == "{" and (raw[-1].isalpha() or raw[-1] == "_"))
    unquoted = raw[0] == "{" and (candidate.first.isalpha() or candidate.first == "_")
    return unquoted and len(candidate.reader.keys) == 1 and candidate.reader.keys.isdisjoint(_UNQUOTED_KEYS)


def _with_arguments(item: dict[str, Any]) -> dict[str, Any]:
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
