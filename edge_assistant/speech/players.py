"""Players: the system's programs or functions that play a WAV file."""

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

from edge_assistant.speech.audio_output import count_outputs
from edge_assistant.system.i18n import tr

_END_S = 1.0  # for a player that was killed
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
# Loaded here, because nothing may be loaded between fork and exec.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def for_system_programs(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a program of the system, with the user's own LD_LIBRARY_PATH.

    PyInstaller points it at the bundled libraries, which the system's programs were not built with.
    """
    result = {name: value for name, value in environ.items() if name != "LD_LIBRARY_PATH_ORIG"}
    if getattr(sys, "frozen", False):
        result.pop("LD_LIBRARY_PATH", None)
        if "LD_LIBRARY_PATH_ORIG" in environ:
            result["LD_LIBRARY_PATH"] = environ["LD_LIBRARY_PATH_ORIG"]
    return result


class NoSoundError(Exception):
    """There is no player, or none that can open an output; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A WAV file: its path, its length, and the descriptor to pass on where `path` refers to one."""

    path: str
    seconds: float
    descriptor: int | None = None


class RunningPlayback(Protocol):
    """A running playback."""

    def wait(self, timeout: float) -> bool:
        """Block until the end: True when all was played, False when something stopped it. Raises NoSoundError."""

    def stop(self) -> None:
        """Be silent at once. Callable from another thread."""


class Player(Protocol):
    """A player of sounds."""

    def play(self, sound: Sound) -> RunningPlayback:
        """Start playing. Raises NoSoundError."""


class CommandPlayer:
    """Runs `command` with the file's path appended; it dies with the process that started it."""

    def __init__(self, *command: str) -> None:
        self._command = command

    def play(self, sound: Sound) -> RunningPlayback:
        """Start the program."""
        try:
            process = subprocess.Popen(
                [*self._command, sound.path],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=for_system_programs(os.environ),
                pass_fds=() if sound.descriptor is None else (sound.descriptor,),
                preexec_fn=_die_with_parent(os.getpid()) if sys.platform == "linux" else None,
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
            output = self._stderr(timeout)
        except subprocess.TimeoutExpired:
            self.stop()
            with contextlib.suppress(subprocess.TimeoutExpired):  # in a call of the system's that never ends
                self._process.communicate(timeout=_END_S)
            raise NoSoundError(tr("{name} plays nothing: the audio output hangs.", name=self._name)) from None
        if self._process.returncode < 0:
            return False
        if self._process.returncode > 0:
            lines = output.decode(errors="replace").strip().splitlines() or [tr("unknown reason")]
            raise NoSoundError(tr("{name} cannot play: {value}", name=self._name, value=lines[-1].strip()))
        return True

    def stop(self) -> None:
        self._process.kill()

    def _stderr(self, timeout: float) -> bytes:
        """Wait for the end; return its stderr. Raises TimeoutExpired after twice the `timeout` (seconds)."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.communicate(timeout=timeout)[1]
        # A second time: the machine may have been suspended meanwhile.
        return self._process.communicate(timeout=timeout)[1]


class WinsoundPlayer:
    """Plays through Windows' winsound.

    `outputs` counts the output devices: an asynchronous PlaySound does not report that there is none.
    """

    def __init__(self, winsound: Any, outputs: Callable[[], int]) -> None:
        self._winsound = winsound
        self._outputs = outputs

    def play(self, sound: Sound) -> RunningPlayback:
        """Start playing; the sound ends with this process."""
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
        self._winsound.PlaySound(None, 0)  # stops the sound; SND_PURGE is no longer supported


def players(platform: str, which: Callable[[str], str | None] = shutil.which) -> list[Player]:
    """Return the players to try on `platform` (as in sys.platform), best first.

    aplay comes first on Linux: it follows ALSA's configuration, which leads to the sound server on every desktop, and
    it starts fastest. The sound servers' own players are for systems where alsa-utils is missing or ALSA has no route.
    """
    if platform == "win32":
        import winsound

        return [WinsoundPlayer(winsound, count_outputs)]
    commands = [("afplay",)] if platform == "darwin" else [("aplay", "-q"), ("pw-play",), ("paplay",)]
    return [CommandPlayer(*command) for command in commands if which(command[0])]


def _die_with_parent(parent: int) -> Callable[[], None]:
    def set_death_signal() -> None:
        if sys.platform == "linux" and _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the prctl
            os._exit(1)

    return set_death_signal
