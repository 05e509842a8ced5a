"""Streams an answer as text to read: as the model writes it, but with places (JSON, coordinates) put into words."""

from __future__ import annotations

from edge_assistant.imaging.token_budget import ResizePlan
from edge_assistant.text.places_stream import PlacesStream


class PlainTextStream:
    """An incremental filter of one answer; the arguments are those of PlacesStream."""

    def __init__(self, frame: ResizePlan | None = None, language: str | None = None, *, verbatim: bool = False) -> None:
        self._places = PlacesStream(frame, language, verbatim=verbatim)

    def feed(self, text: str) -> str:
        """Add text of any length; return what can be shown now."""
        return self._places.feed(text)

    def finish(self, *, cut: bool = False) -> str:
        """Return the text that was held back, and get ready for the next answer. `cut`: it was ended at a limit."""
        return self._places.finish(cut=cut)
