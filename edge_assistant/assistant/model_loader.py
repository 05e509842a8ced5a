"""Loads the model into the engine, with a context that fits into memory, and reports the progress."""

from __future__ import annotations

import time

from edge_assistant.assistant.answer_run import AnswerRun
from edge_assistant.assistant.events import StageEvent
from edge_assistant.assistant.reporter import AnswerReporter
from edge_assistant.engine.client import Engine
from edge_assistant.engine.failures import EngineStoppedError
from edge_assistant.engine.messages import DeviceFailed, DeviceWrong, StageProgress, TextDelta, TurnsDropped
from edge_assistant.models.memory_estimate import check_memory, fitting_context
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.ocr.availability import Availability
from edge_assistant.system import memory
from edge_assistant.system.errors import EngineError
from edge_assistant.system.i18n import tr, tr_noop

_STUCK = tr_noop("The engine no longer responded while loading the model, so it is restarting.")


class ModelLoader:
    """Loads and unloads the model of one engine.

    `context` is in tokens: the most to use, or with `exact` the size to use or else fail with. `repack` tells whether
    the engine repacks the weights, which takes memory.
    """

    def __init__(
        self,
        engine: Engine,
        model: ResolvedModel,
        reporter: AnswerReporter,
        *,
        context: int,
        exact: bool,
        repack: bool,
    ) -> None:
        self._engine = engine
        self._model = model
        self._reporter = reporter
        self._context = context
        self._exact = exact
        self._repack = repack
        self._was_loaded = False

    def load(self, run: AnswerRun, image_tokens: int) -> None:
        """Load the model, which is not loaded, for pictures of up to `image_tokens`. Raises AssistantError."""
        context = self._fitting_context(run, image_tokens)
        if self._was_loaded:
            self._reporter.notice(run.index, "engine-restarted", tr("The engine had stopped and is restarting."))
            self._was_loaded = False  # reported once, even if the restart is cancelled
        self._reporter.emit(StageEvent(run.index, "load", 0.0))
        start = time.perf_counter()
        try:
            self._load(run, context)
            self._was_loaded = True
        except EngineError:
            self._was_loaded = True  # the engine did run, if only briefly
            raise
        finally:
            run.load += time.perf_counter() - start
        self._reporter.emit(StageEvent(run.index, "load", 1.0))

    def _load(self, run: AnswerRun, context: int) -> None:
        """Load the model, once more where the engine was stuck. Raises AssistantError."""

        def on_reply(reply: StageProgress | TextDelta | TurnsDropped | DeviceFailed | DeviceWrong) -> None:
            self._reporter.handle_reply(run, reply)
            if self._reporter.is_cancelled:  # perhaps before the load, when the engine had nothing to cancel
                self._engine.cancel()

        try:
            self._engine.load(on_reply, context)
        except EngineStoppedError as failure:
            if not failure.stuck:
                raise
            self._reporter.notice(run.index, "engine-restarted", tr(_STUCK))
            self._engine.load(on_reply, context)

    def unload(self) -> None:
        """Free the model's memory; the next load does not count as a restart."""
        self._engine.unload()
        self._was_loaded = False

    def _fitting_context(self, run: AnswerRun, image_tokens: int) -> int:
        """Return the context to load with, in tokens, reduced to what memory allows. Raises DoesNotFitError."""
        free, requested = memory.available_bytes(), self._context
        context = requested
        if not self._exact:
            beside = Availability().worker_bytes()
            fitting = fitting_context(self._model, requested, free, image_tokens, repack=self._repack, beside=beside)
            context = fitting or requested
        check_memory(
            self._model,
            context,
            free,
            image_tokens=image_tokens,
            repack=self._repack,
            largest=memory.largest_programs,
        )
        if context < requested:
            self._reporter.notice(
                run.index,
                "context-reduced",
                tr(
                    "Memory is low, so this conversation is limited to {context} tokens instead of {wanted}.",
                    context=context,
                    wanted=requested,
                ),
            )
        return context
