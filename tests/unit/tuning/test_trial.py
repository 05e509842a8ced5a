"""Tests of EngineTrial: it loads as the program does, within memory and with the values of the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from edge_assistant.engine.messages import AskQuestion, Done, EngineConfig, Tuning
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

    def __init__(self, files: EngineConfig) -> None:
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
def model(monkeypatch: pytest.MonkeyPatch) -> ResolvedModel:
    """The demo model, as if it were large, with a fake engine."""
    ScriptedEngine.made = []
    monkeypatch.setattr(trials, "Engine", ScriptedEngine)
    found = resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=None)
    return replace(found, demo=False, ram_bytes=3_000_000_000, model_bytes=2_500_000_000, kv_bytes_per_token=147_456)


def trial(model: ResolvedModel, tuning: Tuning | None = None, **options: Any) -> ScriptedEngine:
    EngineTrial(model, TuningProfile(2, tuning or Tuning()), lambda: False, **options).close()
    return ScriptedEngine.made[-1]


def test_without_the_memory_nothing_is_loaded_and_what_to_close_is_said(
    model: ResolvedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available_bytes", lambda: 3_000_000_000)
    with pytest.raises(DoesNotFitError, match=r"3\.0 gigabytes are free\. Close other programs") as caught:
        trial(model)
    assert "--context" not in str(caught.value), "tune has no such option"
    assert ScriptedEngine.made == []


def test_a_trial_of_repacked_weights_wants_the_memory_for_them(
    model: ResolvedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = needed_bytes(model, 2048, trials.MAX_IMAGE_TOKENS)
    monkeypatch.setattr(memory, "available_bytes", lambda: free)
    assert trial(model).loads == 1
    with pytest.raises(DoesNotFitError):
        trial(model, Tuning(repack=True))
    monkeypatch.setattr(memory, "available_bytes", lambda: free + 1_900_000_000)
    assert trial(model, Tuning(repack=True)).loads == 1


def test_where_memory_is_short_a_smaller_context_is_taken(
    model: ResolvedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = needed_bytes(model, 1600, trials.MAX_IMAGE_TOKENS)
    monkeypatch.setattr(memory, "available_bytes", lambda: free)
    assert trial(model).files.context == 1536


def test_what_the_person_has_set_holds_for_trials_too(model: ResolvedModel) -> None:
    files = trial(model, Tuning(batch=1024), threads=5, gpu_layers=7).files
    assert (files.threads, files.tuning) == (5, Tuning(batch=1024, gpu_layers=7))
    files = trial(model).files
    assert (files.threads, files.tuning.gpu_layers) == (2, None)


def test_a_prefill_is_timed_without_a_picture_to_speak_of(model: ResolvedModel) -> None:
    tried = EngineTrial(model, TuningProfile(2), lambda: False)
    assert tried.prefill(920) == 2.0
    tried.close()
    (ask,) = ScriptedEngine.made[-1].asked
    assert (len(ask.question), ask.question.isdigit(), ask.max_tokens) == (920, True, 1)
    assert ask.width * ask.height == 8 * 32 * 32
    assert len(ask.rgb) == 3 * ask.width * ask.height
