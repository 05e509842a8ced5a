"""Which models and vision encoders are compared."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.gguf_files import Shop, write_mmproj, write_model

from edge_assistant.model_check.candidates import Candidate, find_candidates
from edge_assistant.models.resolver import ResolvedModel, resolve
from edge_assistant.models.vision_towers import VisionTowers
from edge_assistant.system import paths
from edge_assistant.system.errors import AssistantError
from edge_assistant.tuning import profile
from edge_assistant.tuning.profile import TuningProfile

F16, BF16, Q8 = 1, 32, 7  # llama.cpp's numbers of file types


def found(problems: list[AssistantError] | None = None, **options: object) -> list[Candidate]:
    def find(model: str | None, mmproj: str | None) -> ResolvedModel:
        return resolve(model=model, mmproj=mmproj, think=False, preferred=None, weights_dir=None)

    known: dict[str, object] = {"model": None, "mmproj": None, "weights_dir": None, "quick_tower": True}
    told = [] if problems is None else problems
    return find_candidates(find, on_problem=told.append, **({"with_made": False} | known | options))  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model by its path, with three encoders beside it, one of them of another model."""
    write_model(tmp_path / "model-Q4_K_M.gguf")
    write_mmproj(tmp_path / "mmproj-F16.gguf", general__file_type=F16)
    write_mmproj(tmp_path / "mmproj-Q8_0.gguf", general__file_type=Q8)
    write_mmproj(tmp_path / "mmproj-other.gguf", width=1024)
    return tmp_path


def make(parent: Path, name: str) -> Path:
    return VisionTowers().make(parent, name, lambda data, *_: data, lambda _: None).path


def test_every_encoder_beside_a_model_that_belongs_to_it_is_compared(folder: Path) -> None:
    names = [each.name for each in found(model=str(folder / "model-Q4_K_M.gguf"))]
    assert sorted(names) == ["model-Q4_K_M, F16", "model-Q4_K_M, Q8_0"]


def test_one_that_is_named_is_the_only_one_unless_others_are_made_of_it(folder: Path) -> None:
    options = {"model": str(folder / "model-Q4_K_M.gguf"), "mmproj": str(folder / "mmproj-F16.gguf")}
    assert [each.name for each in found(**options)] == ["model-Q4_K_M, F16"]
    made = make(folder / "mmproj-F16.gguf", "Q6_K")
    assert [each.name for each in found(**options)] == ["model-Q4_K_M, F16"]
    first, second = found(**options, with_made=True)
    assert (first.model.mmproj, second.model.mmproj) == (folder / "mmproj-F16.gguf", made)


def test_the_encoder_that_answers_now_is_the_first(folder: Path) -> None:
    options = {"model": str(folder / "model-Q4_K_M.gguf")}
    usual = found(**options)[0].model
    made = make(usual.mmproj, "Q6_K")
    profile.save_profile(usual, TuningProfile(1, tower="Q6_K"))
    candidates = found(**options)
    assert candidates[0].model.mmproj == made
    assert candidates[0].model.ram_bytes == usual.ram_bytes - usual.mmproj.stat().st_size + made.stat().st_size
    assert len(candidates) == 3


def test_every_installed_model_of_the_variant_is_compared(shop: Shop) -> None:
    shop.install(paths.data_dir() / "models", "big-q4.gguf", "big-q8.gguf", "mmproj-big-q4.gguf", "think-q4.gguf")
    names = [each.model.name for each in found()]
    assert names[0] == "big-q4"
    assert set(names) >= {"big-q4", "big-q8"}
    assert {each.model.variant for each in found()} == {"instruct"}
    assert {each.model.name for each in found(model="big-q8")} == {"big-q8"}


def test_a_damaged_one_is_told_and_left_out(shop: Shop) -> None:
    shop.install(paths.data_dir() / "models", "big-q4.gguf", "big-q8.gguf", "mmproj-big-q4.gguf")
    spoilt = paths.data_dir() / "models" / "big-q8.gguf"
    spoilt.write_bytes(spoilt.read_bytes()[:-1] + b"?")
    problems: list[AssistantError] = []
    assert "big-q8" not in {each.model.name for each in found(problems)}
    assert len(problems) <= 1


def test_the_demo_model_is_alone(shop: Shop) -> None:  # noqa: ARG001
    assert [each.model.family for each in found()] == ["demo"]
