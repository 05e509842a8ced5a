"""ONNX Runtime: the one place that imports it."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

if sys.platform == "win32":
    # Visual C++'s runtime libraries, which not every computer has, or only older ones: PySide6 brings them.
    with contextlib.suppress(ModuleNotFoundError):
        _pyside = importlib.util.find_spec("PySide6")
        if _pyside is not None and _pyside.origin is not None:
            os.add_dll_directory(str(Path(_pyside.origin).parent))
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before the import; the versions in use send nothing in any case
import onnxruntime

Floats = npt.NDArray[np.float32]


class Network:
    """One network with one input and one output. It may compute on several threads at once, each with its own input."""

    def __init__(self, path: Path) -> None:
        """Load it. Raises onnxruntime's errors where the file is no such network."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # a plan for each shape, and there are hundreds
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session: Any = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def run(self, batch: Floats) -> Floats:
        """Compute a batch: (number, channels, height, width)."""
        output: Floats = self._session.run(None, {self._input: batch})[0]
        return output

    def metadata(self, key: str) -> str:
        """Return what the file itself says under `key`. Raises KeyError."""
        value: str = self._session.get_modelmeta().custom_metadata_map[key]
        return value
