"""A recording sound card, and speakers that are closed after the test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.sound_card import RecordedSpeaker, Said, SoundCard


@pytest.fixture(autouse=True)
def _needs_sound_programs() -> None:
    for program, package in (("aplay", "alsa-utils"), ("espeak-ng", "espeak-ng")):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is missing: install {package}")


@pytest.fixture
def scratch_folders(tmp_path: Path, user_folders: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every folder where a library or the product might leave a file with what was said."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    for variable in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(variable, str(folder))
    return [folder, user_folders]


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., SoundCard]]:
    """Makes the sound card that the worker will find: `card(speed=1.0)`."""
    cards: list[SoundCard] = []

    def make(speed: float = 1.0) -> SoundCard:
        made = SoundCard(tmp_path, speed)
        cards.append(made)
        monkeypatch.setenv("ALSA_CONFIG_PATH", str(made.configuration))
        return made

    yield make
    for each in cards:
        each.close()


@pytest.fixture
def speak() -> Iterator[Callable[..., Said]]:
    """Makes a started speaker: `speak(voice=..., language=..., rate=...)`."""
    all_said: list[Said] = []

    def make(**options: Any) -> Said:
        notices: list[tuple[str, str]] = []
        started: list[str] = []
        speaker = RecordedSpeaker(started, on_notice=lambda code, message: notices.append((code, message)), **options)
        all_said.append(Said(speaker, notices, started))
        speaker.start()
        return all_said[-1]

    yield make
    for said in all_said:
        said.speaker.close()
