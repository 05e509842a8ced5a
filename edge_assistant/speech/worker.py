"""The speech worker's side: pyttsx3 makes the sound, a player plays it. The only module that imports pyttsx3.

Of pyttsx3's two ways, `say` never tells whether anything was heard and cannot be stopped; so each sentence is written
to a file and played here by a program whose exit status is read. Both together take 40 ms, less than the pause after a
sentence, so nothing is made ahead. espeak keeps a state that makes a sentence sound different after another one, and
which cannot be reset; so each is made in a fresh copy of this process, where pyttsx3 is imported but not yet at work.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import queue
import re
import sys
import threading
import wave
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from edge_assistant.speech import audio_files, bundled_voice, sapi_voices, tones
from edge_assistant.speech.forked import in_fresh_process
from edge_assistant.speech.messages import (
    Failure,
    Notice,
    Play,
    PlaybackStarted,
    PlaybackStopped,
    Reply,
    Say,
    Spoken,
    Stop,
    SystemVoice,
    Tone,
)
from edge_assistant.speech.playback import Playback
from edge_assistant.speech.players import NoSoundError, Sound, players
from edge_assistant.speech.voices import choose
from edge_assistant.system.i18n import later, tr

_NO_VOICE = later("There is no voice on this computer. Install {package}, then start again.")
_VOICE_PACKAGES = {"linux": "espeak-ng", "win32": later("a Windows voice"), "darwin": later("a macOS voice")}
_USUAL_RATE = 200  # words a minute; pyttsx3's own default
_FULL = 100  # percent
# Control characters say nothing, and half a surrogate pair cannot be encoded for the voice.
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


class NoVoiceError(Exception):
    """There is no speech synthesis; the text says what to do."""


class Synthesizer:
    """Makes sound files with pyttsx3, in `folder` or, without one, in memory. Volumes are in percent."""

    def __init__(
        self, folder: Path | None, rate: int | None = None, volume: int = _FULL, tone_volume: int = _FULL
    ) -> None:
        self._folder = folder
        self._rate = rate
        self._volume = volume
        self._tone_volume = tone_volume
        self._voice: str | None = None

    def voices(self) -> list[SystemVoice]:
        """The voices there are. Raises NoVoiceError."""
        _import()
        return in_fresh_process(_voices, NoVoiceError)

    def choose(self, wanted: str | None, language: str | None, send: Callable[[Reply], None]) -> None:
        """Take the voice that was asked for, or one for the language; send a Remark for what there is not.

        Raises NoVoiceError.
        """
        voices = self.voices()
        chosen = choose(voices, wanted, None)
        if wanted is not None and chosen is None:
            send(
                Notice("no-such-voice", tr("There is no voice called {wanted}. Another voice is used.", wanted=wanted))
            )
        if language is not None and chosen is None:
            chosen = choose(voices, None, language)
            if chosen is None:
                message = tr(
                    "There is no voice for the language {language}. The default voice is used.", language=language
                )
                send(Notice("no-voice-for-language", message))
        self._voice = chosen.id if chosen else None

    @contextlib.contextmanager
    def sound(self, text: str) -> Iterator[Sound | None]:
        """The text as a WAV file that lives as long as the context; None when there is nothing to hear in it.

        Raises NoVoiceError.
        """
        text = _UNSPEAKABLE.sub(" ", text)
        if not text.strip():  # pyttsx3 would wait for its end for ever
            yield None
            return
        with audio_files.private_file(self._folder) as (path, descriptor):
            _import()
            in_fresh_process(lambda: self._make(text, path), NoVoiceError)
            yield _sound(path, descriptor)

    @contextlib.contextmanager
    def tone(self, tone: Tone) -> Iterator[Sound]:
        """The tone as a WAV file that lives as long as the context."""
        with audio_files.private_file(self._folder) as (path, descriptor):
            Path(path).write_bytes(tones.wav(tone, self._tone_volume))
            yield Sound(path, tones.seconds(tone), descriptor)

    def _make(self, text: str, path: str) -> None:
        engine = _engine()
        _settle(engine)  # it begins with a rate and a volume of its own
        if self._voice is not None:
            engine.setProperty("voice", self._voice)
        engine.setProperty("rate", self._rate or _USUAL_RATE)
        if self._volume != _FULL:  # which every driver begins with
            engine.setProperty("volume", self._volume / 100)
        _settle(engine)
        finished = threading.Event()
        engine.connect("finished-utterance", lambda **_: finished.set())
        engine.save_to_file(text, path)
        engine.runAndWait()
        if engine.driver_name == "espeak":  # it goes on in a thread of its own; the others write before they return
            finished.wait()


def serve(
    connection: Connection, voice: str | None, language: str | None, rate: int | None, volume: int, tone_volume: int
) -> None:
    """Speak what is said over the Pipe, one sentence at a time, until it ends; the arguments are a Speaker's."""
    bundled_voice.prepare()
    base = audio_files.base()
    mouth = Playback(players(sys.platform))
    inbox: queue.SimpleQueue[Say | Play] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(connection, inbox, mouth, base), name="inbox", daemon=True).start()
    synthesizer = Synthesizer(audio_files.prepare(), rate, volume, tone_volume)
    with contextlib.suppress(NoVoiceError):  # it is told when something is to be said
        synthesizer.choose(voice, language, connection.send)
    while True:
        _speak(inbox.get(), synthesizer, mouth, connection.send)


def report_voices(connection: Connection) -> None:
    """Send the list of voices, or the sentence that says why there are none."""
    bundled_voice.prepare()
    try:
        connection.send(Synthesizer(None).voices())
    except NoVoiceError as error:
        connection.send(str(error))


def report_sound(connection: Connection) -> None:
    """Try voice and output for real, with a tenth of a second of silence: two sentences, None where it works."""
    bundled_voice.prepare()
    base, folder = audio_files.base(), audio_files.prepare()
    voice: str | None = None
    try:
        with Synthesizer(folder).sound("a") as sound:
            voice = None if sound else tr("The voice makes no sound. Install espeak-ng again.")
    except NoVoiceError as error:
        voice = str(error)
    output: str | None = None
    try:
        with audio_files.private_file(folder) as (path, descriptor):
            _write_silence(path)
            Playback(players(sys.platform)).play(1, Sound(path, 0.1, descriptor), lambda: None)
    except NoSoundError as error:
        output = str(error)
    audio_files.remove_folder(os.getpid(), base)
    connection.send((voice, output))


def _speak(message: Say | Play, synthesizer: Synthesizer, mouth: Playback, send: Callable[[Reply], None]) -> None:
    if mouth.is_hushed(message.id):
        send(PlaybackStopped(message.id, by_us=True))
        return
    try:
        with synthesizer.tone(message.tone) if isinstance(message, Play) else synthesizer.sound(message.text) as sound:
            if sound is None:
                send(Spoken(message.id))
                return
            outcome = mouth.play(message.id, sound, lambda: send(PlaybackStarted(message.id, sound.seconds)))
    except NoVoiceError as error:
        send(Failure(message.id, "no-voice", str(error)))
    except NoSoundError as error:
        send(Failure(message.id, "no-sound", str(error)))
    else:
        send(Spoken(message.id) if outcome == "played" else PlaybackStopped(message.id, by_us=outcome == "hushed"))


def _read(connection: Connection, inbox: queue.SimpleQueue[Say | Play], mouth: Playback, base: Path) -> None:
    """A thread of its own, so that a Hush is obeyed while a sentence is made or played."""
    while True:
        try:
            message = connection.recv()
        except (EOFError, OSError):
            mouth.hush(sys.maxsize)  # the parent is gone
            audio_files.remove_folder(os.getpid(), base)
            os._exit(0)
        if isinstance(message, Stop):
            mouth.hush(message.id)
        else:
            inbox.put(message)


def _import() -> None:
    """Load pyttsx3 and its driver without setting them to work. Raises NoVoiceError."""
    try:
        import pyttsx3.engine

        driver = importlib.import_module(f"pyttsx3.drivers.{pyttsx3.engine.default_engine_by_sys_platform()}")
        if hasattr(driver, "SAPI5Driver"):
            sapi_voices.mend(driver.SAPI5Driver)
    except Exception as error:  # each platform's driver fails in its own way
        raise _no_voice(error) from error


def _engine() -> Any:
    try:
        import pyttsx3.engine

        return pyttsx3.engine.Engine()
    except Exception as error:
        raise _no_voice(error) from error


def _voices() -> list[SystemVoice]:
    engine = _engine()
    try:
        if engine.driver_name == "sapi5":
            return sapi_voices.read(engine.proxy._driver._tts.GetVoices())
        return [
            SystemVoice(str(each.id), str(each.name), tuple(map(str, each.languages or ())), each.gender)
            for each in engine.getProperty("voices")
        ]
    except Exception as error:  # one that cannot be read must not silence the usual one
        raise _no_voice(error) from error


def _settle(engine: Any) -> None:
    """Wait until espeak has obeyed.

    pyttsx3 keeps what is set until its loop starts. There its espeak driver cancels what espeak, which takes rate and
    volume on a thread of its own, has not taken yet: on a busy machine, one sentence in 350 came at the usual rate.
    """
    if engine.driver_name == "espeak":
        engine.proxy.setBusy(False)  # which hands it on
        importlib.import_module("pyttsx3.drivers._espeak").Synchronize()
        engine.proxy.setBusy(True)


def _no_voice(error: Exception) -> NoVoiceError:
    print(f"pyttsx3: {error!r}", flush=True)
    return NoVoiceError(tr(_NO_VOICE, package=tr(_VOICE_PACKAGES.get(sys.platform, "espeak-ng"))))


def _sound(path: str, descriptor: int | None) -> Sound | None:
    try:
        with wave.open(path, "rb") as file:
            seconds = file.getnframes() / file.getframerate()
    except (EOFError, FileNotFoundError):
        return None
    except wave.Error:
        # Apple's AIFF, at 22,050 Hz or more and 2 bytes a sample; the length only limits how long the player may take.
        seconds = Path(path).stat().st_size / 44100
    return Sound(path, seconds, descriptor) if seconds else None


def _write_silence(path: str) -> None:
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22050)
        file.writeframes(b"\0\0" * 2205)
