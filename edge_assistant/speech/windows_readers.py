"""Windows' screen readers that programs can speak through, NVDA and JAWS, each behind the same few calls.

They belong in a worker process: a call may block for as long as the screen reader hangs. Narrator has no interface.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol

from edge_assistant.speech import nvda_rpc
from edge_assistant.speech.nvda_rpc import NvdaController
from edge_assistant.speech.reader_detection import JAWS_WINDOW
from edge_assistant.system.windows_api import load_library

Ending = Literal["spoken", "silenced", "unknown", "failed"]
"""How a sentence ended: heard, cut off, handed over without a word about its end, or not taken."""


class Reader(Protocol):
    """A screen reader. All calls belong to the thread that made it, but `say_to_end`."""

    tells_end: bool
    """Whether `say_to_end` may be used; it turns false where that proves to be missing."""

    def answers(self) -> bool:
        """Return whether it runs and takes calls."""

    def say(self, text: str) -> bool:
        """Hand a text over, to speech and braille; return whether it was taken."""

    def say_to_end(self, text: str, language: str | None) -> Ending:
        """Have a text spoken and shown in braille; return when it is over. `language` is a code such as de."""

    def stop(self) -> None:
        """Silence it."""


class Nvda:
    """NVDA, through its controller interface."""

    def __init__(self, controller: NvdaController | None = None) -> None:
        """Raises OSError where there is no RPC library."""
        self._controller = controller or NvdaController()
        self.tells_end = True

    def answers(self) -> bool:
        """Return whether it runs and takes calls."""
        answers = self._controller.test() == nvda_rpc.SUCCESS
        if not answers:
            self.tells_end = True  # the next one may be a newer version
        return answers

    def say(self, text: str) -> bool:
        """Hand a text over, to speech and braille; return whether it was taken."""
        self._controller.braille(text)
        return self._controller.speak(text) == nvda_rpc.SUCCESS

    def say_to_end(self, text: str, language: str | None) -> Ending:
        """Have a text spoken and shown in braille; return when it is over. Any thread may call."""
        self._controller.braille(text)
        status = self._controller.speak_to_end(text, language)
        if status == nvda_rpc.SUCCESS:
            return "spoken"
        if status == nvda_rpc.CANCELLED:
            return "silenced"
        if status in nvda_rpc.NOT_OFFERED:
            self.tells_end = False
        return "unknown" if self._controller.speak(text) == nvda_rpc.SUCCESS else "failed"

    def stop(self) -> None:
        """Silence it."""
        self._controller.cancel()


class Jaws:
    """JAWS, through the COM object FreedomSci.JawsApi, which belongs to the thread that uses it first."""

    tells_end = False

    def __init__(self, create: Callable[[], Any] | None = None, find_window: Callable[..., Any] | None = None) -> None:
        """Tests pass `create`, which makes the COM object, and `find_window`, user32's. Raises OSError without user32.

        JAWS registers the object once and for all, and it can be made while JAWS does not run: its window tells.
        """
        self._create = create or _create_jaws
        self._find_window = find_window or _load_find_window()
        self._api: Any = None

    def answers(self) -> bool:
        """Return whether it runs and takes calls."""
        if not self._find_window(*JAWS_WINDOW):
            self._api = None
        elif self._api is None:
            with contextlib.suppress(Exception):  # comtypes' error, which cannot be imported elsewhere
                self._api = self._create()
        return self._api is not None

    def say(self, text: str) -> bool:
        """Hand a text over, to speech and braille; return whether it was taken."""
        line = " ".join(text.split()).replace("\\", "\\\\").replace('"', "'")  # a string of JAWS' script language
        taken = self._call("SayString", text, False)
        if taken:
            self._call("RunFunction", f'BrailleString("{line}")')
        return taken

    def say_to_end(self, text: str, language: str | None) -> Ending:  # noqa: ARG002
        """Hand a text over: JAWS does not tell when it ended."""
        return "unknown" if self.say(text) else "failed"

    def stop(self) -> None:
        """Silence it."""
        self._call("StopSpeech")

    def _call(self, name: str, *arguments: object) -> bool:
        try:
            return bool(getattr(self._api, name)(*arguments))
        except Exception:  # noqa: BLE001 (comtypes' error: JAWS has ended, or was updated)
            self._api = None
            return False


class LastInput:
    """Says how long ago the person last used keyboard, mouse or screen."""

    def __init__(self, user32: Any = None, kernel32: Any = None) -> None:
        """Tests pass the libraries. Raises OSError without them."""
        self._user32 = user32 or load_library("user32")
        self._kernel32 = kernel32 or load_library("kernel32")
        self._kernel32.GetTickCount.restype = ctypes.c_uint32

    def seconds_ago(self) -> float:
        """Return the seconds since the last input; 0.0 where Windows does not say it."""
        info = (ctypes.c_uint32 * 2)(8, 0)  # winuser.h: LASTINPUTINFO, its size and the tick of the last input
        if not self._user32.GetLastInputInfo(ctypes.byref(info)):
            return 0.0
        # The ticks begin anew after 49 days; those of an input that a program sent may lie in the future.
        return max(0, ctypes.c_int32(self._kernel32.GetTickCount() - info[1]).value) / 1000


def make_readers() -> tuple[Sequence[Reader], Callable[[], float]]:
    """Return the screen readers, the preferred one first, and the function that says how long ago the last input was.

    Raises OSError outside Windows.
    """
    return (Nvda(), Jaws()), LastInput().seconds_ago


def _create_jaws() -> Any:
    """Create the COM object, called by name: without that comtypes would write a module into its own folder."""
    return importlib.import_module("comtypes.client").CreateObject("FreedomSci.JawsApi", dynamic=True)


def _load_find_window() -> Any:
    user32 = load_library("user32")
    # winuser.h: HWND FindWindowW(LPCWSTR class, LPCWSTR title or NULL)
    user32.FindWindowW.argtypes = (ctypes.c_wchar_p, ctypes.c_wchar_p)
    user32.FindWindowW.restype = ctypes.c_void_p
    return user32.FindWindowW
