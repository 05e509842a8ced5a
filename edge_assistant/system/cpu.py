"""What the processor can do, as far as it decides how fast llama.cpp is."""

from __future__ import annotations

import platform
from pathlib import Path

import psutil

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


def has_bf16(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether it multiplies BF16 numbers by itself; False where that cannot be told."""
    if not cpuinfo.exists():
        return False
    flags = set(cpuinfo.read_text(encoding="utf-8", errors="replace").split())
    return bool(flags & {"avx512_bf16", "amx_bf16", "bf16"})


def name(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """What it is called; where the system does not say, its kind."""
    lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines() if cpuinfo.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.lower().startswith(("model name", "hardware")))
    return next(named, platform.processor() or platform.machine())


def on_battery() -> bool:
    """Whether the machine draws on its battery now; False where there is none, or nobody knows."""
    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    return battery is not None and battery.power_plugged is False


def usable_cores() -> int | None:
    """The logical cores that this process may use; None where the system does not restrict them."""
    own = psutil.Process()
    return len(own.cpu_affinity()) if hasattr(own, "cpu_affinity") else None


def physical_cores() -> int | None:
    """The cores of all kinds, each once, whether this process may use them or not; None where nobody knows."""
    return psutil.cpu_count(logical=False)


def counts_of_cores() -> tuple[int, ...]:
    """Numbers of threads that may be the quickest here: performance cores, physical ones, logical ones.

    Each once, and none above what this process may use.
    """
    usable = usable_cores() or psutil.cpu_count() or 1
    counts = (performance_cores(), physical_cores(), usable)
    return tuple(dict.fromkeys(count for count in counts if count and count <= usable))


def performance_cores(devices: Path = Path("/sys/devices")) -> int | None:
    """On a processor with two kinds of cores, how many quick ones it has; None where all are alike or it is not told.

    Linux lists the logical cores of each kind (cpu_core and cpu_atom).
    """
    cores = devices / "cpu_core" / "cpus"
    if not cores.exists() or not (devices / "cpu_atom" / "cpus").exists():
        return None
    count = 0
    for part in cores.read_text(encoding="ascii").strip().split(","):
        first, _, last = part.partition("-")
        count += int(last or first) - int(first) + 1
    # The slow kind has one logical core each, so all that are too many belong to the quick kind.
    doubled = (psutil.cpu_count() or count) - (psutil.cpu_count(logical=False) or count)
    return count - doubled if 0 <= doubled < count else count


def is_quick(instructions: str | None) -> bool:
    """Whether these instructions let answers come in reasonable time; when they are not known, they are taken to."""
    return instructions in (None, "avx512f", "avx2")
