"""The model's text turned into plain text while it comes: what is spoken and what is shown."""

from __future__ import annotations

from edge_assistant.text.answer_words import AnswerWords
from edge_assistant.text.blocks import BlockReader
from edge_assistant.text.lines import LineJoiner


class PlainTextStream:
    """An incremental filter: the text is the same however it is cut, and comes as early as it can be decided."""

    def __init__(self, language: str | None = None, task: str = "detail") -> None:
        """`language` is the answer's, None for the person's own; `task` as in the table of tasks."""
        self._words = AnswerWords(language)
        self._reading = task == "read"
        self._start()

    def feed(self, text: str) -> str:
        """Add text of any length; return the plain text that is certain now."""
        self._reader.feed(text)
        return self._lines.take()

    def finish(self, *, cut: bool = False) -> str:
        """Return the rest, and get ready for the next answer. `cut`: a limit ended the text, so it is not complete."""
        self._reader.finish(cut=cut)
        plain = self._lines.finish()
        self._start()
        return plain

    def _start(self) -> None:
        self._lines = LineJoiner()
        self._reader = BlockReader(self._lines, self._words, reading=self._reading)


def plain_text(text: str, language: str | None = None, task: str = "detail") -> str:
    """Return the plain text of a whole text."""
    stream = PlainTextStream(language, task)
    return (stream.feed(text) + stream.finish()).strip("\n")
