"""Whether weights and their context fit into the memory that is free, told before anything is loaded."""

from __future__ import annotations

from edge_assistant.errors import DoesNotFitError
from edge_assistant.models.gguf_header import gigabytes
from edge_assistant.models.locate import Weights

# What the engine process takes beside weights and KV cache: compute buffers of model and vision tower, and Python.
# Measured with the 4B pair (Q4_K_M, Q8_0 mmproj, 4,096 tokens, weights not repacked): 3.8 GB in all, of which
# 2.95 GB are files and 0.60 GB the KV cache.
_COMPUTE_BYTES = 250_000_000
_SMALLEST_CONTEXT = 1024  # tokens; less holds no picture with an answer


def needed_bytes(weights: Weights, context_tokens: int) -> int:
    """The memory that the engine will take, in bytes: files, f16 KV cache for `context_tokens`, buffers."""
    return weights.ram_bytes + weights.kv_bytes_per_token * context_tokens + _COMPUTE_BYTES


def check_memory(weights: Weights, context_tokens: int, available_bytes: int) -> None:
    """Raise DoesNotFitError when the engine would need more than `available_bytes`, with what to do about it."""
    needed = needed_bytes(weights, context_tokens)
    if needed <= available_bytes:
        return
    room = available_bytes - needed_bytes(weights, 0)
    smaller = max(0, room) // weights.kv_bytes_per_token // 256 * 256
    numbers = (
        f"{weights.name} with a context of {context_tokens} tokens needs {gigabytes(needed)} of memory, "
        f"and {gigabytes(max(0, available_bytes))} are free."
    )
    if smaller >= _SMALLEST_CONTEXT:
        raise DoesNotFitError(f"{numbers} Use --context {smaller} or less, or close other programs.", code="memory")
    other = "" if weights.demo else ", or try the demo weights with --model demo"
    raise DoesNotFitError(f"{numbers} Close other programs{other}.", code="memory")
