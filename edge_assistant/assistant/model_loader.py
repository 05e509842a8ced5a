"""Loads an engine's weights as far as memory allows, and tells that and how it goes on."""

from __future__ import annotations

import time

from edge_assistant.assistant.answer_run import AnswerRun
from edge_assistant.assistant.events import StageEvent
from edge_assistant.assistant.reporter import AnswerReporter
from edge_assistant.engine.client import Engine
from edge_assistant.models.memory_estimate import check_memory, fitting_context
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.system import memory
from edge_assistant.system.errors import EngineError
from edge_assistant.system.i18n import tr


class ModelLoader:
    """For one engine. `context` is in tokens: at most so many, or with `exact` just that or an error.

    `repack` says whether the engine repacks the weights, which takes memory.
    """

    def __init__(
        self,
        engine: Engine,
        weights: ResolvedModel,
        telling: AnswerReporter,
        *,
        context: int,
        exact: bool,
        repack: bool,
    ) -> None:
        self._engine = engine
        self._weights = weights
        self._telling = telling
        self._context = context
        self._exact = exact
        self._repack = repack
        self._was_loaded = False

    def load(self, work: AnswerRun, image_tokens: int) -> None:
        """Load where nothing is loaded; pictures will have so many tokens at most. Raises AssistantError."""
        self._engine.settle()
        if self._engine.loaded:
            return
        context = self._affordable_context(work, image_tokens)
        if self._was_loaded:
            self._telling.notice(work.index, "engine-restarted", tr("The engine had stopped and is restarting."))
            self._was_loaded = False  # told once, also where a cancel ends the start that follows
        self._telling.event(StageEvent(work.index, "load", 0.0))
        start = time.perf_counter()
        try:
            self._engine.load(lambda reply: self._telling.reply(work, reply), context)
            self._was_loaded = True
        except EngineError:
            self._was_loaded = True  # it ran, though not for long
            raise
        finally:
            work.load += time.perf_counter() - start
        self._telling.event(StageEvent(work.index, "load", 1.0))

    def unload(self) -> None:
        """Give the weights' memory back; the next load is no restart."""
        self._engine.unload()
        self._was_loaded = False

    def _affordable_context(self, work: AnswerRun, image_tokens: int) -> int:
        """The context to load with, in tokens, as far as memory allows. Raises DoesNotFitError."""
        free, wanted = memory.available(), self._context
        context = wanted
        if not self._exact:
            context = fitting_context(self._weights, wanted, free, image_tokens, repack=self._repack) or wanted
        check_memory(
            self._weights,
            context,
            free,
            image_tokens=image_tokens,
            repack=self._repack,
            largest=memory.largest_programs,
        )
        if context < wanted:
            self._telling.notice(
                work.index,
                "context-reduced",
                tr(
                    "Memory is low, so this conversation is limited to {context} tokens instead of {wanted}.",
                    context=context,
                    wanted=wanted,
                ),
            )
        return context
