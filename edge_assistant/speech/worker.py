"""The speech worker process: pyttsx3 synthesizes the sound, a player plays it. The only module that imports pyttsx3.

pyttsx3's `say` never reports whether anything was heard and cannot be stopped; so each sentence is written to a file
and played by a program whose exit status is read. Both together take 40 ms, less than the pause after a sentence, so
nothing is synthesized ahead. espeak keeps a state that makes a sentence sound different after another one, and which
cannot be reset; so each sentence is synthesized in a fork of this process, with pyttsx3 imported but not initialized.
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
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from edge_assistant.speech import audio_files, bundled_voice, joining, sapi_voices, tones
from edge_assistant.speech.forked import run_in_fork
from edge_assistant.speech.messages import (
    Failure,
    Notice,
    Part,
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
from edge_assistant.speech.playback import Outcome, Playback
from edge_assistant.speech.players import NoSoundError, Sound, players
from edge_assistant.speech.voices import VoiceChooser
from edge_assistant.system.i18n import tr, tr_noop

_NO_VOICE = tr_noop("There is no voice on this computer. Install {package}, then start again.")
_VOICE_PACKAGES = {"linux": "espeak-ng", "win32": tr_noop("a Windows voice"), "darwin": tr_noop("a macOS voice")}
_DEFAULT_RATE = 200  # words a minute; pyttsx3's own default
_FULL_VOLUME = 100  # percent
# Control characters have no sound, and half a surrogate pair cannot be encoded for the voice.
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


class NoVoiceError(Exception):
    """There is no speech synthesis; the text says what to do about it."""


class Synthesizer:
    """Synthesizes sound files with pyttsx3, in `folder` or, without one, in memory. Volumes are in percent."""

    def __init__(
        self, folder: Path | None, rate: int | None = None, volume: int = _FULL_VOLUME, tone_volume: int = _FULL_VOLUME
    ) -> None:
        self._folder = folder
        self._rate = rate
        self._volume = volume
        self._tone_volume = tone_volume
        self._chooser: VoiceChooser | None = None

    def voices(self) -> list[SystemVoice]:
        """List the system's voices. Raises NoVoiceError."""
        _import_driver()
        return run_in_fork(_read_voices, NoVoiceError)

    def choose_voice(self, wanted: str | None, language: str | None, send: Callable[[Notice], object]) -> None:
        """Choose the voice by id or name, or else by language; send a Notice for what is missing, now and later.

        Raises NoVoiceError.
        """
        self._chooser = VoiceChooser(self.voices(), wanted, language, send)

    @contextlib.contextmanager
    def sounds(self, parts: Sequence[Part]) -> Iterator[list[Sound]]:
        """Yield the spoken text as sound files, which are removed afterwards: one, where several can be joined.

        There are none when it has no sound. Raises NoVoiceError.
        """
        texts = self._with_voices(parts)
        with contextlib.ExitStack() as stack:
            files: list[tuple[str, int | None]] = []
            for number, (text, voice) in enumerate(texts):
                file = stack.enter_context(audio_files.private_file(self._folder, number))
                _import_driver()
                run_in_fork(partial(self._synthesize, text, voice, file[0]), NoVoiceError)
                files.append(file)
            if len(files) > 1:
                joined = stack.enter_context(audio_files.private_file(self._folder, len(files)))
                if joining.join([path for path, _ in files], joined[0]):
                    files = [joined]
            yield [sound for sound in (_open_sound(*file) for file in files) if sound is not None]

    def _with_voices(self, parts: Sequence[Part]) -> list[tuple[str, str | None]]:
        """Return the texts to speak, each with its voice's id; neighbours that share a voice are one text."""
        texts: list[tuple[str, str | None]] = []
        for part in parts:
            voice = self._chooser.voice_for(part.language) if self._chooser else None
            text = _UNSPEAKABLE.sub(" ", part.text)
            if self._chooser:
                text = self._chooser.speakable(text, voice)
            id = voice.id if voice else None
            if texts and texts[-1][1] == id:
                texts[-1] = (texts[-1][0] + text, id)
            else:
                texts.append((text, id))
        return [(text, id) for text, id in texts if text.strip()]  # pyttsx3 would wait forever for the end of a blank

    @contextlib.contextmanager
    def tone(self, tone: Tone) -> Iterator[list[Sound]]:
        """Yield the tone as a WAV file that is removed afterwards."""
        with audio_files.private_file(self._folder) as (path, descriptor):
            Path(path).write_bytes(tones.generate_wav(tone, self._tone_volume))
            yield [Sound(path, tones.tone_seconds(tone), descriptor)]

    def _synthesize(self, text: str, voice: str | None, path: str) -> None:
        engine = _create_engine()
        _synchronize(engine)  # it starts with its own rate and volume
        if voice is not None:
            engine.setProperty("voice", voice)
        engine.setProperty("rate", self._rate or _DEFAULT_RATE)
        if self._volume != _FULL_VOLUME:  # every driver's default
            engine.setProperty("volume", self._volume / 100)
        _synchronize(engine)
        finished = threading.Event()
        engine.connect("finished-utterance", lambda **_: finished.set())
        engine.save_to_file(text, path)
        engine.runAndWait()
        if engine.driver_name == "espeak":  # it synthesizes on another thread; the others write before they return
            finished.wait()


def serve(
    connection: Connection, voice: str | None, language: str | None, rate: int | None, volume: int, tone_volume: int
) -> None:
    """Speak the received sentences, one at a time, until the connection closes; the arguments are a Speaker's."""
    bundled_voice.enable()
    base = audio_files.base_folder()
    playback = Playback(players(sys.platform))
    inbox: queue.SimpleQueue[Say | Play] = queue.SimpleQueue()
    threading.Thread(target=_read_messages, args=(connection, inbox, playback, base), name="inbox", daemon=True).start()
    synthesizer = Synthesizer(audio_files.prepare_folder(), rate, volume, tone_volume)
    with contextlib.suppress(NoVoiceError):  # reported with the first sentence
        synthesizer.choose_voice(voice, language, connection.send)
    while True:
        _speak(inbox.get(), synthesizer, playback, connection.send)


def report_voices(connection: Connection) -> None:
    """Send the list of voices, or a sentence that says why there are none."""
    bundled_voice.enable()
    try:
        connection.send(Synthesizer(None).voices())
    except NoVoiceError as error:
        connection.send(str(error))


def report_sound(connection: Connection) -> None:
    """Try voice and output with a tenth of a second of silence; send a sentence for each, None where it works."""
    bundled_voice.enable()
    base, folder = audio_files.base_folder(), audio_files.prepare_folder()
    voice: str | None = None
    try:
        with Synthesizer(folder).sounds([Part("a", "en")]) as sounds:
            voice = None if sounds else tr("The voice makes no sound. Install espeak-ng again.")
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


def _speak(message: Say | Play, synthesizer: Synthesizer, playback: Playback, send: Callable[[Reply], None]) -> None:
    if playback.is_stopped(message.id):
        send(PlaybackStopped(message.id, requested=True))
        return
    try:
        with _sounds(message, synthesizer) as sounds:
            outcome = _play_all(message.id, sounds, playback, send)
    except NoVoiceError as error:
        send(Failure(message.id, "no-voice", str(error)))
    except NoSoundError as error:
        send(Failure(message.id, "no-sound", str(error)))
    else:
        send(Spoken(message.id) if outcome == "played" else PlaybackStopped(message.id, requested=outcome == "stopped"))


def _sounds(message: Say | Play, synthesizer: Synthesizer) -> contextlib.AbstractContextManager[list[Sound]]:
    return synthesizer.tone(message.tone) if isinstance(message, Play) else synthesizer.sounds(message.parts)


def _play_all(id: int, sounds: Sequence[Sound], playback: Playback, send: Callable[[Reply], None]) -> Outcome:
    """Play the sounds of one utterance one after the other. Raises NoSoundError."""
    started = PlaybackStarted(id, sum(sound.seconds for sound in sounds))
    for number, sound in enumerate(sounds):
        outcome = playback.play(id, sound, partial(_send_first, send, started, number))
        if outcome != "played":
            return outcome
    return "played"


def _send_first(send: Callable[[Reply], None], started: PlaybackStarted, number: int) -> None:
    if number == 0:
        send(started)


def _read_messages(
    connection: Connection, inbox: queue.SimpleQueue[Say | Play], playback: Playback, base: Path
) -> None:
    """Receive messages on another thread, so that a Stop works during synthesis and playback."""
    while True:
        try:
            message = connection.recv()
        except (EOFError, OSError):
            playback.stop(sys.maxsize)  # the speaker is gone
            audio_files.remove_folder(os.getpid(), base)
            os._exit(0)
        if isinstance(message, Stop):
            playback.stop(message.id)
        else:
            inbox.put(message)


def _import_driver() -> None:
    """Import pyttsx3 and its driver without initializing them. Raises NoVoiceError."""
    try:
        import pyttsx3.engine

        driver = importlib.import_module(f"pyttsx3.drivers.{pyttsx3.engine.default_engine_by_sys_platform()}")
        if hasattr(driver, "SAPI5Driver"):
            sapi_voices.patch_driver(driver.SAPI5Driver)
    except Exception as error:  # each platform's driver fails in its own way
        raise _no_voice_error(error) from error


def _create_engine() -> Any:
    try:
        import pyttsx3.engine

        return pyttsx3.engine.Engine()
    except Exception as error:
        raise _no_voice_error(error) from error


def _read_voices() -> list[SystemVoice]:
    engine = _create_engine()
    try:
        if engine.driver_name == "sapi5":
            return sapi_voices.read_voices(engine.proxy._driver._tts.GetVoices())
        return [
            SystemVoice(
                str(each.id),
                str(each.name),
                tuple(map(str, each.languages or ())),
                each.gender,
                engine.driver_name == "espeak",
            )
            for each in engine.getProperty("voices")
        ]
    except Exception as error:  # one unreadable voice must not silence the default one
        raise _no_voice_error(error) from error


def _synchronize(engine: Any) -> None:
    """Wait until espeak has applied the properties.

    pyttsx3 holds them back until its loop starts. There its espeak driver cancels what espeak, which applies rate and
    volume on another thread, has not applied yet: on a busy machine, one sentence in 350 came at the default rate.
    """
    if engine.driver_name == "espeak":
        engine.proxy.setBusy(False)  # passes the properties on
        importlib.import_module("pyttsx3.drivers._espeak").Synchronize()
        engine.proxy.setBusy(True)


def _no_voice_error(error: Exception) -> NoVoiceError:
    print(f"pyttsx3: {error!r}", flush=True)
    return NoVoiceError(tr(_NO_VOICE, package=tr(_VOICE_PACKAGES.get(sys.platform, "espeak-ng"))))


def _open_sound(path: str, descriptor: int | None) -> Sound | None:
    try:
        with wave.open(path, "rb") as file:
            seconds = file.getnframes() / file.getframerate()
    except (EOFError, FileNotFoundError):
        return None
    except wave.Error:
        # Apple's AIFF, at 22,050 Hz or more and 2 bytes a sample; the length only limits the player's time.
        seconds = Path(path).stat().st_size / 44100
    return Sound(path, seconds, descriptor) if seconds else None


def _write_silence(path: str) -> None:
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22050)
        file.writeframes(b"\0\0" * 2205)
