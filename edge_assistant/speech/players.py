"""Plays a WAV file through the system's own player, whose exit status tells whether it was heard."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from edge_assistant.system.i18n import tr

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
# Loaded here, because between fork and exec nothing may be loaded.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def for_system_programs(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for a program of the system: PyInstaller points Linux's library path at our own libraries,
    which the system's programs were not built with, and keeps the person's one beside it."""
    result = {name: value for name, value in environ.items() if name != "LD_LIBRARY_PATH_ORIG"}
    if getattr(sys, "frozen", False):
        result.pop("LD_LIBRARY_PATH", None)
        if "LD_LIBRARY_PATH_ORIG" in environ:
            result["LD_LIBRARY_PATH"] = environ["LD_LIBRARY_PATH_ORIG"]
    return result


class NoSoundError(Exception):
    """No player, or none that can open an output; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A WAV file: where it is, how long it plays, and the descriptor to hand on where `path` means a descriptor."""

    path: str
    seconds: float
    descriptor: int | None = None


class Playing(Protocol):
    """One running playback."""

    def wait(self, timeout: float) -> bool:
        """Block until the end: True when all was played, False when something stopped it. Raises NoSoundError."""

    def stop(self) -> None:
        """Be silent at once. Callable from another thread."""


class Player(Protocol):
    """A way to play a sound."""

    def play(self, sound: Sound) -> Playing:
        """Start playing. Raises NoSoundError."""


class CommandPlayer:
    """Runs a program with the file's path behind `command`; it dies with the process that started it."""

    def __init__(self, *command: str) -> None:
        self._command = command

    def play(self, sound: Sound) -> Playing:
        """Start the program."""
        try:
            process = subprocess.Popen(
                [*self._command, sound.path],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=for_system_programs(os.environ),
                pass_fds=() if sound.descriptor is None else (sound.descriptor,),
                preexec_fn=_die_with(os.getpid()) if sys.platform == "linux" else None,
            )
        except OSError as error:
            raise NoSoundError(
                tr("{value} cannot be started: {strerror}.", value=self._command[0], strerror=error.strerror)
            ) from error
        return _Process(process, self._command[0])


class _Process:
    def __init__(self, process: subprocess.Popen[bytes], name: str) -> None:
        self._process = process
        self._name = name

    def wait(self, timeout: float) -> bool:
        try:
            complaint = self._complaint(timeout)
        except subprocess.TimeoutExpired:
            self.stop()
            self._process.communicate()
            raise NoSoundError(tr("{name} plays nothing: the audio output hangs.", name=self._name)) from None
        if self._process.returncode < 0:
            return False
        if self._process.returncode > 0:
            lines = complaint.decode(errors="replace").strip().splitlines() or [tr("unknown reason")]
            raise NoSoundError(tr("{name} cannot play: {value}", name=self._name, value=lines[-1].strip()))
        return True

    def stop(self) -> None:
        self._process.kill()

    def _complaint(self, timeout: float) -> bytes:
        """What it printed until its end. Raises TimeoutExpired when it did not end in twice the time (seconds)."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.communicate(timeout=timeout)[1]
        # Once more: if the machine slept meanwhile, that was not the player's time.
        return self._process.communicate(timeout=timeout)[1]


class WinsoundPlayer:
    """Windows: the player inside the system. Not yet run on Windows.

    `outputs` counts the output devices: an asynchronous PlaySound does not tell that there is none.
    """

    def __init__(self, winsound: Any, outputs: Callable[[], int]) -> None:
        self._winsound = winsound
        self._outputs = outputs

    def play(self, sound: Sound) -> Playing:
        """Start playing; it ends with the process."""
        system = self._winsound
        if not self._outputs():
            raise NoSoundError(tr("Windows has no audio output."))
        try:
            system.PlaySound(sound.path, system.SND_FILENAME | system.SND_ASYNC | system.SND_NODEFAULT)
        except RuntimeError as error:
            raise NoSoundError(tr("Windows cannot play sound: {error}.", error=error)) from error
        return _Winsound(system, sound.seconds)


class _Winsound:
    def __init__(self, winsound: Any, seconds: float) -> None:
        self._winsound = winsound
        self._seconds = seconds
        self._stopped = threading.Event()

    def wait(self, timeout: float) -> bool:
        return not self._stopped.wait(min(self._seconds, timeout))

    def stop(self) -> None:
        self._stopped.set()
        self._winsound.PlaySound(None, 0)  # this stops what plays; SND_PURGE is no longer supported


def players(platform: str, which: Callable[[str], str | None] = shutil.which) -> list[Player]:
    """The players to try on `platform` (as in sys.platform), best first.

    aplay comes first on Linux: it follows ALSA's configuration, which on every desktop leads to the sound server, and
    it starts fastest. The sound servers' own players are for systems where alsa-utils is missing or ALSA has no route.
    """
    if platform == "win32":
        import winsound

        system: Any = ctypes
        return [WinsoundPlayer(winsound, lambda: int(system.windll.winmm.waveOutGetNumDevs()))]
    commands = [("afplay",)] if platform == "darwin" else [("aplay", "-q"), ("pw-play",), ("paplay",)]
    return [CommandPlayer(*command) for command in commands if which(command[0])]


def _die_with(parent: int) -> Callable[[], None]:
    def prepare() -> None:
        if sys.platform == "linux" and _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the kernel was asked
            os._exit(1)

    return prepare
