"""Synthesis of sound files with pyttsx3, on Linux and macOS. The only module that imports pyttsx3.

pyttsx3's `say` never reports whether anything was heard and cannot be stopped; so each sentence is written to a file.
espeak keeps a state that makes a sentence sound different after another one, and which cannot be reset; so each
sentence is synthesized in a fork of this process, with pyttsx3 imported but not initialized.
"""

from __future__ import annotations

import contextlib
import importlib
import threading
import wave
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from edge_assistant.speech import audio_files, joining, tones
from edge_assistant.speech.forked import run_in_fork
from edge_assistant.speech.messages import Notice, Part, SystemVoice, Tone
from edge_assistant.speech.players import Sound
from edge_assistant.speech.voiced_text import assign_voices
from edge_assistant.speech.voices import NoVoiceError, VoiceChooser, no_voice_error

_DEFAULT_RATE = 200  # words a minute; pyttsx3's own default
_FULL_VOLUME = 100  # percent


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

    def configure(self, rate: int | None, volume: int) -> None:
        """Use this rate and volume from the next sound on."""
        self._rate, self._volume = rate, volume

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
        texts = assign_voices(parts, self._chooser)
        with contextlib.ExitStack() as stack:
            files: list[tuple[str, int | None]] = []
            for number, each in enumerate(texts):
                file = stack.enter_context(audio_files.private_file(self._folder, number))
                _import_driver()
                run_in_fork(partial(self._synthesize, each.text, each.voice, file[0]), NoVoiceError)
                files.append(file)
            if len(files) > 1:
                joined = stack.enter_context(audio_files.private_file(self._folder, len(files)))
                if joining.join([path for path, _ in files], joined[0]):
                    files = [joined]
            yield [sound for sound in (_open_sound(*file) for file in files) if sound is not None]

    @contextlib.contextmanager
    def tone(self, tone: Tone) -> Iterator[list[Sound]]:
        """Yield the tone as a WAV file that is removed afterwards."""
        with tones.tone_sound(tone, self._tone_volume, self._folder) as sound:
            yield [sound]

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


def _import_driver() -> None:
    """Import pyttsx3 and its driver without initializing them. Raises NoVoiceError."""
    try:
        import pyttsx3.engine

        importlib.import_module(f"pyttsx3.drivers.{pyttsx3.engine.default_engine_by_sys_platform()}")
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
    return no_voice_error()


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
