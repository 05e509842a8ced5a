"""Compares what the engine answers from its cache with the same conversation evaluated from nothing.

For each scene a question is answered, then a follow-up is asked twice: on the kept KV cache, and after forgetting
everything. The first token's logits are compared, and the seeded answers. Each picture is also described three times
with one seed: from nothing, from the cache, and again after another picture.
"""

from __future__ import annotations

from dataclasses import replace

from PIL import Image

from edge_assistant.engine.messages import AskQuestion, Turn
from edge_assistant.engine.session import ModelSession
from edge_assistant.engine.task_table import load_table
from edge_assistant.imaging.token_budget import fit
from edge_assistant.models.resolver import ResolvedModel, resolve
from edge_assistant.tuning.profile import default_threads

from .engine_session import open_session
from .scenes import FIRST_HELD_OUT_SEED, make_scene

FOLLOW_UPS = ("Read the text.", "What is on the screen?", "How many apples are in this image?")
CONTEXT = 4096


def compare(model: str, count: int, *, think: bool) -> dict[str, float]:
    """Shares from 0 to 1 of so many scenes, and the largest absolute difference between two logits of a first token.

    `model` is a catalogue name or a GGUF file.
    """
    pictures = [make_scene(seed).image for seed in range(FIRST_HELD_OUT_SEED, FIRST_HELD_OUT_SEED + count)]
    weights = resolve(model=model, mmproj=None, think=think, preferred=None, weights_dir=None)
    questions = [_question(weights, picture, seed) for seed, picture in enumerate(pictures)]
    with open_session(weights, context=min(CONTEXT, weights.context_length), threads=default_threads()) as session:
        return _compare(session, questions)


def _compare(session: ModelSession, questions: list[AskQuestion]) -> dict[str, float]:
    first_answers: list[str] = []
    equal_follow_ups = equal_repetitions = 0
    largest = 0.0
    for number, question in enumerate(questions):
        session.forget()
        first = session.answer(question)
        again = session.answer(question)
        first_answers.append(first.answer)
        equal_repetitions += first.answer == again.answer and first.reasoning == again.reasoning
        follow_up = _follow_up(question, first.answer, FOLLOW_UPS[number % len(FOLLOW_UPS)])
        cached_logits = session.first_logits(follow_up)
        session.answer(question)
        cached = session.answer(follow_up)
        session.forget()
        fresh_logits = session.first_logits(follow_up)
        session.forget()
        fresh = session.answer(follow_up)
        largest = max(largest, *(abs(a - b) for a, b in zip(cached_logits, fresh_logits, strict=True)))
        equal_follow_ups += (cached.answer, cached.reasoning) == (fresh.answer, fresh.reasoning)
        if not cached.reused_image or fresh.reused_image:
            raise AssertionError("the cached answer did not come from the cache, or the fresh one did")
    for question, answer in zip(questions, first_answers, strict=True):
        equal_repetitions += session.answer(question).answer == answer
    return {
        "scenes": len(questions),
        "largest_logit_difference": round(largest, 6),
        "equal_follow_ups": equal_follow_ups / len(questions),
        "equal_repetitions": equal_repetitions / (2 * len(questions)),
    }


def _question(weights: ResolvedModel, picture: Image.Image, seed: int) -> AskQuestion:
    glance = load_table(None).settings("demo", "glance", weights.variant, None)
    image = fit(picture, max_tokens=glance.image_tokens)
    return AskQuestion(
        id=1,
        rgb=image.tobytes(),
        width=image.width,
        height=image.height,
        system=glance.system,
        turns=(),
        question=glance.question,
        sampling=glance.sampling,
        seed=seed,
        max_tokens=glance.max_tokens,
        thinking=glance.thinking if weights.variant == "thinking" else None,
    )


def _follow_up(question: AskQuestion, answer: str, text: str) -> AskQuestion:
    return replace(question, turns=(Turn(question.question, answer),), question=text)
