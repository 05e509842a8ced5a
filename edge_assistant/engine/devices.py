"""The GPUs that this build of llama.cpp can use, and the size of a model's output layer."""

from __future__ import annotations

import ctypes
import os
from dataclasses import replace
from pathlib import Path

from edge_assistant.engine.bindings import ggml, library_files, llama
from edge_assistant.engine.gpu_driver import driver_identity
from edge_assistant.engine.gpu_offload import Device
from edge_assistant.engine.prompt_cache import compute_identity

NO_DRIVERS = {"GGML_DISABLE_VULKAN": "1", "CUDA_VISIBLE_DEVICES": "-1", "HIP_VISIBLE_DEVICES": "-1"}
"""Environment variables that keep llama.cpp from asking any GPU driver for devices. Metal has no such variable."""

_KEY_LENGTH = 32
_GPU, _INTEGRATED_GPU = 1, 2  # ggml-backend.h, enum ggml_backend_dev_type


class _GgufParameters(ctypes.Structure):
    """gguf.h, struct gguf_init_params."""

    _fields_ = [("no_alloc", ctypes.c_bool), ("context", ctypes.c_void_p)]


def list_devices() -> list[Device]:
    """List the GPUs with their free memory; empty where llama.cpp was built without GPU support."""
    if not llama.llama_supports_gpu_offload():
        return []
    count = ggml("ggml", "ggml_backend_dev_count", ctypes.c_size_t)
    kind = ggml("ggml-base", "ggml_backend_dev_type", ctypes.c_int, ctypes.c_void_p)
    name = ggml("ggml-base", "ggml_backend_dev_description", ctypes.c_char_p, ctypes.c_void_p)
    size = ctypes.POINTER(ctypes.c_size_t)
    memory = ggml("ggml-base", "ggml_backend_dev_memory", None, ctypes.c_void_p, size, size)
    devices = []
    for index in range(count()):
        device = device_handle(index)
        if kind(device) in (_GPU, _INTEGRATED_GPU):
            free, total = ctypes.c_size_t(), ctypes.c_size_t()
            memory(device, ctypes.byref(free), ctypes.byref(total))
            description = (name(device) or b"A graphics processor").decode(errors="replace")
            devices.append(Device(description, free.value, kind(device) == _GPU, index))
    return devices


def list_devices_for(model: str, mmproj: str) -> list[Device]:
    """List the GPUs with the keys under which it is kept how they compute with these two files."""
    devices = list_devices()
    if not devices:
        return []
    driver = driver_identity()  # after the drivers were loaded
    try:
        model_key = compute_identity([Path(model), Path(mmproj)]).hex()[:_KEY_LENGTH]
        driver_keys = [compute_identity(library_files(), each.name, driver).hex()[:_KEY_LENGTH] for each in devices]
    except OSError:
        return devices  # loading the file will report the error
    keyed = zip(devices, driver_keys, strict=True)
    return [replace(each, driver_key=driver_key, model_key=model_key) for each, driver_key in keyed]


def device_handle(index: int) -> int:
    """Return ggml's pointer to the device at `index` in its list."""
    return int(ggml("ggml", "ggml_backend_dev_get", ctypes.c_void_p, ctypes.c_size_t)(index))


def output_bytes(model: str) -> int:
    """Return the size of a model file's output layer, which may be the token embeddings; 0 where it is not found."""
    open_file = ggml("ggml-base", "gguf_init_from_file", ctypes.c_void_p, ctypes.c_char_p, _GgufParameters)
    find = ggml("ggml-base", "gguf_find_tensor", ctypes.c_int64, ctypes.c_void_p, ctypes.c_char_p)
    size = ggml("ggml-base", "gguf_get_tensor_size", ctypes.c_size_t, ctypes.c_void_p, ctypes.c_int64)
    file = open_file(os.fsencode(model), _GgufParameters(no_alloc=True))
    if not file:
        return 0
    try:
        numbers = (find(file, name) for name in (b"output.weight", b"token_embd.weight"))
        return next((int(size(file, number)) for number in numbers if number >= 0), 0)
    finally:
        ggml("ggml-base", "gguf_free", None, ctypes.c_void_p)(file)
