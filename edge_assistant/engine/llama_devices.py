"""The graphics processors that this build of llama.cpp can compute with."""

from __future__ import annotations

import ctypes
from typing import Any

from edge_assistant.engine.llama import llama
from edge_assistant.engine.offload import Device

_GPU, _INTEGRATED_GPU = 1, 2  # ggml-backend.h, enum ggml_backend_dev_type


def devices() -> list[Device]:
    """What there is now; empty where llama.cpp was built for the processor alone."""
    if not llama.llama_supports_gpu_offload():
        return []
    count = _function("ggml_backend_dev_count", ctypes.c_size_t)
    get = _function("ggml_backend_dev_get", ctypes.c_void_p, ctypes.c_size_t)
    kind = _function("ggml_backend_dev_type", ctypes.c_int, ctypes.c_void_p)
    name = _function("ggml_backend_dev_description", ctypes.c_char_p, ctypes.c_void_p)
    size = ctypes.POINTER(ctypes.c_size_t)
    memory = _function("ggml_backend_dev_memory", None, ctypes.c_void_p, size, size)
    found = []
    for index in range(count()):
        handle = get(index)
        if kind(handle) in (_GPU, _INTEGRATED_GPU):
            free, total = ctypes.c_size_t(), ctypes.c_size_t()
            memory(handle, ctypes.byref(free), ctypes.byref(total))
            words = (name(handle) or b"A graphics processor").decode(errors="replace")
            found.append(Device(words, free.value, kind(handle) == _GPU))
    return found


def _function(name: str, result: Any, *arguments: Any) -> Any:
    function = getattr(llama._lib, name)
    function.restype, function.argtypes = result, arguments
    return function
