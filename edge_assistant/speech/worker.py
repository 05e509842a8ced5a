"""The speech worker's side: pyttsx3 makes the sound, a player plays it. The only module that imports pyttsx3.

Of pyttsx3's two ways, `say` never tells whether anything was heard and cannot be stopped; so each sentence is written
to a file (11 ms) and played here by a program whose exit status is read. On Linux the file is an anonymous one in
memory: whatever is killed, no spoken text stays behind.
"""

from __future__ import annotations

import contextlib
import os
import queue
import re
import sys
import tempfile
import threading
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from edge_assistant.speech.messages import Hush, Interrupted, Remark, Reply, Say, Spoken, Started, Trouble, Voice
from edge_assistant.speech.players import NoSoundError, Player, Playing, Sound, players
from edge_assistant.speech.voices import choose

_GRACE = 5.0  # seconds a player may take longer than the sound
_NO_VOICE = "There is no voice on this computer. Install {}, then start again."
_VOICE_PACKAGES = {"linux": "espeak-ng", "win32": "a Windows voice", "darwin": "a macOS voice"}
_NO_OUTPUT = "There is no sound: the audio output cannot be opened. Check the speakers and the sound settings."
_NO_PLAYER = "There is no sound: no program to play it is installed. Install alsa-utils."
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


class NoVoiceError(Exception):
    """There is no speech synthesis; the text says what to do."""


class Synthesizer:
    """Makes sound files with pyttsx3."""

    def __init__(self, voice: str | None, rate: int | None) -> None:
        self._voice = voice
        self._rate = rate

    def voices(self) -> list[Voice]:
        """The voices there are. Raises NoVoiceError."""
        return [
            Voice(str(each.id), str(each.name), tuple(map(str, each.languages)), each.gender)
            for each in _engine().getProperty("voices")
        ]

    def choose(self, wanted: str | None, language: str | None, send: Callable[[Reply], None]) -> None:
        """Take the voice that was asked for, or one for the language, else send a Remark. Raises NoVoiceError."""
        voices = self.voices()
        chosen = choose(voices, wanted, language)
        if chosen is not None:
            self._voice = chosen.id
        elif language is not None:
            message = f"There is no voice for the language {language}. The usual voice speaks."
            send(Remark("no-voice-for-language", message))
        elif wanted is not None:
            send(Remark("no-such-voice", f"There is no voice called {wanted}. The usual voice speaks."))

    @contextlib.contextmanager
    def sound(self, text: str) -> Iterator[Sound | None]:
        """The text as a WAV file that lives as long as the context; None when there is nothing to hear in it."""
        with _private_file() as (path, descriptor):
            engine = _engine()  # a fresh one: after a file, the same engine never makes sound again
            if self._voice is not None:
                engine.setProperty("voice", self._voice)
            if self._rate is not None:
                engine.setProperty("rate", self._rate)
            engine.save_to_file(_CONTROL.sub(" ", text), path)
            engine.runAndWait()
            yield _sound(path, descriptor)


def serve(connection: Connection, voice: str | None, language: str | None, rate: int | None) -> None:
    """Speak what is said over the Pipe, one sentence at a time, until it ends."""
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(connection, inbox), name="inbox", daemon=True).start()
    synthesizer = Synthesizer(None, rate)
    with contextlib.suppress(NoVoiceError):  # it is told when something is to be said
        synthesizer.choose(voice, language, connection.send)
    mouth = _Mouth(players(sys.platform), inbox)
    while True:
        message = inbox.get()
        if isinstance(message, Say):
            _speak(message, synthesizer, mouth, connection.send)


def report_voices(connection: Connection) -> None:
    """Send the list of voices, or the sentence that says why there are none."""
    try:
        connection.send(Synthesizer(None, None).voices())
    except NoVoiceError as error:
        connection.send(str(error))


def report_sound(connection: Connection) -> None:
    """Try voice and output for real, with a tenth of a second of silence: two sentences, None where it works."""
    voice: str | None = None
    try:
        with Synthesizer(None, None).sound("a") as sound:
            voice = None if sound else "The voice makes no sound. Install espeak-ng again."
    except NoVoiceError as error:
        voice = str(error)
    output: str | None = None
    try:
        with _private_file() as (path, descriptor):
            _write_silence(path)
            _Mouth(players(sys.platform), queue.SimpleQueue()).play(Sound(path, 0.1, descriptor), lambda: None)
    except NoSoundError as error:
        output = str(error)
    connection.send((voice, output))


@dataclass(slots=True)
class _Mouth:
    """Plays sounds with the first player that can, while it listens for Hush."""

    _players: list[Player]
    _inbox: queue.SimpleQueue[Any]

    def play(self, sound: Sound, on_start: Callable[[], None]) -> bool | None:
        """True when it was played, False when a Hush stopped it, None when something else did. Raises NoSoundError."""
        while self._players:
            try:
                playing = self._players[0].play(sound)
                on_start()
                return self._listen(playing, sound)
            except NoSoundError as error:
                print(error)  # for the log; it is too technical to be spoken
                if len(self._players) == 1:
                    raise NoSoundError(_NO_OUTPUT) from error
                self._players.pop(0)
        raise NoSoundError(_NO_PLAYER)

    def _listen(self, playing: Playing, sound: Sound) -> bool | None:
        ended: list[bool | NoSoundError] = []

        def wait() -> None:
            try:
                ended.append(playing.wait(sound.seconds + _GRACE))
            except NoSoundError as error:
                ended.append(error)
            self._inbox.put(ended)

        threading.Thread(target=wait, name="player", daemon=True).start()
        hushed = False
        later = []
        while (message := self._inbox.get()) is not ended:
            if isinstance(message, Hush):
                hushed = True
                playing.stop()
            else:
                later.append(message)
        for each in later:
            self._inbox.put(each)
        result = ended[0]
        if hushed:
            return False
        if isinstance(result, NoSoundError):
            raise result
        return True if result else None


def _speak(message: Say, synthesizer: Synthesizer, mouth: _Mouth, send: Callable[[Reply], None]) -> None:
    try:
        with synthesizer.sound(message.text) as sound:
            played = mouth.play(sound, lambda: send(Started(message.id))) if sound else True
    except NoVoiceError as error:
        send(Trouble(message.id, "no-voice", str(error)))
    except NoSoundError as error:
        send(Trouble(message.id, "no-sound", str(error)))
    else:
        send(Spoken(message.id) if played else Interrupted(message.id, by_us=played is False))


def _read(connection: Connection, inbox: queue.SimpleQueue[Any]) -> None:
    while True:
        try:
            inbox.put(connection.recv())
        except (EOFError, OSError):
            os._exit(0)  # the parent is gone; the player dies with this process


def _engine() -> Any:
    try:
        import pyttsx3.engine

        return pyttsx3.engine.Engine()
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        package = _VOICE_PACKAGES.get(sys.platform, "espeak-ng")
        raise NoVoiceError(_NO_VOICE.format(package)) from error


@contextlib.contextmanager
def _private_file() -> Iterator[tuple[str, int | None]]:
    """A file nobody else can read: its path and, where it has no name, its descriptor."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("speech", 0)
        try:
            yield f"/proc/self/fd/{descriptor}", descriptor
        finally:
            os.close(descriptor)
        return
    with tempfile.TemporaryDirectory(prefix="edge-assistant-") as folder:
        yield str(Path(folder) / "sentence.wav"), None


def _sound(path: str, descriptor: int | None) -> Sound | None:
    try:
        with wave.open(path, "rb") as file:
            seconds = file.getnframes() / file.getframerate()
    except (EOFError, FileNotFoundError):
        return None
    return Sound(path, seconds, descriptor) if seconds else None


def _write_silence(path: str) -> None:
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22050)
        file.writeframes(b"\0\0" * 2205)
