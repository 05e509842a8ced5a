"""The doctor command: really tries each part, and says in plain sentences what works and how to mend what does not."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from edge_assistant import footprint, paths, settings
from edge_assistant.assistant import default_threads
from edge_assistant.capture import screen
from edge_assistant.engine.client import Engine, EngineFiles
from edge_assistant.engine.prompts import system_prompt
from edge_assistant.errors import AssistantError
from edge_assistant.models.locate import Weights, resolve
from edge_assistant.models.memory import check_memory
from edge_assistant.speech.voices import check_sound

# What llama.cpp's fast paths ask of an x86-64 processor, best first (ggml-cpu's build variants).
_FEATURES = ("avx512f", "avx2", "avx", "sse4_2")


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: whether it works, and the sentence that says so or how to mend it."""

    part: str
    works: bool
    sentence: str


def examine(*, speak: bool | None) -> int:
    """Print every finding as one line, then speak the summary; 0 when a picture can be described, else 3."""
    chosen = settings.load(paths.config_dir() / "settings.toml")
    findings = []
    for finding in _findings(chosen):
        findings.append(finding)
        print(f"{finding.part}: {'works' if finding.works else 'does not work'}. {finding.sentence}", flush=True)
    if chosen.speak if speak is None else speak:
        _speak(findings, chosen)
    return 0 if all(finding.works for finding in findings if finding.part in ("Weights", "Engine")) else 3


def _findings(chosen: settings.Settings) -> Iterator[Finding]:
    weights, finding = _weights(chosen, think=False)
    yield finding
    yield _weights(chosen, think=True)[1]
    yield _memory(weights, chosen.context)
    yield _processor()
    if weights is not None:
        yield _tried("Engine", lambda: _load_engine(weights, chosen))
    for part, works, sentence in check_sound():
        yield Finding(part, works, sentence)
    yield _tried("Screen capture", _capture)
