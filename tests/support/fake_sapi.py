"""A stand-in for Windows' speech: comtypes, SAPI's objects and winsound, which behave, and fail, as documented.

A `Machine` describes the computer and can be given to another process; what is heard there stands in its journal.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from edge_assistant.speech import players, sapi_choice, worker

_SIGN = 1 << 31
_ROOT = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Speech\\Voices\\Tokens\\"
ASYNC, PURGE, IS_NOT_XML = 1, 2, 16

NOT_FOUND = 0x8004503A
DEVICE_BUSY = 0x80045006
DEVICE_NOT_SUPPORTED = 0x80045007
ENGINE_EXCEPTION = 0x80045012
CANT_CREATE = 0x80045017
INVALID_ARGUMENT = 0x80070057
WRONG_THREAD = 0x8001010E
NOT_IMPLEMENTED = 0x80004001
CLASS_NOT_REGISTERED = 0x80040154


class COMError(Exception):
    """comtypes' error: a signed result, a text, details."""

    def __init__(self, hresult: int) -> None:
        self.hresult = hresult - 2 * _SIGN if hresult >= _SIGN else hresult
        super().__init__(self.hresult, None, (None, None, None, 0, None))


@dataclass(frozen=True)
class Token:
    """A voice's token; what is not registered is an error, as SAPI has it. The errors are results."""

    name: str
    description: str | None
    attributes: dict[str, str] = field(default_factory=dict)
    unreadable: bool = False
    select_error: int | None = None
    speak_error: int | None = None

    @property
    def Id(self) -> str:
        if self.unreadable:
            raise COMError(NOT_FOUND)
        return _ROOT + self.name

    def GetDescription(self) -> str:
        if self.description is None:
            raise COMError(NOT_FOUND)
        return self.description

    def GetAttribute(self, name: str) -> str:
        if name not in self.attributes:
            raise COMError(NOT_FOUND)
        return self.attributes[name]


def token(name: str, description: str | None, **attributes: str) -> Token:
    """A voice's token with SAPI's attributes."""
    return Token(name, description, attributes)


ZIRA = token("TTS_MS_EN-US_ZIRA_11.0", "Microsoft Zira Desktop - English", Language="409", Gender="Female")
HEDDA = token("TTS_MS_DE-DE_HEDDA_11.0", "Microsoft Hedda Desktop - German", Language="407", Gender="Female")
THIRD_PARTY = token("IVONA", "IVONA 2 Brian", Language="409;9", Gender="Male")
NOTHING_SAID = token("espeak", "eSpeak")
UNINSTALLED = token("uninstalled", None, Language="409")
UNREADABLE = Token("unreadable", None, unreadable=True)
PAVEL = token("MSTTS_V110_ruRU_PavelM", "Microsoft Pavel - Russian", Language="419", Gender="Male")


@dataclass(frozen=True)
class Machine:
    """A computer. `added` are voices from Windows' settings; the first output is the default one.

    A stream lasts `character_s` a character. A voice goes on for `lag_s` after a purge, as some of Windows' do, heard
    only while the audio output runs. `stream_error` is the result of whatever is spoken. `audio_error` is that of
    the audio output's own methods. Another voice takes `load_s` to be selected. The number of the current stream is
    that of an older one for `behind_s`.
    """

    folder: Path
    voices: tuple[Token, ...] = (ZIRA, HEDDA)
    added: tuple[Token, ...] = ()
    usual: Token | None = ZIRA
    outputs: tuple[str, ...] = ("speakers",)
    character_s: float = 0.003
    lag_s: float = 0.0
    create_error: int | None = None
    call_error: int | None = None
    stream_error: int = 0
    audio_error: int | None = None
    load_s: float = 0.0
    behind_s: float = 0.01

    def change(self, **state: Any) -> None:
        """Change `outputs` (a list), or the names of `removed` voices, while it runs."""
        path = self.folder / "state"
        new = path.with_suffix(".new")
        new.write_text(json.dumps({**self.state(), **state}))
        new.replace(path)

    def state(self) -> dict[str, Any]:
        """What `change` sets."""
        try:
            return dict(json.loads((self.folder / "state").read_text()))
        except FileNotFoundError:
            return {"outputs": list(self.outputs), "removed": []}

    def heard(self) -> list[dict[str, Any]]:
        """What was heard so far, in order: `text` or `tone`, voice, rate, volume, output, begin and end (monotonic).

        Texts also have whether they were `cut` off, and then for how many seconds the voice `goes_on` to be heard.
        """
        path = self.folder / "journal"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def texts(self) -> list[str]:
        """The texts that were heard to their end."""
        return [each["text"] for each in self.heard() if "text" in each and not each["cut"]]

    def note(self, **line: Any) -> None:
        """Write a line of the journal."""
        with (self.folder / "journal").open("a") as file:
            file.write(json.dumps(line) + "\n")


@dataclass
class _Stream:
    number: int
    text: str
    seconds: float
    sound: dict[str, Any]
    queued: float


class _Apartment:
    """An object of its thread; no other may touch it."""

    _own: tuple[str, ...] = ()

    def __init__(self, machine: Machine) -> None:
        self.__dict__["_machine"] = machine
        self.__dict__["_thread"] = threading.get_ident()

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("_"):
            if threading.get_ident() != self._thread:
                raise COMError(WRONG_THREAD)
            if self._machine.call_error is not None:
                raise COMError(self._machine.call_error)
        return super().__getattribute__(name)


class Tokens:
    """A collection of tokens; that of some makers cannot be iterated over."""

    def __init__(self, tokens: list[Token]) -> None:
        self.Count = len(tokens)
        self._tokens = tokens

    def Item(self, number: int) -> Token:
        return self._tokens[number]


class SpVoice(_Apartment):
    """SAPI.SpVoice as its automation interface is documented."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        outputs = machine.state()["outputs"]
        self.__dict__.update(
            _rate=0, _volume=100, _voice=machine.usual, _output=outputs[0] if outputs else None, _streams=[],
            _current=0, _last=0, _result=0, _free_at=0.0, _running=True,
        )  # fmt: skip

    def __setattr__(self, name: str, value: Any) -> None:
        self.Rate  # noqa: B018 (the checks of every call)
        if name == "Voice":
            self._select(value)
        elif name == "Rate" and -10 <= value <= 10:
            self.__dict__["_rate"] = value
        elif name == "Volume" and 0 <= value <= 100:
            self.__dict__["_volume"] = value
        else:
            raise COMError(INVALID_ARGUMENT)

    Rate = property(lambda self: self._rate)
    Volume = property(lambda self: self._volume)

    @property
    def Voice(self) -> Token:
        if self._voice is None:
            raise COMError(NOT_FOUND)
        return self._voice  # type: ignore[no-any-return]

    @property
    def Status(self) -> SimpleNamespace:
        self._advance()
        busy = bool(self._streams) and self._streams[0].queued <= time.monotonic()
        return SimpleNamespace(
            CurrentStreamNumber=self._current, LastHResult=self._result, RunningState=2 if busy else 1
        )

    @property
    def AudioOutputStream(self) -> Any:
        return SimpleNamespace(QueryInterface=self._query_audio)

    def GetVoices(self) -> Tokens:
        removed = self._machine.state()["removed"]
        return Tokens([each for each in self._machine.voices if each.name not in removed])

    def GetAudioOutputs(self) -> SimpleNamespace:
        return SimpleNamespace(Count=len(self._machine.state()["outputs"]))

    def WaitUntilDone(self, milliseconds: int) -> bool:
        deadline = time.monotonic() + milliseconds / 1000
        while True:
            self._advance()
            if not self._streams and time.monotonic() >= self._free_at:
                return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.001)

    def Speak(self, text: str, flags: int) -> int:
        assert flags & ASYNC, "it would block"
        self._advance()
        if flags & PURGE:
            self._purge()
        if not self._machine.state()["outputs"]:
            raise COMError(NOT_FOUND)
        self._check_output()
        if self._voice is None or self._voice.name in self._machine.state()["removed"]:
            raise COMError(NOT_FOUND)
        if text and self._voice.speak_error is not None:
            raise COMError(self._voice.speak_error)
        if text.startswith("<") and not flags & IS_NOT_XML:
            text = re.sub("<[^>]*>", "", text)
        number = self._last + 1 if self._streams or self._free_at > time.monotonic() else 1
        self.__dict__.update(_last=number, _result=0, _running=True)
        now = time.monotonic()
        begin = self._streams[-1].queued + self._streams[-1].seconds if self._streams else max(now, self._free_at)
        sound = {"voice": self._voice.description, "rate": self._rate, "volume": self._volume, "output": self._output}
        if text:
            self._streams.append(_Stream(number, text, len(text) * self._machine.character_s, sound, begin))
        return number

    def _select(self, value: Token) -> None:
        if not isinstance(value, Token) or value.name in self._machine.state()["removed"]:
            raise COMError(NOT_FOUND)
        if value.select_error is not None:
            raise COMError(value.select_error)
        time.sleep(self._machine.load_s)
        self.__dict__["_voice"] = value

    def _check_output(self) -> None:
        if self._output not in self._machine.state()["outputs"]:
            raise COMError(DEVICE_NOT_SUPPORTED)

    def _query_audio(self, interface: Any) -> SimpleNamespace:
        assert interface._iid_ == "{C05C768F-FAE8-4EC2-8E07-338321C12452}"
        assert [method[1] for method in interface._methods_].index("SetState") == 15 - 3, "IUnknown has three"
        return SimpleNamespace(SetState=self._set_state)

    def _set_state(self, state: int, reserved: int) -> None:
        self._check_output()
        if self._machine.audio_error is not None:
            raise COMError(self._machine.audio_error)
        assert (state, reserved) == (1, 0), "SPAS_STOP"
        self.__dict__["_running"] = False

    def _advance(self) -> None:
        now = time.monotonic()
        while self._streams and self._streams[0].queued <= now:
            stream = self._streams[0]
            if stream.queued + self._machine.behind_s <= now:
                self.__dict__["_current"] = stream.number
            error = self._machine.stream_error
            if self._output not in self._machine.state()["outputs"]:
                error = DEVICE_NOT_SUPPORTED
            if error:
                self._note(stream, now, cut=True)
                self._streams.clear()
                self.__dict__["_result"] = COMError(error).hresult
            elif stream.queued + stream.seconds <= now:
                self._note(stream, stream.queued + stream.seconds, cut=False)
                self._streams.pop(0)
            else:
                return

    def _purge(self) -> None:
        now = time.monotonic()
        if self._streams:
            self.__dict__["_free_at"] = now + self._machine.lag_s
            if self._streams[0].queued <= now:
                self._note(self._streams[0], now, cut=True, goes_on=self._machine.lag_s if self._running else 0.0)
        self._streams.clear()

    def _note(self, stream: _Stream, end: float, **more: Any) -> None:
        self._machine.note(text=stream.text, begin=stream.queued, end=end, **more, **stream.sound)


class SpObjectTokenCategory(_Apartment):
    """SAPI.SpObjectTokenCategory, for the voices that were added in Windows' settings."""

    def SetId(self, id: str, create: bool) -> None:
        if "Speech_OneCore" not in id or create or not self._machine.added:
            raise COMError(NOT_FOUND)

    def EnumerateTokens(self) -> Tokens:
        return Tokens(list(self._machine.added))


def install(machine: Machine) -> None:
    """Put the stand-ins in place of comtypes, winsound and winmm, for this process."""

    def create(name: str, *, dynamic: bool) -> Any:
        assert dynamic, "wrappers would be generated on the person's computer"
        if machine.create_error is not None:
            error = OSError(22, "Windows Error", None)
            error.winerror = COMError(machine.create_error).hresult  # type: ignore[attr-defined,unused-ignore]
            raise error
        return {"SAPI.SpVoice": SpVoice, "SAPI.SpObjectTokenCategory": SpObjectTokenCategory}[name](machine)

    def play(path: str | None, _: int) -> None:
        if not machine.state()["outputs"]:
            raise RuntimeError("Failed to play sound")
        if path is not None:
            now = time.monotonic()
            machine.note(tone=Path(path).stat().st_size, begin=now, end=now)

    comtypes, client, winsound = ModuleType("comtypes"), ModuleType("comtypes.client"), ModuleType("winsound")
    comtypes.client = client  # type: ignore[attr-defined]
    vars(comtypes).update(GUID=str, HRESULT=int, IUnknown=object, STDMETHOD=lambda *arguments: arguments)
    client.CreateObject = create  # type: ignore[attr-defined]
    vars(winsound).update(PlaySound=play, SND_FILENAME=1, SND_ASYNC=2, SND_NODEFAULT=4)
    sys.modules.update({"comtypes": comtypes, "comtypes.client": client, "winsound": winsound})

    def output() -> str:
        return next(iter(machine.state()["outputs"]), "")

    sapi_choice.default_output = output
    players.count_outputs = lambda _=None: len(machine.state()["outputs"])


def serve(machine: Machine, connection: Connection, *arguments: Any) -> None:
    """A speech worker on this machine: with `functools.partial`, a target for a spawned process."""
    install(machine)
    worker.serve(connection, *arguments, platform="win32")


def report_voices(machine: Machine, connection: Connection) -> None:
    """As `serve`, for the list of voices."""
    install(machine)
    worker.report_voices(connection, "win32")


def report_sound(machine: Machine, connection: Connection) -> None:
    """As `serve`, for the check of voice and sound."""
    install(machine)
    worker.report_sound(connection, "win32")
