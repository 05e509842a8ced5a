"""The graphics processors that this build of llama.cpp can compute with, and what of a model decides how much fits."""

from __future__ import annotations

import ctypes
import os

from edge_assistant.engine.bindings import ggml, llama
from edge_assistant.engine.gpu_offload import Device

NO_DRIVERS = {"GGML_DISABLE_VULKAN": "1", "CUDA_VISIBLE_DEVICES": "-1", "HIP_VISIBLE_DEVICES": "-1"}
"""An environment in which llama.cpp asks no driver for devices, not even which there are. Metal knows no such thing."""

_GPU, _INTEGRATED_GPU = 1, 2  # ggml-backend.h, enum ggml_backend_dev_type


class _GgufParameters(ctypes.Structure):
    """gguf.h, struct gguf_init_params."""

    _fields_ = [("no_alloc", ctypes.c_bool), ("context", ctypes.c_void_p)]


def devices() -> list[Device]:
    """What there is now; empty where llama.cpp was built for the processor alone."""
    if not llama.llama_supports_gpu_offload():
        return []
    count = ggml("ggml", "ggml_backend_dev_count", ctypes.c_size_t)
    kind = ggml("ggml-base", "ggml_backend_dev_type", ctypes.c_int, ctypes.c_void_p)
    name = ggml("ggml-base", "ggml_backend_dev_description", ctypes.c_char_p, ctypes.c_void_p)
    size = ctypes.POINTER(ctypes.c_size_t)
    memory = ggml("ggml-base", "ggml_backend_dev_memory", None, ctypes.c_void_p, size, size)
    found = []
    for index in range(count()):
        device = handle(index)
        if kind(device) in (_GPU, _INTEGRATED_GPU):
            free, total = ctypes.c_size_t(), ctypes.c_size_t()
            memory(device, ctypes.byref(free), ctypes.byref(total))
            words = (name(device) or b"A graphics processor").decode(errors="replace")
            found.append(Device(words, free.value, kind(device) == _GPU, index))
    return found


def handle(index: int) -> int:
    """The address by which ggml knows the device at `index` in its list."""
    return int(ggml("ggml", "ggml_backend_dev_get", ctypes.c_void_p, ctypes.c_size_t)(index))


def output_bytes(model: str) -> int:
    """The size of a model file's output layer, which may be the table of token embeddings; 0 where it is not found."""
    opened = ggml("ggml-base", "gguf_init_from_file", ctypes.c_void_p, ctypes.c_char_p, _GgufParameters)
    find = ggml("ggml-base", "gguf_find_tensor", ctypes.c_int64, ctypes.c_void_p, ctypes.c_char_p)
    size = ggml("ggml-base", "gguf_get_tensor_size", ctypes.c_size_t, ctypes.c_void_p, ctypes.c_int64)
    file = opened(os.fsencode(model), _GgufParameters(no_alloc=True))
    if not file:
        return 0
    try:
        numbers = (find(file, name) for name in (b"output.weight", b"token_embd.weight"))
        return next((int(size(file, number)) for number in numbers if number >= 0), 0)
    finally:
        ggml("ggml-base", "gguf_free", None, ctypes.c_void_p)(file)
