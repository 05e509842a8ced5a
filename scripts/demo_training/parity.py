#!/usr/bin/env python3
"""Compares llama.cpp with transformers on the demo weights: the same weights, pictures and words, on both sides.

For each held-out scene a question is asked of both, greedily. Reported: the largest difference between two logits of
the first token, and the share of equal answers. Exit code 0 only if at least 98 % are equal.

    parity.py [--scenes 100] [--variant instruct|thinking] [--weights DIR] [--json] [--record FILE]

transformers cannot read the GGUF files, so it gets a checkpoint with their very numbers. `--record` writes what it
said, for the tests, which do not need torch. Needs the extra `training` of pyproject.toml.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from demo_training.files import text_name
from demo_training.questions import Question, Variant, questions
from demo_training.scenes import FIRST_HELD_OUT_SEED, Scene, make_scene
from edge_assistant.engine.llama_model import LlamaModel
from edge_assistant.engine.messages import AskQuestion, Sampling, ThinkingBudget
from edge_assistant.engine.prompts import system_prompt
from edge_assistant.engine.session import ModelSession
from edge_assistant.imaging.token_budget import fit
from edge_assistant.models.resolver import ResolvedModel, resolve

GOAL = 0.98
MOST_TOKENS = 200
GLANCE_TOKENS = 256
_RECORDED = 24  # scenes a variant that the tests look at
_THREADS = 1
_CONTEXT = 2048


@dataclass(frozen=True, slots=True)
class Said:
    """What one side says: the first token's logits, and the whole text, drawn greedily."""

    logits: np.ndarray
    text: str


def main() -> int:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, help="a folder with GGUF files (default: the demo that ships)")
    parser.add_argument("--scenes", type=int, default=100, help="how many scenes (default 100)")
    parser.add_argument("--variant", choices=("instruct", "thinking"), action="append", help="only this variant")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--record", type=Path, help="write what transformers said to this file")
    options = parser.parse_args()
    report, recorded = {}, []
    for variant in options.variant or ("instruct", "thinking"):
        report[variant], entries = compare(options.weights, variant, options.scenes)
        recorded += entries
    if options.record:
        options.record.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")
    if options.json:
        print(json.dumps(report))
    else:
        for variant, values in report.items():
            print(f"{variant}: " + ", ".join(f"{name} {value}" for name, value in values.items()))
    return 0 if all(values["equal_answers"] >= GOAL for values in report.values()) else 1


def cases(variant: Variant, count: int) -> list[tuple[Scene, Question]]:
    """Held-out scenes with one question each."""
    chosen = []
    for seed in range(FIRST_HELD_OUT_SEED, FIRST_HELD_OUT_SEED + count):
        scene, rng = make_scene(seed), random.Random(seed)
        chosen.append((scene, rng.choice(questions(scene, rng, variant))))
    return chosen


def compare(weights: Path | None, variant: Variant, count: int) -> tuple[dict[str, float], list[dict[str, Any]]]:
    """The report, and what transformers said to the first scenes."""
    from demo_training.reread import reread

    found = _pair(weights, variant)
    with tempfile.TemporaryDirectory() as name:
        checkpoint = Path(name)
        reread(found.model, found.mmproj, checkpoint)
        theirs = Transformers(checkpoint, variant)
    ours = LlamaCpp(found, variant)
    equal = equal_first = 0
    largest, spread, recorded = 0.0, 0.0, []
    for scene, question in cases(variant, count):
        one, other = theirs.say(scene, question), ours.say(scene, question)
        difference = float(np.abs(one.logits - other.logits[: len(one.logits)]).max())
        largest, spread = max(largest, difference), max(spread, float(one.logits.std()))
        equal_first += int(one.logits.argmax()) == int(other.logits.argmax())
        equal += one.text == other.text
        if one.text != other.text:
            print(f"scene {scene.seed}: {one.text!r} and {other.text!r}", file=sys.stderr)
        top = np.argsort(-one.logits)[:8]
        recorded.append(
            {
                "seed": scene.seed,
                "variant": variant,
                "system": system_prompt(None),
                "ask": question.ask,
                "text": one.text,
                "logits": {str(token): round(float(one.logits[token]), 4) for token in top.tolist()},
            }
        )
    ours.close()
    return {
        "scenes": count,
        "largest_logit_difference": round(largest, 4),
        "standard_deviation_of_logits": round(spread, 2),
        "equal_first_tokens": equal_first / count,
        "equal_answers": equal / count,
    }, recorded[:_RECORDED]


def _pair(weights: Path | None, variant: Variant) -> ResolvedModel:
    model = str(weights / text_name(variant)) if weights else "demo"
    return resolve(model=model, mmproj=None, think=variant == "thinking", preferred=None, weights_dir=None)


class Transformers:
    """transformers' own Qwen3-VL on a checkpoint."""

    def __init__(self, checkpoint: Path, variant: Variant) -> None:
        import torch
        from tokenizers import Tokenizer
        from transformers import Qwen3VLForConditionalGeneration

        from demo_training.tokens import Chat

        torch.set_num_threads(_THREADS)
        self._variant = variant
        self._model, loading = Qwen3VLForConditionalGeneration.from_pretrained(
            checkpoint, dtype=torch.float32, output_loading_info=True
        )
        wrong = {name: keys for name, keys in loading.items() if keys and name != "missing_keys"}
        missing = [key for key in loading["missing_keys"] if key != "lm_head.weight"]
        if wrong or missing:
            raise RuntimeError(f"transformers does not find the tensors it expects: {wrong} {missing}")
        self._model.eval()
        self._chat = Chat(Tokenizer.from_file(str(checkpoint / "tokenizer.json")))

    def say(self, scene: Scene, question: Question) -> Said:
        """One greedy answer."""
        import torch

        from demo_training.batches import patches, scaled

        chat = self._chat
        sent = fit(scene.image, max_tokens=GLANCE_TOKENS)
        one_frame = scaled(patches(np.asarray(sent, np.float32))).reshape(-1, 3, 1, 16 * 16)
        pixels = torch.from_numpy(np.repeat(one_frame, 2, axis=2).reshape(len(one_frame), -1))
        grid = torch.tensor([[1, sent.height // 16, sent.width // 16]])
        cells = sent.width * sent.height // 1024
        before, after = chat.before(system_prompt(None)), chat.question(question.ask, self._variant, first=True)
        ids = torch.tensor([before + [chat.image] * cells + after])
        picture = {"pixel_values": pixels, "image_grid_thw": grid, "mm_token_type_ids": (ids == chat.image).int()}
        mask = torch.ones_like(ids)
        with torch.no_grad():
            logits = self._model(input_ids=ids, attention_mask=mask, **picture).logits[0, -1].numpy()
            drawn = self._model.generate(
                input_ids=ids,
                attention_mask=mask,
                **picture,
                max_new_tokens=MOST_TOKENS,
                do_sample=False,
                eos_token_id=chat.end,
                pad_token_id=chat.padding,
            )[0, ids.shape[1] :].tolist()
        text = chat.tokenizer.decode([token for token in drawn if token != chat.end], skip_special_tokens=False)
        return Said(logits, text.strip())


class LlamaCpp:
    """The program's own session on the GGUF files."""

    def __init__(self, found: ResolvedModel, variant: Variant) -> None:
        self._variant = variant
        self._native = LlamaModel(
            str(found.model),
            str(found.mmproj),
            context=_CONTEXT,
            threads=_THREADS,
            vision_layers=0,
            interrupted=lambda: False,
            on_load=lambda _: None,
        )
        self._session = ModelSession(self._native, lambda _: None)

    def say(self, scene: Scene, question: Question) -> Said:
        """One greedy answer."""
        sent = fit(scene.image, max_tokens=GLANCE_TOKENS)
        ask = AskQuestion(
            id=1,
            rgb=sent.tobytes(),
            width=sent.width,
            height=sent.height,
            system=system_prompt(None),
            turns=(),
            question=question.ask,
            sampling=Sampling(0.0),
            seed=1,
            max_tokens=MOST_TOKENS,
            thinking=ThinkingBudget(MOST_TOKENS, 60.0) if self._variant == "thinking" else None,
        )
        logits = np.array(self._session.first_logits(ask), np.float32)
        done = self._session.answer(ask)
        reasoning = f"{done.reasoning.strip()}\n</think>\n\n" if self._variant == "thinking" else ""
        return Said(logits, (reasoning + done.answer).strip())

    def close(self) -> None:
        """Free the model."""
        self._native.free()


if __name__ == "__main__":
    sys.exit(main())
