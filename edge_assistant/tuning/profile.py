"""Tuning profiles: what `tune` found for this machine and a model, and the safe profile if it was never run.

Without a stored profile, a Q6_K vision tower is used if one was made here. Profiles are stored in the data folder with
what they depend on: processor, cores, memory, version of llama.cpp, and the checksums of both files. If one of these
differs, the profile is ignored.
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
from edge_assistant.system.json_store import JsonStore, explain_write_errors

MIN_GLANCE_TOKENS = 192
"""The least image tokens of a glance at a screen, however slow the machine is."""

MIN_TOWER_BYTES = 100_000_000
"""Smaller towers, such as the demo model's, are not requantised automatically: they are fast as they are."""

_FULL_PRECISION = frozenset(("F16", "BF16", "F32"))

_DEFAULT_TOWER = "Q6_K"  # encodes in two thirds of Q8_0's time with AVX-512, in nine tenths with AVX2 only
_MAX_THREADS = 1024
_BATCH_RANGE = (32, 8192)


@dataclass(frozen=True, slots=True)
class TuningProfile:
    """How to run a model. `tower` is the format of a requantised vision tower, None the published file.

    `glance_tokens` is the image budget of a glance, None the default one.
    """

    threads: int
    tuning: Tuning = field(default_factory=Tuning)
    tower: str | None = None
    glance_tokens: int | None = None


def safe_profile() -> TuningProfile:
    """Return the profile that works on every machine."""
    return TuningProfile(default_threads())


def load_profile(model: ResolvedModel, *, quick_tower: bool = True) -> TuningProfile:
    """Return the stored profile of this machine and model, else the safe one, with the default tower if it is here.

    Without `quick_tower` only a stored profile may name a tower.
    """
    stored = _stored(model)
    if stored is not None:
        return stored
    name = default_tower(model) if quick_tower else None
    return replace(safe_profile(), tower=name if name and VisionTowers().find(model.mmproj, name) else None)


def is_tuned(model: ResolvedModel) -> bool:
    """Return whether a valid profile is stored for this machine and model."""
    return _stored(model) is not None


def default_tower(model: ResolvedModel) -> str | None:
    """Return the format of the tower to make and use without a stored profile; None: use the published one.

    None if a profile is stored, for the demo model, for a tower of at most MIN_TOWER_BYTES or already in that format,
    for one that `keeps_tower`, and on a processor without AVX2 or with unknown instructions.
    """
    try:
        large = model.mmproj.stat().st_size > MIN_TOWER_BYTES
    except OSError:
        return None  # loading the file will report the error
    if not large or model.demo or not cpu.best_instructions() or is_tuned(model):
        return None
    if not cpu.is_fast(cpu.best_instructions()) or keeps_tower(model):
        return None
    return _DEFAULT_TOWER if describe_gguf(model.mmproj).quantisation != _DEFAULT_TOWER else None


def keeps_tower(model: ResolvedModel) -> bool:
    """Return whether the published tower is used as it is: the person asked for its precision.

    What a Q6_K tower costs in answers was measured with random weights only.
    """
    return model.mmproj_chosen and describe_gguf(model.mmproj).quantisation in _FULL_PRECISION


def save_profile(model: ResolvedModel, profile: TuningProfile) -> None:
    """Store a profile, hashing the model's files if that was not done yet. Raises AssistantError."""
    verifier = ChecksumVerifier(paths.data_dir())
    verifier.hash_file(model.model)
    verifier.hash_file(model.mmproj)
    profiles = _store()
    with explain_write_errors(profiles.path):
        profiles.update({_key(model) or "": {"machine": machine_key(), "choice": asdict(profile)}})


def delete_profile(model: ResolvedModel) -> None:
    """Delete the stored profile."""
    key = _key(model)
    if key is not None and key in _store().read():
        _store().update({key: None})


def towers_in_use(model: ResolvedModel) -> set[str]:
    """Return the formats of requantised towers that stored profiles use with this mmproj, for any model."""
    mmproj = ChecksumVerifier(paths.data_dir()).known_checksum(model.mmproj)
    entries = (entry for key, entry in _store().read().items() if mmproj and key.endswith(f"+{mmproj}"))
    profiles = (_valid_profile(entry) for entry in entries)
    return {profile.tower for profile in profiles if profile is not None and profile.tower is not None}


def with_tower(model: ResolvedModel, profile: TuningProfile) -> ResolvedModel:
    """Return the model with the profile's tower, if that is here and was made from the present mmproj."""
    path = VisionTowers().find(model.mmproj, profile.tower) if profile.tower else None
    if path is None or keeps_tower(model):
        return model
    saved_bytes = model.mmproj.stat().st_size - path.stat().st_size
    return replace(model, mmproj=path, ram_bytes=model.ram_bytes - saved_bytes)


def model_size(model: ResolvedModel) -> ModelSize:
    """Return the sizes that decide how much of the model fits on a graphics processor."""
    return ModelSize(describe_gguf(model.model).block_count or 0, model.kv_bytes_per_token)


@functools.cache
def machine_key() -> dict[str, Any]:
    """Return what a profile depends on besides the model, in the stored form."""
    return {
        "processor": cpu.processor_name(),
        "instructions": cpu.best_instructions(),
        "architecture": platform.machine(),
        "cores": [cpu.physical_cores(), psutil.cpu_count(), default_threads()],
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "llama_cpp": _llama_cpp_version(),
    }


def default_threads() -> int:
    """Return the number of threads to compute with: the physical cores this process may use.

    More gain nothing in llama.cpp. Of fast and slow cores only the fast ones count, since all threads wait for the
    slowest at each step; this follows llama.cpp's advice and was not measured here.
    """
    physical = min(cpu.physical_cores() or 1, cpu.performance_cores() or _MAX_THREADS)
    return max(1, min(physical, cpu.usable_cores() or physical))


def _llama_cpp_version() -> str:
    try:
        return importlib.metadata.version("llama-cpp-python")
    except importlib.metadata.PackageNotFoundError:  # a frozen program may lack it
        return "unknown"


def _stored(model: ResolvedModel) -> TuningProfile | None:
    return _valid_profile(_store().read().get(_key(model) or ""))


def _valid_profile(entry: object) -> TuningProfile | None:
    if not isinstance(entry, dict) or entry.get("machine") != machine_key():
        return None
    return _parse(entry.get("choice"))


def _store() -> JsonStore:
    return JsonStore(paths.data_dir() / "tuned.json")


def _key(model: ResolvedModel) -> str | None:
    """Return the key of a stored profile, both checksums; None if one is unknown."""
    verifier = ChecksumVerifier(paths.data_dir())
    model_sum, mmproj_sum = verifier.known_checksum(model.model), verifier.known_checksum(model.mmproj)
    return f"{model_sum}+{mmproj_sum}" if model_sum and mmproj_sum else None


def _parse(value: object) -> TuningProfile | None:
    """Parse a stored profile; None for what this version does not understand or would not store."""
    match value:
        case {
            "threads": int(threads),
            "tuning": {"repack": bool(repack), "flash_attention": bool(flash_attention), "batch": int(batch)},
            "tower": str() | None as tower,
            "glance_tokens": int() | None as glance_tokens,
        } if (
            1 <= threads <= _MAX_THREADS
            and _BATCH_RANGE[0] <= batch <= _BATCH_RANGE[1]
            and (tower is None or tower in FORMATS)
            and (glance_tokens is None or MIN_GLANCE_TOKENS <= glance_tokens <= 1024)
        ):
            return TuningProfile(threads, Tuning(repack, flash_attention, batch), tower, glance_tokens)
    return None
