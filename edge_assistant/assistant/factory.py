"""Makes speaker, model, assistant and request options from the settings, for all commands and the app.

Other arguments come from the command line and override the settings; None leaves it to the settings.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.events import Event
from edge_assistant.assistant.options import AnswerOptions, Reader, RequestSettings, Verbosity
from edge_assistant.assistant.reporter import SpeechOutput
from edge_assistant.engine.task_table import load_table, overrides_path
from edge_assistant.models.companions import Companion
from edge_assistant.models.resolver import ResolvedModel, resolve
from edge_assistant.ocr import model_files
from edge_assistant.settings.schema import Settings
from edge_assistant.speech import reader_detection
from edge_assistant.speech.qt_announcer import Announce, AnnouncedReader
from edge_assistant.speech.reader_client import ReaderClient
from edge_assistant.speech.screen_reader import ScreenReader, ScreenReaderOrVoice
from edge_assistant.speech.speaker import Speaker
from edge_assistant.system.errors import CancelledError
from edge_assistant.system.i18n import tr

AnySpeaker = Speaker | ScreenReaderOrVoice
OnNotice = Callable[[str, str], None]
"""(code, message)."""

# Verifying a model for the first time is announced when it takes longer than this.
_SILENT_SECONDS = 1.0


def make_speaker(
    settings: Settings,
    on_notice: OnNotice,
    *,
    speak: bool | None = None,
    language: str | None = None,
    announce: Announce | None = None,
    platform: str = sys.platform,
) -> AnySpeaker | None:
    """Create the speaker that the settings choose, not started yet; None if speech is off.

    `on_notice` is as for Speaker. `announce` speaks through a screen reader, which only a program with windows can; on
    Windows every program can, without it. `platform` is as in sys.platform.
    """
    if not (settings.speak if speak is None else speak):
        return None
    speaker = Speaker(
        voice=settings.voice,
        language=language or settings.spoken_language,
        rate=settings.rate,
        volume=settings.volume,
        tone_volume=settings.tone_volume,
        on_notice=on_notice,
    )
    reader = None if settings.output == "own-voice" else _make_reader(announce, platform)
    if reader is None:
        return speaker
    return ScreenReaderOrVoice(speaker, reader, "auto" if settings.output == "auto" else "screen-reader")


def can_reach_screen_readers(announce: Announce | None, platform: str = sys.platform) -> bool:
    """Return whether this program can speak through a screen reader; `platform` is as in sys.platform."""
    return announce is not None or platform == "win32"


def _make_reader(announce: Announce | None, platform: str) -> ScreenReader | None:
    if platform == "win32":
        return ReaderClient()
    return AnnouncedReader(announce, reader_detection.choose_detector(platform)) if announce else None


def resolve_model(
    settings: Settings,
    *,
    think: bool = False,
    model: str | None = None,
    mmproj: str | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
    notice: OnNotice = lambda *_: None,
) -> ResolvedModel:
    """Find the model to answer with; call `notice` once if verifying its files takes long.

    Raises as models.resolver.resolve, and CancelledError.
    """
    start, reported = time.monotonic(), False

    def on_progress(_: float) -> None:
        nonlocal reported
        if is_cancelled():
            raise CancelledError
        if not reported and time.monotonic() - start > _SILENT_SECONDS:
            reported = True
            notice("verifying", tr("Checking the model. This happens only once."))

    return resolve(
        model=model,
        mmproj=mmproj,
        think=think,
        preferred=settings.model,
        weights_dir=settings.weights_dir,
        on_progress=on_progress,
    )


def make_assistant(
    settings: Settings,
    model: ResolvedModel,
    options: AnswerOptions,
    *,
    voice: SpeechOutput | None,
    on_event: Callable[[Event], None],
    language: str | None = None,
    context: int | None = None,
    gpu_layers: int | None = None,
    way_on: Callable[[], str] = str,
    exact_tower: bool = False,
) -> Assistant:
    """Create the assistant for a model; `options` are those of its first request, `way_on` is as for AnswerReporter,
    `exact_tower` as for Assistant.

    A task table of the person's own that cannot be used is ignored; `tasks.problem` of the assistant says so. A given
    `context` (in tokens) is used as it is or refused; the settings' one is reduced to what memory allows.
    """
    return Assistant(
        model,
        options,
        context=context or settings.context,
        exact_context=context is not None,
        threads=settings.usable_threads,
        gpu_layers=settings.gpu_layers if gpu_layers is None else gpu_layers,
        language=language or settings.spoken_language,
        voice=voice,
        on_event=on_event,
        quick_tower=settings.quick_tower,
        way_on=way_on,
        tasks=load_table(overrides_path()),
        exact_tower=exact_tower,
    )


def request_settings(settings: Settings) -> RequestSettings:
    """Take the options of requests from the settings; a request's own options override them."""
    verbosity: Verbosity = settings.verbosity  # type: ignore[assignment]  # the schema has its choices
    reader: Reader = settings.reader  # type: ignore[assignment]
    return RequestSettings(
        glance_tokens=settings.glance_tokens,
        detail_tokens=settings.detail_tokens,
        read_tokens=settings.read_tokens,
        thinking_tokens=settings.thinking_tokens,
        thinking_seconds=settings.thinking_seconds,
        verbosity=verbosity,
        reader=reader,
        monitor=settings.monitor,
        camera=settings.camera,
        glance_text=settings.glance_text,
        text_in_glance=settings.text_in_glance,
        rate=settings.rate,
    )


def text_companions() -> tuple[Companion, ...]:
    """Return the models that recognise text, with their licences, as files that go with models to another computer."""
    return tuple(
        Companion(f"{model_files.FOLDER}/{file.name}", file.sha256, model_files.find(file))
        for file in (*model_files.FILES, *model_files.LICENCES)
    )
