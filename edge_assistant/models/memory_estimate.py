"""Whether weights and their context fit into the memory that is free, told before anything is loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from edge_assistant.models.gguf_header import gigabytes
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.system.errors import DoesNotFitError
from edge_assistant.system.i18n import tr
from edge_assistant.system.outside_text import Whole

# What the engine process takes beside the files and the KV cache: Python, llama.cpp and its buffers, and what the
# vision tower needs for each image token. Fitted to measurements with pairs of the 4B's shape; docs/memory.md has them.
_BASE_BYTES = 200_000_000
_IMAGE_TOKEN_BYTES = 300_000
_USUAL_IMAGE_TOKENS = 256  # what a glance sends
# Room for the system prompt, a question and a short answer beside the picture, in tokens.
_TALK = 512
# What other programs may come to want while two pairs of weights stay loaded.
_HEADROOM_BYTES = 1_000_000_000
# How much more repacked weights take, as a share of the model's file: 1.8 GB for one of 2.5 GB (Q4_K_M, AVX-512), see
# docs/memory.md.
_REPACKED = 0.75
_ROUND = 256  # contexts are multiples of it, as llama.cpp rounds them up


def needed_bytes(
    weights: ResolvedModel, context_tokens: int, image_tokens: int = _USUAL_IMAGE_TOKENS, *, repack: bool = False
) -> int:
    """The memory that the engine will take at its peak, in bytes.

    That is both files, an f16 KV cache for `context_tokens`, the buffers for a picture of `image_tokens`, and with
    `repack` the second copy of the model's weights.
    """
    cache = weights.kv_bytes_per_token * context_tokens
    copy = int(_REPACKED * (weights.model_bytes or weights.ram_bytes)) if repack else 0
    return weights.ram_bytes + copy + cache + _BASE_BYTES + _IMAGE_TOKEN_BYTES * image_tokens


def free_beside(loaded: ResolvedModel, available_bytes: int) -> int:
    """What of `available_bytes` other weights may take while `loaded` ones stay in memory, in bytes.

    llama.cpp maps the model's file, and systems count mapped pages as free, since they could be read again; but each
    word of an answer reads all of them. So the loaded files are counted here.
    """
    return available_bytes - loaded.ram_bytes - _HEADROOM_BYTES


def fitting_context(
    weights: ResolvedModel,
    most: int,
    available_bytes: int,
    image_tokens: int = _USUAL_IMAGE_TOKENS,
    *,
    repack: bool = False,
) -> int | None:
    """The largest context, up to `most` tokens, for which there is memory; None when not even a picture fits."""
    if needed_bytes(weights, most, image_tokens, repack=repack) <= available_bytes:
        return most
    room = available_bytes - needed_bytes(weights, 0, image_tokens, repack=repack)
    context = max(0, room) // max(1, weights.kv_bytes_per_token) // _ROUND * _ROUND
    return context if context >= image_tokens + _TALK else None


def check_memory(
    weights: ResolvedModel,
    context_tokens: int,
    available_bytes: int,
    *,
    image_tokens: int = _USUAL_IMAGE_TOKENS,
    repack: bool = False,
    largest: Callable[[], Sequence[tuple[str, int]]] = tuple,
) -> None:
    """Raise DoesNotFitError when the engine would need more than `available_bytes`, with what to do about it.

    `largest` gives programs that could be closed, with their bytes; it is only asked when nothing fits.
    """
    needed = needed_bytes(weights, context_tokens, image_tokens, repack=repack)
    if needed <= available_bytes:
        return
    numbers = tr(
        "{name} with a context of {context} tokens needs {needed} of memory, and {free} are free.",
        name=weights.name,
        context=context_tokens,
        needed=gigabytes(needed),
        free=gigabytes(max(0, available_bytes)),
    )
    context = fitting_context(weights, context_tokens, available_bytes, image_tokens, repack=repack)
    if context is not None:
        raise DoesNotFitError(
            tr("{numbers} Use --context {context} or less, or close other programs.", numbers=numbers, context=context),
            code="memory",
        )
    fitting = (name for name, size in weights.smaller if size <= available_bytes)
    other = next(fitting, None)
    choice = tr(", or use a smaller model with --model {name}", name=other) if other and other != "demo" else ""
    if not choice and not weights.demo:
        choice = tr(", or try the demo model with --model demo")
    raise DoesNotFitError(f"{numbers} {_to_close(largest())}{choice}.", code="memory")


def _to_close(largest: Sequence[tuple[str, int]]) -> str:
    if not largest:
        return tr("Close other programs")
    named = [tr("{name} with {size}", name=name, size=gigabytes(size)) for name, size in largest]
    listed = tr(" and ").join(filter(None, [", ".join(named[:-1]), named[-1]]))
    return tr("Close other programs, the largest being {listed}", listed=Whole(listed))
