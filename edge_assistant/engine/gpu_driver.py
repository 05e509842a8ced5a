"""What tells one version of a GPU driver from another: its own library files, as they are loaded in this process.

ggml names devices but no driver versions. An update replaces these files, so their sizes and times tell it on every
system; a kernel's driver comes with libraries of the same version.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

# Parts of the names of drivers' libraries: NVIDIA, AMD, Intel, Mesa and its shader compiler, Qualcomm, MoltenVK.
_DRIVER_NAME = re.compile(
    r"nvidia|nvcuda|libcuda\b|nvoglv|nvvk|radeon|amdgpu|amdvlk|amdhip|amdxc|libhsa|rocm|rocr|intel|igdrcl|igvk|igc\d"
    r"|libvulkan_|libllvm|gallium|libdrm|qcvk|adreno|moltenvk",
    re.IGNORECASE,
)


def driver_identity() -> tuple[object, ...]:
    """Return what changes with the loaded drivers: the system's name and their files' paths, sizes and times."""
    files = identify_files(_mapped_files())
    return (platform.system(), *(files if files else (platform.version(),)))


def identify_files(paths: Iterable[str]) -> list[tuple[str, int, int]]:
    """Return path, size in bytes and time of change (ns) of those files that are a GPU driver's, sorted."""
    found = []
    for path in sorted(set(paths)):
        try:
            if _DRIVER_NAME.search(Path(path).name):
                status = Path(path).stat()
                found.append((path, status.st_size, status.st_mtime_ns))
        except (OSError, ValueError):
            continue  # it was replaced since it was loaded
    return found


def _mapped_files() -> list[str]:
    """Return the files mapped into this process; empty where the system does not tell them (macOS)."""
    import psutil

    process: Any = psutil.Process()
    try:
        return [each.path for each in process.memory_maps(grouped=True)]
    except (AttributeError, NotImplementedError, OSError, psutil.Error):
        return []
