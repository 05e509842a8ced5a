"""The describe command: one run from picture to spoken answers, and its exit code, also when it is cancelled."""

from __future__ import annotations

import errno
import logging
import os
import sys
import threading
from dataclasses import dataclass, replace
from typing import NoReturn

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.events import DoneEvent, ErrorEvent, Event, NoticeEvent, WindowEvent, cancelled
from edge_assistant.assistant.factory import (
    AnySpeaker,
    answer_options,
    make_assistant,
    make_speaker,
    resolve_model,
)
from edge_assistant.assistant.options import AnswerOptions, RequestOptions
from edge_assistant.capture.file import read_picture
from edge_assistant.capture.snapshot import ActiveWindow
from edge_assistant.capture.targets import Target, look
from edge_assistant.cli.output import NoOutput, Output
from edge_assistant.engine.prompts import MODES, system_prompt
from edge_assistant.engine.sampling import sampling
from edge_assistant.settings import schema
from edge_assistant.system import signals
from edge_assistant.system.errors import AssistantError, CancelledError, DoesNotFitError, explained
from edge_assistant.system.i18n import tr
from edge_assistant.system.terminal import complain

_log = logging.getLogger(__name__)

# How many seconds a cancel waits for the run's own thread; then it ends without (a picture may be half decoded).
_PATIENCE = 0.15


@dataclass(frozen=True, slots=True)
class DescribeOptions:
    """What the command line asks for; None leaves it to the settings. `picture` is a file's name, or "-"."""

    picture: str | Target
    asks: tuple[str, ...]
    request: AnswerOptions
    model: str | None
    mmproj: str | None
    think: bool
    context: int | None
    language: str | None
    speak: bool | None
    gpu_layers: int | None = None


class DescribeRun:
    """`run` works on a thread of its own; `cancel` is called from the main thread."""

    def __init__(self, options: DescribeOptions, output: Output) -> None:
        self._options = options
        self._output = output
        self._lock = threading.Lock()
        self._showing = threading.Lock()  # held while printing, which takes for ever when nobody reads
        self._ended: set[int] = set()
        self._finished = threading.Event()
        self._news = threading.Event()  # it has finished, or a signal came
        self._unwanted = threading.Event()
        self._current = 0
        self._exit_code = 0
        self._cancelled = False
        self._manner = RequestOptions()
        self._speaker: AnySpeaker | None = None
        self._assistant: Assistant | None = None

    def main(self) -> int:
        """Run to the end and give the exit code. Ctrl-C, SIGTERM and SIGHUP cancel, also when they came before."""
        signals.call(self._news.set)
        threading.Thread(target=self._run, name="describe", daemon=True).start()
        self._news.wait()
        if not self._finished.is_set():
            self._cancel()
        return self._exit_code

    @property
    def _questions(self) -> tuple[str | None, ...]:
        return self._options.asks or (None,)

    def _run(self) -> None:
        try:
            self._work()
        except Exception as error:  # noqa: BLE001 (a bug must end the questions with a sentence, never with silence)
            _log.exception("describe failed")
            self._fail_all(explained(error))
        finally:
            self._finished.set()
            self._news.set()

    def _work(self) -> None:
        try:
            self._ask_all(self._settings())
        except CancelledError:
            return  # whoever cancelled tells it
        except AssistantError as error:
            self._fail_all(error)
        except Exception as error:  # noqa: BLE001 (what is said of a bug is heard to its end, too)
            _log.exception("describe failed")
            self._fail_all(explained(error))
        if self._speaker:
            self._speaker.wait()
            self._speaker.close()
        if self._assistant:
            self._assistant.close()

    def _settings(self) -> schema.Settings:
        """Those of the file, and from now on a voice as they say; the usual one tells of a broken file."""
        chosen = schema.Settings()
        try:
            chosen = schema.load(schema.path())
            self._manner = answer_options(chosen)
        finally:
            self._start_speaker(chosen)
        return chosen

    def _start_speaker(self, chosen: schema.Settings) -> None:
        speaker = make_speaker(
            chosen,
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

    def _ask_all(self, chosen: schema.Settings) -> None:
        options = self._options
        language = options.language or chosen.spoken_language
        system_prompt(language)
        if options.think:
            sampling("thinking", verbatim=False, temperature=options.request.temperature)
        # The weights may need seconds to be checked; by then another window may be in front.
        captured = look(self._with_camera(options.picture), self) if isinstance(options.picture, Target) else None
        weights = resolve_model(
            chosen,
            think=options.think,
            model=options.model,
            mmproj=options.mmproj,
            is_cancelled=self.is_cancelled,
            notice=self.notice,
        )
        assistant = make_assistant(
            chosen,
            weights,
            self._manner.request(options.request, options.request.mode),
            voice=self._speaker,
            on_event=self._emit,
            language=options.language,
            context=options.context,
            gpu_layers=options.gpu_layers,
        )
        with self._lock:
            self._assistant = assistant
            if self._cancelled:
                raise CancelledError
        for message in weights.notices:
            assistant.notice(0, "weights-passed-over", message)
        if weights.demo and captured is None and (options.model or chosen.model) is None:
            assistant.notice(
                0, "demo-weights", tr("This is the demo model. It understands only simple sample screens.")
            )
        assistant.look_at(lambda: captured or read_picture(str(options.picture)))
        for index, text in enumerate(self._questions):
            if self._cancelled:
                raise CancelledError
            self._current = index
            outcome = assistant.ask(index, text)
            if isinstance(outcome, DoneEvent) and outcome.stop != "cancelled":
                took = self._manner.duration(outcome.timings_s.total)
                if took:
                    assistant.notice(index, "after", took)

    def notice(self, code: str, message: str) -> None:
        """Tell something before there is an assistant, by event and by voice."""
        self._emit(NoticeEvent(self._current, code, message))
        if self._manner.says(code):
            self._say(message)

    def window(self, title: str, window: ActiveWindow) -> None:
        """Tell which window is looked at, at once."""
        bounds = window.bounds
        self._emit(WindowEvent(self._current, window.title, bounds.left, bounds.top, bounds.width, bounds.height))
        if self._manner.says("window"):
            self._say(title)

    def is_cancelled(self) -> bool:
        """Whether a signal came, or nobody reads any more."""
        return self._cancelled

    def wait(self, seconds: float) -> None:
        """Let time pass; it ends early, with CancelledError, when the run is cancelled."""
        if self._unwanted.wait(seconds):
            raise CancelledError

    def _say(self, text: str) -> None:
        if self._speaker:
            self._speaker.say(text)

    def _with_camera(self, at: Target) -> Target:
        """Where no camera is named, the one of the settings."""
        return replace(at, number=self._manner.camera) if at.origin == "camera" and at.number is None else at

    def _fail_all(self, error: AssistantError) -> None:
        """No question can be answered: each ends with the error, which is said once."""
        self._say(str(error))
        for index in range(len(self._questions)):
            self._emit(ErrorEvent(index, error.code, str(error), error.exit_code))

    def _emit(self, event: Event) -> None:
        """Show an event; a question ends once, whoever tells it first."""
        with self._showing:
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
                self._lose_output(error)
        self._stop_working()  # nobody reads any more, so nobody waits for more

    def _lose_output(self, error: OSError) -> None:
        self._output = NoOutput()
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno == errno.ENOSPC:
            full = DoesNotFitError(tr("The answer cannot be written: the disk is full. Free up space."), code="disk")
            self._exit_code = full.exit_code
            complain(str(full))
        else:
            self._exit_code = CancelledError.exit_code

    def _stop_working(self) -> None:
        """Voice first."""
        self._unwanted.set()
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
        self._stop_working()
        self._finished.wait(_PATIENCE)
        teller = threading.Thread(target=self._tell_cancelled, name="teller", daemon=True)
        teller.start()
        teller.join(_PATIENCE)
        os._exit(130)

    def _tell_cancelled(self) -> None:
        mode_question = MODES[self._options.request.mode].question
        for index, text in enumerate(self._questions):
            self._emit(cancelled(index, text or mode_question))
