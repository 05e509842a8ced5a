"""The describe command: one run from the picture to the spoken answers, which can be cancelled at any time."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from dataclasses import dataclass, replace

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.events import DoneEvent, Event, NoticeEvent, WindowEvent
from edge_assistant.assistant.factory import (
    AnySpeaker,
    make_assistant,
    make_speaker,
    request_settings,
    resolve_model,
)
from edge_assistant.assistant.options import AnswerOptions, RequestSettings
from edge_assistant.capture.file import read_picture
from edge_assistant.capture.snapshot import ActiveWindow
from edge_assistant.capture.targets import Target, capture
from edge_assistant.cli.command_output import CommandOutput
from edge_assistant.engine.task_table import check_temperature, language_code
from edge_assistant.settings import schema
from edge_assistant.speech.messages import NO_VOICE_FOR_LANGUAGE
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import CancelledError, run_safely
from edge_assistant.system.i18n import tr
from edge_assistant.system.memory import PeakMemory


@dataclass(frozen=True, slots=True)
class DescribeOptions:
    """The options of the command line; None leaves it to the settings. `picture` is a file name, "-" or a target.

    `measure_memory`: the end of each question tells the peak memory.
    """

    picture: str | Target
    asks: tuple[str, ...]
    answer_options: AnswerOptions
    model: str | None
    mmproj: str | None
    think: bool
    context: int | None
    language: str | None
    speak: bool | None
    gpu_layers: int | None = None
    measure_memory: bool = False


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
        self._peak: PeakMemory | None = None  # of the question that is being answered

    def main(self) -> int:
        """Run; return the exit code. Raises CancelledError."""
        with self._cancellation.calling(self._stop):
            failure = run_safely(lambda: self._ask_all(self._load_settings()), "describe failed")
            if isinstance(failure, CancelledError):
                raise failure
            if failure is not None:  # spoken to the end
                self._say(str(failure))
                self._output.fail(failure)
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
        language = options.language or settings.spoken_language
        language_code(language)  # raises UsageError for a language that is not known, before the picture is taken
        if options.think:
            check_temperature("thinking", options.answer_options.temperature)
        # Captured first: verifying the model may take seconds, and by then another window may be active.
        captured = capture(self._with_camera(options.picture), self) if isinstance(options.picture, Target) else None
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
            voice=self._speaker,
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
        if assistant.tasks.problem:
            assistant.notice(0, "tasks-file", assistant.tasks.problem)
        if model.demo and captured is None and (options.model or settings.model) is None:
            assistant.notice(
                0, "demo-weights", tr("This is the demo model. It understands only simple sample screens.")
            )
        assistant.look_at(lambda: captured or read_picture(str(options.picture)))
        for index, text in enumerate(options.asks or (None,)):
            self._cancellation.check()
            self._current = index
            with PeakMemory() if options.measure_memory else nullcontext() as self._peak:
                outcome = assistant.ask(index, text)
            if isinstance(outcome, DoneEvent) and outcome.stop != "cancelled":
                duration = self._request_settings.duration_sentence(outcome.timings_s.total)
                if duration:
                    assistant.notice(index, "after", duration)

    def notice(self, code: str, message: str) -> None:
        """Report a notice before there is an assistant, by event and by voice."""
        self._output.show(NoticeEvent(self._current, code, message))
        if self._request_settings.speaks(code):
            self._say(message)

    def window(self, title: str, window: ActiveWindow) -> None:
        """Report at once which window is described."""
        bounds = window.bounds
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
        """Show a notice of the speaker; it cannot speak those about itself, but those about one language."""
        self._output.show(NoticeEvent(self._current, code, message))
        if code == NO_VOICE_FOR_LANGUAGE:
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
        if assistant:
            assistant.close()
        if speaker:
            speaker.close()
