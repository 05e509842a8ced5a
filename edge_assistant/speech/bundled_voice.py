"""The voice and player bundled with the self-contained package, for systems that have none."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from edge_assistant.system import paths

_SYSTEM_LIBRARY = "libespeak-ng.so.1"
# In the order of their dependencies.
_LIBRARIES = ("libsonic.so.0", "libpcaudio.so.0", "libespeak-ng.so.1")


def enable(folder: Path | None = None) -> None:
    """Enable the voice in `folder` (default: beside the frozen program) if the system has none.

    Call this before pyttsx3 is imported. The system's voice and player come first: they may be better, and the user
    chose them.
    """
    folder = folder or paths.program_voice_dir()
    if folder is None:
        return
    os.environ["PATH"] = os.pathsep.join((os.environ.get("PATH", os.defpath), str(folder / "bin")))
    try:
        ctypes.CDLL(_SYSTEM_LIBRARY)
    except OSError:
        # A loaded library is found again by its soname, which is what pyttsx3 opens.
        for name in _LIBRARIES:
            try:
                ctypes.CDLL(str(folder / "lib" / name), mode=ctypes.RTLD_GLOBAL)
            except OSError as error:
                print(f"own voice: {error}", flush=True)  # without a voice the first sentence reports it
                return
        os.environ["ESPEAK_DATA_PATH"] = str(folder)
