"""What `tune` found out for this machine and these weights, and the safe choice where it was never run.

Untuned, a Q6_K tower is used where one was made here. What was tuned is kept in the data folder together with what it
depends on: the processor, its cores, the memory, the version of llama.cpp, and the checksums of both files. Where one
of these differs, it is as if there were none.
"""

from __future__ import annotations

import functools
import importlib.metadata
import platform
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import psutil

from edge_assistant.engine.messages import ModelSize, Tuning
from edge_assistant.models.checksums import ChecksumVerifier
from edge_assistant.models.gguf import describe_gguf
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.models.vision_towers import FORMATS, VisionTowers
from edge_assistant.system import cpu, paths
from edge_assistant.system.json_store import JsonStore, explained_writes

LEAST_GLANCE_TOKENS = 192
"""A glance at a screen never has fewer image tokens than this, however slow the machine is."""

LEAST_TOWER_BYTES = 100_000_000
"""Of a smaller tower, such as the demo's, no other is made untold: it is quick as it is."""

_USUAL_TOWER = "Q6_K"  # of Q8_0's time to encode, two thirds with AVX-512 and nine tenths with AVX2 only
_MOST_THREADS = 1024
_BATCHES = (32, 8192)


@dataclass(frozen=True, slots=True)
class TuningProfile:
    """How to compute. `tower` is the format of a made vision tower, None the published file as it is.

    `glance_tokens` is the image budget of a glance, None the usual one.
    """

    threads: int
    tuning: Tuning = field(default_factory=Tuning)
    tower: str | None = None
    glance_tokens: int | None = None


def safe_choice() -> TuningProfile:
    """What suits every machine, and is best on none."""
    return TuningProfile(default_threads())


def choice(weights: ResolvedModel, *, quick_tower: bool = True, least_bytes: int = LEAST_TOWER_BYTES) -> TuningProfile:
    """What was stored for this machine and these weights, else the safe choice, with the usual tower if it is here.

    Without `quick_tower` only what was stored may name a tower. `least_bytes` is as for `usual_tower`.
    """
    stored = _stored(weights)
    if stored is not None:
        return stored
    name = usual_tower(weights, least_bytes) if quick_tower else None
    return replace(safe_choice(), tower=name if name and VisionTowers().find(weights.mmproj, name) else None)


def is_tuned(weights: ResolvedModel) -> bool:
    """Whether something was stored that holds for this machine and these weights."""
    return _stored(weights) is not None


def usual_tower(weights: ResolvedModel, least_bytes: int = LEAST_TOWER_BYTES) -> str | None:
    """The format of the tower to make and use where nothing was tuned; None: the published one does best.

    That is so where something was tuned, for the demo, for a tower of no more than `least_bytes`, for one that is in
    the format already, and on a processor without AVX2, or whose instructions are not known.
    """
    try:
        large = weights.mmproj.stat().st_size > least_bytes
    except OSError:
        return None  # whoever loads it will say so
    if not large or weights.demo or not cpu.best_instructions() or is_tuned(weights):
        return None
    quick = cpu.is_quick(cpu.best_instructions())
    return _USUAL_TOWER if quick and describe_gguf(weights.mmproj).quantisation != _USUAL_TOWER else None


def store(weights: ResolvedModel, chosen: TuningProfile) -> None:
    """Keep a choice; the files are hashed for that where they were not yet. Raises AssistantError."""
    verifier = ChecksumVerifier(paths.data_dir())
    verifier.hashed(weights.model)
    verifier.hashed(weights.mmproj)
    record = _record()
    with explained_writes(record.path):
        record.update({_key(weights) or "": {"machine": machine(), "choice": asdict(chosen)}})


def forget(weights: ResolvedModel) -> None:
    """Go back to the safe choice."""
    key = _key(weights)
    if key is not None and key in _record().read():
        _record().update({key: None})


def towers_in_use(weights: ResolvedModel) -> set[str]:
    """The formats of made towers that were chosen for any model that sees with this mmproj."""
    mmproj = ChecksumVerifier(paths.data_dir()).known(weights.mmproj)
    entries = (entry for key, entry in _record().read().items() if mmproj and key.endswith(f"+{mmproj}"))
    choices = (_of_this_machine(entry) for entry in entries)
    return {chosen.tower for chosen in choices if chosen is not None and chosen.tower is not None}


def with_tower(weights: ResolvedModel, chosen: TuningProfile) -> ResolvedModel:
    """The weights with the made tower, where it is here and of the mmproj as it is now."""
    path = VisionTowers().find(weights.mmproj, chosen.tower) if chosen.tower else None
    if path is None:
        return weights
    saved = weights.mmproj.stat().st_size - path.stat().st_size
    return replace(weights, mmproj=path, ram_bytes=weights.ram_bytes - saved)


def size_of(weights: ResolvedModel) -> ModelSize:
    """What decides how much of the weights fits on a graphics processor."""
    return ModelSize(describe_gguf(weights.model).block_count or 0, weights.kv_bytes_per_token)


@functools.cache
def machine() -> dict[str, Any]:
    """What the choice depends on besides the weights, as it stands in the record."""
    return {
        "processor": cpu.name(),
        "instructions": cpu.best_instructions(),
        "architecture": platform.machine(),
        "cores": [cpu.physical_cores(), psutil.cpu_count(), default_threads()],
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "llama_cpp": _llama_cpp_version(),
    }


def default_threads() -> int:
    """Cores to compute with: the physical ones this process may use; more gain nothing in llama.cpp.

    Where there are quick and slow ones, only the quick: all threads wait for the slowest at each step. This follows
    llama.cpp's advice and was not measured here.
    """
    physical = min(cpu.physical_cores() or 1, cpu.performance_cores() or _MOST_THREADS)
    return max(1, min(physical, cpu.usable_cores() or physical))


def _llama_cpp_version() -> str:
    try:
        return importlib.metadata.version("llama-cpp-python")
    except importlib.metadata.PackageNotFoundError:  # a frozen program may lack it
        return "unknown"


def _stored(weights: ResolvedModel) -> TuningProfile | None:
    return _of_this_machine(_record().read().get(_key(weights) or ""))


def _of_this_machine(entry: object) -> TuningProfile | None:
    if not isinstance(entry, dict) or entry.get("machine") != machine():
        return None
    return _read(entry.get("choice"))


def _record() -> JsonStore:
    return JsonStore(paths.data_dir() / "tuned.json")


def _key(weights: ResolvedModel) -> str | None:
    """Both checksums; None where one was never found out."""
    verifier = ChecksumVerifier(paths.data_dir())
    model, mmproj = verifier.known(weights.model), verifier.known(weights.mmproj)
    return f"{model}+{mmproj}" if model and mmproj else None


def _read(value: object) -> TuningProfile | None:
    """A stored choice; None for what this version does not understand or would not store."""
    match value:
        case {
            "threads": int(threads),
            "tuning": {"repack": bool(repack), "flash_attention": bool(flash_attention), "batch": int(batch)},
            "tower": str() | None as tower,
            "glance_tokens": int() | None as glance_tokens,
        } if (
            1 <= threads <= _MOST_THREADS
            and _BATCHES[0] <= batch <= _BATCHES[1]
            and (tower is None or tower in FORMATS)
            and (glance_tokens is None or LEAST_GLANCE_TOKENS <= glance_tokens <= 1024)
        ):
            return TuningProfile(threads, Tuning(repack, flash_attention, batch), tower, glance_tokens)
    return None
