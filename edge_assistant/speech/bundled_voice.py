"""The voice and player that the self-contained form brings along, for systems that have none of their own."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from edge_assistant.system import paths

_SYSTEMS = "libespeak-ng.so.1"
# In the order in which they need each other.
_LIBRARIES = ("libsonic.so.0", "libpcaudio.so.0", "libespeak-ng.so.1")


def prepare(folder: Path | None = None, systems: str = _SYSTEMS) -> None:
    """Let the voice in `folder` (default: beside the frozen program) speak where the system has none.

    Before pyttsx3 is imported. The system's own voice and player come first: they may be better, and are the person's.
    `systems` is the soname by which the system's voice is looked for.
    """
    folder = folder or paths.program_voice_dir()
    if folder is None:
        return
    os.environ["PATH"] = os.pathsep.join((os.environ.get("PATH", os.defpath), str(folder / "bin")))
    try:
        ctypes.CDLL(systems)
    except OSError:
        # A library that is loaded already is found again by its soname, which is what pyttsx3 asks for.
        for name in _LIBRARIES:
            try:
                ctypes.CDLL(str(folder / "lib" / name), mode=ctypes.RTLD_GLOBAL)
            except OSError as error:
                print(f"own voice: {error}", flush=True)  # then there is none, which is told when it is to speak
                return
        os.environ["ESPEAK_DATA_PATH"] = str(folder)
