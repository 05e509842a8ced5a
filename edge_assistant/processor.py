"""What the processor can do, as far as it decides how fast llama.cpp is."""

from __future__ import annotations

import platform
from pathlib import Path

# What llama.cpp's fast paths ask of an x86-64 processor, best first (its CPU build variants).
_FEATURES = ("avx512f", "avx2", "avx", "sse4_2")


def is_x86_64() -> bool:
    """Whether it is of the kind in most laptops."""
    return platform.machine() in ("x86_64", "AMD64")


def best_instructions(cpuinfo: Path = Path("/proc/cpuinfo")) -> str | None:
    """The best vector instructions of an x86-64 processor: "avx512f", "avx2", "avx", "sse4_2", or "" for none of these.

    None when that cannot be told: on another kind of processor, or a system without /proc/cpuinfo.
    """
    if not is_x86_64() or not cpuinfo.exists():
        return None
    flags = set(cpuinfo.read_text(encoding="utf-8", errors="replace").split())
    return next((feature for feature in _FEATURES if feature in flags), "")


def is_quick(instructions: str | None) -> bool:
    """Whether these instructions let answers come in reasonable time; when they are not known, they are taken to."""
    return instructions in (None, "avx512f", "avx2")
