"""What this computer has: its processor, a fitting Python, and where finished parts are kept."""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import platform
import re
import sys
from collections.abc import Mapping
from pathlib import Path

# ensurepip is not part of every Python; the others a small or embeddable one lacks.
_NEEDED = ("ctypes", "ensurepip", "sqlite3", "ssl", "venv", "zlib")
_MOST_FEATURES = 64  # PF_… of winnt.h are numbers below


def missing_modules() -> list[str]:
    """Return the modules that this Python lacks and a set-up needs."""
    return [name for name in _NEEDED if importlib.util.find_spec(name) is None]


def wheel_cache(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of fetched and built wheels, which later set-ups use without a network."""
    local = environ.get("LOCALAPPDATA")
    return (Path(local) if local else Path.home() / "AppData" / "Local") / "edge-assistant" / "wheels"


def processor_facts() -> str:
    """Return what decides which machine code runs here: the processor's name, and what Windows lets programs use."""
    features = ""
    if sys.platform == "win32":
        is_present = ctypes.WinDLL("kernel32").IsProcessorFeaturePresent
        is_present.argtypes = (ctypes.c_uint32,)
        is_present.restype = ctypes.c_int
        features = ",".join(str(number) for number in range(_MOST_FEATURES) if is_present(number))
    return f"{platform.machine()} {platform.processor()} {features}"


def pinned(name: str, constraints: Path) -> str:
    """Return the version of a package that the file of constraints names. Raises LookupError."""
    found = re.search(rf"^{re.escape(name)}==([^\s;#]+)", constraints.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise LookupError(f"{constraints} does not pin {name}")
    return found[1]


def engine_key(constraints: Path, environ: Mapping[str, str] = os.environ) -> str:
    """Return a name for everything that decides whether a built engine may be used here.

    Python's version does not: the engine is reached by ctypes.
    """
    facts = f"{processor_facts()}\n{environ.get('CMAKE_ARGS', '')}"
    version = pinned("llama-cpp-python", constraints)
    return f"{version}-{platform.system()}-{platform.machine()}-{digest(facts.encode())}"


def digest(content: bytes) -> str:
    """Return a short hash."""
    return hashlib.sha256(content).hexdigest()[:16]
