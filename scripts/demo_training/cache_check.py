#!/usr/bin/env python3
"""Compares what the engine answers from its cache with the same conversation evaluated from nothing.

For each scene a question is answered, then a follow-up is asked twice: on the kept KV cache, and after forgetting
everything. The first token's logits are compared, and the seeded answers. Each picture is also described three times
with one seed: from nothing, from the cache, and again after another picture. Exit code 0 only if at least 98 % of the
follow-ups and all of the repetitions are equal.

usage: cache_check.py [--scenes N] [--model NAME|PATH] [--think] [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace

from PIL import Image

from demo_training.scenes import FIRST_HELD_OUT_SEED, make_scene
from edge_assistant.engine.llama_model import LlamaModel
from edge_assistant.engine.messages import AskQuestion, ThinkingBudget, Turn
from edge_assistant.engine.prompts import MODES, system_prompt
from edge_assistant.engine.sampling import sampling
from edge_assistant.engine.session import ModelSession
from edge_assistant.imaging.token_budget import fit
from edge_assistant.models.resolver import ResolvedModel, resolve
from edge_assistant.tuning.profile import default_threads

FOLLOW_UPS = ("Read the text.", "What is on the screen?", "How many apples are in this image?")
CONTEXT = 4096
GOAL = 0.98


def main() -> int:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", type=int, default=100, help="how many pictures (default 100)")
    parser.add_argument("--model", default="demo", help="a catalogue name, or a GGUF file")
    parser.add_argument("--think", action="store_true", help="the Thinking model")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    pictures = [make_scene(seed).image for seed in range(FIRST_HELD_OUT_SEED, FIRST_HELD_OUT_SEED + options.scenes)]
    weights = resolve(model=options.model, mmproj=None, think=options.think, preferred=None, weights_dir=None)
    report = compare(weights, pictures)
    print(json.dumps(report) if options.json else "\n".join(f"{name}: {value}" for name, value in report.items()))
    return 0 if report["equal_follow_ups"] >= GOAL and report["equal_repetitions"] == 1 else 1


def compare(weights: ResolvedModel, pictures: list[Image.Image]) -> dict[str, float]:
    """Shares from 0 to 1, and the largest absolute difference between two logits of a first token."""
    native = LlamaModel(
        str(weights.model),
        str(weights.mmproj),
        context=min(CONTEXT, weights.context_length),
        threads=default_threads(),
        vision_layers=0,
        interrupted=lambda: False,
        on_load=lambda _: None,
    )
    session = ModelSession(native, lambda _: None)
    questions = [_question(weights, picture, seed) for seed, picture in enumerate(pictures)]
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
    native.free()
    return {
        "scenes": len(pictures),
        "largest_logit_difference": round(largest, 6),
        "equal_follow_ups": equal_follow_ups / len(pictures),
        "equal_repetitions": equal_repetitions / (2 * len(pictures)),
    }


def _question(weights: ResolvedModel, picture: Image.Image, seed: int) -> AskQuestion:
    mode = MODES["glance"]
    image = fit(picture, max_tokens=mode.image_tokens)
    return AskQuestion(
        id=1,
        rgb=image.tobytes(),
        width=image.width,
        height=image.height,
        system=system_prompt(None),
        turns=(),
        question=mode.question,
        sampling=sampling(weights.variant, verbatim=False),
        seed=seed,
        max_tokens=mode.max_tokens,
        thinking=ThinkingBudget(1024, 90.0) if weights.variant == "thinking" else None,
    )


def _follow_up(question: AskQuestion, answer: str, text: str) -> AskQuestion:
    return replace(question, turns=(Turn(question.question, answer),), question=text)


if __name__ == "__main__":
    sys.exit(main())
