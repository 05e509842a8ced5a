"""The prompt cache returns a state only for the same tokens, model and settings."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from support.platforms import DEVICES, lacks

from edge_assistant.engine.prompt_cache import PromptCache, compute_identity


@pytest.fixture
def prompt_cache(tmp_path: Path) -> PromptCache:
    return PromptCache(tmp_path / "prompts", b"model")


def test_what_was_kept_is_found_again_by_another_process(prompt_cache: PromptCache, tmp_path: Path) -> None:
    prompt_cache.write([1, 2], b"state")
    assert PromptCache(tmp_path / "prompts", b"model").read([1, 2]) == b"state"


def test_other_tokens_or_another_model_find_nothing(prompt_cache: PromptCache, tmp_path: Path) -> None:
    prompt_cache.write([1, 2], b"state")
    assert prompt_cache.read([1, 2, 3]) is None
    assert PromptCache(tmp_path / "prompts", b"another").read([1, 2]) is None


def test_a_damaged_or_cut_file_is_as_good_as_none(prompt_cache: PromptCache, tmp_path: Path) -> None:
    prompt_cache.write([1, 2], b"state")
    (path,) = (tmp_path / "prompts").iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert prompt_cache.read([1, 2]) is None
    path.write_bytes(whole[:-1] + b"E")
    assert prompt_cache.read([1, 2]) is None


def test_only_some_are_kept_the_ones_used_last(prompt_cache: PromptCache, tmp_path: Path) -> None:
    for number in range(4):
        prompt_cache.write([number], b"state")
    for age, number in enumerate((3, 2, 1, 0)):
        os.utime(prompt_cache._path([number]), (age, age))
    assert prompt_cache.read([3]) == b"state"  # used again
    prompt_cache.write([4], b"state")
    assert [number for number in range(5) if prompt_cache.read([number])] == [0, 1, 3, 4]
    assert len(list((tmp_path / "prompts").iterdir())) == 4


def test_what_cannot_be_removed_keeps_nothing_else(prompt_cache: PromptCache, tmp_path: Path) -> None:
    prompt_cache.write([1], b"state")
    for name in ("a.new", "c.new"):
        (tmp_path / "prompts" / name).mkdir()  # as on Windows a file that somebody reads
    (tmp_path / "prompts" / "b.new").write_bytes(b"half")
    prompt_cache.write([2], b"state")
    assert not (tmp_path / "prompts" / "b.new").exists()


def test_a_folder_that_cannot_be_written_ends_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "prompts").write_bytes(b"a file")
    prompt_cache = PromptCache(tmp_path / "prompts", b"model")
    prompt_cache.write([1], b"state")
    assert prompt_cache.read([1]) is None
    assert ".kv: " in capfd.readouterr().err


def test_another_file_or_fact_is_another_identity(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"weights")
    first = compute_identity([path], 1)
    assert first == compute_identity([path], 1)
    assert first != compute_identity([path], 2)
    path.write_bytes(b"other weights")
    assert first != compute_identity([path], 1)


@lacks(DEVICES)
def test_a_pipe_in_its_place_is_not_waited_for(prompt_cache: PromptCache, tmp_path: Path) -> None:
    prompt_cache.write([1, 2], b"state")
    (path,) = (tmp_path / "prompts").iterdir()
    path.unlink()
    os.mkfifo(path)
    found: list[bytes | None] = []
    thread = threading.Thread(target=lambda: found.append(prompt_cache.read([1, 2])), daemon=True)
    thread.start()
    thread.join(10)
    assert found == [None]
