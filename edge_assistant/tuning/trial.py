"""One way to compute, tried on made-up pictures: what a glance and a detail cost with it. Used by tune."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from edge_assistant.engine.client import Engine, EngineFiles
from edge_assistant.engine.messages import AskQuestion, Done, Sampling, ThinkingBudget
from edge_assistant.engine.prompts import MODES, system_prompt
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
_LOOK_S = 0.05  # seconds between two looks whether it is still wanted
_WORDS = 20
"""Tokens of the answer that count: about a first sentence."""
_SMALLEST = (64, 128)  # pixels of a picture with the fewest image tokens there can be

MOST_IMAGE_TOKENS = 1024
"""No trial sends a picture with more."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds: `first_token` of a glance at a new picture, and `sentence` of _WORDS tokens after it."""

    first_token: float
    sentence: float

    @property
    def total(self) -> float:
        """From the request to the first sentence."""
        return self.first_token + self.sentence


class Trial(Protocol):
    """One loaded engine."""

    def glance(self, image_tokens: int) -> Cost:
        """What a picture of about so many image tokens costs. Raises AssistantError."""

    def prefill(self, tokens: int) -> float:
        """Seconds for the language model to take in about so many tokens. Raises AssistantError."""

    def close(self) -> None:
        """End the engine."""


class EngineTrial:
    """The real engine with `choice`; loads in the constructor, where memory allows.

    `threads` and `gpu_layers` are what the person has set, None nothing. Raises AssistantError, DoesNotFitError among
    them, and CancelledError when it is unwanted.
    """

    def __init__(
        self,
        weights: ResolvedModel,
        choice: TuningProfile,
        is_cancelled: Callable[[], bool],
        *,
        threads: int | None = None,
        gpu_layers: int | None = None,
    ) -> None:
        weights = profile.with_tower(weights, choice)
        context = _affordable_context(weights, repack=choice.tuning.repack)
        self._thinking = weights.variant == "thinking"
        self._is_cancelled = is_cancelled
        self._rng = random.Random(1)
        self._system = system_prompt(None)
        self._engine = Engine(
            EngineFiles(
                model=weights.model,
                mmproj=weights.mmproj,
                context=context,
                threads=threads or choice.threads,
                vision_layers=describe_gguf(weights.mmproj).block_count or 0,
                system=self._system,
                size=profile.size_of(weights),
                tuning=replace(choice.tuning, gpu_layers=gpu_layers),
            )
        )
        self._over = threading.Event()
        threading.Thread(target=self._watch, name="trial", daemon=True).start()
        try:
            self._engine.load(_ignore)
        except BaseException:
            self.close()
            raise

    def glance(self, image_tokens: int) -> Cost:
        """See Trial."""
        thinking = ThinkingBudget(_WORDS, 60.0) if self._thinking else None
        sent = plan(_SCREEN, max_tokens=image_tokens).sent
        done = self._ask(sent, MODES["glance"].question, _WORDS, thinking)
        one = done.generation / max(1, done.generated_tokens)
        return Cost(done.encode + done.prefill + one, one * (_WORDS - 1))

    def prefill(self, tokens: int) -> float:
        """See Trial."""
        # Qwen's tokenizer makes one token of each digit. They are taken in batch by batch as a picture's tokens are,
        # but no vision tower has to run first, which takes about as long again.
        digits = "".join(str(i % 10) for i in range(tokens))
        return self._ask(_SMALLEST, digits, 1, None).prefill

    def close(self) -> None:
        """See Trial."""
        self._over.set()
        self._engine.close()

    def _ask(self, size: tuple[int, int], question: str, max_tokens: int, thinking: ThinkingBudget | None) -> Done:
        width, height = size
        # Coarse noise in cells: the cost does not depend on what is seen, but every picture must be a new one.
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
                system=self._system,
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
        """An engine that loads may tell nothing for seconds, so a cancel cannot wait for what it tells."""
        while not self._over.wait(_LOOK_S):
            if self._is_cancelled():
                self._engine.cancel()


def _affordable_context(weights: ResolvedModel, *, repack: bool) -> int:
    """The context for trials, in tokens, as far as memory allows. Raises DoesNotFitError."""
    free, wanted = memory.available(), min(_CONTEXT, weights.context_length)
    context = fitting_context(weights, wanted, free, MOST_IMAGE_TOKENS, repack=repack) or wanted
    check_memory(
        weights,
        context,
        free,
        image_tokens=MOST_IMAGE_TOKENS,
        repack=repack,
        largest=memory.largest_programs,
    )
    return context


def _ignore(_: object) -> None:
    return None


def describe_change(old: TuningProfile, new: TuningProfile) -> list[str]:
    """What the new choice does differently, as sentences."""
    said = []
    if new.threads != old.threads:
        said.append(tr_count("{number} core is used.", "{number} cores are used.", new.threads))
    if new.tuning.repack != old.tuning.repack:
        said.append(tr("Weights are repacked.") if new.tuning.repack else tr("Weights are not repacked."))
    if new.tuning.flash_attention != old.tuning.flash_attention:
        on = new.tuning.flash_attention
        said.append(tr("Flash attention is on.") if on else tr("Flash attention is off."))
    if new.tuning.batch != old.tuning.batch:
        said.append(tr("Batches have {number} tokens.", number=new.tuning.batch))
    if new.tower != old.tower:
        if new.tower is None:
            said.append(tr("The original vision encoder is used."))
        else:
            said.append(tr("A vision encoder in {format} format is used.", format=new.tower))
    usual = MODES["glance"].image_tokens
    if (tokens := new.glance_tokens or usual) != (old.glance_tokens or usual):
        said.append(tr("A glance uses up to {number} image tokens.", number=tokens))
    return said
