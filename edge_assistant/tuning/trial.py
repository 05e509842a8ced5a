"""Measures one tuning profile on generated pictures: what a glance and a detail cost with it."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from edge_assistant.engine.client import Engine
from edge_assistant.engine.messages import AskQuestion, Done, EngineConfig, Sampling, ThinkingBudget
from edge_assistant.engine.task_entries import Mode
from edge_assistant.engine.task_table import load_table
from edge_assistant.imaging.token_budget import CELL, plan
from edge_assistant.models.gguf import describe_gguf
from edge_assistant.models.memory_estimate import check_memory, fitting_context
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.system import memory
from edge_assistant.system.errors import CancelledError
from edge_assistant.system.i18n import tr, tr_count
from edge_assistant.tuning import profile
from edge_assistant.tuning.profile import TuningProfile

_SCREEN = (1920, 1080)
_CONTEXT = 2048
_POLL_S = 0.05  # between two checks for a cancel
_ANSWER_TOKENS = 20
"""Measured tokens of the answer: about a first sentence."""
_SMALLEST = (64, 128)  # pixels of a picture with the fewest possible image tokens

MAX_IMAGE_TOKENS = 1024
"""The most image tokens of a picture in a trial."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds to the first token of a glance at a new picture, and for the sentence of _ANSWER_TOKENS after it."""

    first_token: float
    sentence: float

    @property
    def total(self) -> float:
        """The seconds from the request to the end of the first sentence."""
        return self.first_token + self.sentence


class Trial(Protocol):
    """A loaded engine whose speed is measured."""

    def glance(self, image_tokens: int) -> Cost:
        """Measure a glance at a picture of about so many image tokens. Raises AssistantError."""

    def prefill(self, tokens: int) -> float:
        """Measure the seconds for the prefill of about so many tokens. Raises AssistantError."""

    def close(self) -> None:
        """End the engine."""


class EngineTrial:
    """The real engine with the profile `candidate`; the constructor loads the model.

    `threads` and `gpu_layers` come from the settings, None if they are not set. Raises AssistantError, among them
    DoesNotFitError, and CancelledError.
    """

    def __init__(
        self,
        model: ResolvedModel,
        candidate: TuningProfile,
        is_cancelled: Callable[[], bool],
        *,
        threads: int | None = None,
        gpu_layers: int | None = None,
    ) -> None:
        model = profile.with_tower(model, candidate)
        context = _affordable_context(model, repack=candidate.tuning.repack)
        self._thinking = model.variant == "thinking"
        self._is_cancelled = is_cancelled
        self._rng = random.Random(1)
        self._task = load_table(None).settings(model.family, "glance", model.variant, None)
        self._engine = Engine(
            EngineConfig(
                model=model.model,
                mmproj=model.mmproj,
                context=context,
                threads=threads or candidate.threads,
                vision_layers=describe_gguf(model.mmproj).block_count or 0,
                system=self._task.system,
                size=profile.model_size(model),
                tuning=replace(candidate.tuning, gpu_layers=gpu_layers),
            )
        )
        self._closed = threading.Event()
        threading.Thread(target=self._watch, name="trial", daemon=True).start()
        try:
            self._engine.load(_ignore)
        except BaseException:
            self.close()
            raise

    def glance(self, image_tokens: int) -> Cost:
        """See Trial."""
        thinking = replace(self._task.thinking, tokens=_ANSWER_TOKENS, seconds=60.0) if self._thinking else None
        sent = plan(_SCREEN, max_tokens=image_tokens).sent
        done = self._ask(sent, self._task.question, _ANSWER_TOKENS, thinking)
        token_s = done.generation / max(1, done.generated_tokens)
        return Cost(done.encode + done.prefill + token_s, token_s * (_ANSWER_TOKENS - 1))

    def prefill(self, tokens: int) -> float:
        """See Trial."""
        # Qwen's tokenizer makes one token of each digit. Digits are evaluated in batches as image tokens are, but
        # without running the vision tower first, which would take about as long again.
        digits = "".join(str(i % 10) for i in range(tokens))
        return self._ask(_SMALLEST, digits, 1, None).prefill

    def close(self) -> None:
        """See Trial."""
        self._closed.set()
        self._engine.close()

    def _ask(self, size: tuple[int, int], question: str, max_tokens: int, thinking: ThinkingBudget | None) -> Done:
        width, height = size
        # Coarse noise: the cost does not depend on the contents, but every picture must be a new one.
        rows = [self._rng.randbytes(3 * width // CELL) for _ in range(height // CELL)]
        rgb = b"".join(b"".join(row[3 * i : 3 * i + 3] * CELL for i in range(width // CELL)) * CELL for row in rows)

        def make(id: int) -> AskQuestion:
            if self._is_cancelled():
                raise CancelledError
            return AskQuestion(
                id=id,
                rgb=rgb,
                width=width,
                height=height,
                system=self._task.system,
                turns=(),
                question=question,
                sampling=Sampling(1.0),
                seed=1,
                max_tokens=max_tokens,
                thinking=thinking,
            )

        done = self._engine.ask(make, _ignore)
        if done.stop == "cancelled":
            raise CancelledError
        return done

    def _watch(self) -> None:
        """Cancel from a thread of its own: an engine that is loading may send no reply for seconds."""
        while not self._closed.wait(_POLL_S):
            if self._is_cancelled():
                self._engine.cancel()


def default_tokens(mode: Mode = "glance") -> int:
    """Return the image-token budget of a mode in the task table that ships."""
    return load_table(None).settings("qwen3-vl", mode, "instruct", None).image_tokens


def _affordable_context(model: ResolvedModel, *, repack: bool) -> int:
    """Return the context for trials, in tokens, reduced to what memory allows. Raises DoesNotFitError."""
    free, requested = memory.available_bytes(), min(_CONTEXT, model.context_length)
    context = fitting_context(model, requested, free, MAX_IMAGE_TOKENS, repack=repack) or requested
    check_memory(
        model,
        context,
        free,
        image_tokens=MAX_IMAGE_TOKENS,
        repack=repack,
        largest=memory.largest_programs,
    )
    return context


def _ignore(_: object) -> None:
    return None


def describe_change(old: TuningProfile, new: TuningProfile) -> list[str]:
    """Describe what the new profile does differently, in sentences."""
    sentences = []
    if new.threads != old.threads:
        sentences.append(tr_count("{number} core is used.", "{number} cores are used.", new.threads))
    if new.tuning.repack != old.tuning.repack:
        sentences.append(tr("Weights are repacked.") if new.tuning.repack else tr("Weights are not repacked."))
    if new.tuning.flash_attention != old.tuning.flash_attention:
        on = new.tuning.flash_attention
        sentences.append(tr("Flash attention is on.") if on else tr("Flash attention is off."))
    if new.tuning.batch != old.tuning.batch:
        sentences.append(tr("Batches have {number} tokens.", number=new.tuning.batch))
    if new.tower != old.tower:
        if new.tower is None:
            sentences.append(tr("The original vision encoder is used."))
        else:
            sentences.append(tr("A vision encoder in {format} format is used.", format=new.tower))
    usual = default_tokens()
    if (tokens := new.glance_tokens or usual) != (old.glance_tokens or usual):
        sentences.append(tr("A glance uses up to {number} image tokens.", number=tokens))
    return sentences
