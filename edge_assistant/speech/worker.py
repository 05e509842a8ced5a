"""The speech worker process: it receives sentences and tones, and has them spoken as this system can."""

from __future__ import annotations

import os
import queue
import sys
import threading
import wave
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from edge_assistant.speech import audio_files, bundled_voice
from edge_assistant.speech.messages import Configure, Play, Reply, Say, Stop
from edge_assistant.speech.playback import Playback
from edge_assistant.speech.played_speech import PlayedSpeech
from edge_assistant.speech.players import NoSoundError, Sound, players
from edge_assistant.speech.sapi_speech import SapiSpeech
from edge_assistant.speech.speech_engine import SpeechEngine, VoiceSettings
from edge_assistant.speech.voices import NoVoiceError


def serve(
    connection: Connection,
    voice: str | None,
    language: str | None,
    rate: int | None,
    volume: int,
    tone_volume: int,
    platform: str = sys.platform,
) -> None:
    """Speak the received sentences, in order, until the connection closes.

    The arguments are a Speaker's; `platform` is as in sys.platform.
    """
    base = audio_files.base_folder()
    settings = VoiceSettings(voice, language, rate, volume, tone_volume)
    engine = _create_engine(settings, audio_files.prepare_folder(), connection.send, platform)
    inbox: queue.SimpleQueue[Say | Play | Configure | None] = queue.SimpleQueue()
    threading.Thread(target=_read_messages, args=(connection, inbox, engine, base), name="inbox", daemon=True).start()
    engine.start()
    timeout: float | None = None
    while True:
        try:
            message = inbox.get(timeout=timeout)
        except queue.Empty:
            message = None
        if isinstance(message, Configure):
            engine.configure(message.rate, message.volume)
        elif message is not None:
            engine.speak(message)
        timeout = engine.poll()


def report_voices(connection: Connection, platform: str = sys.platform) -> None:
    """Send the list of voices, or a sentence that says why there are none."""
    engine = _create_engine(VoiceSettings(), None, lambda _: None, platform)
    try:
        connection.send(engine.voices())
    except NoVoiceError as error:
        connection.send(str(error))


def report_sound(connection: Connection, platform: str = sys.platform) -> None:
    """Try voice and output with a moment of silence; send a sentence for each, None where it works."""
    base, folder = audio_files.base_folder(), audio_files.prepare_folder()
    voice: str | None = None
    output: str | None = None
    try:
        _create_engine(VoiceSettings(), folder, lambda _: None, platform).try_voice()
    except NoVoiceError as error:
        voice = str(error)
    except NoSoundError as error:
        output = str(error)
    try:
        with audio_files.private_file(folder) as (path, descriptor):
            _write_silence(path)
            Playback(players(platform)).play(1, Sound(path, 0.1, descriptor), lambda: None)
    except NoSoundError as error:
        output = output or str(error)
    audio_files.remove_folder(os.getpid(), base)
    connection.send((voice, output))


def _create_engine(
    settings: VoiceSettings, folder: Path | None, send: Callable[[Reply], None], platform: str
) -> SpeechEngine:
    engine = SapiSpeech if platform == "win32" else PlayedSpeech
    if platform != "win32":
        bundled_voice.enable()  # first, for the bundled player is one of those that are looked for
    return engine(settings, folder, Playback(players(platform)), send)


def _read_messages(
    connection: Connection, inbox: queue.SimpleQueue[Say | Play | Configure | None], engine: SpeechEngine, base: Path
) -> None:
    """Receive messages on another thread, so that a Stop works during synthesis and playback."""
    while True:
        try:
            message = connection.recv()
        except (EOFError, OSError):
            engine.stop(sys.maxsize)  # the speaker is gone
            audio_files.remove_folder(os.getpid(), base)
            os._exit(0)
        if isinstance(message, Stop):
            engine.stop(message.id)
            inbox.put(None)  # wakes the thread that speaks
        else:
            inbox.put(message)


def _write_silence(path: str) -> None:
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22050)
        file.writeframes(b"\0\0" * 2205)
