"""What is imported from folders as they are published: several vision files, statistics, and what does not belong."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.gguf_files import INSTRUCT, gguf_bytes, write_mmproj, write_model

from edge_assistant.models.import_plan import ImportPlanner
from edge_assistant.models.library import ModelLibrary
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import WeightsError

UNSLOTH = ("Qwen3-VL-4B-Instruct-Q4_K_M.gguf", "mmproj-BF16.gguf", "mmproj-F16.gguf", "mmproj-F32.gguf")
BARTOWSKI = (
    "Qwen_Qwen3-VL-4B-Instruct-Q4_K_M.gguf",
    "mmproj-Qwen_Qwen3-VL-4B-Instruct-bf16.gguf",
    "mmproj-Qwen_Qwen3-VL-4B-Instruct-f16.gguf",
)
MRADERMACHER = (
    "Qwen3-VL-4B-Instruct.Q4_K_M.gguf",
    "Qwen3-VL-4B-Instruct.mmproj-Q8_0.gguf",
    "Qwen3-VL-4B-Instruct.mmproj-f16.gguf",
)


def plan(*sources: Path) -> tuple[list[str], list[str]]:
    """The names of the files to install, and what is said about the choice."""
    planner = ImportPlanner(ModelLibrary(None), sources, Cancellation())
    return [each.source.name for each in planner.plan()], planner.choices


def write(folder: Path, *names: str) -> None:
    for name in names:
        (write_mmproj if "mmproj" in name else write_model)(folder / name)


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (UNSLOTH, "mmproj-F16.gguf"),
        (BARTOWSKI, "mmproj-Qwen_Qwen3-VL-4B-Instruct-f16.gguf"),
        (MRADERMACHER, "Qwen3-VL-4B-Instruct.mmproj-Q8_0.gguf"),
    ],
)
def test_of_several_vision_files_the_best_is_imported_and_named(
    tmp_path: Path, names: tuple[str, ...], chosen: str
) -> None:
    write(tmp_path, *names)
    (tmp_path / "Qwen3-VL-4B-Instruct-imatrix.gguf").write_bytes(gguf_bytes({"general.type": "imatrix"}))
    files, told = plan(tmp_path)
    assert files == [names[0], chosen]
    assert told == [f"Several vision files fit {names[0]}: {chosen} is added, as the best one."]
    files, _ = plan(*(tmp_path / name for name in names))
    assert files == [names[0], chosen], "the same for files that were named one by one"


def test_one_vision_file_that_was_named_is_taken_and_nothing_is_said(tmp_path: Path) -> None:
    write(tmp_path, *UNSLOTH)
    assert plan(tmp_path / UNSLOTH[0], tmp_path / "mmproj-BF16.gguf") == ([UNSLOTH[0], "mmproj-BF16.gguf"], [])


def test_each_model_of_a_folder_takes_the_best_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, *MRADERMACHER, "Qwen3-VL-4B-Instruct.Q8_0.gguf")
    write_model(tmp_path / "Other-8B.Q4_K_M.gguf", width=4096)
    write_mmproj(tmp_path / "Other-8B.mmproj-f16.gguf", width=4096)
    files, told = plan(tmp_path)
    assert files == [
        *("Other-8B.Q4_K_M.gguf", "Other-8B.mmproj-f16.gguf"),
        *("Qwen3-VL-4B-Instruct.Q4_K_M.gguf", "Qwen3-VL-4B-Instruct.mmproj-Q8_0.gguf"),
        *("Qwen3-VL-4B-Instruct.Q8_0.gguf", "Qwen3-VL-4B-Instruct.mmproj-Q8_0.gguf"),
    ]
    assert len(told) == 2


def test_another_vision_file_beside_a_model_of_the_catalogue_is_left_out(tmp_path: Path) -> None:
    known = ("Qwen3VL-4B-Instruct-Q4_K_M.gguf", "mmproj-Qwen3VL-4B-Instruct-Q8_0.gguf")
    write(tmp_path, *known, "mmproj-BF16.gguf")
    assert sorted(plan(tmp_path)[0]) == sorted(known)


def test_a_vision_file_of_no_model_that_is_given_is_still_told(tmp_path: Path) -> None:
    write(tmp_path, *UNSLOTH)
    write_mmproj(tmp_path / "mmproj-other.gguf", width=4096)
    with pytest.raises(WeightsError, match=r"mmproj-other\.gguf is a vision file, and the model"):
        plan(tmp_path)


def test_two_that_fit_equally_well_are_asked_about(tmp_path: Path) -> None:
    write(tmp_path, "Qwen3-VL-4B-Instruct-Q4_K_M.gguf", "mmproj-one-F16.gguf", "mmproj-two-F16.gguf")
    with pytest.raises(WeightsError, match=r"mmproj-one-F16\.gguf and mmproj-two-F16\.gguf fit .* Give only one"):
        plan(tmp_path)


def test_a_model_that_writes_no_text_is_refused(tmp_path: Path) -> None:
    write_model(tmp_path / "Qwen3-VL-Embedding-2B-Q8_0.gguf", template=INSTRUCT, qwen3vl__pooling_type=3)
    write(tmp_path, "mmproj-F16.gguf")
    with pytest.raises(WeightsError, match="cannot describe pictures"):
        plan(tmp_path)
