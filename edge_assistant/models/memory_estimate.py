"""An estimate of the memory that a model and its context need, made before anything is loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from edge_assistant.models.gguf_header import format_size
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.system.errors import DoesNotFitError
from edge_assistant.system.i18n import tr
from edge_assistant.system.text_cleaning import Unshortened

# Memory of the engine process beside the files and the KV cache: Python, llama.cpp and its buffers, and what the
# vision tower needs for each image token. Fitted to measurements with pairs of the 4B's shape; docs/memory.md has them.
_BASE_BYTES = 200_000_000
_IMAGE_TOKEN_BYTES = 300_000
_DEFAULT_IMAGE_TOKENS = 256  # what a glance sends
# Room for the system prompt, a question and a short answer beside the picture, in tokens.
_TEXT_TOKENS = 512
# Memory left to other programs while two models stay loaded.
_HEADROOM_BYTES = 1_000_000_000
# Additional memory of repacked weights, as a share of the model's file: 1.8 GB for one of 2.5 GB (Q4_K_M, AVX-512), see
# docs/memory.md.
_REPACK_SHARE = 0.75
_CONTEXT_STEP = 256  # contexts are multiples of it, as llama.cpp rounds them up


def needed_bytes(
    model: ResolvedModel, context_tokens: int, image_tokens: int = _DEFAULT_IMAGE_TOKENS, *, repack: bool = False
) -> int:
    """Return the memory that the engine will take at its peak, in bytes.

    That is both files, an f16 KV cache for `context_tokens`, the buffers for a picture of `image_tokens`, and with
    `repack` the second copy of the model's weights.
    """
    cache = model.kv_bytes_per_token * context_tokens
    copy = int(_REPACK_SHARE * (model.model_bytes or model.ram_bytes)) if repack else 0
    return model.ram_bytes + copy + cache + _BASE_BYTES + _IMAGE_TOKEN_BYTES * image_tokens


def available_beside(loaded: ResolvedModel, available_bytes: int) -> int:
    """Return how many of `available_bytes` another model may take while the `loaded` one stays in memory.

    llama.cpp maps the model's file, and systems count mapped pages as free, since they could be read again; but each
    word of an answer reads all of them. So the loaded files are counted here.
    """
    return available_bytes - loaded.ram_bytes - _HEADROOM_BYTES


def fitting_context(
    model: ResolvedModel,
    most: int,
    available_bytes: int,
    image_tokens: int = _DEFAULT_IMAGE_TOKENS,
    *,
    repack: bool = False,
    beside: int = 0,
) -> int | None:
    """Return the largest context, up to `most` tokens, that fits into memory; None when not even a picture fits.

    `beside` are bytes that are left to others, where that leaves the model any context.
    """
    if beside:
        left = fitting_context(model, most, available_bytes - beside, image_tokens, repack=repack)
        if left is not None:
            return left
    if needed_bytes(model, most, image_tokens, repack=repack) <= available_bytes:
        return most
    room = available_bytes - needed_bytes(model, 0, image_tokens, repack=repack)
    context = max(0, room) // max(1, model.kv_bytes_per_token) // _CONTEXT_STEP * _CONTEXT_STEP
    return context if context >= image_tokens + _TEXT_TOKENS else None


def check_memory(
    model: ResolvedModel,
    context_tokens: int,
    available_bytes: int,
    *,
    image_tokens: int = _DEFAULT_IMAGE_TOKENS,
    repack: bool = False,
    largest: Callable[[], Sequence[tuple[str, int]]] = tuple,
) -> None:
    """Raise DoesNotFitError when the engine would need more than `available_bytes`, with what to do about it.

    `largest` gives programs that could be closed, with their bytes; it is only asked when the model does not fit.
    """
    needed = needed_bytes(model, context_tokens, image_tokens, repack=repack)
    if needed <= available_bytes:
        return
    numbers = tr(
        "{name} with a context of {context} tokens needs {needed} of memory, and {free} are free.",
        name=model.name,
        context=context_tokens,
        needed=format_size(needed),
        free=format_size(max(0, available_bytes)),
    )
    context = fitting_context(model, context_tokens, available_bytes, image_tokens, repack=repack)
    if context is not None:
        raise DoesNotFitError(
            tr("{numbers} Use --context {context} or less, or close other programs.", numbers=numbers, context=context),
            code="memory",
        )
    fitting = (name for name, size in model.smaller if size <= available_bytes)
    other = next(fitting, None)
    choice = tr(", or use a smaller model with --model {name}", name=other) if other and other != "demo" else ""
    if not choice and not model.demo:
        choice = tr(", or try the demo model with --model demo")
    raise DoesNotFitError(f"{numbers} {_close_advice(largest())}{choice}.", code="memory")


def _close_advice(largest: Sequence[tuple[str, int]]) -> str:
    if not largest:
        return tr("Close other programs")
    named = [tr("{name} with {size}", name=name, size=format_size(size)) for name, size in largest]
    listed = tr(" and ").join(filter(None, [", ".join(named[:-1]), named[-1]]))
    return tr("Close other programs, the largest being {listed}", listed=Unshortened(listed))
