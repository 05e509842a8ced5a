"""Trials are loaded as the program loads: where memory allows, and with what the person has set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from edge_assistant.engine.client import EngineFiles
from edge_assistant.engine.messages import AskQuestion, Done, Tuning
from edge_assistant.models.memory_estimate import needed_bytes
from edge_assistant.models.resolver import ResolvedModel, resolve
from edge_assistant.system import memory
from edge_assistant.system.errors import DoesNotFitError
from edge_assistant.tuning import trial as trials
from edge_assistant.tuning.profile import TuningProfile
from edge_assistant.tuning.trial import EngineTrial


class ScriptedEngine:
    """Takes a second for each stage, and keeps what it was asked."""

    made: ClassVar[list[ScriptedEngine]] = []

    def __init__(self, files: EngineFiles) -> None:
        self.files = files
        self.loads = 0
        self.asked: list[AskQuestion] = []
        self.made.append(self)

    def load(self, _: object) -> None:
        self.loads += 1

    def ask(self, make: Callable[[int], AskQuestion], _: object) -> Done:
        self.asked.append(make(1))
        return Done(1, "", "", "length", 0, 0, False, 1.0, 2.0, 20, 10.0)

    def cancel(self) -> None: ...

    def close(self) -> None: ...


@pytest.fixture
def weights(monkeypatch: pytest.MonkeyPatch) -> ResolvedModel:
    """The demo weights, as if they were large, with an engine that is none."""
    ScriptedEngine.made = []
    monkeypatch.setattr(trials, "Engine", ScriptedEngine)
    found = resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=None)
    return replace(found, demo=False, ram_bytes=3_000_000_000, model_bytes=2_500_000_000, kv_bytes_per_token=147_456)


def trial(weights: ResolvedModel, tuning: Tuning | None = None, **options: Any) -> ScriptedEngine:
    EngineTrial(weights, TuningProfile(2, tuning or Tuning()), lambda: False, **options).close()
    return ScriptedEngine.made[-1]


def test_without_the_memory_nothing_is_loaded_and_what_to_close_is_said(
    weights: ResolvedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available", lambda: 3_000_000_000)
    with pytest.raises(DoesNotFitError, match=r"3\.0 gigabytes are free\. Close other programs") as caught:
        trial(weights)
    assert "--context" not in str(caught.value), "tune has no such option"
    assert ScriptedEngine.made == []


def test_a_trial_of_repacked_weights_wants_the_memory_for_them(
    weights: ResolvedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = needed_bytes(weights, 2048, trials.MOST_IMAGE_TOKENS)
    monkeypatch.setattr(memory, "available", lambda: free)
    assert trial(weights).loads == 1
    with pytest.raises(DoesNotFitError):
        trial(weights, Tuning(repack=True))
    monkeypatch.setattr(memory, "available", lambda: free + 1_900_000_000)
    assert trial(weights, Tuning(repack=True)).loads == 1


def test_where_memory_is_short_a_smaller_context_is_taken(
    weights: ResolvedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = needed_bytes(weights, 1600, trials.MOST_IMAGE_TOKENS)
    monkeypatch.setattr(memory, "available", lambda: free)
    assert trial(weights).files.context == 1536


def test_what_the_person_has_set_holds_for_trials_too(weights: ResolvedModel) -> None:
    files = trial(weights, Tuning(batch=1024), threads=5, gpu_layers=7).files
    assert (files.threads, files.tuning) == (5, Tuning(batch=1024, gpu_layers=7))
    files = trial(weights).files
    assert (files.threads, files.tuning.gpu_layers) == (2, None)


def test_a_prefill_is_timed_without_a_picture_to_speak_of(weights: ResolvedModel) -> None:
    tried = EngineTrial(weights, TuningProfile(2), lambda: False)
    assert tried.prefill(920) == 2.0
    tried.close()
    (ask,) = ScriptedEngine.made[-1].asked
    assert (len(ask.question), ask.question.isdigit(), ask.max_tokens) == (920, True, 1)
    assert ask.width * ask.height == 8 * 32 * 32
    assert len(ask.rgb) == 3 * ask.width * ask.height
