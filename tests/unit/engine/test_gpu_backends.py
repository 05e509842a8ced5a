"""A portable build loads the best CPU backend; an ordinary build has only one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edge_assistant.engine import bindings
from edge_assistant.system.errors import EngineError, EngineUnfitError


class _Ggml:
    def __init__(self, brings: int) -> None:
        self.count = 0
        self.asked: list[bytes] = []
        self.brings = brings

    def function(self, library: str, name: str, *_: Any) -> Any:
        assert library == "ggml"
        return {"ggml_backend_reg_count": lambda: self.count, "ggml_backend_load_all_from_path": self.load}[name]

    def load(self, folder: bytes) -> None:
        self.asked.append(folder)
        self.count += self.brings


@pytest.fixture
def ggml(monkeypatch: pytest.MonkeyPatch) -> _Ggml:
    found = _Ggml(brings=1)
    monkeypatch.setattr(bindings, "ggml", found.function)
    return found


def test_an_ordinary_build_is_left_alone(tmp_path: Path, ggml: _Ggml) -> None:
    (tmp_path / "libggml-cpu.so").touch()
    bindings.load_backends(tmp_path)
    assert ggml.asked == []


def test_a_portable_build_looks_in_its_own_folder_and_only_once(tmp_path: Path, ggml: _Ggml) -> None:
    (tmp_path / "libggml-cpu-haswell.so").touch()
    bindings.load_backends(tmp_path)
    bindings.load_backends(tmp_path)
    assert ggml.asked == [os.fsencode(tmp_path)]


def test_a_portable_build_without_a_part_for_the_processor_says_so(tmp_path: Path, ggml: _Ggml) -> None:
    (tmp_path / "ggml-cpu-haswell.dll").touch()
    ggml.brings = 0
    with pytest.raises(EngineError, match="does not support this processor"):
        bindings.load_backends(tmp_path)


def test_a_portable_build_that_has_lost_its_parts_is_unfit_and_a_built_in_part_is_enough(
    tmp_path: Path, ggml: _Ggml
) -> None:
    (tmp_path / "libggml-base.so.0").touch()
    with pytest.raises(EngineUnfitError, match="a part of it is missing"):
        bindings.load_backends(tmp_path)
    ggml.count = 1
    bindings.load_backends(tmp_path)
    assert ggml.asked == []


def test_this_checkout_s_own_engine_can_be_asked() -> None:
    assert bindings.ggml("ggml", "ggml_backend_load_all_from_path", None)


def test_the_engine_loads_no_more_of_its_library_than_it_uses() -> None:
    code = (
        "import sys; from edge_assistant.engine import llama_model\n"
        "print(sorted({'numpy', 'jinja2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
