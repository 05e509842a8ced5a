"""What the settings mean for speaker, model, assistant and answers: the one place that all commands and the app use.

The other arguments are what a command line asks for besides; None leaves it to the settings.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.events import Event
from edge_assistant.assistant.options import AnswerOptions, RequestOptions, Verbosity
from edge_assistant.assistant.reporter import SpeechOutput
from edge_assistant.models.resolver import ResolvedModel, resolve
from edge_assistant.settings.schema import Settings
from edge_assistant.speech import screen_reader
from edge_assistant.speech.screen_reader import Announce, Output, ScreenReaderOrVoice
from edge_assistant.speech.speaker import Speaker
from edge_assistant.system.errors import CancelledError
from edge_assistant.system.i18n import tr

AnySpeaker = Speaker | ScreenReaderOrVoice
OnNotice = Callable[[str, str], None]
"""(code, message)."""

# Hashing a model for the first time is said when it takes longer than this.
_SILENT_SECONDS = 1.0


def make_speaker(
    settings: Settings,
    on_notice: OnNotice,
    *,
    speak: bool | None = None,
    language: str | None = None,
    announce: Announce | None = None,
) -> AnySpeaker | None:
    """The voice that the settings choose, not started yet; None where nothing is to be spoken.

    `on_notice` is as for Speaker. `announce` reaches a screen reader, which only a program with windows can.
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
    if announce is None or settings.output == "own-voice":
        return speaker
    output: Output = "auto" if settings.output == "auto" else "screen-reader"
    return ScreenReaderOrVoice(speaker, announce, output, screen_reader.choose())


def resolve_model(
    settings: Settings,
    *,
    think: bool = False,
    model: str | None = None,
    mmproj: str | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
    notice: OnNotice = lambda *_: None,
) -> ResolvedModel:
    """The model to answer with; `notice` is told, once, where it has to be checked first and that takes a while.

    Raises what models.locate.resolve does, and CancelledError.
    """
    start, told = time.monotonic(), False

    def on_progress(_: float) -> None:
        nonlocal told
        if is_cancelled():
            raise CancelledError
        if not told and time.monotonic() - start > _SILENT_SECONDS:
            told = True
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
    weights: ResolvedModel,
    request: AnswerOptions,
    *,
    voice: SpeechOutput | None,
    on_event: Callable[[Event], None],
    language: str | None = None,
    context: int | None = None,
    gpu_layers: int | None = None,
) -> Assistant:
    """The assistant for a model; its first `request` comes from `answer_options`.

    A `context` (tokens) that is asked for is taken whole or not at all; of the settings' as much as memory allows.
    """
    return Assistant(
        weights,
        request,
        context=context or settings.context,
        exact_context=context is not None,
        threads=settings.threads,
        gpu_layers=settings.gpu_layers if gpu_layers is None else gpu_layers,
        language=language or settings.spoken_language,
        voice=voice,
        on_event=on_event,
        quick_tower=settings.quick_tower,
    )


def answer_options(settings: Settings) -> RequestOptions:
    """How requests are answered; a request that asks for something else itself gets that (see Manner.request)."""
    verbosity: Verbosity = settings.verbosity  # type: ignore[assignment]  # the schema has its choices
    return RequestOptions(
        glance_tokens=settings.glance_tokens,
        detail_tokens=settings.detail_tokens,
        read_tokens=settings.read_tokens,
        thinking_tokens=settings.thinking_tokens,
        thinking_seconds=settings.thinking_seconds,
        skip_blank=settings.skip_blank,
        verbosity=verbosity,
        monitor=settings.monitor,
        camera=settings.camera,
    )
