"""Everything of the waiting program that needs no window: keys, presses, work and voice, wired together."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edge_assistant import paths, processor
from edge_assistant.assistant import Assistant, Request
from edge_assistant.capture.choose import choose as choose_capture
from edge_assistant.capture.choose import facts
from edge_assistant.engine.prompts import system_prompt
from edge_assistant.errors import AssistantError, CancelledError
from edge_assistant.events import Event, NoticeEvent
from edge_assistant.hotkeys.choose import choose as choose_hotkeys
from edge_assistant.models.locate import resolve
from edge_assistant.models.records import Record
from edge_assistant.resident.chooser import ChooserWindows
from edge_assistant.resident.condition import Condition
from edge_assistant.resident.control import Control
from edge_assistant.resident.measurements import Measurements
from edge_assistant.resident.voice import OnNotice, Voice
from edge_assistant.resident.windows import Windows
from edge_assistant.resident.work import Spoken, Work
from edge_assistant.settings import Settings
from edge_assistant.speech.speaker import Speaker
from edge_assistant.text import tr

_log = logging.getLogger(__name__)

# Hashing weights for the first time is said when it takes longer than this.
_SILENT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for; None leaves it to the settings."""

    speak: bool | None = None
    temperature: float | None = None
    seed: int | None = None


class Program:
    """`run` owns one thread; `control` is how all others reach it.

    `show` and `on_condition` are called on the program's own threads.
    """

    def __init__(
        self,
        options: Options,
        chosen: Settings,
        show: Callable[[Event], None],
        on_condition: Callable[[Condition], None] = lambda _: None,
        *,
        windows: Windows | None = None,
        choosers: ChooserWindows | None = None,
        stays: bool = False,
    ) -> None:
        """`windows`, `choosers` and `stays` as for Control. Raises UsageError for a language that is none."""
        system_prompt(chosen.language)
        self._chosen = chosen
        self._request = Request(temperature=options.temperature, seed=options.seed)
        speak = chosen.speak if options.speak is None else options.speak
        self._voice = Voice(
            self._make_speaker if speak else None, lambda code, message: show(NoticeEvent(0, code, message))
        )
        self._work = Work(
            self._make_assistant,
            self._request,
            self._voice,
            show,
            Measurements(Record(paths.data_dir() / "measurements.json")),
            may_encode_ahead=lambda: chosen.encode_ahead and not processor.on_battery(),
        )
        self.control = Control(
            self._work, self._voice, show, on_condition=on_condition, windows=windows, choosers=choosers, stays=stays
        )

    def run(self) -> None:
        """Until it is to end. Raises AssistantError when there are no weights at all."""
        control, seen = self.control, facts()
        hotkeys = choose_hotkeys(seen.platform, wayland=seen.wayland, x11=seen.x11)
        try:
            for sentence in hotkeys.start(
                self._chosen.hotkeys.bound(), control.press, lambda message: control.tell("keys", message)
            ):
                control.tell("keys", sentence)
            _warm_capture()
            control.run()
        finally:
            self._voice.silence()
            self._work.close()
            self._voice.close()
            hotkeys.close()

    def _make_speaker(self, on_notice: OnNotice) -> Speaker:
        chosen = self._chosen
        return Speaker(voice=chosen.voice, language=chosen.language, rate=chosen.rate, on_notice=on_notice)

    def _make_assistant(
        self, think: bool, spoken: Spoken, on_event: Callable[[Event], None], is_cancelled: Callable[[], bool]
    ) -> Assistant:
        chosen, start, told = self._chosen, time.monotonic(), False

        def on_progress(_: float) -> None:
            nonlocal told
            if is_cancelled():
                raise CancelledError
            if not told and time.monotonic() - start > _SILENT_SECONDS:
                told = True
                sentence = tr("Checking the weights. This happens only once.")
                on_event(NoticeEvent(0, "verifying", sentence))
                spoken.say(sentence)

        weights = resolve(
            model=None,
            mmproj=None,
            think=think,
            preferred=chosen.model,
            weights_dir=Path(chosen.weights_folder).expanduser() if chosen.weights_folder else None,
            on_progress=on_progress,
        )
        assistant = Assistant(
            weights,
            self._request,
            context=chosen.context,
            threads=chosen.threads,
            gpu_layers=chosen.gpu_layers,
            language=chosen.language,
            voice=spoken,
            on_event=on_event,
        )
        for message in weights.notices:
            assistant.notice(0, "weights-passed-over", message)
        return assistant


def _warm_capture() -> None:
    """Load what reads the screen, so that the first press need not."""
    try:
        backend = choose_capture()
        backend.make_screen().check()
        if backend.make_windows is not None:
            backend.make_windows().active()
    except AssistantError as error:
        _log.info("the screen cannot be read now: %s", error)  # it is said when somebody wants it
