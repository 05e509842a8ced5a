"""The describe command: one run from picture to spoken answers, and its exit code, also when it is cancelled."""

from __future__ import annotations

import errno
import logging
import os
import sys
import threading
import time
from dataclasses import dataclass, replace
from typing import NoReturn

from edge_assistant import interrupt, settings
from edge_assistant.assistant import Assistant
from edge_assistant.capture.file import read_picture
from edge_assistant.capture.snapshot import ActiveWindow
from edge_assistant.engine.prompts import MODES, system_prompt
from edge_assistant.engine.sampling import sampling
from edge_assistant.errors import AssistantError, CancelledError, DoesNotFitError, explained
from edge_assistant.events import DoneEvent, ErrorEvent, Event, NoticeEvent, WindowEvent, cancelled
from edge_assistant.models.locate import Weights, resolve
from edge_assistant.output import NoOutput, Output, complain
from edge_assistant.request import Request
from edge_assistant.sources import Look, look
from edge_assistant.speech.speaker import Speaker
from edge_assistant.text import tr

_log = logging.getLogger(__name__)

# How many seconds a cancel waits for the run's own thread; then it ends without (a picture may be half decoded).
_PATIENCE = 0.15
# Hashing weights for the first time is said when it takes longer than this.
_SILENT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for; None leaves it to the settings. `picture` is a file's name, or "-"."""

    picture: str | Look
    asks: tuple[str, ...]
    request: Request
    model: str | None
    mmproj: str | None
    think: bool
    context: int | None
    language: str | None
    speak: bool | None
    gpu_layers: int | None = None


class DescribeRun:
    """`run` works on a thread of its own; `cancel` is called from the main thread."""

    def __init__(self, options: Options, output: Output) -> None:
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
        self._speaker: Speaker | None = None
        self._assistant: Assistant | None = None

    def main(self) -> int:
        """Run to the end and give the exit code. Ctrl-C, SIGTERM and SIGHUP cancel, also when they came before."""
        interrupt.call(self._news.set)
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

    def _settings(self) -> settings.Settings:
        """Those of the file, and from now on a voice as they say; the usual one tells of a broken file."""
        chosen = settings.Settings()
        try:
            chosen = settings.load(settings.path())
        finally:
            if chosen.speak if self._options.speak is None else self._options.speak:
                self._start_speaker(chosen)
        return chosen

    def _start_speaker(self, chosen: settings.Settings) -> None:
        speaker = Speaker(
            voice=chosen.voice,
            language=self._options.language or chosen.spoken_language,
            rate=chosen.rate,
            volume=chosen.volume,
            on_notice=lambda code, message: self._emit(NoticeEvent(self._current, code, message)),
        )
        speaker.start()
        with self._lock:
            self._speaker = speaker
            if self._cancelled:
                speaker.close()

    def _ask_all(self, chosen: settings.Settings) -> None:
        options = self._options
        language = options.language or chosen.spoken_language
        system_prompt(language)
        if options.think:
            sampling("thinking", verbatim=False, temperature=options.request.temperature)
        # The weights may need seconds to be checked; by then another window may be in front.
        captured = look(_with_camera(options.picture, chosen), self) if isinstance(options.picture, Look) else None
        weights = self._weights(chosen)
        assistant = Assistant(
            weights,
            _with_budget(options.request, chosen),
            context=options.context or chosen.context,
            exact_context=options.context is not None,
            threads=chosen.threads,
            gpu_layers=chosen.gpu_layers if options.gpu_layers is None else options.gpu_layers,
            language=language,
            voice=self._speaker,
            on_event=self._emit,
            quick_tower=chosen.quick_tower,
        )
        with self._lock:
            self._assistant = assistant
            if self._cancelled:
                raise CancelledError
        for message in weights.notices:
            assistant.notice(0, "weights-passed-over", message)
        if weights.demo and captured is None and (options.model or chosen.model) is None:
            assistant.notice(
                0, "demo-weights", tr("These are the demo weights. They understand only simple sample screens.")
            )
        assistant.look_at(lambda: captured or read_picture(str(options.picture)))
        for index, text in enumerate(self._questions):
            if self._cancelled:
                raise CancelledError
            self._current = index
            assistant.ask(index, text)

    def notice(self, code: str, message: str) -> None:
        """Tell something before there is an assistant, by event and by voice."""
        self._emit(NoticeEvent(self._current, code, message))
        self._say(message)

    def window(self, title: str, window: ActiveWindow) -> None:
        """Tell which window is looked at, at once."""
        bounds = window.bounds
        self._emit(WindowEvent(self._current, window.title, bounds.left, bounds.top, bounds.width, bounds.height))
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

    def _weights(self, chosen: settings.Settings) -> Weights:
        start = time.monotonic()
        told = False

        def on_progress(_: float) -> None:
            nonlocal told
            if self._cancelled:
                raise CancelledError
            if not told and time.monotonic() - start > _SILENT_SECONDS:
                told = True
                self._emit(NoticeEvent(0, "verifying", tr("Checking the weights. This happens only once.")))

        return resolve(
            model=self._options.model,
            mmproj=self._options.mmproj,
            think=self._options.think,
            preferred=chosen.model,
            weights_dir=chosen.weights_dir,
            on_progress=on_progress,
        )

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
            full = DoesNotFitError(tr("The answer cannot be written: the disk is full. Make some room."), code="disk")
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


def _with_camera(at: Look, chosen: settings.Settings) -> Look:
    """Where no camera is named, the one of the settings."""
    return replace(at, number=chosen.camera) if at.origin == "camera" and at.number is None else at


def _with_budget(request: Request, chosen: settings.Settings) -> Request:
    """What the command line leaves open, as the settings say."""
    tokens = {"glance": chosen.glance_tokens, "detail": chosen.detail_tokens, "read": chosen.read_tokens}
    return replace(
        request,
        image_tokens=request.image_tokens or tokens[request.mode],
        skip_blank=chosen.skip_blank,
        only_answers=chosen.verbosity == "brief",
    )
