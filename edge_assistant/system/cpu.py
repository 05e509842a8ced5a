"""The processor: its name, its instructions and its cores, as far as they decide how fast llama.cpp is."""

from __future__ import annotations

import platform
from pathlib import Path

import psutil

# The instructions that llama.cpp's fast paths need on x86-64, best first (its CPU build variants).
_FEATURES = ("avx512f", "avx2", "avx", "sse4_2")


def is_x86_64() -> bool:
    """Return whether the processor is an x86-64 one, as in most laptops."""
    return platform.machine() in ("x86_64", "AMD64")


def best_instructions(cpuinfo: Path = Path("/proc/cpuinfo")) -> str | None:
    """Return the best vector instructions of an x86-64 processor: "avx512f", "avx2", "avx", "sse4_2", or "".

    None when they are not known: on another kind of processor, or a system without /proc/cpuinfo.
    """
    if not is_x86_64() or not cpuinfo.exists():
        return None
    flags = set(cpuinfo.read_text(encoding="utf-8", errors="replace").split())
    return next((feature for feature in _FEATURES if feature in flags), "")


def has_bf16(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Return whether the processor multiplies BF16 numbers natively; False where that is not known."""
    if not cpuinfo.exists():
        return False
    flags = set(cpuinfo.read_text(encoding="utf-8", errors="replace").split())
    return bool(flags & {"avx512_bf16", "amx_bf16", "bf16"})


def processor_name(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Return the name of the processor, or its architecture where the system gives no name."""
    lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines() if cpuinfo.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.lower().startswith(("model name", "hardware")))
    return next(names, platform.processor() or platform.machine())


def on_battery() -> bool:
    """Return whether the machine runs on its battery now; False where there is none, or where that is not known."""
    try:
        battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    except OSError:  # psutil lists /sys/class/power_supply, which containers and some kernels lack
        return False
    return battery is not None and battery.power_plugged is False


def usable_cores() -> int | None:
    """Return how many logical cores this process may use; None where the system does not restrict them."""
    own = psutil.Process()
    return len(own.cpu_affinity()) if hasattr(own, "cpu_affinity") else None


def physical_cores() -> int | None:
    """Return how many physical cores there are, usable by this process or not; None where that is not known."""
    return psutil.cpu_count(logical=False)


def candidate_thread_counts() -> tuple[int, ...]:
    """Return the numbers of threads that may be the quickest: performance, physical and logical cores.

    Each number once, and none above what this process may use.
    """
    usable = usable_cores() or psutil.cpu_count() or 1
    counts = (performance_cores(), physical_cores(), usable)
    return tuple(dict.fromkeys(count for count in counts if count and count <= usable))


def performance_cores(devices: Path = Path("/sys/devices")) -> int | None:
    """Return how many performance cores a hybrid processor has; None where all are alike, or where it is not known.

    Linux lists the logical cores of each kind (cpu_core and cpu_atom).
    """
    cores = devices / "cpu_core" / "cpus"
    if not cores.exists() or not (devices / "cpu_atom" / "cpus").exists():
        return None
    count = 0
    for part in cores.read_text(encoding="ascii").strip().split(","):
        first, _, last = part.partition("-")
        count += int(last or first) - int(first) + 1
    # Efficiency cores have one logical core each, so all surplus ones belong to the performance cores.
    surplus = (psutil.cpu_count() or count) - (psutil.cpu_count(logical=False) or count)
    return count - surplus if 0 <= surplus < count else count


def is_fast(instructions: str | None) -> bool:
    """Return whether answers come in reasonable time with these instructions; None (not known) counts as quick."""
    return instructions in (None, "avx512f", "avx2")
