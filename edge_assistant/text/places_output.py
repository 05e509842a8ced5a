"""The text that PlacesStream gives out: running text, and sentences for what stood there as JSON."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from edge_assistant.imaging.token_budget import ResizePlan
from edge_assistant.system.i18n import translator
from edge_assistant.system.text_cleaning import clean_answer
from edge_assistant.text.json_words import ANSWER_KEYS, json_lines
from edge_assistant.text.place_list import PlaceList
from edge_assistant.text.prose_places import ProsePlaces

_ITEM_MARK = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s*")
_MAX_MARK = 20


class Piece(NamedTuple):
    """Text to show. `is_told`: it is a line or more of what was told of JSON, so it belongs to the answer itself."""

    text: str
    is_told: bool


class PlacesOutput:
    """Collects what can be shown. A list of objects that was told is ended by the text or the sentences after it."""

    def __init__(self, frame: ResizePlan | None, language: str | None, *, verbatim: bool) -> None:
        """The arguments are those of PlacesStream."""
        self._words = translator(language)
        self._verbatim = verbatim
        self._list = PlaceList(frame, language)
        self._prose = ProsePlaces(self._list.point, only_tagged=verbatim)
        self._pieces: list[Piece] = []
        self.start()

    def start(self) -> None:
        """Get ready for an answer."""
        self.line_is_empty = True
        self._line = ""  # the beginning of the line of running text
        self.said = False
        """Whether anything was given out."""
        self.wordless = False
        """Whether there was JSON that gave no words."""

    def take(self) -> list[Piece]:
        """Return what can be shown now."""
        pieces = [piece for piece in self._pieces if piece.text]
        self._pieces.clear()
        return pieces

    def show(self, text: str) -> None:
        """Add running text; space after a list is left out."""
        if text.strip():
            self.end_list()
            self.said = True
        elif self._list.is_open:
            return
        self.line_is_empty = not text.rpartition("\n")[2].strip() and (self.line_is_empty or "\n" in text)
        line = text.rpartition("\n")[2] if "\n" in text else self._line + text
        self._line = line[:_MAX_MARK]
        self._add(self._prose.feed(text))

    def say(self, sentences: str) -> None:
        """Add sentences, each with lines of its own."""
        self.begin_line()
        self._add(sentences + "\n", is_told=True)

    def tell(self, value: Any) -> bool:
        """Add a value of JSON in words; return whether it had any."""
        text = clean_answer("\n".join(json_lines(value, self._words, exact=self._verbatim))).strip()
        if text:
            self.end_list()
            self.begin_line()
            is_answer = isinstance(value, dict) and not ANSWER_KEYS.isdisjoint(value)
            self._add(self._prose.feed(text) + self._prose.finish() + "\n", is_told=not is_answer)
        return bool(text)

    def begin_line(self) -> None:
        """Begin a line for a sentence."""
        self._add(self._prose.finish())
        if not self.line_is_empty and not _ITEM_MARK.fullmatch(self._line):  # it is the list's item otherwise
            self._add("\n")
        self._line = ""
        self.line_is_empty = self.said = True

    def stream(self, text: str) -> None:
        """Add a part of a line."""
        self._add(self._prose.feed(text))

    def end_stream(self) -> None:
        """End a line that was added in parts."""
        self._add(self._prose.finish() + "\n")

    def add_object(self, item: dict[str, Any], numbers: list[float]) -> None:
        """Tell an object with a place, as PlaceList.add does."""
        self.wordless = True
        if sentences := self._list.add(item, numbers):
            self.say(sentences)

    def add_unreadable(self) -> None:
        """Count an object that cannot be read; the end of the list tells how many there were."""
        self.wordless = True
        self._list.add_unreadable()

    def end_list(self, *, unfinished: bool = False) -> None:
        """End a list of objects; `unfinished` says that the answer breaks off in it."""
        if (self._list.is_open or unfinished) and (sentences := self._list.end(unfinished=unfinished)):
            self.say(sentences)

    def finish(self) -> None:
        """Add the running text that was held back."""
        self._add(self._prose.finish())

    def _add(self, text: str, *, is_told: bool = False) -> None:
        self._pieces.append(Piece(text, is_told))
