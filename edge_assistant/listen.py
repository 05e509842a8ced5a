"""The listen command: wires keys, triggers, work and voice together, and takes them apart again."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edge_assistant import interrupt, paths, settings
from edge_assistant.assistant import Assistant, Request, default_threads
from edge_assistant.capture.choose import choose as choose_capture
from edge_assistant.capture.choose import facts
from edge_assistant.engine.prompts import system_prompt
from edge_assistant.errors import AssistantError, CancelledError
from edge_assistant.events import Event, NoticeEvent
from edge_assistant.hotkeys.choose import choose as choose_hotkeys
from edge_assistant.models.locate import resolve
from edge_assistant.output import NoOutput, Output, TextOutput
from edge_assistant.resident.control import Control
from edge_assistant.resident.door import AlreadyRunningError, Door, place
from edge_assistant.resident.voice import OnNotice, Voice
from edge_assistant.resident.work import Spoken, Work
from edge_assistant.speech.speaker import Speaker

_log = logging.getLogger(__name__)

# Hashing weights for the first time is said when it takes longer than this.
_SILENT_SECONDS = 1.0
_VERIFYING = "Checking the weights. This happens only once."


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for; None leaves it to the settings."""

    speak: bool | None
    temperature: float | None
    seed: int | None


class _Shown:
    """Events of several threads, one at a time, until nobody reads any more."""

    def __init__(self) -> None:
        self._output: Output = TextOutput()
        self._lock = threading.Lock()

    def show(self, event: Event) -> None:
        with self._lock:
            try:
                self._output.show(event)
            except OSError:
                self._output = NoOutput()
                with contextlib.suppress(OSError):
                    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def listen(options: Options) -> int:
    """Run until a signal or `trigger quit`; 0. Raises AssistantError when it cannot even start."""
    chosen = settings.load(paths.config_dir() / "settings.toml")
    system_prompt(chosen.language)
    waiting: list[Control] = []  # a trigger may come before there is anyone to take it
    try:
        door = Door(place(), lambda text: waiting[0].trigger(text) if waiting else "Edge Assistant is starting.")
    except AlreadyRunningError:
        print("Edge Assistant is already running.", flush=True)
        return 0
    try:
        _run(options, chosen, waiting.append)
    finally:
        door.close()
    return 0


def _run(options: Options, chosen: settings.Settings, announce: Callable[[Control], None]) -> None:
    show = _Shown().show
    request = Request(temperature=options.temperature, seed=options.seed)
    speak = chosen.speak if options.speak is None else options.speak

    def make_speaker(on_notice: OnNotice) -> Speaker:
        return Speaker(voice=chosen.voice, language=chosen.language, rate=chosen.rate, on_notice=on_notice)

    def on_speech_notice(code: str, message: str) -> None:
        show(NoticeEvent(0, code, message))

    def make_assistant(
        think: bool, spoken: Spoken, on_event: Callable[[Event], None], is_cancelled: Callable[[], bool]
    ) -> Assistant:
        return _assistant(think, chosen, request, spoken, on_event, is_cancelled)

    voice = Voice(make_speaker if speak else None, on_speech_notice)
    work = Work(make_assistant, request, voice, show)
    control = Control(work, voice, show)
    announce(control)
    interrupt.call(control.quit)
    seen = facts()
    hotkeys = choose_hotkeys(seen.platform, wayland=seen.wayland, x11=seen.x11)
    try:
        for sentence in hotkeys.start(
            chosen.hotkeys.bound(), control.press, lambda message: control.tell("keys-lost", message)
        ):
            control.tell("keys", sentence)
        _warm_capture()
        control.run()
    finally:
        voice.silence()
        work.close()
        voice.close()
        hotkeys.close()


def _assistant(
    think: bool,
    chosen: settings.Settings,
    request: Request,
    spoken: Spoken,
    on_event: Callable[[Event], None],
    is_cancelled: Callable[[], bool],
) -> Assistant:
    start, told = time.monotonic(), False

    def on_progress(_: float) -> None:
        nonlocal told
        if is_cancelled():
            raise CancelledError
        if not told and time.monotonic() - start > _SILENT_SECONDS:
            told = True
            on_event(NoticeEvent(0, "verifying", _VERIFYING))
            spoken.say(_VERIFYING)

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
        request,
        context=chosen.context,
        threads=chosen.threads or default_threads(),
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
