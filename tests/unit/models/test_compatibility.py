from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.gguf_files import F32, INSTRUCT, THINKING, gguf_bytes, model_metadata, write_mmproj, write_model

from edge_assistant.models.compatibility import check_fit, describe_mmproj, describe_model, find_mmproj
from edge_assistant.system.errors import WeightsError

INSTRUCT_MODEL = "Qwen3VL-4B-Instruct-Q4_K_M.gguf"


@pytest.mark.parametrize(
    ("beside", "chosen"),
    [
        (["mmproj-Qwen3VL-4B-Instruct-F16.gguf"], "mmproj-Qwen3VL-4B-Instruct-F16.gguf"),
        (
            ["mmproj-Qwen3VL-4B-Instruct-F16.gguf", "mmproj-Qwen3VL-4B-Instruct-Q8_0.gguf"],
            "mmproj-Qwen3VL-4B-Instruct-Q8_0.gguf",
        ),
        (
            ["mmproj-Qwen3VL-4B-Instruct-F16.gguf", "mmproj-Qwen3VL-4B-Thinking-Q8_0.gguf"],
            "mmproj-Qwen3VL-4B-Instruct-F16.gguf",
        ),
        (["mmproj-F16.gguf", "mmproj-BF16.gguf", "mmproj-F32.gguf"], "mmproj-F16.gguf"),
        (["mmproj-Q8_0.gguf", "mmproj-Qwen3VL-4B-Instruct-F16.gguf"], "mmproj-Qwen3VL-4B-Instruct-F16.gguf"),
        (["vision-tower.gguf"], "vision-tower.gguf"),
    ],
)
def test_the_best_mmproj_beside_a_model_is_taken(tmp_path: Path, beside: list[str], chosen: str) -> None:
    for name in beside:
        write_mmproj(tmp_path / name)
    write_model(tmp_path / "another-4B.gguf")
    model = describe_model(write_model(tmp_path / INSTRUCT_MODEL))
    assert find_mmproj(model).path.name == chosen


def test_two_that_fit_alike_are_asked_about(tmp_path: Path) -> None:
    write_mmproj(tmp_path / "mmproj-one-F16.gguf")
    write_mmproj(tmp_path / "mmproj-two-F16.gguf")
    model = describe_model(write_model(tmp_path / INSTRUCT_MODEL))
    with pytest.raises(WeightsError, match=r"mmproj-one-F16\.gguf and mmproj-two-F16\.gguf fit .* --mmproj"):
        find_mmproj(model)


def test_without_a_matching_mmproj_the_reason_is_told(tmp_path: Path) -> None:
    model = describe_model(write_model(tmp_path / INSTRUCT_MODEL))
    with pytest.raises(WeightsError, match=r"no matching mmproj next to Qwen3VL-4B-Instruct-Q4_K_M\.gguf\. Put"):
        find_mmproj(model)
    write_mmproj(tmp_path / "mmproj-x.gguf", width=4096)
    with pytest.raises(WeightsError, match=r"mmproj-x\.gguf belongs to the 8B model, and this is the 4B model\."):
        find_mmproj(model)
    (tmp_path / "mmproj-x.gguf").write_bytes(b"")
    with pytest.raises(WeightsError, match=r"mmproj-x\.gguf is empty\. Put"):
        find_mmproj(model)


def test_a_damaged_neighbour_does_not_hide_a_good_mmproj(tmp_path: Path) -> None:
    (tmp_path / "aaa-mmproj.gguf").write_bytes(b"rubbish")
    good = write_mmproj(tmp_path / "mmproj-4b.gguf")
    assert find_mmproj(describe_model(write_model(tmp_path / INSTRUCT_MODEL))).path == good


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"width": 4096}, "belongs to the 8B model, and this is the 4B model"),
        ({"width": 1000}, "is for models of width 1000, but this one has 2560"),
        ({"clip__vision__is_deepstack_layers": [True]}, "has 1 deepstack layers, but 3 are needed"),
        ({"general__name": "Qwen3VL 4B Thinking"}, "belongs to Thinking models, and this is Instruct"),
    ],
)
def test_what_does_not_fit_is_named_with_the_reason(tmp_path: Path, change: dict[str, int], reason: str) -> None:
    model = describe_model(write_model(tmp_path / "m.gguf"))
    with pytest.raises(WeightsError, match=rf"does not fit the model m\.gguf: v\.gguf {reason}\."):
        check_fit(model, describe_mmproj(write_mmproj(tmp_path / "v.gguf", **change)))


def test_a_thinking_model_takes_an_mmproj_that_says_nothing(tmp_path: Path) -> None:
    model = describe_model(write_model(tmp_path / "m.gguf", template=THINKING))
    check_fit(model, describe_mmproj(write_mmproj(tmp_path / "v.gguf")))


def test_a_file_in_the_wrong_place_is_explained(tmp_path: Path) -> None:
    model, mmproj = write_model(tmp_path / "m.gguf"), write_mmproj(tmp_path / "v.gguf")
    with pytest.raises(WeightsError, match=r"v\.gguf is an mmproj"):
        describe_model(mmproj)
    with pytest.raises(WeightsError, match=r"m\.gguf is a language model"):
        describe_mmproj(model)
    (tmp_path / "l.gguf").write_bytes(gguf_bytes({"general.architecture": "llama"}))
    with pytest.raises(WeightsError, match=r"l\.gguf is a llama model"):
        describe_model(tmp_path / "l.gguf")
    with pytest.raises(WeightsError, match=r"not a Qwen3-VL mmproj: its type is ldp"):
        describe_mmproj(write_mmproj(tmp_path / "o.gguf", clip__projector_type="ldp"))


@pytest.mark.parametrize(
    ("file", "more"),
    [
        ("m.gguf", {"qwen3vl__pooling_type": 3}),  # LAST, of an embedding model
        ("m.gguf", {"qwen3vl__pooling_type": 4}),  # RANK, of a reranking model
        ("m.gguf", {"qwen3vl__classifier__output_labels": ["yes", "no"]}),
        ("m.gguf", {"general__name": "Qwen3 VL Reranker 8B"}),
        ("m.gguf", {"general__basename": "Qwen3-VL-Embedding"}),
        ("m.gguf", {"general__finetune": "Embedding"}),
        ("Qwen3-VL-Embedding-2B-Q8_0.gguf", {}),
        ("Qwen3-VL-Reranker-2B.i1-Q4_K_M.gguf", {}),
        ("qwen3vl_rerank_f16.gguf", {}),
        ("lora.gguf", {"general__type": "adapter", "adapter__type": "lora"}),
    ],
)
def test_embedding_and_reranking_models_are_refused(tmp_path: Path, file: str, more: dict[str, Any]) -> None:
    with pytest.raises(WeightsError, match=r"cannot describe pictures.* Use an Instruct or Thinking model"):
        describe_model(write_model(tmp_path / file, **more))


def test_a_classifier_s_output_is_found_among_the_tensors(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(gguf_bytes(model_metadata(INSTRUCT, 2560), [("cls.output.weight", (64, 2), F32)]))
    with pytest.raises(WeightsError, match="cannot describe pictures"):
        describe_model(path)


@pytest.mark.parametrize(
    ("file", "more"),
    [
        ("m.gguf", {"qwen3vl__pooling_type": 0}),
        ("embeddable-4B.gguf", {"general__name": "Qwen3 VL 4B Instruct"}),
        ("m.gguf", {"general__type": "model"}),
    ],
)
def test_a_model_that_writes_is_none_of_them(tmp_path: Path, file: str, more: dict[str, Any]) -> None:
    assert describe_model(write_model(tmp_path / file, **more)).writes_text


def test_a_mixture_of_experts_is_refused_as_such(tmp_path: Path) -> None:
    path = tmp_path / "Qwen3-VL-30B-A3B-Instruct-Q4_K_M.gguf"
    path.write_bytes(gguf_bytes({"general.architecture": "qwen3vlmoe"}))
    with pytest.raises(WeightsError) as caught:
        describe_model(path)
    assert "MoE" in str(caught.value)
    assert "only Qwen3-VL" not in str(caught.value)
    with pytest.raises(WeightsError, match="is a language model"):
        describe_mmproj(path)


def test_a_split_model_is_refused_with_the_way_to_join_it(tmp_path: Path) -> None:
    for path in (
        write_model(tmp_path / "m-00001-of-00002.gguf"),
        write_model(tmp_path / "m.gguf", split__count=2),
    ):
        with pytest.raises(WeightsError, match="Join the parts"):
            describe_model(path)


def test_a_header_without_dimensions_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="lacks the model's dimensions"):
        describe_model(write_model(tmp_path / "m.gguf", qwen3vl__block_count=0))
    with pytest.raises(WeightsError, match="lacks the dimensions"):
        describe_mmproj(write_mmproj(tmp_path / "v.gguf", width=0))
