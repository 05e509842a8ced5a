"""scripts/benchmarking/random_model.py: what it writes has the published sizes, and the real engine runs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarking import gguf_writer, random_model
from benchmarking.product import QUESTION
from support.describing import DIALOG, describe, done
from support.small_pair import SMALL

from edge_assistant.engine.llama_model import LlamaModel
from edge_assistant.engine.task_table import load_table
from edge_assistant.models.compatibility import check_fit, describe_mmproj, describe_model


@pytest.mark.parametrize(
    ("part", "quantisation", "published"),
    [
        ("text", "q4_k_m", 2_497_281_664),
        ("text", "q8_0", 4_280_406_144),
        ("vision", "q8_0", 453_974_304),
        ("vision", "f16", 836_180_256),
    ],
)
def test_the_tensors_take_as_much_as_those_of_the_published_files(part: str, quantisation: str, published: int) -> None:
    shape = random_model.Shape()
    kind = gguf_writer.F16 if quantisation == "f16" else gguf_writer.Q8_0
    vision = random_model._vision_tensors(shape, kind)
    tensors = random_model._text_tensors(shape, quantisation) if part == "text" else vision
    header = 6_000_000 if part == "text" else 0  # vocabulary and merges
    assert sum(tensor.size for tensor in tensors) + header == pytest.approx(published, rel=0.01)


@pytest.mark.parametrize(("text", "mmproj"), [("q4_k_m", "q8_0"), ("q8_0", "f16")])
def test_a_small_pair_of_that_kind_is_whole_fits_and_runs(tmp_path: Path, text: str, mmproj: str) -> None:
    model, vision = random_model.write_pair(tmp_path, SMALL, text, mmproj)
    info = describe_model(model)
    check_fit(info, describe_mmproj(vision))
    assert (info.quantisation, info.variant) == (text.upper(), "instruct")
    run = describe(DIALOG, "--model", model, "--mmproj", vision, "--max-tokens", "2", "--seed", "1")
    assert run.process.returncode in (0, 6), run.complaints
    if run.process.returncode == 0:
        assert done(run)["image"]["tokens"] > 8
    else:  # two random tokens may well be no text
        assert run.of("error")[0]["code"] == "no-answer"


def test_what_is_said_to_the_model_has_as_many_tokens_as_in_qwens_vocabulary(tmp_path: Path) -> None:
    model, vision = random_model.write_pair(tmp_path, SMALL, "q4_k_m", "q8_0")
    native = LlamaModel(
        str(model),
        str(vision),
        context=256,
        threads=2,
        vision_layers=3,
        interrupted=lambda: False,
        on_load=lambda _: None,
    )
    try:
        table = load_table(None)
        tasks = [table.settings("qwen3-vl", task, "instruct", None) for task in ("glance", "detail", "read")]  # type: ignore[arg-type]
        texts = [*(task.question for task in tasks), QUESTION, tasks[0].system, "system\n", "user\n", "assistant\n"]
        # Counted with the vocabulary of Qwen's tokenizer.
        assert [len(native.tokenize(text, special=False)) for text in texts] == [17, 35, 36, 5, 67, 2, 2, 2]
    finally:
        native.free()


def test_a_pair_that_is_there_stays_and_one_of_another_version_is_written_anew(tmp_path: Path) -> None:
    pair = random_model.write_pair(tmp_path, SMALL, "q4_k_m", "q8_0")
    written = [path.stat().st_ino for path in pair]
    assert random_model.write_pair(tmp_path, SMALL, "q4_k_m", "q8_0") == pair
    assert [path.stat().st_ino for path in pair] == written
    data = pair[0].read_bytes()
    last_merge = random_model._vocabulary(SMALL)[2][-1].encode()
    assert last_merge in data
    pair[0].write_bytes(data.replace(last_merge, last_merge[:-1] + b"-"))
    random_model.write_pair(tmp_path, SMALL, "q4_k_m", "q8_0")
    assert pair[0].read_bytes() == data
    assert pair[1].stat().st_ino == written[1]
