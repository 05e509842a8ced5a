"""Whether text can be recognised on this computer, as far as is known, and why it cannot."""

from __future__ import annotations

import importlib.util
import platform
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from edge_assistant.ocr import model_files
from edge_assistant.ocr.errors import OcrError
from edge_assistant.ocr.model_files import ModelFile
from edge_assistant.system import installation
from edge_assistant.system.i18n import tr

WORKER_BYTES = 400_000_000
"""The worker's memory at its peak, about, for a screen of 1920 x 1080 pixels; see docs/memory.md."""

_ILLEGAL_INSTRUCTION = (-4, 0xC000001D)  # exit codes: SIGILL, and Windows' STATUS_ILLEGAL_INSTRUCTION (ntstatus.h)


class Availability:
    """Finds out what keeps text from being recognised, and remembers it while the program runs.

    Each file is compared with its checksum when it is first used, and again only after it was changed. All methods may
    be called from any thread.
    """

    def __init__(self, runtime: str = "onnxruntime", system: str = sys.platform) -> None:
        """`runtime` is the package that computes, `system` as in sys.platform; both for tests."""
        self._runtime = runtime
        self._system = system
        self._lock = threading.Lock()
        self._is_whole: dict[tuple[Path, int, int], bool] = {}  # path, size and time of the last change
        self._is_unfit = False
        self._does_not_load = False

    def obstacle(self) -> OcrError | None:
        """Return what is known to be in the way without reading the files; None where nothing is."""
        if self._is_unfit:
            return OcrError(tr("This computer's processor is too old to recognise text."), code="text-unfit")
        if self._does_not_load:
            return OcrError(tr("The library that recognises text does not start on this computer."), code="text-unfit")
        if importlib.util.find_spec(self._runtime) is None:
            if self._system == "darwin" and platform.machine() == "x86_64":
                return OcrError(tr("Text cannot be recognised on Macs with an Intel processor."), code="text-missing")
            advice = installation.reinstall_advice()
            return OcrError(
                tr("The library that recognises text is missing. {advice}", advice=advice), code="text-missing"
            )
        for file in model_files.FILES:
            path = model_files.find(file)
            if path is None:
                missing = tr("The files that recognise text are missing. {advice}", advice=_advice())
                return OcrError(missing, code="text-missing")
            if self._known(path) is False:
                return _damaged(path)
        return None

    def worker_bytes(self) -> int:
        """Return the memory that the worker takes while it reads; 0 where no text can be recognised."""
        return WORKER_BYTES if self.obstacle() is None else 0

    def check(self, files: Sequence[ModelFile] = model_files.FILES) -> OcrError | None:
        """Return what is in the way after reading those of these files that were not read before."""
        with self._lock:
            for file in files:
                path = model_files.find(file)
                if path is not None and self._known(path) is None:
                    try:
                        key = _key(path)
                        self._is_whole[key] = file.is_whole(path)
                    except OSError:
                        return _damaged(path)
        return self.obstacle()

    def note_death(self, exit_code: int | None, last_lines: Sequence[str] = ()) -> None:
        """Remember what the worker died of, if it will die of that again: an instruction that this processor does not
        have, or a library that does not load. `last_lines` are the last that it printed.
        """
        self._is_unfit = self._is_unfit or exit_code in _ILLEGAL_INSTRUCTION
        self._does_not_load = self._does_not_load or any(line.startswith("ImportError") for line in last_lines)

    def _known(self, path: Path) -> bool | None:
        """Return whether the file is whole, as it is now; None where that is not known."""
        try:
            return self._is_whole.get(_key(path))
        except OSError:
            return None


def _key(path: Path) -> tuple[Path, int, int]:
    status = path.stat()
    return path, status.st_size, status.st_mtime_ns


def _damaged(path: Path) -> OcrError:
    sentence = tr("The file {name}, which recognises text, is damaged. {advice}", name=path.name, advice=_advice())
    return OcrError(sentence, code="text-damaged")


def _advice() -> str:
    if installation.has_setup():
        return installation.reinstall_advice()
    return tr("On a computer that has them, use models export; here, use models import.")
