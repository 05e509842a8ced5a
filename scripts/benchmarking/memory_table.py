"""Measures the engine's peak memory through the product, beside the estimate that the product makes before loading.

usage: .venv/bin/python scripts/memory_table.py MODEL MMPROJ [MODEL MMPROJ ...]
       for instance with the pairs that scripts/full_shape.py writes; prints a Markdown table

Each pair answers one question about a noisy 1920 x 1080 picture, at a glance and in detail. Measured is the
proportional set size (PSS) of the engine process, every 0.05 seconds, from its start to the end of the answer. Linux
only.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psutil
from PIL import Image

from edge_assistant.engine.prompts import MODES
from edge_assistant.models.memory_estimate import needed_bytes
from edge_assistant.models.resolver import resolve

_INTERVAL = 0.05  # seconds
_CONTEXT = 4096  # tokens


def main() -> None:
    """Print one line a pair and mode as soon as it is measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", metavar="MODEL MMPROJ", nargs="+")
    parser.add_argument("--modes", nargs="+", choices=("glance", "detail", "read"), default=["glance", "detail"])
    parser.add_argument("--context", type=int, default=_CONTEXT)
    options = parser.parse_args()
    if len(options.files) % 2:
        parser.error("an mmproj is missing: give model and mmproj by turns")
    print("| text weights | mmproj | mode | image tokens | estimate | measured peak | estimate / measured |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "noise.png"
        Image.effect_noise((1920, 1080), 60).convert("RGB").save(picture)
        for model, mmproj in zip(options.files[::2], options.files[1::2], strict=True):
            for mode in options.modes:
                print(_line(Path(model), Path(mmproj), mode, options.context, picture), flush=True)


def _line(model: Path, mmproj: Path, mode: str, context: int, picture: Path) -> str:
    peak, tokens = _measure(model, mmproj, mode, context, picture)
    weights = resolve(model=str(model), mmproj=str(mmproj), think=False, preferred=None, weights_dir=None)
    estimate = needed_bytes(weights, context, MODES[mode].image_tokens)  # type: ignore[index]
    return (
        f"| {_gigabytes(weights.model)} | {_gigabytes(weights.mmproj)} | {mode} | {tokens} "
        f"| {estimate / 1e9:.3f} GB | {peak / 1e9:.3f} GB | {estimate / peak:.3f} |"
    )


def _measure(model: Path, mmproj: Path, mode: str, context: int, picture: Path) -> tuple[int, int]:
    """The engine's peak PSS in bytes, and the picture's image tokens."""
    command = [sys.executable, "-m", "edge_assistant", "describe", str(picture), "--json", "--no-speak"]
    command += ["--model", str(model), "--mmproj", str(mmproj), "--mode", mode, "--context", str(context)]
    command += ["--max-tokens", "8", "--seed", "1"]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    watch = _Watch(run.pid)
    output, _ = run.communicate()
    watch.stop()
    done = next(each for each in map(json.loads, output.splitlines()) if each["event"] in ("done", "error"))
    if done["event"] == "error":
        raise SystemExit(f"{model.name} could not be measured: {done['message']}")
    return watch.peak, done["image"]["tokens"]


class _Watch:
    """Samples the PSS of the largest child of a process until it is stopped."""

    def __init__(self, pid: int) -> None:
        self.peak = 0
        self._parent = psutil.Process(pid)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        """End the sampling."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(_INTERVAL):
            try:
                for child in self._parent.children():
                    self.peak = max(self.peak, child.memory_full_info().pss)
            except psutil.Error:
                continue  # it has just ended


def _gigabytes(path: Path) -> str:
    return f"{path.name} ({path.stat().st_size / 1e9:.2f} GB)"


if __name__ == "__main__":
    main()
