"""llama-cpp-python's bindings of llama.cpp and of its vision tower, without the rest of that package.

Its `__init__` imports a face of its own, and with it numpy, jinja2 and a cache on disk. None of them is used here: they
would make up most of the engine's start, and numpy's matrix library does not run on every old processor that
llama.cpp runs on.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType

_PACKAGE = "llama_cpp"


def _bindings() -> tuple[ModuleType, ModuleType]:
    if _PACKAGE not in sys.modules:
        spec = importlib.util.find_spec(_PACKAGE)
        if spec is None:
            raise ModuleNotFoundError("llama-cpp-python is not installed", name=_PACKAGE)
        sys.modules[_PACKAGE] = importlib.util.module_from_spec(spec)  # a package whose __init__ has not run
    return importlib.import_module(f"{_PACKAGE}.llama_cpp"), importlib.import_module(f"{_PACKAGE}.mtmd_cpp")


llama, mtmd = _bindings()
