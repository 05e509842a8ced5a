"""llama-cpp-python's bindings of llama.cpp and of its vision tower, without the rest of that package, and ggml's.

Its `__init__` imports a face of its own, and with it numpy, jinja2 and a cache on disk. None of them is used here: they
would make up most of the engine's start, and numpy's matrix library does not run on every old processor that
llama.cpp runs on.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import logging
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from edge_assistant.system.errors import EngineUnfitError

_log = logging.getLogger(__name__)
_PACKAGE = "llama_cpp"
_WINDOWS = os.name == "nt"


def _bindings() -> tuple[ModuleType, ModuleType]:
    if _PACKAGE not in sys.modules:
        spec = importlib.util.find_spec(_PACKAGE)
        if spec is None:
            raise ModuleNotFoundError("llama-cpp-python is not installed", name=_PACKAGE)
        sys.modules[_PACKAGE] = importlib.util.module_from_spec(spec)  # a package whose __init__ has not run
    return importlib.import_module(f"{_PACKAGE}.llama_cpp"), importlib.import_module(f"{_PACKAGE}.mtmd_cpp")


try:
    llama, mtmd = _bindings()
except (ImportError, OSError, RuntimeError, AttributeError) as error:  # the last one: a library of another version
    _log.warning("llama.cpp cannot be loaded: %s", error)
    raise EngineUnfitError from error
LIBRARIES = Path(str(llama.__file__)).parent / "lib"


def ggml(library: str, function: str, result: Any, *arguments: Any) -> Any:
    """A function of ggml, which llama-cpp-python does not bind, with the ctypes of its result and arguments.

    `library` says which of ggml's two holds it (ggml/src/CMakeLists.txt): "ggml" has the list of backends and devices
    (ggml-backend-reg.cpp), "ggml-base" the rest.
    """
    found = getattr(_handle(library), function)
    found.restype, found.argtypes = result, arguments
    return found


def _handle(library: str) -> Any:
    """Where ggml's functions are found: through libllama's own handle, since another would map a second ggml.

    Windows looks into the named library only, but gives the same handle again. Not yet run on Windows.
    """
    return ctypes.CDLL(str(LIBRARIES / f"{library}.dll")) if _WINDOWS else llama._lib
