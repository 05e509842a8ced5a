"""The read command: the text in a picture, line by line as it is recognised; the model reads what cannot be."""

from __future__ import annotations

import time

from edge_assistant.assistant.events import LineEvent, NoticeEvent, ReadEvent, ReadTimings, SentenceEvent, WindowEvent
from edge_assistant.assistant.options import Reader
from edge_assistant.assistant.picture_text import text_of
from edge_assistant.assistant.text_reading import read_text
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.snapshot import ActiveWindow
from edge_assistant.cli.command_output import CommandOutput
from edge_assistant.cli.describe import DescribeOptions, DescribeRun
from edge_assistant.ocr.client import TextReader
from edge_assistant.ocr.page import Line
from edge_assistant.ocr.spoken_lines import Spoken
from edge_assistant.settings import schema
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.i18n import catalogue_language, tr
from edge_assistant.text.languages import LanguageTracker


class ReadRun(DescribeRun):
    """One run of the command. The text worker loads while the picture is taken."""

    def __init__(
        self,
        options: DescribeOptions,
        output: CommandOutput,
        cancellation: Cancellation,
        reader: Reader | None,
        *,
        as_json: bool,
    ) -> None:
        """`reader` None is that of the settings. With `as_json` lines are told as they stand in the picture; without
        it as they are spoken, rows of tables as sentences.
        """
        super().__init__(options, output, cancellation)
        self._reader: Reader | None = reader
        self._as_json = as_json
        self._text_reader = TextReader()

    def window(self, title: str, window: ActiveWindow) -> None:  # noqa: ARG002 (it is not spoken before a reading)
        """Report at once which window is read; its title is not spoken."""
        bounds = window.bounds
        self._output.show(
            WindowEvent(self._current, window.title, bounds.left, bounds.top, bounds.width, bounds.height)
        )

    def _ask_all(self, settings: schema.Settings) -> None:
        reader = self._reader or self._request_settings.reader
        if reader == "model":
            super()._ask_all(settings)
            return
        self._check_language(settings)
        self._text_reader.warm()
        try:
            captured = self._capture()
            model_reads = self._read(captured, reader)
        finally:
            self._text_reader.close()
        if model_reads:
            self._ask_model(settings, captured)

    def _read(self, captured: CapturedPicture, reader: Reader) -> bool:
        """Read by text recognition; return whether the model is to read. Raises OcrError and CancelledError."""
        text = text_of(self._text_reader, captured)
        tracker = LanguageTracker(catalogue_language(), follow=True)
        voice = self._answer_voice()
        started, first = time.monotonic(), None

        def on_line(line: Line) -> None:
            nonlocal first
            first = time.monotonic() - started if first is None else first
            if self._as_json:
                self._output.show(LineEvent.from_line(self._current, line))

        def on_spoken(spoken: Spoken) -> None:
            language = tracker.language_of(spoken.text)
            if not self._as_json:
                self._output.show(SentenceEvent(self._current, spoken.shown, "\n", language))
            if voice is not None:
                voice.say(spoken.text, language=language)

        outcome = read_text(
            text,
            captured,
            reader,
            on_line,
            on_spoken,
            self.is_cancelled,
            way_to_model=("other-reader", tr("Use --reader model to let the model read.")),
        )
        for code, message in outcome.notices:
            self._output.show(NoticeEvent(self._current, code, message))
            if voice is not None and self._request_settings.speaks(code):
                voice.say(message)
        if outcome.failure is not None:
            raise outcome.failure
        if outcome.page is not None and not outcome.model_reads:
            timings = ReadTimings(first, time.monotonic() - started)
            self._output.show(ReadEvent.from_page(self._current, outcome.page, timings))
        return outcome.model_reads

    def _stop(self) -> None:
        self._text_reader.close()
        super()._stop()
