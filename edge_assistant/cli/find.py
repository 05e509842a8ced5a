"""The find command: where a text is in a picture, by text recognition alone. It moves nothing and clicks nothing."""

from __future__ import annotations

from edge_assistant.assistant.events import FoundEvent, MatchEvent, SentenceEvent, WindowEvent
from edge_assistant.assistant.picture_text import text_of
from edge_assistant.assistant.text_search import find_text, place_of, spoken_match, unreadable_sentence
from edge_assistant.capture.snapshot import ActiveWindow
from edge_assistant.cli.command_output import CommandOutput
from edge_assistant.cli.describe import DescribeOptions, DescribeRun
from edge_assistant.ocr.client import TextReader
from edge_assistant.settings import schema
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import NothingToSeeError
from edge_assistant.system.i18n import tr


class FindRun(DescribeRun):
    """One run of the command. The text worker loads while the picture is taken."""

    def __init__(
        self, options: DescribeOptions, output: CommandOutput, cancellation: Cancellation, query: str, *, as_json: bool
    ) -> None:
        """`query` is what is looked for. With `as_json` places are told by their boxes, too."""
        super().__init__(options, output, cancellation)
        self._query = query
        self._as_json = as_json
        self._text_reader = TextReader()

    def window(self, title: str, window: ActiveWindow) -> None:  # noqa: ARG002 (it is not spoken before a search)
        """Report at once in which window is looked; its title is not spoken."""
        bounds = window.bounds
        self._output.show(
            WindowEvent(self._current, window.title, bounds.left, bounds.top, bounds.width, bounds.height)
        )

    def _ask_all(self, settings: schema.Settings) -> None:
        """Take the picture and look in it. Raises NothingToSeeError (code `no-match`), OcrError and CancelledError."""
        self._check_language(settings)
        self._text_reader.warm()
        try:
            captured = self._capture()
            text = text_of(self._text_reader, captured)
            page = text.follow(lambda _: None, self.is_cancelled)
        finally:
            self._text_reader.close()
        matches = find_text(self._query, page.lines)
        size = captured.image.size
        if not matches:
            sentence = tr("{text} was not found.", text=self._query)
            if page.unreadable:
                sentence = f"{sentence} {unreadable_sentence()}"
            raise NothingToSeeError(sentence, code="no-match")
        for number, match in enumerate(matches):
            sentence = spoken_match(matches, number, size)
            if self._as_json:
                where = place_of(match.box, size)
                self._output.show(MatchEvent(self._current, match.text, where, match.box, number + 1, len(matches)))
            else:
                self._output.show(SentenceEvent(self._current, sentence, "\n"))
            self._say(sentence)
        image = {"width": size[0], "height": size[1]}
        self._output.show(FoundEvent(self._current, self._query, len(matches), image))

    def _stop(self) -> None:
        self._text_reader.close()
        super()._stop()
