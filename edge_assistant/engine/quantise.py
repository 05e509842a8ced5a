"""Conversion of tensor data from one ggml type into another, by ggml itself."""

from __future__ import annotations

import ctypes

from edge_assistant.engine.bindings import ggml

_F32 = 0


class _TypeTraits(ctypes.Structure):
    """ggml.h, struct ggml_type_traits."""

    _fields_ = [
        ("type_name", ctypes.c_char_p),
        ("block", ctypes.c_int64),
        ("interleave", ctypes.c_int64),
        ("block_bytes", ctypes.c_size_t),
        ("is_quantized", ctypes.c_bool),
        ("to_float", ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)),
        ("from_float", ctypes.c_void_p),
    ]


_traits = ggml("ggml-base", "ggml_get_type_traits", ctypes.POINTER(_TypeTraits), ctypes.c_int)
_row_size = ggml("ggml-base", "ggml_row_size", ctypes.c_size_t, ctypes.c_int, ctypes.c_int64)
_quantize = ggml(
    "ggml-base",
    "ggml_quantize_chunk",
    ctypes.c_size_t,
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_int64,
    ctypes.c_int64,
    ctypes.c_int64,
    ctypes.c_void_p,
)


def requantise(data: bytes, source: int, target: int, columns: int) -> bytes:
    """Convert whole rows of `columns` values each from ggml type number `source` to `target`."""
    rows = len(data) // int(_row_size(source, columns))
    count = rows * columns
    if source == _F32:
        values = (ctypes.c_float * count).from_buffer_copy(data)
    else:
        values = (ctypes.c_float * count)()
        _traits(source).contents.to_float(data, values, count)
    out = ctypes.create_string_buffer(int(_row_size(target, columns)) * rows)
    _quantize(target, values, out, 0, rows, columns, None)
    return out.raw
