"""Windows' voices, read through pyttsx3's own driver from a fake SAPI that fails as the real one does."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from edge_assistant.speech import sapi_voices, worker
from edge_assistant.speech.messages import Part, Reply, SystemVoice

_ROOT = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Speech\\Voices\\Tokens\\"
_NOT_FOUND = -2147200966  # SPERR_NOT_FOUND


class COMError(Exception):
    """comtypes' error: a result, a text, details."""


class Token:
    """A voice's token; what is not registered is an error, as SAPI has it."""

    def __init__(self, name: str, description: str | None, **attributes: str) -> None:
        self.Id = _ROOT + name
        self._description = description
        self._attributes = attributes

    def GetDescription(self) -> str:
        if self._description is None:
            raise COMError(_NOT_FOUND, None, (None, None, None, 0, None))
        return self._description

    def GetAttribute(self, name: str) -> str:
        if name not in self._attributes:
            raise COMError(_NOT_FOUND, None, (None, None, None, 0, None))
        return self._attributes[name]


class Unreadable(Token):
    """A token whose very id cannot be had."""

    def __init__(self) -> None:
        self.__dict__["_description"] = None

    @property
    def Id(self) -> str:  # type: ignore[override]
        raise COMError(_NOT_FOUND, None, (None, None, None, 0, None))


ZIRA = Token("TTS_MS_EN-US_ZIRA_11.0", "Microsoft Zira Desktop - English", Language="409", Gender="Female", Age="Adult")
HEDDA = Token(
    "TTS_MS_DE-DE_HEDDA_11.0", "Microsoft Hedda Desktop - German", Language="407", Gender="Female", Age="Adult"
)
THIRD_PARTY = Token("IVONA", "IVONA 2 Brian", Language="409;9", Gender="Male")
NOTHING_SAID = Token("espeak", "eSpeak")
BROKEN = Token("uninstalled", None, Language="409")
ELSEWHERE = Token("OneCore", "Microsoft Katja", Language="407", Gender="Female")  # usual, and not among those listed


class SpVoice:
    """SAPI.SpVoice as far as the driver uses it."""

    EventInterests = 0
    Rate = 0
    Volume = 100

    def __init__(self, voices: list[Token], usual: Token) -> None:
        self._voices = voices
        self.Voice = usual

    def GetVoices(self) -> list[Token]:
        return self._voices


@pytest.fixture
def sapi(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """A computer with these voices, and the driver module upon it."""
    computer = SimpleNamespace(voices=[ZIRA, HEDDA], usual=ZIRA, made=[])

    def create(_: str) -> SpVoice:
        computer.made.append(SpVoice(computer.voices, computer.usual))
        return computer.made[-1]

    client, gen, library = ModuleType("comtypes.client"), ModuleType("comtypes.gen"), ModuleType("SpeechLib")
    client.CreateObject, client.GetEvents = create, lambda *_: None  # type: ignore[attr-defined]
    gen.SpeechLib = library  # type: ignore[attr-defined]
    comtypes = ModuleType("comtypes")
    comtypes.client, comtypes.gen = client, gen  # type: ignore[attr-defined]
    for name, module in {"comtypes": comtypes, "comtypes.client": client, "comtypes.gen": gen}.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "pythoncom", ModuleType("pythoncom"))
    monkeypatch.delitem(sys.modules, "pyttsx3.drivers.sapi5", raising=False)
    engine = importlib.import_module("pyttsx3.engine")
    monkeypatch.setattr(engine, "default_engine_by_sys_platform", lambda: "sapi5")
    computer.driver = importlib.import_module("pyttsx3.drivers.sapi5")
    yield computer
    sys.modules.pop("pyttsx3.drivers.sapi5", None)


def test_the_driver_itself_fails_for_all_at_one_voice_of_another_maker(sapi: SimpleNamespace) -> None:
    """Else the tests below would show nothing."""
    engine = importlib.import_module("pyttsx3.engine").Engine()
    assert [each.languages for each in engine.getProperty("voices")] == [["en-US"], ["de-DE"]]
    for bad, error in ((THIRD_PARTY, ValueError), (NOTHING_SAID, COMError), (BROKEN, COMError)):
        sapi.made[-1]._voices = [ZIRA, bad]
        with pytest.raises(error):
            engine.getProperty("voices")


@pytest.mark.parametrize("usual", [ZIRA, THIRD_PARTY, ELSEWHERE])
def test_each_voice_that_can_be_read_is_listed_whatever_the_others_are(sapi: SimpleNamespace, usual: Token) -> None:
    sapi.voices = [Unreadable(), BROKEN, THIRD_PARTY, NOTHING_SAID, ZIRA, HEDDA]
    sapi.usual = usual
    assert worker.Synthesizer(None).voices() == [
        SystemVoice(THIRD_PARTY.Id, "IVONA 2 Brian", ("en-US",), "Male"),
        SystemVoice(NOTHING_SAID.Id, "eSpeak", (), None, espeak=True),
        SystemVoice(ZIRA.Id, "Microsoft Zira Desktop - English", ("en-US",), "Female"),
        SystemVoice(HEDDA.Id, "Microsoft Hedda Desktop - German", ("de-DE",), "Female"),
    ]


def test_a_voice_is_taken_beside_one_that_cannot_be_read(sapi: SimpleNamespace) -> None:
    sapi.voices = [Unreadable(), BROKEN, THIRD_PARTY, ZIRA, HEDDA]
    synthesizer = worker.Synthesizer(None)
    notices: list[Reply] = []
    synthesizer.choose_voice(None, "de", notices.append)
    ((_, voice),) = synthesizer._with_voices([Part("Hallo.", "de")])
    assert notices == []
    engine = worker._create_engine()
    engine.setProperty("voice", voice)
    engine.proxy.setBusy(False)  # which does what was set
    assert sapi.made[-1].Voice is HEDDA


@pytest.mark.usefixtures("sapi")
def test_voices_that_cannot_be_listed_at_all_do_not_end_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise COMError(_NOT_FOUND)

    monkeypatch.setattr(SpVoice, "GetVoices", fail)
    with pytest.raises(worker.NoVoiceError):
        worker.Synthesizer(None).choose_voice("Zira", None, lambda _: None)


@pytest.mark.parametrize(
    ("attribute", "languages"),
    [
        ("409", ("en-US",)),
        ("0409", ("en-US",)),
        ("409;9", ("en-US",)),
        ("9;409", ("en",)),
        ("c0a;40a", ("es-ES",)),
        ("FFFF;407", ("de-DE",)),
        ("x; 40c", ("fr-FR",)),
        ("FFFF", ()),
        ("", ()),
        (";", ()),
        ("en-US", ()),
    ],
)
def test_the_first_known_code_of_a_list_is_the_language(attribute: str, languages: tuple[str, ...]) -> None:
    assert sapi_voices.parse_languages(attribute) == languages
