"""Without anonymous files in memory, the sound is in a private folder, and nothing of it is left behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from support.sound_card import Said, SoundCard

_LONG = "This is a long sentence that is spoken while somebody ends the worker in the middle of it."


@pytest.fixture
def runtime(tmp_path: Path, user_folders: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for what lives as long as the session; the worker's Python has no memfd_create, as some have not."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os\n\nif hasattr(os, 'memfd_create'):\n    del os.memfd_create\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return user_folders / "run"


def test_a_killed_worker_s_file_is_removed_and_speech_goes_on(
    runtime: Path, card: Callable[..., SoundCard], speak: Callable[..., Said]
) -> None:
    sounds, said = card(), speak()

    said.speaker.say(_LONG)
    sounds.wait_for_sound(0.3)
    (file,) = runtime.rglob("sentence.wav")
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert said.speaker.pid is not None
    os.kill(said.speaker.pid, signal.SIGKILL)
    said.speaker.say("Hello there.")
    assert said.speaker.wait(10)

    assert said.started == [_LONG, "Hello there."]
    assert said.codes == ["speech-restarted"]
    assert not file.parent.exists()


def test_close_in_the_middle_of_a_sentence_leaves_no_file(
    runtime: Path, card: Callable[..., SoundCard], speak: Callable[..., Said]
) -> None:
    sounds, said = card(), speak()

    said.speaker.say(_LONG)
    sounds.wait_for_sound(0.3)
    assert list(runtime.rglob("sentence.wav"))
    said.speaker.close()

    assert list(runtime.glob("edge-assistant*")) == []
