"""Stand-ins for NVDA and JAWS at the borders of our code: Windows' RPC library, and JAWS' COM object.

Test and worker process share a folder: the test writes `mode` and `seconds` and reads `log`.
"""

from __future__ import annotations

import ctypes
import time
import uuid
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from edge_assistant.speech.nvda_rpc import Interface, NvdaController
from edge_assistant.speech.reader_worker import MakeReaders
from edge_assistant.speech.windows_readers import Jaws, Nvda, Reader

SERVER_UNAVAILABLE, CALL_FAILED, UNKNOWN_INTERFACE, ACCESS_DENIED, CANCELLED = 1722, 1726, 1717, 5, 1223
NEVER = 3600.0


class NvdaFolder:
    """What the test does with the NVDA that the worker process talks to.

    Modes: running; asleep (in the program in front); off (its speech: nothing is spoken, or ends); old (before 2024.1);
    frozen (calls that speak return at once, the end is never told); gone; stuck (no call returns); dying (it ends while
    it speaks); restarted (the first call with an old binding fails).
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.set("running")
        self.set_seconds(0.4)
        self.set_input_age(0.0)
        (folder / "log").touch()

    def set(self, mode: str) -> None:
        """Change the mode."""
        self._write("mode", mode)

    def set_seconds(self, seconds: float) -> None:
        """Set how long a sentence is spoken."""
        self._write("seconds", str(seconds))

    def set_input_age(self, seconds: float) -> None:
        """Set how long ago the person pressed a key."""
        self._write("input", str(seconds))

    def press_control(self) -> None:
        """Silence NVDA, as the person does."""
        (self.folder / "silence").touch()

    def log(self) -> list[str]:
        """Return what NVDA was asked to do."""
        return (self.folder / "log").read_text(encoding="utf-8").splitlines()

    def wait_for(self, line: str) -> None:
        """Wait until NVDA was asked to do this."""
        deadline = time.monotonic() + 20
        while line not in self.log():
            assert time.monotonic() < deadline, (line, self.log())
            time.sleep(0.005)

    def make_readers(self) -> MakeReaders:
        """Return the function for the worker process."""
        return partial(make_readers, str(self.folder))

    def _write(self, name: str, text: str) -> None:
        new = self.folder / f"{name}.new"
        new.write_text(text, encoding="utf-8")
        new.replace(self.folder / name)


def make_readers(folder: str) -> tuple[Sequence[Reader], Callable[[], float]]:
    """Make the readers in the worker process."""
    path = Path(folder)
    age = lambda: float((path / "input").read_text(encoding="utf-8"))  # noqa: E731
    return (Nvda(NvdaController(StandInRpc(path), "NvdaCtlr.1.Default")),), age


def die(_: str) -> tuple[Sequence[Reader], Callable[[], float]]:
    """Fail as where Windows' libraries are missing."""
    raise OSError("rpcrt4 cannot be loaded")


class StandInRpc:
    """rpcrt4 with an NVDA behind it, which reads the calls from their format strings as the NDR engine does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bindings = 0
        self._is_speaking = False

    def RpcBindingFromStringBindingW(self, address: str, binding: Any) -> int:
        assert address == "ncalrpc:[NvdaCtlr.1.Default]"
        self._bindings += 1
        binding._obj.value = self._bindings
        return 0

    def NdrClientCall2(self, stub: Any, call: ctypes.c_char_p, binding: ctypes.c_void_p, *arguments: Any) -> int:
        description = stub._obj
        interface = Interface.from_address(description.interface)
        number = int.from_bytes((ctypes.string_at(call, 8))[6:8], "little")
        second = uuid.UUID(bytes_le=bytes(interface.interface.uuid)).hex.startswith("3d16")
        names = ("process id", "speak to end") if second else ("test", "speak", "cancel", "braille")
        return self._answer(names[number], binding.value or 0, *(argument.value for argument in arguments))

    def _answer(self, name: str, binding: int, text: str = "", *options: int) -> int:
        mode = (self._folder / "mode").read_text(encoding="utf-8")
        if mode == "stuck":
            time.sleep(NEVER)
        if mode == "gone":
            return SERVER_UNAVAILABLE
        if mode == "restarted" and binding == 1:
            return CALL_FAILED
        if name == "test":
            return 0
        self._log(f"{name}: {text}" if text else name)
        if name == "cancel" and self._is_speaking:
            (self._folder / "silence").touch()
        if mode == "asleep":
            return ACCESS_DENIED if name == "speak to end" else 0xFFFFFFFF
        if name != "speak to end":
            return 0
        assert options == (-1, 0, 0), "symbols as NVDA has them, normal priority, and the end is told"
        return UNKNOWN_INTERFACE if mode == "old" else self._speak(mode)

    def _speak(self, mode: str) -> int:
        if mode in ("off", "frozen"):
            time.sleep(NEVER)
        self._is_speaking = True
        end = time.monotonic() + float((self._folder / "seconds").read_text(encoding="utf-8"))
        while time.monotonic() < end:
            if (self._folder / "silence").exists():
                (self._folder / "silence").unlink()
                self._is_speaking = False
                return CANCELLED
            if mode == "dying":
                (self._folder / "mode").write_text("gone", encoding="utf-8")
                return CALL_FAILED
            time.sleep(0.005)
        self._is_speaking = False
        return 0

    def _log(self, line: str) -> None:
        with (self._folder / "log").open("a", encoding="utf-8") as log:
            log.write(f"{line}\n")


class StandInReader:
    """A ScreenReader that keeps what it is to say; `silence` is what the person does."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.silence: Callable[[], None] = lambda: None

    def start(self, on_failure: Callable[[], None], on_silenced: Callable[[], None]) -> None:  # noqa: ARG002
        self.silence = on_silenced

    def is_present(self) -> bool:
        return True

    def answers(self) -> bool:
        return True

    def say(self, text: str, language: str | None) -> None:  # noqa: ARG002
        self.said.append(text)

    def take_unspoken(self) -> list[tuple[str, str]]:
        return []

    def stop(self) -> None: ...

    def is_speaking(self) -> bool:
        return False

    def wait_unless(self, cancelled: Callable[[], bool], timeout: float | None = None) -> bool:  # noqa: ARG002
        return True

    def recheck_waiters(self) -> None: ...

    def close(self) -> None: ...


class ComError(Exception):
    """comtypes' error: a result, a text, details."""


class JawsApi:
    """FreedomSci.JawsApi; where JAWS has ended its calls return False, where it was updated they raise."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.runs = True
        self.is_valid = True

    def SayString(self, text: str, flush: bool) -> bool:
        return self._call("SayString", text, flush)

    def RunFunction(self, code: str) -> bool:
        return self._call("RunFunction", code)

    def StopSpeech(self) -> None:
        self._call("StopSpeech")

    def _call(self, *call: object) -> bool:
        if not self.is_valid:
            raise ComError(-2147023174, "The RPC server is unavailable.", (None, None, None, 0, None))
        self.calls.append(call)
        return self.runs


def make_jaws(api: JawsApi, *, has_window: Callable[[], bool] = lambda: True) -> Jaws:
    """Make the reader around a COM object; `has_window`: JAWS runs."""
    return Jaws(lambda: api, lambda kind, title: 4711 if (kind, title) == ("JFWUI2", None) and has_window() else None)
