"""The describe command: one run from the picture to the spoken answers, which can be cancelled at any time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.events import DoneEvent, Event, NoticeEvent, PictureEvent, WindowEvent
from edge_assistant.assistant.factory import (
    AnySpeaker,
    make_assistant,
    make_speaker,
    request_settings,
    resolve_model,
)
from edge_assistant.assistant.options import AnswerOptions, RequestSettings
from edge_assistant.assistant.picture_text import text_of
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.decoder import decoder
from edge_assistant.capture.file import read_picture
from edge_assistant.capture.snapshot import ActiveWindow
from edge_assistant.capture.targets import Target, capture
from edge_assistant.cli.command_output import CommandOutput
from edge_assistant.engine.task_table import check_temperature, language_code
from edge_assistant.ocr.client import TextReader
from edge_assistant.settings import schema, this_computer
from edge_assistant.speech.messages import ABOUT_VOICES
from edge_assistant.speech.screen_reader import ScreenReaderOrVoice
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import CancelledError, run_safely
from edge_assistant.system.i18n import tr
from edge_assistant.system.memory import PeakMemory


@dataclass(frozen=True, slots=True)
class DescribeOptions:
    """The options of the command line; None leaves it to the settings.

    `pictures`: names of files, "-", or the one target. `asks`: what is asked about each of them; without any, the
    question of the options' task. `measure_memory`: the end of each question tells the peak memory.
    """

    pictures: tuple[str | Target, ...]
    answer_options: AnswerOptions
    language: str | None
    speak: bool | None
    asks: tuple[str, ...] = ()
    model: str | None = None
    mmproj: str | None = None
    think: bool = False
    context: int | None = None
    gpu_layers: int | None = None
    measure_memory: bool = False

    @property
    def picture(self) -> str | Target:
        """The first picture, or the only one."""
        return self.pictures[0]


class _AnswerVoice:
    """The SpeechOutput of the answers; the person can silence the rest of them by silencing the screen reader."""

    def __init__(self, speaker: AnySpeaker) -> None:
        self._speaker = speaker
        self._silenced = False
        self.stop, self.wait = speaker.stop, speaker.wait
        if isinstance(speaker, ScreenReaderOrVoice):
            speaker.on_silenced = self._silence

    def say(self, text: str, *, language: str | None = None) -> None:
        """Speak a sentence after those before it, unless the rest is not wanted."""
        if not self._silenced:
            self._speaker.say(text, language=language)

    def _silence(self) -> None:
        self._silenced = True


class DescribeRun:
    """One run of the command. It is the CaptureListener of its picture."""

    def __init__(self, options: DescribeOptions, output: CommandOutput, cancellation: Cancellation) -> None:
        self._options = options
        self._output = output
        self._cancellation = cancellation
        self._lock = threading.Lock()
        self._current = 0
        self._request_settings = RequestSettings()
        self._speaker: AnySpeaker | None = None
        self._assistant: Assistant | None = None
        self._text_reader = TextReader()
        self._title = ""
        self._demo_is_told = True
        self._peak: PeakMemory | None = None  # of the question that is being answered

    def main(self) -> int:
        """Run; return the exit code. Raises CancelledError."""
        with self._cancellation.calling(self._stop):
            failure = run_safely(lambda: self._ask_all(self._load_settings()), "describe failed")
            if isinstance(failure, CancelledError):
                raise failure
            if failure is not None:  # spoken to the end
                self._say(failure.spoken)
                self._output.fail(failure)
            self._text_reader.close()
            decoder.close()
            if self._speaker:
                self._speaker.wait()
                self._speaker.close()
            if self._assistant:
                self._assistant.close()
        self._cancellation.check()
        return self._output.exit_code

    def _load_settings(self) -> schema.Settings:
        """Load the settings and start the speaker that they choose; the default one if the file is broken."""
        settings = schema.Settings()
        try:
            settings = schema.load(schema.path())
            self._request_settings = request_settings(settings)
        finally:
            self._start_speaker(settings)
        return settings

    def _start_speaker(self, settings: schema.Settings) -> None:
        speaker = make_speaker(
            settings,
            self._report_speech,
            speak=self._options.speak,
            language=self._options.language,
        )
        if speaker is None:
            return
        speaker.start()
        with self._lock:
            self._speaker = speaker
        if self._cancellation.is_set:
            speaker.close()

    def _ask_all(self, settings: schema.Settings) -> None:
        options = self._options
        self._check_language(settings)
        if options.think:
            check_temperature("thinking", options.answer_options.temperature)
        # Captured first: verifying the model may take seconds, and by then another window may be active.
        captured = self._capture() if isinstance(options.picture, Target) else None
        self._ask_model(settings, captured)

    def _check_language(self, settings: schema.Settings) -> None:
        """Raise UsageError for a language that is not known, before the picture is taken."""
        language_code(self._options.language or settings.spoken_language)

    def _answer_voice(self) -> _AnswerVoice | None:
        return _AnswerVoice(self._speaker) if self._speaker else None

    def _capture(self) -> CapturedPicture:
        """Take the picture, or read its file."""
        picture = self._options.picture
        if isinstance(picture, Target):
            return capture(self._with_camera(picture), self)
        return read_picture(str(picture), self.is_cancelled)

    def _ask_model(self, settings: schema.Settings, captured: CapturedPicture | None) -> None:
        """Ask the model all questions about the captured picture, or else about one file after the other."""
        options = self._options
        model = resolve_model(
            settings,
            think=options.think,
            model=options.model,
            mmproj=options.mmproj,
            is_cancelled=self.is_cancelled,
            notice=self.notice,
        )
        assistant = make_assistant(
            settings,
            model,
            self._request_settings.answer_options(options.answer_options, options.answer_options.task),
            voice=self._answer_voice(),
            on_event=self._show_answer,
            language=options.language,
            context=options.context,
            gpu_layers=options.gpu_layers,
            way_on=lambda: "" if options.answer_options.whole else tr("Use --more to hear it to its end."),
        )
        with self._lock:
            self._assistant = assistant
        self._cancellation.check()
        for message in model.notices:
            assistant.notice(0, "weights-passed-over", message)
        for message in this_computer.problems(settings):
            assistant.notice(0, "settings", message)
        if assistant.tasks.problem:
            assistant.notice(0, "tasks-file", assistant.tasks.problem)
        self._demo_is_told = not model.demo or (options.model or settings.model) is not None
        if captured is not None:
            if captured.origin == "file":
                self._tell_demo(assistant)
            self._ask_about(assistant, 0, lambda: captured)
            return
        for number, picture in enumerate(options.pictures):
            self._ask_about(assistant, number, partial(self._read_picture, assistant, str(picture)))

    def _read_picture(self, assistant: Assistant, picture: str) -> CapturedPicture:
        """Read a picture; a missing one is told before anything is said of the model."""
        captured = read_picture(picture, self.is_cancelled)
        self._tell_demo(assistant)
        return captured

    def _tell_demo(self, assistant: Assistant) -> None:
        """Say once that the demo model answers, unless somebody chose it."""
        if not self._demo_is_told:
            self._demo_is_told = True
            assistant.notice(
                0, "demo-weights", tr("This is the demo model. It understands only simple sample screens.")
            )

    def _ask_about(self, assistant: Assistant, number: int, capture: Callable[[], CapturedPicture]) -> None:
        """Ask all questions about picture `number`, from 0; of several pictures, say first which one it is."""
        asks: tuple[str | None, ...] = self._options.asks or (None,)
        first = number * len(asks)
        self._cancellation.check()
        if len(self._options.pictures) > 1:
            self._announce_picture(first, number)
        assistant.look_at(capture, make_text=lambda taken: text_of(self._text_reader, taken, self._title))
        for index, text in enumerate(asks, first):
            self._cancellation.check()
            self._current = index
            with PeakMemory() if self._options.measure_memory else nullcontext() as self._peak:
                outcome = assistant.ask(index, text)
            if isinstance(outcome, DoneEvent) and outcome.stop != "cancelled":
                duration = self._request_settings.duration_sentence(outcome.timings_s.total)
                if duration:
                    assistant.notice(index, "after", duration)

    def _announce_picture(self, index: int, number: int) -> None:
        """Report which of several pictures comes, by its file's own name."""
        picture = str(self._options.pictures[number])
        name = tr("Standard input") if picture == "-" else Path(picture).name
        event = PictureEvent(index, name, number + 1, len(self._options.pictures))
        self._output.show(event)
        self._say(event.name)

    def notice(self, code: str, message: str) -> None:
        """Report a notice before there is an assistant, by event and by voice."""
        self._output.show(NoticeEvent(self._current, code, message))
        if self._request_settings.speaks(code):
            self._say(message)

    def window(self, title: str, window: ActiveWindow) -> None:
        """Report at once which window is described."""
        bounds, self._title = window.bounds, title
        self._output.show(
            WindowEvent(self._current, window.title, bounds.left, bounds.top, bounds.width, bounds.height)
        )
        if self._request_settings.speaks("window"):
            self._say(title)

    def is_cancelled(self) -> bool:
        """Return whether a signal arrived or the output was closed."""
        return self._cancellation.is_set

    def wait(self, seconds: float) -> None:
        """Sleep; raise CancelledError as soon as the run is cancelled."""
        self._cancellation.wait(seconds)

    def _report_speech(self, code: str, message: str) -> None:
        """Show a notice of the speaker; it cannot speak those about itself, but those about one voice."""
        self._output.show(NoticeEvent(self._current, code, message))
        if code in ABOUT_VOICES:
            self._say(message)

    def _say(self, text: str) -> None:
        if self._speaker:
            self._speaker.say(text)

    def _show_answer(self, event: Event) -> None:
        """Show an event of the assistant; its last one gets the peak memory, where that is measured."""
        if self._peak and isinstance(event, DoneEvent):
            self._peak.stop()
            event = replace(event, peak_pss_bytes=self._peak.pss_bytes, peak_rss_bytes=self._peak.rss_bytes)
        self._output.show(event)

    def _with_camera(self, target: Target) -> Target:
        """Fill in the camera of the settings if the target names none."""
        if target.origin == "camera" and target.number is None:
            return replace(target, number=self._request_settings.camera)
        return target

    def _stop(self) -> None:
        """Stop the voice first, then the rest."""
        with self._lock:
            speaker, assistant = self._speaker, self._assistant
        if speaker:
            speaker.stop()
        self._text_reader.close()
        if assistant:
            assistant.close()
        if speaker:
            speaker.close()
