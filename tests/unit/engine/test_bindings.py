"""ggml's functions are looked up in the library that has them, as Windows requires."""

from __future__ import annotations

import ctypes
import importlib.util
import struct
import sys
from pathlib import Path
from typing import Any

import pytest

from edge_assistant.engine import bindings, devices

DEMO = Path(__file__).resolve().parents[3] / "models" / "demo" / "tiny-qwen3vl-instruct-f16.gguf"


def test_windows_is_asked_for_the_library_that_holds_the_function(monkeypatch: pytest.MonkeyPatch) -> None:
    class Function:
        restype: Any = None
        argtypes: Any = None

    class Library:
        ggml_row_size = Function()

    opened: list[str] = []

    def open_library(path: str) -> Library:
        opened.append(path)
        return Library()

    monkeypatch.setattr(bindings, "_WINDOWS", True)
    monkeypatch.setattr(ctypes, "CDLL", open_library)
    found = bindings.ggml("ggml-base", "ggml_row_size", ctypes.c_size_t, ctypes.c_int)
    assert opened == [str(bindings.LIBRARIES / "ggml-base.dll")]
    assert (found.restype, found.argtypes) == (ctypes.c_size_t, (ctypes.c_int,))


_LIBRARY_NAME = {"win32": "{}.dll", "darwin": "lib{}.dylib"}.get(sys.platform, "lib{}.so")


class _OnlyItsOwn:
    """One of this machine's libraries, as Windows shows it: without what is in those that it needs."""

    def __init__(self, library: str) -> None:
        self._library = ctypes.CDLL(str(bindings.LIBRARIES / _LIBRARY_NAME.format(library)))
        base = ctypes.CDLL(str(bindings.LIBRARIES / _LIBRARY_NAME.format("ggml-base")))
        self._hidden = base if library != "ggml-base" and sys.platform != "win32" else None

    def __getattr__(self, name: str) -> Any:
        if self._hidden is not None and hasattr(self._hidden, name):
            raise AttributeError(name)
        return getattr(self._library, name)


def test_nothing_is_looked_for_in_a_library_that_only_passes_it_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bindings, "_library_handle", _OnlyItsOwn)
    with pytest.raises(AttributeError):
        bindings.ggml("ggml", "ggml_row_size", ctypes.c_size_t)
    _imported_anew("llama_model")
    quantise = _imported_anew("quantise")
    assert quantise.requantise(struct.pack("2f", 1, 2), 0, 1, 2) == struct.pack("2e", 1, 2)
    (tmp_path / _LIBRARY_NAME.format("ggml-cpu-haswell")).touch()
    bindings.load_backends(tmp_path)
    assert bindings.ggml("ggml", "ggml_backend_load_all_from_path", None)
    monkeypatch.setattr(devices.llama, "llama_supports_gpu_offload", lambda: True)
    assert devices.list_devices() == []
    assert devices.device_handle(0)
    assert devices.output_bytes(str(DEMO)) > 0


def _imported_anew(name: str) -> Any:
    """The module once more, beside the one in use, since it looks for functions when it is imported."""
    spec = importlib.util.find_spec(f"edge_assistant.engine.{name}")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_output_layer_s_size_is_read_from_the_file(tmp_path: Path) -> None:
    def size(**rows: int) -> int:
        """Of a file with matrices of so many rows of 32 numbers in 4 bytes each."""
        header, end = b"GGUF" + struct.pack("<IQQ", 3, len(rows), 0), 0
        for key, count in rows.items():
            name = f"{key}.weight".encode()
            header += struct.pack("<Q", len(name)) + name + struct.pack("<IQQIQ", 2, 32, count, 0, end)
            end += 128 * count
        (tmp_path / "model.gguf").write_bytes(header + bytes(-len(header) % 32 + end))
        return devices.output_bytes(str(tmp_path / "model.gguf"))

    assert size(token_embd=10) == 128 * 10
    assert size(token_embd=10, output=20) == 128 * 20
    assert size(other=10) == 0
    (tmp_path / "none.gguf").write_bytes(b"no model")
    assert devices.output_bytes(str(tmp_path / "none.gguf")) == 0
