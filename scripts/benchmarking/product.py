"""The product as describe and the resident program use it: one Assistant, asked in the benchmark's own process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from PIL import Image

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.events import DoneEvent, Event, StageEvent, TokenEvent
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.assistant.reporter import SpeechOutput
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.engine.gpu_offload import GpuOffload
from edge_assistant.engine.task_entries import Mode
from edge_assistant.models.resolver import ResolvedModel

SENTENCE = 16  # tokens: about as many as a first sentence has
QUESTION = "What else is there?"
HEARING_S = 1.0  # nobody asks again before the answer's first words are heard


@dataclass(frozen=True, slots=True)
class Cut:
    """When a cancel comes: `after` seconds in `stage`."""

    stage: str
    after: float


class Product:
    """An Assistant whose answers are measured. Random weights would write on for ever: `tokens` end each answer.

    `gpu_layers` and `quick_tower` are as for Assistant.
    """

    def __init__(
        self,
        weights: ResolvedModel,
        threads: int,
        *,
        tokens: int = SENTENCE,
        voice: SpeechOutput | None = None,
        on_event: Callable[[Event], None] | None = None,
        gpu_layers: int | None = None,
        quick_tower: bool = True,
    ) -> None:
        self._tokens = tokens
        self._on_event = on_event or (lambda _: None)
        self._cut: Cut | None = None
        self._cut_at = 0.0
        self._timer: threading.Timer | None = None
        self.assistant = Assistant(
            weights,
            AnswerOptions(),
            context=4096,
            exact_context=True,
            threads=threads,
            language=None,
            voice=voice,
            on_event=self._take,
            gpu_layers=gpu_layers,
            quick_tower=quick_tower,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.assistant.close()

    @property
    def offload(self) -> GpuOffload:
        """What of the loaded weights is on a graphics processor."""
        return self.assistant._engine.offload  # nobody but doctor tells it, of an engine of its own

    def load(self) -> float:
        """Load the weights; seconds until it is ready for a question."""
        start = time.perf_counter()
        self.assistant.warm()
        return time.perf_counter() - start

    def look_at(
        self,
        image: Image.Image,
        image_tokens: int | None = None,
        mode: Mode = "glance",
    ) -> None:
        """Turn to a picture, in a conversation of its own."""
        captured = CapturedPicture(image)
        request = AnswerOptions(
            task=mode,
            image_tokens=image_tokens,
            max_tokens=self._tokens,
            thinking_tokens=self._tokens,
            seed=1,
        )
        self.assistant.look_at(lambda: captured, request)

    def ask(self, text: str | None = None) -> DoneEvent:
        """One answer; SystemExit when there is none."""
        outcome = self.assistant.ask(0, text)
        if not isinstance(outcome, DoneEvent):
            raise SystemExit(f"The product gave no answer: {outcome.message}")
        return outcome

    def cancelled(self, cut: Cut) -> float | None:
        """Ask, and cancel at that moment; seconds until the question had ended, None when it had ended before."""
        self._cut, self._timer, self._cut_at = cut, None, 0.0
        outcome = self.assistant.ask(0)
        ended = time.perf_counter()
        self._cut = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        stopped = isinstance(outcome, DoneEvent) and outcome.stop == "cancelled"
        return ended - self._cut_at if stopped and self._cut_at else None

    def _take(self, event: Event) -> None:
        self._on_event(event)
        cut = self._cut
        if cut is not None and self._timer is None and _reached(event, cut):
            # From another thread, as a key does; the event's own thread is the one that works.
            self._timer = threading.Timer(cut.after, self._stop)
            self._timer.start()

    def _stop(self) -> None:
        self._cut_at = time.perf_counter()
        self.assistant.cancel()


def _reached(event: Event, cut: Cut) -> bool:
    if cut.stage == "answer":
        return isinstance(event, TokenEvent)
    return isinstance(event, StageEvent) and event.stage == cut.stage
