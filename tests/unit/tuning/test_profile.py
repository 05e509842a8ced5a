"""Tests of stored profiles: used only on the machine and with the model that they were made for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from edge_assistant.engine.messages import Tuning
from edge_assistant.models.resolver import ResolvedModel, resolve
from edge_assistant.models.vision_towers import VisionTowers
from edge_assistant.system import cpu, paths
from edge_assistant.tuning import profile
from edge_assistant.tuning.profile import TuningProfile

CHOICE = TuningProfile(3, Tuning(repack=True, flash_attention=False, batch=256), tower="Q6_K", glance_tokens=384)


@pytest.fixture
def model(tmp_path: Path) -> ResolvedModel:
    """The demo model with files of its own, so that they can be changed."""
    found = resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=None)
    for path in (found.model, found.mmproj):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return replace(found, model=tmp_path / found.model.name, mmproj=tmp_path / found.mmproj.name)


def record() -> Path:
    return paths.data_dir() / "tuned.json"


def test_a_stored_choice_is_found_again(model: ResolvedModel) -> None:
    profile.save_profile(model, CHOICE)
    assert profile.load_profile(model) == CHOICE


def test_without_one_the_safe_choice_is_taken(model: ResolvedModel) -> None:
    assert profile.load_profile(model) == profile.safe_profile() == TuningProfile(profile.default_threads(), Tuning())


@pytest.mark.parametrize(
    "difference",
    [
        {"processor": "another"},
        {"instructions": "sse4_2"},
        {"cores": [1, 1, 1]},
        {"memory_gb": 4},
        {"llama_cpp": "0.0.1"},
    ],
)
def test_on_another_machine_it_is_ignored(
    model: ResolvedModel, difference: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    profile.save_profile(model, CHOICE)
    other = {**profile.machine_key(), **difference}
    monkeypatch.setattr(profile, "machine_key", lambda: other)
    assert profile.load_profile(model) == profile.safe_profile()


@pytest.mark.parametrize("part", ["model", "mmproj"])
def test_for_changed_weights_it_is_ignored(model: ResolvedModel, part: str) -> None:
    profile.save_profile(model, CHOICE)
    path = getattr(model, part)
    path.write_bytes(path.read_bytes() + b"more")
    assert profile.load_profile(model) == profile.safe_profile()


def test_two_pairs_keep_their_own_choices(model: ResolvedModel) -> None:
    thinking = resolve(model="demo", mmproj=None, think=True, preferred=None, weights_dir=None)
    profile.save_profile(model, CHOICE)
    profile.save_profile(thinking, TuningProfile(1))
    assert profile.load_profile(model) == CHOICE
    assert profile.load_profile(thinking) == TuningProfile(1)


def test_towers_in_use_are_those_of_all_models_that_see_with_the_same_mmproj(model: ResolvedModel) -> None:
    larger = replace(model, model=model.model.with_name("larger.gguf"))
    larger.model.write_bytes(model.model.read_bytes() + b"more")
    other = resolve(model="demo", mmproj=None, think=True, preferred=None, weights_dir=None)
    eye = model.mmproj.with_name("eye.gguf")
    eye.write_bytes(other.mmproj.read_bytes() + b"more")
    profile.save_profile(model, CHOICE)
    profile.save_profile(larger, TuningProfile(1, tower="BF16"))
    profile.save_profile(replace(other, mmproj=eye), TuningProfile(1, tower="Q8_0"))
    assert profile.towers_in_use(model) == {"Q6_K", "BF16"}
    profile.delete_profile(model)
    assert profile.towers_in_use(model) == {"BF16"}


@pytest.mark.parametrize(
    "damage",
    [
        {"threads": 0},
        {"threads": "2"},
        {"tower": "../../etc"},
        {"glance_tokens": 8},
        {"tuning": {"repack": 1, "flash_attention": True, "batch": 512}},
        {"tuning": {"repack": False, "flash_attention": True, "batch": 10**9}},
    ],
)
def test_a_record_that_makes_no_sense_is_ignored(model: ResolvedModel, damage: dict[str, Any]) -> None:
    profile.save_profile(model, CHOICE)
    kept = json.loads(record().read_text())
    next(iter(kept.values()))["choice"].update(damage)
    record().write_text(json.dumps(kept))
    assert profile.load_profile(model) == profile.safe_profile()


def test_forgetting_goes_back_to_the_safe_choice(model: ResolvedModel) -> None:
    profile.save_profile(model, CHOICE)
    profile.delete_profile(model)
    assert profile.load_profile(model) == profile.safe_profile()


def test_slow_cores_do_not_compute_unless_tune_finds_that_they_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu, "usable_cores", lambda: 16)
    monkeypatch.setattr(psutil, "cpu_count", lambda logical=True: 16 if logical else 12)
    monkeypatch.setattr(cpu, "performance_cores", lambda: None)
    assert profile.default_threads() == 12
    monkeypatch.setattr(cpu, "performance_cores", lambda: 4)
    assert profile.default_threads() == 4


def test_a_tower_that_is_gone_leaves_the_published_one(model: ResolvedModel) -> None:
    assert profile.with_tower(model, CHOICE) == model


def made_here(model: ResolvedModel) -> Path:
    """The tower as it would be found; its numbers do not matter here."""
    return VisionTowers().make(model.mmproj, "Q6_K", lambda data, *_: data, lambda _: None).path


@pytest.fixture
def large(model: ResolvedModel, monkeypatch: pytest.MonkeyPatch) -> ResolvedModel:
    """Weights that are not the demo's, on a processor on which the usual tower is quicker."""
    monkeypatch.setattr(cpu, "best_instructions", lambda: "avx2")
    monkeypatch.setattr(profile, "MIN_TOWER_BYTES", 0)
    return replace(model, demo=False)


def test_where_nothing_was_tuned_the_usual_tower_is_used_once_it_was_made(large: ResolvedModel) -> None:
    assert profile.default_tower(large) == "Q6_K"
    assert profile.load_profile(large) == profile.safe_profile()
    path = made_here(large)
    stored = profile.load_profile(large)
    assert stored == replace(profile.safe_profile(), tower="Q6_K")
    assert profile.with_tower(large, stored).mmproj == path
    assert not profile.is_tuned(large)
    path.unlink()
    assert profile.load_profile(large) == profile.safe_profile()


def test_a_made_tower_is_not_used_when_it_is_turned_off_unless_tune_chose_it(large: ResolvedModel) -> None:
    made_here(large)
    assert profile.load_profile(large, quick_tower=False).tower is None
    profile.save_profile(large, CHOICE)
    assert profile.load_profile(large, quick_tower=False) == CHOICE


def test_what_was_tuned_holds_even_where_it_is_the_published_tower(large: ResolvedModel) -> None:
    made_here(large)
    profile.save_profile(large, TuningProfile(1))
    assert profile.is_tuned(large)
    assert profile.load_profile(large) == TuningProfile(1)
    assert profile.default_tower(large) is None


@pytest.mark.parametrize("instructions", ["avx", "sse4_2", "", None])
def test_on_a_processor_not_known_to_gain_the_published_tower_stays(
    large: ResolvedModel, instructions: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cpu, "best_instructions", lambda: instructions)
    assert profile.default_tower(large) is None


def test_the_demo_and_small_towers_stay_as_they_are(large: ResolvedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    assert profile.default_tower(replace(large, demo=True)) is None
    assert profile.default_tower(replace(large, mmproj=large.mmproj.with_name("gone.gguf"))) is None
    monkeypatch.setattr(profile, "MIN_TOWER_BYTES", large.mmproj.stat().st_size)
    assert profile.default_tower(large) is None


@pytest.mark.parametrize("chosen", [False, True])
def test_a_tower_in_full_precision_that_the_person_chose_is_never_replaced(large: ResolvedModel, chosen: bool) -> None:
    """The demo's vision file is in F16."""
    path = made_here(large)
    asked = replace(large, mmproj_chosen=chosen)
    assert profile.keeps_tower(asked) == chosen
    assert (profile.default_tower(asked) is None) == chosen
    assert (profile.load_profile(asked).tower is None) == chosen
    assert (profile.with_tower(asked, CHOICE).mmproj == path) == (not chosen)
