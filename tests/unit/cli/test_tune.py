"""Tests of the tune command: stored profiles, vision towers left behind, and what it reports."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edge_assistant.cli import tune
from edge_assistant.cli.tune import TuneOptions
from edge_assistant.engine.messages import Tuning
from edge_assistant.models.resolver import ResolvedModel, resolve
from edge_assistant.models.vision_towers import CachedTower, VisionTowers
from edge_assistant.settings import schema
from edge_assistant.settings.schema import Settings
from edge_assistant.settings.store import save
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import CancelledError, EngineError, WeightsError
from edge_assistant.system.ipc import TUNED, IpcServer, default_endpoint
from edge_assistant.tuning import profile
from edge_assistant.tuning.profile import TuningProfile
from edge_assistant.tuning.search import MachineFacts, SearchResult, TimeBudget
from edge_assistant.tuning.trial import Cost

COST = Cost(5.0, 1.0)
OPTIONS = TuneOptions(None, None, think=False, target_s=None, reset=False, speak=False, as_json=True)


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ResolvedModel:
    """The model that the command finds: the demo model with files of its own, whose towers are made at once."""
    found = resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=None)
    for path in (found.model, found.mmproj):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    found = replace(found, model=tmp_path / found.model.name, mmproj=tmp_path / found.mmproj.name)
    monkeypatch.setattr(tune, "resolve_model", lambda *_, **__: found)
    monkeypatch.setattr(tune, "make_tower", lambda parent, name, *_: make(parent, name))
    return found


def make(parent: Path, name: str) -> CachedTower:
    return VisionTowers().make(parent, name, lambda data, *_: data, lambda _: None)


def here(model: ResolvedModel) -> set[str]:
    return {name for name in ("Q8_0", "Q6_K", "BF16") if VisionTowers().find(model.mmproj, name)}


class Outcome:
    """A fake search: makes two towers, then returns or raises `outcome`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, outcome: TuningProfile | BaseException) -> None:
        self.outcome = outcome
        self.now = self.start = TuningProfile(0)
        self.facts = MachineFacts((), (), None)
        monkeypatch.setattr(tune, "tune", self)

    def __call__(
        self,
        now: TuningProfile,
        start: TuningProfile,
        facts: MachineFacts,
        _: object,
        make_tower: Callable[[str], None],
        *__: object,
    ) -> SearchResult:
        self.now, self.start, self.facts = now, start, facts
        for name in ("Q8_0", "Q6_K"):
            make_tower(name)
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return SearchResult(self.outcome, COST, COST, TimeBudget(None, 5.0, True))


@pytest.mark.parametrize("end", [CancelledError(), EngineError("The engine is gone."), RuntimeError("a bug")])
def test_a_tune_that_ends_early_leaves_no_tower_that_it_made_and_all_that_was_here(
    model: ResolvedModel, end: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(model.mmproj, "Q6_K")
    Outcome(monkeypatch, end)
    with pytest.raises(type(end)):
        tune.run(OPTIONS, Cancellation())
    assert here(model) == {"Q6_K"}
    assert not profile.is_tuned(model)


def test_what_cannot_be_stored_leaves_no_tower_either(model: ResolvedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise WeightsError("The disk is full.")

    Outcome(monkeypatch, TuningProfile(1, tower="Q6_K"))
    monkeypatch.setattr(profile, "save_profile", full)
    with pytest.raises(WeightsError):
        tune.run(OPTIONS, Cancellation())
    assert here(model) == set()


def test_in_the_end_only_the_chosen_tower_is_here(model: ResolvedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    make(model.mmproj, "BF16")
    Outcome(monkeypatch, TuningProfile(1, tower="Q6_K"))
    tune.run(OPTIONS, Cancellation())
    assert here(model) == {"Q6_K"}
    assert profile.load_profile(model) == TuningProfile(1, tower="Q6_K")


def test_a_tower_that_other_weights_were_tuned_to_use_stays(
    model: ResolvedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    larger = replace(model, model=model.model.with_name("larger.gguf"))
    larger.model.write_bytes(model.model.read_bytes() + b"more")
    make(model.mmproj, "BF16")
    profile.save_profile(larger, TuningProfile(1, tower="BF16"))
    Outcome(monkeypatch, TuningProfile(1, tower="Q6_K"))
    tune.run(OPTIONS, Cancellation())
    assert here(model) == {"Q6_K", "BF16"}


def test_a_tower_that_the_app_is_making_meanwhile_is_waited_for(
    model: ResolvedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    def busy_once(parent: Path, name: str, *_: object) -> CachedTower:
        tries.append(name)
        if tries == ["Q8_0"]:
            raise WeightsError("It is being written.", code="weights-busy")
        return make(parent, name)

    monkeypatch.setattr(tune, "make_tower", busy_once)
    monkeypatch.setattr(tune, "_BUSY_S", 0.0)
    Outcome(monkeypatch, CancelledError())
    with pytest.raises(CancelledError):
        tune.run(OPTIONS, Cancellation())
    assert tries == ["Q8_0", "Q8_0", "Q6_K"]
    assert here(model) == set()


@pytest.mark.usefixtures("model")
def test_it_begins_with_what_is_used_now(monkeypatch: pytest.MonkeyPatch) -> None:
    untuned = replace(profile.safe_profile(), tower="Q6_K")
    monkeypatch.setattr(profile, "load_profile", lambda *_, **__: untuned)
    tuning = Outcome(monkeypatch, untuned)
    tune.run(OPTIONS, Cancellation())
    assert tuning.now == tuning.start == untuned, "untuned, but with the tower that the app has made"
    tune.run(OPTIONS, Cancellation())
    assert (tuning.now, tuning.start) == (untuned, profile.safe_profile()), "now it is tuned"


@pytest.mark.usefixtures("model")
def test_what_the_person_has_set_is_not_tried_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tuning = Outcome(monkeypatch, TuningProfile(1))
    tune.run(OPTIONS, Cancellation())
    assert tuning.facts.threads
    assert tuning.facts.target_s == 6
    save(schema.path(), Settings(glance_seconds=9))
    tune.run(OPTIONS, Cancellation())
    assert tuning.facts.target_s == 9
    capsys.readouterr()
    save(schema.path(), Settings(threads=1, glance_tokens=300, gpu_layers=0))
    trial: dict[str, Any] = {}
    monkeypatch.setattr(tune, "EngineTrial", lambda *_, **options: trial.update(options))
    monkeypatch.setattr(tune, "tune", lambda *given: given[3](TuningProfile(1)) or tuning(*given))
    tune.run(OPTIONS, Cancellation())
    assert (tuning.facts.threads, tuning.facts.target_s) == ((), None)
    assert trial == {"threads": 1, "gpu_layers": 0}
    said = [event["message"] for event in told(capsys) if event["event"] == "notice" and event["code"] == "set"]
    assert said == [
        "The number of cores is not tested: the settings set 1.",
        "Image tokens are not tested: the settings set 300.",
    ]


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture
def heard() -> Any:
    """The messages that the running program receives over IPC."""
    calls: list[str] = []

    def on_call(text: str) -> str:
        calls.append(text)
        return "It is used."

    door = IpcServer(default_endpoint(), on_call)
    yield calls
    door.close()


def test_the_running_program_is_told_when_something_changed_and_only_then(
    model: ResolvedModel, heard: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Outcome(monkeypatch, replace(profile.safe_profile(), glance_tokens=256))
    tune.run(OPTIONS, Cancellation())
    assert heard == []
    Outcome(monkeypatch, TuningProfile(1, Tuning(repack=True)))
    capsys.readouterr()
    tune.run(OPTIONS, Cancellation())
    assert heard == [TUNED]
    assert told(capsys)[-1] == {"event": "running", "message": "It is used."}
    tune.run(replace(OPTIONS, reset=True), Cancellation())
    assert heard == [TUNED, TUNED]
    assert profile.load_profile(model) == profile.safe_profile()


def test_forgetting_what_was_tuned_leaves_the_tower_that_is_used_without(
    model: ResolvedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Q6_K", "BF16"):
        make(model.mmproj, name)
    monkeypatch.setattr(profile, "default_tower", lambda *_: "Q6_K")
    profile.save_profile(model, TuningProfile(1, tower="BF16"))
    tune.run(replace(OPTIONS, reset=True), Cancellation())
    assert here(model) == {"Q6_K"}


@pytest.mark.usefixtures("model")
def test_it_says_what_a_glance_took_and_takes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    choice = replace(profile.safe_profile(), tower="Q6_K", glance_tokens=384)
    tuning = Outcome(monkeypatch, choice)
    result = SearchResult(choice, Cost(6.7, 1.0), Cost(4.66, 1.0), TimeBudget(384, 5.9, True))
    monkeypatch.setattr(tune, "tune", lambda *given: tuning(*given) and result)
    tune.run(replace(OPTIONS, as_json=False), Cancellation())
    assert capsys.readouterr().out.splitlines()[1:] == [
        "A vision encoder in Q6_K format is used. A glance uses up to 384 image tokens.",
        "A glance with up to 256 image tokens takes 4.7 seconds to its first word. Before, it took 6.7 seconds.",
        "A glance with up to 384 image tokens takes 5.9 seconds to its first word.",
    ]


def test_it_says_which_better_weights_it_could_not_tune(
    model: ResolvedModel, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tune, "resolve_model", lambda *_, **__: replace(model, notices=("These are damaged.",)))
    Outcome(monkeypatch, TuningProfile(1))
    tune.run(OPTIONS, Cancellation())
    assert ("weights-passed-over", "These are damaged.") in [
        (event["code"], event["message"]) for event in told(capsys) if event["event"] == "notice"
    ]


def test_a_vision_file_in_full_precision_that_was_chosen_is_not_tried_in_other_formats(
    model: ResolvedModel, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = replace(model, mmproj_chosen=True)
    monkeypatch.setattr(tune, "resolve_model", lambda *_, **__: chosen)
    tuning = Outcome(monkeypatch, TuningProfile(1))
    tune.run(OPTIONS, Cancellation())
    assert tuning.facts.towers == (None,)
    assert "Other formats of the vision encoder are not tested: F16 was chosen." in capsys.readouterr().out
