"""Compares llama.cpp with transformers on the demo model: the same weights, pictures and words, on both sides.

For each held-out scene a question is asked of both, greedily. transformers cannot read the GGUF files, so it gets a
checkpoint with their very numbers.
"""

from __future__ import annotations

import random
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from edge_assistant.engine.messages import AskQuestion, Sampling
from edge_assistant.engine.session import ModelSession
from edge_assistant.engine.task_table import load_table
from edge_assistant.imaging.token_budget import fit
from edge_assistant.models.resolver import resolve

from .engine_session import open_session
from .files import text_name
from .questions import Question, Variant, questions
from .scenes import FIRST_HELD_OUT_SEED, Scene, make_scene

MOST_TOKENS = 200
GLANCE_TOKENS = 256
_GLANCE = load_table(None).settings("demo", "glance", "instruct", None)
_RECORDED = 24  # scenes a variant that the tests look at
_THREADS = 1
_CONTEXT = 2048


@dataclass(frozen=True, slots=True)
class Said:
    """What one side says: the first token's logits, and the whole text, drawn greedily."""

    logits: np.ndarray
    text: str


def cases(variant: Variant, count: int) -> list[tuple[Scene, Question]]:
    """Held-out scenes with one question each."""
    chosen = []
    for seed in range(FIRST_HELD_OUT_SEED, FIRST_HELD_OUT_SEED + count):
        scene, rng = make_scene(seed), random.Random(seed)
        chosen.append((scene, rng.choice(questions(scene, rng, variant))))
    return chosen


def compare(weights: Path | None, variant: Variant, count: int) -> tuple[dict[str, float], list[dict[str, Any]]]:
    """The report, and what transformers said to the first scenes. `weights` is a folder; None: the demo that ships."""
    from .reread import reread

    model = str(weights / text_name(variant)) if weights else "demo"
    pair = resolve(model=model, mmproj=None, think=variant == "thinking", preferred=None, weights_dir=None)
    with tempfile.TemporaryDirectory() as name:
        checkpoint = Path(name)
        reread(pair.model, pair.mmproj, checkpoint)
        theirs = Transformers(checkpoint, variant)
    with open_session(pair, context=_CONTEXT, threads=_THREADS) as session:
        return _compare(theirs, LlamaCpp(session, variant), variant, count)


def _compare(
    theirs: Transformers, ours: LlamaCpp, variant: Variant, count: int
) -> tuple[dict[str, float], list[dict[str, Any]]]:
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
                "system": _GLANCE.system,
                "ask": question.ask,
                "text": one.text,
                "logits": {str(token): round(float(one.logits[token]), 4) for token in top.tolist()},
            }
        )
    return {
        "scenes": count,
        "largest_logit_difference": round(largest, 4),
        "standard_deviation_of_logits": round(spread, 2),
        "equal_first_tokens": equal_first / count,
        "equal_answers": equal / count,
    }, recorded[:_RECORDED]


class Transformers:
    """transformers' own Qwen3-VL on a checkpoint."""

    def __init__(self, checkpoint: Path, variant: Variant) -> None:
        import torch
        from tokenizers import Tokenizer
        from transformers import Qwen3VLForConditionalGeneration

        from .tokens import Chat

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

        from .cells import patches, scaled

        chat = self._chat
        sent = fit(scene.image, max_tokens=GLANCE_TOKENS)
        one_frame = scaled(patches(np.asarray(sent, np.float32))).reshape(-1, 3, 1, 16 * 16)
        pixels = torch.from_numpy(np.repeat(one_frame, 2, axis=2).reshape(len(one_frame), -1))
        grid = torch.tensor([[1, sent.height // 16, sent.width // 16]])
        cells = sent.width * sent.height // 1024
        before, after = chat.before(_GLANCE.system), chat.question(question.ask, self._variant, first=True)
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

    def __init__(self, session: ModelSession, variant: Variant) -> None:
        self._session, self._variant = session, variant

    def say(self, scene: Scene, question: Question) -> Said:
        """One greedy answer."""
        sent = fit(scene.image, max_tokens=GLANCE_TOKENS)
        ask = AskQuestion(
            id=1,
            rgb=sent.tobytes(),
            width=sent.width,
            height=sent.height,
            system=_GLANCE.system,
            turns=(),
            question=question.ask,
            sampling=Sampling(0.0),
            seed=1,
            max_tokens=MOST_TOKENS,
            thinking=replace(_GLANCE.thinking, tokens=MOST_TOKENS, seconds=60.0)
            if self._variant == "thinking"
            else None,
        )
        logits = np.array(self._session.first_logits(ask), np.float32)
        done = self._session.answer(ask)
        reasoning = f"{done.reasoning.strip()}\n</think>\n\n" if self._variant == "thinking" else ""
        return Said(logits, (reasoning + done.answer).strip())
