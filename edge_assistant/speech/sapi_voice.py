"""SAPI's voice object, through COM.

The thread that makes a `SapiVoice` owns it: COM lets no other thread call it. That thread calls `pump_messages` while
something is spoken, since a voice of another maker may need calls delivered to it.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.wintypes
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from edge_assistant.speech.messages import SystemVoice
from edge_assistant.speech.sapi_errors import NOT_FOUND, SapiError
from edge_assistant.speech.sapi_voices import readable_voices
from edge_assistant.system.windows_api import load_library

# SpeechVoiceSpeakFlags in sapi.h
_ASYNC, _PURGE, _IS_NOT_XML = 1, 2, 16
_IS_SPEAKING = 2  # SRSEIsSpeaking of SpeechRunState
_STOPPED = 1  # SPAS_STOP of SPAUDIOSTATE
# The voices that are added in Windows' settings; SAPI itself lists only those of its older kind.
_ADDED_VOICES = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Speech_OneCore\Voices"
# "Incrementing or decrementing by 1 is multiplying or dividing the rate by the 10th root of 3" (SAPI's documentation,
# TTS Engine Characteristics). What a voice speaks at 0 is its own: pyttsx3 measured 154 to 157 words a minute.
_WORDS_PER_MINUTE_AT_0 = 157
_FASTEST = 10
_PM_REMOVE = 1  # winuser.h


def rate_for(words_per_minute: int) -> int:
    """Return SAPI's rate, -10 to 10, for a rate in words a minute."""
    steps = round(10 * math.log(words_per_minute / _WORDS_PER_MINUTE_AT_0, 3))
    return max(-_FASTEST, min(_FASTEST, steps))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the voice is: whether all has ended, whether something is heard, and its stream's number (0: unknown)."""

    done: bool
    speaking: bool
    stream: int


class SapiVoice:
    """One SpVoice object, which keeps the audio output that was the default when it was made.

    All methods raise SapiError, unless they say otherwise.
    """

    def __init__(self, rate: int | None, volume: int) -> None:
        """Make the object; `rate` is in words a minute, `volume` in percent.

        Without a rate, or at full volume, those of the person's own Windows settings hold.
        """
        with _sapi_errors():
            import comtypes.client

            create = comtypes.client.CreateObject
            self._object = create("SAPI.SpVoice", dynamic=True)
        self.configure(rate, volume if volume != 100 else None)
        self._usual, self._usual_id = self._find_usual()
        self._present: str | None = None  # the id of the voice in use; None is the usual one
        self._last_stream = 0
        self._old_stream = 0  # what SAPI still tells as the current stream after the numbers began again
        self._tokens: dict[str, Any] = {}
        self._voices: list[SystemVoice] = []
        try:
            self._read_tokens(lambda: self._object.GetVoices())
        except SapiError as error:
            if self._usual is None and error.hresult != NOT_FOUND:
                raise
        with contextlib.suppress(SapiError):  # an older Windows has none
            self._read_tokens(lambda: _added_tokens(create))

    def configure(self, rate: int | None, volume: int | None) -> None:
        """Set the rate in words a minute and the volume in percent; None leaves one as it is."""
        with _sapi_errors():
            if rate is not None:
                self._object.Rate = rate_for(rate)
            if volume is not None:
                self._object.Volume = volume

    @property
    def voices(self) -> list[SystemVoice]:
        """The voices that can be read."""
        return self._voices

    @property
    def usual(self) -> str | None:
        """The id of the voice that Windows uses, None where there is none."""
        return self._usual_id

    def speak(self, text: str, voice: str | None) -> int:
        """Queue a text, to be spoken by the voice with this id (None: the usual one); return its stream's number.

        The numbers grow, and begin again at 1 some time after all has been spoken.
        """
        with _sapi_errors():
            if voice != self._present:
                token = self._usual if voice is None else self._tokens.get(voice)
                if token is None:
                    raise SapiError(NOT_FOUND)
                self._object.Voice = token  # for what is queued from now on
                self._present = voice
            return self._queue(text, _ASYNC | _IS_NOT_XML)

    def progress(self) -> Progress:
        """Return how far it is. Raises SapiError also where all streams have ended because one failed."""
        with _sapi_errors():
            done = bool(self._object.WaitUntilDone(0))  # milliseconds
            status = self._object.Status
            result = int(status.LastHResult)
            if done and result < 0:  # earlier it may be an older call's
                raise SapiError(result)
            speaking = int(status.RunningState) == _IS_SPEAKING
            current = int(status.CurrentStreamNumber)
        if not speaking or current == self._old_stream:
            current = 0
        else:
            self._old_stream = 0
        return Progress(done, speaking and not done, current)

    def is_done(self) -> bool:
        """Return whether nothing is spoken or queued."""
        with _sapi_errors():
            return bool(self._object.WaitUntilDone(0))

    def silence(self) -> bool:
        """Be silent at once, and drop what is queued; return False where it may still be heard for a while.

        Some voices of Windows finish their sentence in spite of the purge, so the audio output is stopped first.
        """
        stopped = False
        with contextlib.suppress(SapiError), _sapi_errors():
            self._object.AudioOutputStream.QueryInterface(_audio_interface()).SetState(_STOPPED, 0)
            stopped = True
        with _sapi_errors():
            self._queue("", _ASYNC | _PURGE | _IS_NOT_XML)
        return stopped

    def has_output(self) -> bool:
        """Return whether there is an audio output."""
        with _sapi_errors():
            return int(self._object.GetAudioOutputs().Count) > 0

    def _queue(self, text: str, flags: int) -> int:
        number = int(self._object.Speak(text, flags))
        if number <= self._last_stream:
            current = int(self._object.Status.CurrentStreamNumber)
            self._old_stream = current if current > 1 else 0
        self._last_stream = number
        return number

    def _find_usual(self) -> tuple[Any, str | None]:
        try:
            with _sapi_errors():
                token = self._object.Voice
                return token, str(token.Id)
        except SapiError:
            return None, None

    def _read_tokens(self, list_tokens: Any) -> None:
        with _sapi_errors():
            for token, voice in readable_voices(list_tokens()):
                if voice.id not in self._tokens:
                    self._tokens[voice.id] = token
                    self._voices.append(voice)


def pump_messages() -> None:
    """Deliver the calls that COM holds for this thread."""
    if sys.platform != "win32":
        return
    message = ctypes.wintypes.MSG()
    user32 = _load_user32()
    while user32.PeekMessageW(ctypes.byref(message), None, 0, 0, _PM_REMOVE):
        user32.DispatchMessageW(ctypes.byref(message))


@cache
def _load_user32() -> Any:
    user32 = load_library("user32")
    pointer = ctypes.POINTER(ctypes.wintypes.MSG)
    user32.PeekMessageW.argtypes = (pointer, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint, ctypes.c_uint)
    user32.PeekMessageW.restype = ctypes.c_int
    user32.DispatchMessageW.argtypes = (pointer,)
    user32.DispatchMessageW.restype = ctypes.c_ssize_t
    return user32


@cache
def _audio_interface() -> Any:
    """Return sapi.h's ISpAudio: an ISpStreamFormat, whose methods up to GetFormat (14) are not called here."""
    from comtypes import GUID, HRESULT, STDMETHOD, IUnknown

    inherited = [STDMETHOD(HRESULT, f"_method_{number}") for number in range(3, 15)]
    # HRESULT SetState(SPAUDIOSTATE NewState, ULONGLONG ullReserved)
    set_state = STDMETHOD(HRESULT, "SetState", [ctypes.c_int, ctypes.c_ulonglong])
    body = {"_iid_": GUID("{C05C768F-FAE8-4EC2-8E07-338321C12452}"), "_methods_": [*inherited, set_state]}
    return type(IUnknown)("ISpAudio", (IUnknown,), body)


def _added_tokens(create: Any) -> Any:
    category = create("SAPI.SpObjectTokenCategory", dynamic=True)
    category.SetId(_ADDED_VOICES, False)  # False: do not create it
    return category.EnumerateTokens()


@contextlib.contextmanager
def _sapi_errors() -> Iterator[None]:
    """Raise SapiError for whatever comtypes raises."""
    try:
        yield
    except SapiError:
        raise
    except Exception as error:
        print(f"a call of SAPI failed: {error!r}", flush=True)  # the speaker logs the worker's output
        raise SapiError.of(error) from error
