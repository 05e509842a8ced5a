"""Runs the program through recorded_program.py, and reads what its workers were given: the engine, the voice, Qt's."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from edge_assistant.engine.messages import AskQuestion, EngineConfig
from edge_assistant.speech.messages import Play, Say
from support.describing import ROOT
from support.preloaded import run_python

T = TypeVar("T")
Records = list[tuple[str, Any]]
"""(worker, what came to it)."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What a speech worker was started with."""

    voice: str | None
    language: str | None
    rate: int | None
    volume: int
    tone_volume: int


def command(file: Path, *arguments: str) -> list[str]:
    """The command line that runs `edge-assistant ARGUMENT…` and writes records into the file."""
    return [sys.executable, *_arguments(file, arguments)]


def _arguments(file: Path, arguments: Iterable[str]) -> list[str]:
    return [str(Path(__file__).with_name("recorded_program.py")), str(file), *arguments]


def finished(file: Path, environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """A run from beginning to end, whatever comes of it; `read` gives its records."""
    done = run_python(_arguments(file, arguments), env={**os.environ, **environment}, cwd=ROOT)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def read(file: Path) -> Records:
    """The records so far."""
    found: Records = []
    if file.exists():
        with file.open("rb") as records:
            while True:
                try:
                    found.append(pickle.load(records))
                except (EOFError, pickle.UnpicklingError):  # the last one is being written
                    break
    return found


def loads(records: Records) -> list[EngineConfig]:
    """What engines were started with."""
    return _of(EngineConfig, (given[0] for name, given in records if name == "engine" and isinstance(given, tuple)))


def asks(records: Records) -> list[AskQuestion]:
    """What engines were asked."""
    return _of(AskQuestion, (message for _, message in records))


def voices(records: Records) -> list[Voice]:
    """What speech workers were started with; those that only look for voices are given nothing."""
    return [Voice(*given) for name, given in records if name == "speech" and isinstance(given, tuple) and given]


def said(records: Records) -> list[str]:
    """What was spoken."""
    return [say.text for say in _of(Say, (message for _, message in records))]


def languages_said(records: Records) -> list[tuple[str, str]]:
    """Each part of what was spoken, and the language of its voice."""
    return [(part.text, part.language) for say in _of(Say, (message for _, message in records)) for part in say.parts]


def tones(records: Records) -> list[str]:
    """The tones that were sounded."""
    return [play.tone for play in _of(Play, (message for _, message in records))]


def quiet_player(place: Path) -> dict[str, str]:
    """An environment with a player that has played everything at once."""
    place.mkdir()
    player = place / "aplay"
    player.write_text("#!/bin/sh\n")
    player.chmod(0o755)
    return {"PATH": f"{place}{os.pathsep}{os.environ['PATH']}"}


def _of(kind: type[T], messages: Iterable[object]) -> list[T]:
    return [each for each in messages if isinstance(each, kind)]
