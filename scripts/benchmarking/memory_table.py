"""The engine's peak memory for a pair of model files, beside the estimate that the product makes before loading.

Each pair answers one question about a noisy 1920 x 1080 picture in each mode. Measured is the proportional set size
(PSS) of the engine process, every 0.05 seconds, from its start to the end of the answer. Linux only.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
from PIL import Image

from benchmarking.memory import Watch, pss
from edge_assistant.engine.task_entries import Mode
from edge_assistant.engine.task_table import load_table
from edge_assistant.models.memory_estimate import needed_bytes
from edge_assistant.models.resolver import resolve

_INTERVAL = 0.05  # seconds


def lines(pairs: Sequence[tuple[Path, Path]], modes: Sequence[Mode], context: int) -> Iterator[str]:
    """A Markdown table, line by line as each pair of model and mmproj is measured. SystemExit when one cannot be."""
    yield "| text weights | mmproj | mode | image tokens | estimate | measured peak | estimate / measured |"
    yield "|---|---|---|---|---|---|---|"
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "noise.png"
        Image.effect_noise((1920, 1080), 60).convert("RGB").save(picture)
        for model, mmproj in pairs:
            for mode in modes:
                yield _line(model, mmproj, mode, context, picture)


def _line(model: Path, mmproj: Path, mode: Mode, context: int, picture: Path) -> str:
    peak, tokens = _measure(model, mmproj, mode, context, picture)
    weights = resolve(model=str(model), mmproj=str(mmproj), think=False, preferred=None, weights_dir=None)
    settings = load_table(None).settings(weights.family, mode, weights.variant, None)
    estimate = needed_bytes(weights, context, settings.image_tokens)
    return (
        f"| {_gigabytes(weights.model)} | {_gigabytes(weights.mmproj)} | {mode} | {tokens} "
        f"| {estimate / 1e9:.3f} GB | {peak / 1e9:.3f} GB | {estimate / peak:.3f} |"
    )


def _measure(model: Path, mmproj: Path, mode: Mode, context: int, picture: Path) -> tuple[int, int]:
    """The engine's peak PSS in bytes, and the picture's image tokens."""
    command = [sys.executable, "-m", "edge_assistant", "describe", str(picture), "--json", "--no-speak"]
    command += ["--model", str(model), "--mmproj", str(mmproj), "--mode", mode, "--context", str(context)]
    command += ["--max-tokens", "8", "--seed", "1"]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    with Watch(lambda: _engine_pss(run), _INTERVAL) as peak:
        output, _ = run.communicate()
    done = next(each for each in map(json.loads, output.splitlines()) if each["event"] in ("done", "error"))
    if done["event"] == "error":
        raise SystemExit(f"{model.name} could not be measured: {done['message']}")
    return peak.bytes, done["image"]["tokens"]


def _engine_pss(run: subprocess.Popen[str]) -> int | None:
    """The memory of the largest child of a program, which is its engine; None while there is none."""
    with contextlib.suppress(psutil.Error):
        return max(map(pss, psutil.Process(run.pid).children()), default=None)
    return None


def _gigabytes(path: Path) -> str:
    return f"{path.name} ({path.stat().st_size / 1e9:.2f} GB)"
