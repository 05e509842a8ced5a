from __future__ import annotations

import contextlib
import os
import random
import struct
import time
from pathlib import Path

import pytest
from benchmarking.gguf_writer import F32, Q8_0, encode_text
from support.gguf_files import INSTRUCT, THINKING, gguf_bytes, write_mmproj, write_model
from support.platforms import DEVICES, lacks, sys

from edge_assistant.models.gguf import architecture_of, describe_gguf
from edge_assistant.models.gguf_header import open_regular
from edge_assistant.system.errors import WeightsError

DEMO = Path(__file__).parents[3] / "models/demo"


def damage(path: Path, data: bytes) -> str:
    """The sentence for a file with these bytes."""
    path.write_bytes(data)
    with pytest.raises(WeightsError) as caught:
        describe_gguf(path)
    return str(caught.value)


def test_a_model_header_gives_what_the_engine_needs_to_know(tmp_path: Path) -> None:
    info = describe_gguf(write_model(tmp_path / "m.gguf", general__name="Big One", general__file_type=15))
    assert (info.architecture, info.name, info.quantisation) == ("qwen3vl", "Big One", "Q4_K_M")
    assert (info.block_count, info.embedding_length, info.context_length) == (36, 2560, 262144)
    assert (info.deepstack_layers, info.shard_count) == (3, 1)
    assert info.kv_bytes_per_token == 147_456
    assert info.file_size == (tmp_path / "m.gguf").stat().st_size


def test_an_mmproj_header_gives_its_projector_and_dimensions(tmp_path: Path) -> None:
    info = describe_gguf(write_mmproj(tmp_path / "mmproj-F16.gguf", clip__vision__block_count=24))
    assert (info.block_count, info.kv_bytes_per_token) == (24, None)
    assert (info.architecture, info.projector_type) == ("clip", "qwen3vl_merger")
    assert (info.projection_dim, info.deepstack_layers, info.quantisation) == (2560, 3, "F16")


@pytest.mark.parametrize("variant", ["instruct", "thinking"])
def test_the_demo_files_are_whole_and_say_their_variant(variant: str) -> None:
    model = describe_gguf(DEMO / f"tiny-qwen3vl-{variant}-f16.gguf")
    mmproj = describe_gguf(DEMO / "mmproj-tiny-qwen3vl-f16.gguf")
    assert model.variant == variant
    assert mmproj.variant is None  # it is the same for both
    assert model.embedding_length == mmproj.projection_dim == 128


@pytest.mark.parametrize(
    ("file", "template", "finetune", "variant"),
    [
        ("m.gguf", THINKING, "Instruct", "thinking"),
        ("m.gguf", INSTRUCT, "Thinking", "thinking"),
        ("Qwen3-VL-4B-Thinking-Q4_K_M.gguf", INSTRUCT, None, "thinking"),
        ("m-thinking.gguf", INSTRUCT, "Instruct", "instruct"),
        ("m-non-thinking.gguf", INSTRUCT, None, "instruct"),
        ("m-NoThinking.gguf", None, None, "instruct"),
        ("m.gguf", INSTRUCT.replace("assistant\n", "assistant\n<think>\n\n</think>\n\n"), None, "instruct"),
        ("m.gguf", INSTRUCT + "<think>a</think> b <think>", None, "thinking"),
        ("m.gguf", INSTRUCT + "<think><think></think>", None, "instruct"),
        ("m.gguf", "<think> in a message" + INSTRUCT, None, "instruct"),
        ("m.gguf", "{% if not add_generation_prompt %}<think>{% endif %}" + INSTRUCT, None, "instruct"),
        ("m-instruct.gguf", None, "Thinking", "thinking"),
        ("m-Thinking.gguf", None, None, "thinking"),
        ("m-Instruct.gguf", "no generation prompt", None, "instruct"),
        ("m.gguf", None, None, None),
    ],
)
def test_a_start_with_thoughts_tells_a_thinking_model_and_so_do_the_names(
    tmp_path: Path, file: str, template: str | None, finetune: str | None, variant: str | None
) -> None:
    more = {} if finetune is None else {"general__finetune": finetune}
    assert describe_gguf(write_model(tmp_path / file, template=template, **more)).variant == variant


@pytest.mark.parametrize(
    ("file", "quantisation"),
    [
        ("Qwen3VL-4B-Instruct-Q4_K_M.gguf", "Q4_K_M"),
        ("mmproj-synth-q8_0.gguf", "Q8_0"),
        ("mmproj-BF16.gguf", "BF16"),
        ("Qwen3-4B.gguf", None),
    ],
)
def test_the_quantisation_is_read_from_the_file_name_when_the_header_is_silent(
    tmp_path: Path, file: str, quantisation: str | None
) -> None:
    assert describe_gguf(write_model(tmp_path / file)).quantisation == quantisation


def test_the_architecture_alone_is_read_without_the_rest(tmp_path: Path) -> None:
    whole = write_model(tmp_path / "m.gguf").read_bytes()
    (tmp_path / "m.gguf").write_bytes(whole[:80])
    assert architecture_of(tmp_path / "m.gguf") == "qwen3vl"


def test_each_kind_of_wrong_file_is_told_apart(tmp_path: Path) -> None:
    good = gguf_bytes({"general.architecture": "qwen3vl"}, [("w", (64, 40_000), F32)])
    path = tmp_path / "m.gguf"
    assert damage(path, b"") == "The file m.gguf is empty."
    assert damage(path, b"GG") == "m.gguf is not a GGUF file."
    assert damage(path, b"version https://git-lfs") == "m.gguf is not a GGUF file."
    assert "GGUF version 1," in damage(path, gguf_bytes({}, version=1))
    assert "header is invalid" in damage(path, good[:60])
    assert "4 megabytes too short" in damage(path, good[:-4_000_000])
    assert "1 byte too short." in damage(path, good[:-1])
    assert "contains no weights" in damage(path, gguf_bytes({"general.architecture": "qwen3vl"}, []))
    assert "what type of model" in damage(path, gguf_bytes({}))
    assert "header is invalid" in damage(path, gguf_bytes({"general.alignment": 24}))


def test_a_path_without_a_readable_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"There is no file .*nothing\.gguf"):
        describe_gguf(tmp_path / "nothing.gguf")
    with pytest.raises(WeightsError, match="is a folder"):
        describe_gguf(tmp_path)
    too_long = "There is no file" if sys.platform == "win32" else "cannot be opened: File name too long"
    with pytest.raises(WeightsError, match=too_long):
        describe_gguf(tmp_path / ("x" * 300))


@lacks(DEVICES)
def test_a_file_that_became_a_pipe_after_a_look_at_it_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "m.gguf"
    os.mkfifo(pipe)
    writer = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)  # so that whoever opens it without care does not wait for ever
    status = Path(__file__).stat()
    monkeypatch.setattr(Path, "stat", lambda *_, **__: status)
    with pytest.raises(WeightsError, match="is not a file"):
        open_regular(pipe)
    os.close(writer)


@lacks(DEVICES)
def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "m.gguf")
    with pytest.raises(WeightsError, match="not a file"):
        describe_gguf(tmp_path / "m.gguf")


def test_the_end_of_a_quantised_tensor_is_counted_in_blocks(tmp_path: Path) -> None:
    good = gguf_bytes({"general.architecture": "x"}, [("a", (64,), F32), ("b", (96, 10), Q8_0)])
    (tmp_path / "m.gguf").write_bytes(good)
    describe_gguf(tmp_path / "m.gguf")
    assert "34 bytes too short" in damage(tmp_path / "m.gguf", good[:-34])


def test_of_an_unknown_tensor_type_only_the_start_must_be_in_the_file(tmp_path: Path) -> None:
    good = gguf_bytes({"general.architecture": "x"}, [("a", (64,), 99), ("b", (64,), F32)])
    (tmp_path / "m.gguf").write_bytes(good)
    describe_gguf(tmp_path / "m.gguf")


HUGE = struct.pack("<Q", 2**63)
HOSTILE = {
    "a key without end": HUGE,
    "a text without end": encode_text("k") + struct.pack("<I", 8) + HUGE,
    "numbers without end": encode_text("k") + struct.pack("<II", 9, 4) + HUGE,
    "texts without end": encode_text("k") + struct.pack("<II", 9, 8) + HUGE,
    "lists in lists": encode_text("k") + struct.pack("<IIQ", 9, 9, 1),
    "an unknown type": encode_text("k") + struct.pack("<I", 77),
    "a list of an unknown type": encode_text("k") + struct.pack("<II", 9, 77) + HUGE,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_length_is_a_damaged_header_and_costs_nothing(tmp_path: Path, body: bytes) -> None:
    started = time.process_time()
    for padding in (b"", bytes(2**20)):
        data = b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + body + padding
        assert "header is invalid" in damage(tmp_path / "m.gguf", data)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("counts", [(2**64 - 1, 1), (1, 2**64 - 1)])
def test_absurd_counts_are_a_damaged_header(tmp_path: Path, counts: tuple[int, int]) -> None:
    data = b"GGUF" + struct.pack("<IQQ", 3, *counts) + bytes(2**20)
    assert "header is invalid" in damage(tmp_path / "m.gguf", data)


def test_more_keys_than_any_model_has_are_a_damaged_header(tmp_path: Path) -> None:
    assert "header is invalid" in damage(tmp_path / "m.gguf", gguf_bytes({f"key{n}": 1 for n in range(10_001)}))


def test_a_tensor_larger_than_any_disk_is_a_damaged_header_and_not_a_missing_end(tmp_path: Path) -> None:
    whole = gguf_bytes({"general.architecture": "x"}, [("w", (64, 3), F32)])
    assert "header is invalid" in damage(tmp_path / "m.gguf", whole.replace(struct.pack("<QQ", 64, 3), HUGE * 2))


def test_a_header_of_empty_texts_in_a_huge_sparse_file_does_not_hang(tmp_path: Path) -> None:
    with (tmp_path / "m.gguf").open("wb") as file:
        body = encode_text("k") + struct.pack("<IIQ", 9, 8, 2**28)
        file.write(b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + body)
        file.truncate(2**33)
    started = time.process_time()
    with pytest.raises(WeightsError, match="header is invalid"):
        describe_gguf(tmp_path / "m.gguf")
    assert time.process_time() - started < 20


def test_a_header_with_a_full_vocabulary_is_read_in_a_moment(tmp_path: Path) -> None:
    tokens = [f"token{number}" for number in range(151_936)]
    path = write_model(tmp_path / "m.gguf", tokenizer__ggml__tokens=tokens, tokenizer__ggml__merges=tokens)
    started = time.process_time()
    assert describe_gguf(path).architecture == "qwen3vl"
    assert time.process_time() - started < 3


def test_a_huge_chat_template_is_read_in_a_moment(tmp_path: Path) -> None:
    path = write_model(tmp_path / "m.gguf", template=INSTRUCT + "<think>" * 1_000_000)
    started = time.process_time()
    assert describe_gguf(path).variant == "thinking"
    assert time.process_time() - started < 20


@pytest.mark.parametrize("key", ["attention.head_count", "patch_size", "spatial_merge_size"])
def test_a_vision_tower_that_is_divided_by_zero_is_damaged(tmp_path: Path, key: str) -> None:
    path = write_mmproj(tmp_path / "m.gguf", **{f"clip__vision__{key.replace('.', '__')}": 0})
    with pytest.raises(WeightsError, match=r"^m\.gguf is damaged: its header lacks the dimensions\.$"):
        describe_gguf(path)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["tiny-qwen3vl-instruct-f16.gguf", "mmproj-tiny-qwen3vl-f16.gguf"])
def test_a_file_cut_anywhere_is_never_taken_for_whole(tmp_path: Path, name: str, seed: int) -> None:
    data = (DEMO / name).read_bytes()
    rng = random.Random(seed)
    for length in [rng.randrange(len(data)) for _ in range(20)] + [rng.randrange(20_000) for _ in range(20)]:
        sentence = damage(tmp_path / name, data[:length])
        assert name in sentence
        assert len(sentence) < 200


@pytest.mark.parametrize("seed", range(4))
def test_flipped_bits_in_a_header_are_explained_or_harmless(tmp_path: Path, seed: int) -> None:
    original = write_model(tmp_path / "m.gguf", template=INSTRUCT).read_bytes()
    rng = random.Random(seed)
    for _ in range(300):
        data = bytearray(original)
        for _ in range(rng.choice((1, 1, 4))):
            data[rng.randrange(4, 600)] ^= 1 << rng.randrange(8)
        (tmp_path / "m.gguf").write_bytes(data)
        with contextlib.suppress(WeightsError):
            describe_gguf(tmp_path / "m.gguf")
