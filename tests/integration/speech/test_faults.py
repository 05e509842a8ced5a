"""Killed workers, missing sound, missing voice, hanging programs: a notice, no hang, nothing left behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil
import pytest
from support import waiting
from support.sound_card import NO_CARD, Said, SoundCard, places, references

from edge_assistant.speech import probe, utterance
from edge_assistant.speech import speaker as speaker_module
from edge_assistant.speech.messages import SystemVoice
from edge_assistant.speech.probe import check_sound, list_voices
from edge_assistant.system.errors import InputError

LONG = "This sentence is so long that there is time enough to do something bad to whoever speaks it."
NEXT = "Hello there."

until = partial(waiting.until, timeout=10.0)  # ten times the second in which what ends has to end


def gone(pid: int) -> bool:
    """Whether the process has ended, reaped or not."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def player_of(said: Said) -> psutil.Process:
    """The running player's process; the worker has other children for moments, forks of itself that make sentences."""
    players: list[psutil.Process] = []

    def look() -> bool:
        try:
            worker = psutil.Process(said.speaker.pid or -1)
            players[:] = [child for child in worker.children() if child.exe() != worker.exe()]
        except (psutil.NoSuchProcess, ValueError):
            players.clear()
        return bool(players)

    until(look)
    return players[0]


def files_in(folders: list[Path]) -> list[Path]:
    return [path for folder in folders for path in folder.rglob("*") if not path.is_dir()]


def program(folder: Path, name: str, body: str) -> None:
    """A shell script called `name` in `folder`."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(0o755)


def ready(said: Said) -> int:
    until(lambda: said.speaker.pid)
    said.speaker.say("Ready.")
    assert said.speaker.wait(20)
    assert said.speaker.pid is not None
    return said.speaker.pid


@pytest.mark.parametrize("moment", ["idle", "before it begins", "while it speaks", "while the next one waits in it"])
def test_after_the_worker_is_killed_speech_goes_on_with_one_notice(
    card: Callable[..., SoundCard], speak: Callable[..., Said], tmp_path: Path, scratch_folders: list[Path], moment: str
) -> None:
    sounds, said = card(speed=2), speak()
    pid = ready(said)
    if moment == "idle":
        os.kill(pid, signal.SIGKILL)
        until(lambda: gone(pid))
    elif moment == "before it begins":
        os.kill(pid, signal.SIGSTOP)
        said.speaker.say(LONG)
        os.kill(pid, signal.SIGKILL)
    else:
        said.speaker.say(LONG)
        if moment == "while the next one waits in it":
            said.speaker.say(NEXT)
        sounds.wait_for_sound(0.5)
        player = player_of(said)
        os.kill(pid, signal.SIGKILL)
        until(lambda: gone(player.pid))
    if moment == "idle":
        said.speaker.say(LONG)
    if moment != "while the next one waits in it":
        said.speaker.say(NEXT)
    assert said.speaker.wait(30)
    sounds.wait_for_silence()

    heard = sounds.samples()
    assert said.codes == ["speech-restarted"]
    if moment.startswith("while"):  # the broken sentence is not said again
        assert len(places(heard, references(tmp_path, [NEXT])[0])) == 1
        assert said.started == ["Ready.", LONG, NEXT]
    else:
        long, following = references(tmp_path, [LONG, NEXT])
        assert len(places(heard, long)) == 1
        assert len(places(heard, following)) == 1
        assert said.started == ["Ready.", LONG, NEXT]
    assert files_in(scratch_folders) == []


def test_after_the_player_is_killed_the_next_sentence_is_heard(
    card: Callable[..., SoundCard], speak: Callable[..., Said], tmp_path: Path, scratch_folders: list[Path]
) -> None:
    sounds, said = card(speed=2), speak()

    said.speaker.say(LONG)
    sounds.wait_for_sound(0.5)
    player_of(said).kill()
    said.speaker.say(NEXT)
    assert said.speaker.wait(30)
    sounds.wait_for_silence()

    assert said.codes == ["speech-restarted"]
    assert len(places(sounds.samples(), references(tmp_path, [LONG, NEXT])[1])) == 1
    assert files_in(scratch_folders) == []


def test_three_deaths_in_a_row_give_up_with_one_last_notice(
    card: Callable[..., SoundCard], speak: Callable[..., Said]
) -> None:
    card()
    said = speak()
    ready(said)
    said.speaker.say(LONG)
    said.speaker.say(NEXT)
    said.speaker.say(LONG)

    for _ in range(3):
        player = player_of(said)
        pid = said.speaker.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        until(lambda pid=pid, player=player: said.speaker.pid != pid and gone(player.pid))  # type: ignore[misc]

    assert said.speaker.wait(10)
    assert said.codes == ["speech-restarted", "speech-restarted", "no-sound"]
    said.speaker.say(NEXT)
    assert said.speaker.wait(0.5)
    assert said.speaker.pid is None


def test_close_while_a_sentence_is_heard_ends_worker_and_player_at_once(
    card: Callable[..., SoundCard], speak: Callable[..., Said], scratch_folders: list[Path]
) -> None:
    sounds, said = card(), speak()
    pid = ready(said)
    said.speaker.say(LONG)
    sounds.wait_for_sound(0.3)
    player = player_of(said)

    begun = time.monotonic()
    said.speaker.close()

    assert time.monotonic() - begun < 1.0
    assert gone(pid)
    until(lambda: gone(player.pid))
    assert said.speaker.wait(0)
    assert said.notices == []
    assert files_in(scratch_folders) == []
    said.speaker.say(NEXT)
    said.speaker.stop()
    said.speaker.close()
    assert said.speaker.wait(0)


@pytest.mark.parametrize("moment", ["idle", "speaking", "speaking, and the worker is stuck"])
def test_when_the_parent_is_killed_worker_and_player_are_gone_within_a_second(
    card: Callable[..., SoundCard], tmp_path: Path, scratch_folders: list[Path], repository: Path, moment: str
) -> None:
    sounds = card()
    script = tmp_path / "parent.py"
    script.write_text(
        textwrap.dedent(
            """
            import sys
            from edge_assistant.speech.speaker import Speaker

            if __name__ == "__main__":
                speaker = Speaker(on_notice=print)
                speaker.start()
                speaker.say("Ready.")
                speaker.wait()
                print(speaker._process.pid, flush=True)
                if sys.argv[1] != "idle":
                    speaker.say("This sentence is long enough for somebody to end the program while it is spoken. " * 3)
                sys.stdin.read()
            """
        )
    )
    with subprocess.Popen(
        [sys.executable, str(script), moment],
        env={**os.environ, "PYTHONPATH": str(repository)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout is not None
        pids = [int(parent.stdout.readline())]
        if moment != "idle":
            sounds.wait_for_sound(0.3)
            pids += [each.pid for each in psutil.Process(pids[0]).children()]
            assert len(pids) == 2
        if "stuck" in moment:
            os.kill(pids[0], signal.SIGSTOP)  # it cannot tidy up, so only the kernel ends the player
        parent.kill()
        until(lambda: all(gone(pid) for pid in pids))

    assert files_in(scratch_folders) == []


@pytest.mark.parametrize("cause", ["no device", "no player"])
def test_without_sound_one_notice_says_so_and_nothing_waits(
    speak: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cause: str
) -> None:
    if cause == "no device":
        (tmp_path / "asound.conf").write_text(NO_CARD)
        monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asound.conf"))
        monkeypatch.setenv("PULSE_SERVER", str(tmp_path / "nothing"))
    else:
        monkeypatch.setenv("PATH", str(tmp_path))
    said = speak()

    for _ in range(50):
        said.speaker.say(NEXT)
    assert said.speaker.wait(20)

    assert said.codes == ["no-sound"]
    assert said.notices[0][1].startswith("There is no sound: ")
    begun = time.monotonic()
    for _ in range(1000):
        said.speaker.say(NEXT)
    assert time.monotonic() - begun < 1.0
    assert said.speaker.wait(0.5)
    assert said.codes == ["no-sound"]


def test_who_waits_for_the_end_does_not_miss_the_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    told: list[str] = []

    def slowly(code: str, _: str) -> None:
        time.sleep(0.3)
        told.append(code)

    speaker = speaker_module.Speaker(on_notice=slowly)
    speaker.start()
    try:
        speaker.say(NEXT)
        assert any(speaker.wait(0.01) for _ in range(2000))  # at every moment of the failure
        assert told == ["no-sound"]
    finally:
        speaker.close()


@pytest.mark.parametrize("error", ["ImportError", "OSError", "RuntimeError"])
def test_without_a_voice_one_notice_says_so_and_nothing_waits(
    card: Callable[..., SoundCard],
    speak: Callable[..., Said],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: str,
) -> None:
    card()
    (tmp_path / "fake" / "pyttsx3").mkdir(parents=True)
    (tmp_path / "fake" / "pyttsx3" / "__init__.py").write_text(f"raise {error}('no voice library')")
    monkeypatch.syspath_prepend(str(tmp_path / "fake"))
    said = speak(language="de")

    said.speaker.say(NEXT)
    said.speaker.say(NEXT)
    assert said.speaker.wait(20)

    assert said.codes == ["no-voice"]
    assert "espeak-ng" in said.notices[0][1]
    with pytest.raises(InputError, match="espeak-ng") as caught:
        list_voices()
    assert caught.value.code == "no-voice"
    voice, output = check_sound()
    assert voice is not None
    assert "espeak-ng" in voice
    assert output is None


def test_a_voice_that_hangs_is_given_up_and_nobody_waits_for_ever(
    card: Callable[..., SoundCard], speak: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card()
    (tmp_path / "fake" / "pyttsx3").mkdir(parents=True)
    (tmp_path / "fake" / "pyttsx3" / "__init__.py").write_text("import time\ntime.sleep(1000)")
    monkeypatch.syspath_prepend(str(tmp_path / "fake"))
    monkeypatch.setattr(utterance, "_SYNTHESIS_TIMEOUT", 0.5)
    monkeypatch.setattr(utterance, "_SYNTHESIS_TIMEOUT_PER_CHARACTER", 0.0)
    said = speak()

    said.speaker.say(NEXT)
    said.speaker.say(LONG)
    assert said.speaker.wait(20)

    assert said.codes == ["speech-restarted", "speech-restarted", "no-sound"]
    monkeypatch.setattr(probe, "_TIMEOUT_S", 0.5)
    assert check_sound()[0] is not None
    with pytest.raises(InputError):
        list_voices()


def test_stop_silences_even_a_player_that_is_a_script_and_a_worker_that_does_not_listen(
    speak: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "bin", "aplay", "sleep 1000")  # the shell's child holds on when the shell is killed
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    said = speak()

    said.speaker.say(LONG)
    until(lambda: len(psutil.Process(said.speaker.pid).children(recursive=True)) == 2 if said.speaker.pid else False)
    assert said.speaker.pid is not None
    pids = [each.pid for each in psutil.Process(said.speaker.pid).children(recursive=True)]
    said.speaker.stop()

    until(lambda: all(gone(pid) for pid in pids))
    assert said.speaker.wait(2)
    assert said.notices == []


def test_a_stopped_worker_is_killed_by_stop(card: Callable[..., SoundCard], speak: Callable[..., Said]) -> None:
    sounds, said = card(), speak()
    pid = ready(said)
    said.speaker.say(LONG)
    sounds.wait_for_sound(0.2)
    os.kill(pid, signal.SIGSTOP)

    begun = time.monotonic()
    said.speaker.stop()
    assert said.speaker.wait(2)
    sounds.wait_for_silence()

    assert sounds.silent_since - begun < 1.0
    assert gone(pid)


@pytest.mark.parametrize("seed", range(3))
def test_random_kills_stops_and_words_never_hang_speech_nor_repeat_a_sentence(
    card: Callable[..., SoundCard], speak: Callable[..., Said], scratch_folders: list[Path], seed: int
) -> None:
    card(speed=20)
    said = speak()
    chance = random.Random(seed)
    count = 0

    for _ in range(60):
        action = chance.choice(["say", "say", "say", "stop", "kill", "kill player", "wait"])
        pid = said.speaker.pid
        if action == "say":
            count += 1
            said.speaker.say(f"Sentence {count}.")
        elif action == "stop":
            said.speaker.stop()
        elif action == "wait":
            said.speaker.wait(chance.random() / 2)
        elif pid is not None:
            try:
                victims = [psutil.Process(pid)] if action == "kill" else psutil.Process(pid).children()
                for victim in victims:
                    victim.kill()
            except psutil.NoSuchProcess:
                pass
    assert said.speaker.wait(60)

    assert len(set(said.started)) == len(said.started)
    assert said.started == sorted(said.started, key=lambda text: int(text.removeprefix("Sentence ").rstrip(".")))
    assert set(said.codes) <= {"speech-restarted", "no-sound"}
    assert said.codes.count("no-sound") <= 1
    assert files_in(scratch_folders) == []
    pid = said.speaker.pid
    said.speaker.close()
    assert pid is None or gone(pid)


def test_voices_are_listed_and_sound_is_tried(card: Callable[..., SoundCard]) -> None:
    card(speed=4)

    voices = list_voices()

    assert any(voice.id == "gmw/de" and "de" in voice.languages for voice in voices)
    assert all(isinstance(voice, SystemVoice) for voice in voices)
    assert check_sound() == (None, None)


def test_the_check_tells_that_the_output_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "asound.conf").write_text(NO_CARD)
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asound.conf"))
    monkeypatch.setenv("PULSE_SERVER", str(tmp_path / "nothing"))

    voice, output = check_sound()

    assert voice is None
    assert output is not None
    assert output.startswith("There is no sound: ")
