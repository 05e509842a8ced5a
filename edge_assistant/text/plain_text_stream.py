"""The model's text turned into plain text while it comes: what is spoken and what is shown.

Places (JSON, coordinates) are put into words first, then markup is removed, then what tells nothing.
"""

from __future__ import annotations

from edge_assistant.imaging.token_budget import ResizePlan
from edge_assistant.text.answer_words import AnswerWords
from edge_assistant.text.introductions import StyleFilter
from edge_assistant.text.markup import symbols
from edge_assistant.text.markup.blocks import BlockReader
from edge_assistant.text.markup.lines import LineJoiner
from edge_assistant.text.places_output import Piece
from edge_assistant.text.places_stream import PlacesStream

_MAX_SIGNS = 100


class PlainTextStream:
    """An incremental filter of one answer: the text is the same however it is cut, and comes as early as it can.

    `frame` is as for PlacesStream, `language` the answer's (None: the person's own), `task` one of the table of tasks:
    a reading keeps all that may be the picture's own text.
    """

    def __init__(self, frame: ResizePlan | None = None, language: str | None = None, *, task: str = "detail") -> None:
        self._words = AnswerWords(language)
        self._task = task
        self._places = PlacesStream(frame, language, verbatim=task == "read")
        self._said = False  # whether the answer has any words yet
        self._raw = ""  # as the model writes it, as long as it has none
        self._start()

    def feed(self, text: str) -> str:
        """Add text of any length; return the plain text that is certain now."""
        if not self._said and len(self._raw) <= _MAX_SIGNS:
            self._raw += text
        return self._read(self._places.feed(text))

    def finish(self, *, cut: bool = False) -> str:
        """Return the rest, and get ready for the next answer. `cut`: it was ended at a limit, so it is not complete."""
        text = self._read(self._places.finish(cut=cut))
        self._reader.finish(cut=cut)
        text += self._say(self._style.feed(self._lines.finish()) + self._style.finish(cut=cut))
        if not self._said and symbols.is_signs(self._raw):
            text = self._raw.strip()
        self._start()
        return text

    def _read(self, pieces: list[Piece]) -> str:
        """Remove markup, and introductions in what was not told of JSON."""
        text = ""
        for piece in pieces:
            if piece.is_told:
                text += self._say(self._style.end_beginning())
            self._reader.feed(piece.text)
            text += self._say(self._style.feed(self._lines.take()))
        return text

    def _say(self, text: str) -> str:
        if text.strip():
            self._said = True
        return text

    def _start(self) -> None:
        self._lines = LineJoiner()
        self._reader = BlockReader(self._lines, self._words, reading=self._task == "read")
        self._style = StyleFilter(self._task)
        self._said, self._raw = False, ""


def plain_text(text: str, language: str | None = None, *, task: str = "detail") -> str:
    """Return the plain text of a whole answer."""
    stream = PlainTextStream(language=language, task=task)
    return (stream.feed(text) + stream.finish()).strip()
