"""The describe command: one run from the picture to the spoken answers, which can be cancelled at any time."""

from __future__ import annotations

import errno
import logging
import os
import sys
import threading
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import NoReturn

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.events import DoneEvent, ErrorEvent, Event, NoticeEvent, WindowEvent, cancelled
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
from edge_assistant.cli.output import JsonOutput, NoOutput, Output
from edge_assistant.engine.prompts import MODES, system_prompt
from edge_assistant.engine.sampling import sampling
from edge_assistant.settings import schema
from edge_assistant.system import signals
from edge_assistant.system.errors import AssistantError, CancelledError, DoesNotFitError, explain_error
from edge_assistant.system.i18n import tr
from edge_assistant.system.memory import PeakMemory
from edge_assistant.system.terminal import print_error

_log = logging.getLogger(__name__)

# How many seconds a cancel waits for the run's thread before it exits without it (it may be decoding a picture).
_CANCEL_TIMEOUT = 0.15


@dataclass(frozen=True, slots=True)
class DescribeOptions:
    """The options of the command line; None leaves it to the settings. `picture` is a file name, "-" or a target."""

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


class DescribeRun:
    """One run of the command: a thread does the work, while the main thread waits for its end or for a signal."""

    def __init__(self, options: DescribeOptions, output: Output) -> None:
        self._options = options
        self._output = output
        self._lock = threading.Lock()
        self._output_lock = threading.Lock()  # held while printing, which blocks when nobody reads
        self._ended: set[int] = set()
        self._finished = threading.Event()
        self._wake = threading.Event()  # set when the run has finished or a signal arrived
        self._stop_requested = threading.Event()
        self._current = 0
        self._exit_code = 0
        self._cancelled = False
        self._request_settings = RequestSettings()
        self._speaker: AnySpeaker | None = None
        self._assistant: Assistant | None = None
        self._peak: PeakMemory | None = None  # of the question that is being answered

    def main(self) -> int:
        """Run and return the exit code. Ctrl-C, SIGTERM and SIGHUP cancel, also if they arrived before."""
        signals.on_signal(self._wake.set)
        threading.Thread(target=self._run, name="describe", daemon=True).start()
        self._wake.wait()
        if not self._finished.is_set():
            self._cancel()
        return self._exit_code

    @property
    def _questions(self) -> tuple[str | None, ...]:
        return self._options.asks or (None,)

    def _run(self) -> None:
        try:
            self._run_to_end()
        except Exception as error:  # noqa: BLE001 (a bug must be reported to the user like any other error)
            _log.exception("describe failed")
            self._fail_all(explain_error(error))
        finally:
            self._finished.set()
            self._wake.set()

    def _run_to_end(self) -> None:
        try:
            self._ask_all(self._load_settings())
        except CancelledError:
            return  # reported by the code that cancelled
        except AssistantError as error:
            self._fail_all(error)
        except Exception as error:  # noqa: BLE001 (handled here so that its sentence is spoken to the end)
            _log.exception("describe failed")
            self._fail_all(explain_error(error))
        if self._speaker:
            self._speaker.wait()
            self._speaker.close()
        if self._assistant:
            self._assistant.close()

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
            lambda code, message: self._emit(NoticeEvent(self._current, code, message)),
            speak=self._options.speak,
            language=self._options.language,
        )
        if speaker is None:
            return
        speaker.start()
        with self._lock:
            self._speaker = speaker
            if self._cancelled:
                speaker.close()

    def _ask_all(self, settings: schema.Settings) -> None:
        options = self._options
        language = options.language or settings.spoken_language
        system_prompt(language)
        if options.think:
            sampling("thinking", verbatim=False, temperature=options.answer_options.temperature)
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
            self._request_settings.answer_options(options.answer_options, options.answer_options.mode),
            voice=self._speaker,
            on_event=self._emit_answer,
            language=options.language,
            context=options.context,
            gpu_layers=options.gpu_layers,
        )
        with self._lock:
            self._assistant = assistant
            if self._cancelled:
                raise CancelledError
        for message in model.notices:
            assistant.notice(0, "weights-passed-over", message)
        if model.demo and captured is None and (options.model or settings.model) is None:
            assistant.notice(
                0, "demo-weights", tr("This is the demo model. It understands only simple sample screens.")
            )
        assistant.look_at(lambda: captured or read_picture(str(options.picture)))
        for index, text in enumerate(self._questions):
            if self._cancelled:
                raise CancelledError
            self._current = index
            with PeakMemory() if isinstance(self._output, JsonOutput) else nullcontext() as self._peak:
                outcome = assistant.ask(index, text)
            if isinstance(outcome, DoneEvent) and outcome.stop != "cancelled":
                duration = self._request_settings.duration_sentence(outcome.timings_s.total)
                if duration:
                    assistant.notice(index, "after", duration)

    def notice(self, code: str, message: str) -> None:
        """Report a notice before there is an assistant, by event and by voice."""
        self._emit(NoticeEvent(self._current, code, message))
        if self._request_settings.speaks(code):
            self._say(message)

    def window(self, title: str, window: ActiveWindow) -> None:
        """Report at once which window is described."""
        bounds = window.bounds
        self._emit(WindowEvent(self._current, window.title, bounds.left, bounds.top, bounds.width, bounds.height))
        if self._request_settings.speaks("window"):
            self._say(title)

    def is_cancelled(self) -> bool:
        """Return whether a signal arrived or the output was closed."""
        return self._cancelled

    def wait(self, seconds: float) -> None:
        """Sleep; raise CancelledError as soon as the run is cancelled."""
        if self._stop_requested.wait(seconds):
            raise CancelledError

    def _say(self, text: str) -> None:
        if self._speaker:
            self._speaker.say(text)

    def _with_camera(self, target: Target) -> Target:
        """Fill in the camera of the settings if the target names none."""
        if target.origin == "camera" and target.number is None:
            return replace(target, number=self._request_settings.camera)
        return target

    def _fail_all(self, error: AssistantError) -> None:
        """End every question with the error, and speak it once."""
        self._say(str(error))
        for index in range(len(self._questions)):
            self._emit(ErrorEvent(index, error.code, str(error), error.exit_code))

    def _emit_answer(self, event: Event) -> None:
        """Show an event of the assistant; its last one gets the peak memory, where that is measured."""
        if self._peak and isinstance(event, DoneEvent):
            self._peak.stop()
            event = replace(event, peak_pss_bytes=self._peak.pss_bytes, peak_rss_bytes=self._peak.rss_bytes)
        self._emit(event)

    def _emit(self, event: Event) -> None:
        """Show an event; of several events that end a question, only the first."""
        with self._output_lock:
            if event.index in self._ended and not isinstance(event, NoticeEvent):
                return
            if isinstance(event, ErrorEvent | DoneEvent):
                self._ended.add(event.index)
            if isinstance(event, ErrorEvent) and not self._exit_code:
                self._exit_code = event.exit_code
            try:
                self._output.show(event)
                return
            except OSError as error:
                self._handle_output_error(error)
        self._stop()  # the output is closed, so no one waits for more

    def _handle_output_error(self, error: OSError) -> None:
        self._output = NoOutput()
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno == errno.ENOSPC:
            full = DoesNotFitError(tr("The answer cannot be written: the disk is full. Free up space."), code="disk")
            self._exit_code = full.exit_code
            print_error(str(full))
        else:
            self._exit_code = CancelledError.exit_code

    def _stop(self) -> None:
        """Stop the voice first, then the rest."""
        self._stop_requested.set()
        with self._lock:
            self._cancelled = True
            speaker, assistant = self._speaker, self._assistant
        if speaker:
            speaker.stop()
        if assistant:
            assistant.close()
        if speaker:
            speaker.close()

    def _cancel(self) -> NoReturn:
        self._stop()
        self._finished.wait(_CANCEL_TIMEOUT)
        reporter = threading.Thread(target=self._report_cancelled, name="reporter", daemon=True)
        reporter.start()
        reporter.join(_CANCEL_TIMEOUT)
        os._exit(130)

    def _report_cancelled(self) -> None:
        mode_question = MODES[self._options.answer_options.mode].question
        for index, text in enumerate(self._questions):
            self._emit(cancelled(index, text or mode_question))
