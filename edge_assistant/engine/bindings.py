"""ctypes bindings of llama.cpp, its vision library (mtmd) and ggml, taken from llama-cpp-python.

That package's `__init__` is not run: it imports a high-level API and with it numpy, jinja2 and a disk cache. None of
them is used here, they would make up most of the engine's start, and numpy's BLAS does not run on every old processor
that llama.cpp runs on.
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

from edge_assistant.system.errors import EngineError, EngineUnfitError
from edge_assistant.system.i18n import tr
from edge_assistant.system.installation import reinstall_advice

_log = logging.getLogger(__name__)
_PACKAGE = "llama_cpp"
_WINDOWS = os.name == "nt"


def _import_bindings() -> tuple[ModuleType, ModuleType]:
    if _PACKAGE not in sys.modules:
        spec = importlib.util.find_spec(_PACKAGE)
        if spec is None:
            raise ModuleNotFoundError("llama-cpp-python is not installed", name=_PACKAGE)
        sys.modules[_PACKAGE] = importlib.util.module_from_spec(spec)  # the package without running its __init__
    return importlib.import_module(f"{_PACKAGE}.llama_cpp"), importlib.import_module(f"{_PACKAGE}.mtmd_cpp")


try:
    llama, mtmd = _import_bindings()
except (ImportError, OSError, RuntimeError, AttributeError) as error:  # AttributeError: a library of another version
    _log.warning("llama.cpp cannot be loaded: %s", error)
    raise EngineUnfitError from error
LIBRARIES = Path(str(llama.__file__)).parent / "lib"


def ggml(library: str, function: str, result_type: Any, *argument_types: Any) -> Any:
    """Bind a function of ggml, which llama-cpp-python does not bind, with the ctypes of its result and arguments.

    `library` is the one of ggml's two libraries that has it (ggml/src/CMakeLists.txt): "ggml" has the registry of
    backends and devices (ggml-backend-reg.cpp), "ggml-base" the rest.
    """
    bound = getattr(_library_handle(library), function)
    bound.restype, bound.argtypes = result_type, argument_types
    return bound


def library_files() -> list[Path]:
    """List llama.cpp's library files: what they compute may differ from version to version."""
    return sorted(path for path in LIBRARIES.iterdir() if path.is_file())


def load_backends(folder: Path = LIBRARIES) -> None:
    """Load the best CPU backend in `folder` that this CPU can run, in a portable build.

    An ordinary build is made for its CPU and has none to choose from. Raises EngineError; EngineUnfitError where the
    files of a portable build are gone: models would be called damaged then.
    """
    has_choice = any(folder.glob("*ggml-cpu-*"))
    if not has_choice and any(folder.glob("*ggml-cpu.*")):
        return
    count = ggml("ggml", "ggml_backend_reg_count", ctypes.c_size_t)
    if not has_choice:
        if count() == 0:
            raise EngineUnfitError
        return
    if count() == 0:
        ggml("ggml", "ggml_backend_load_all_from_path", None, ctypes.c_char_p)(os.fsencode(folder))
    if count() == 0:
        raise EngineError(tr("The engine does not support this processor. {advice}", advice=reinstall_advice()))


def _library_handle(library: str) -> Any:
    """Return the handle for ggml's functions: libllama's own, since opening ggml would map a second copy of it.

    Windows searches only the named library, but returns the handle of the loaded copy. Not yet run on Windows.
    """
    return ctypes.CDLL(str(LIBRARIES / f"{library}.dll")) if _WINDOWS else llama._lib
