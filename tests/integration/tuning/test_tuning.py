"""Tests of `edge-assistant tune` with the demo model: its result is stored and used, and a signal ends it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from support.describing import DIALOG, ROOT, describe, done
from support.waiting import PATIENCE

from edge_assistant.engine.messages import Tuning
from edge_assistant.models.resolver import ResolvedModel, resolve
from edge_assistant.system import paths
from edge_assistant.tuning import profile
from edge_assistant.tuning.profile import TuningProfile

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="written for POSIX")


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "edge_assistant", "tune", "--model", "demo", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def demo() -> ResolvedModel:
    return resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=None)


def image_tokens(picture: Path, *arguments: str) -> int:
    """What describe sends of a picture."""
    run = describe(picture, "--model", "demo", "--max-tokens", "1", *arguments)
    return int(done(run)["image"]["tokens"])


@contextlib.contextmanager
def listening() -> Iterator[Callable[[], None]]:
    """The program runs; what it gives waits until it says, once more, that it is ready."""
    command = [sys.executable, "-m", "edge_assistant", "listen", "--no-speak"]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def wait_until_ready() -> None:
        assert running.stdout is not None
        assert "Ready.\n" in iter(running.stdout.readline, "")

    try:
        wait_until_ready()
        yield wait_until_ready
        assert running.poll() is None
    finally:
        running.terminate()
        running.communicate(timeout=PATIENCE)


def test_it_tells_its_steps_stores_the_result_for_a_program_that_runs_too_and_can_forget_it() -> None:
    with listening() as wait_until_ready:
        output, complaints = (program := start("--json", "--target", "60")).communicate(timeout=10 * PATIENCE)
        assert "The running program is reloading the model with these results." in output, complaints
        wait_until_ready()
    assert program.returncode == 0, complaints
    told: list[dict[str, Any]] = [json.loads(line) for line in output.splitlines()]
    steps = [event for event in told if event["event"] == "step"]
    assert [step["number"] for step in steps] == list(range(1, steps[0]["of"] + 1))
    (result,) = (event for event in told if event["event"] == "tuned")
    assert result["glance_tokens"] >= 192
    assert profile.load_profile(demo()) == TuningProfile(
        result["threads"],
        Tuning(result["repack"], result["flash_attention"], result["batch"]),
        result["tower"],
        result["glance_tokens"],
    )
    kept = list((paths.cache_dir() / "towers").glob("*.gguf"))
    assert len(kept) == (result["tower"] is not None), "towers that are not used take no room"
    assert "deleted" in start("--reset", "--no-speak").communicate(timeout=PATIENCE)[0]
    assert profile.load_profile(demo()) == profile.safe_profile()


def test_describe_uses_what_was_stored_for_a_glance(tmp_path: Path) -> None:
    screen = tmp_path / "screen.png"
    with Image.open(DIALOG) as dialog:
        dialog.resize((640, 480)).save(screen)
    assert image_tokens(screen) <= 256
    profile.save_profile(
        demo(), TuningProfile(1, Tuning(batch=64, flash_attention=False, repack=True), glance_tokens=280)
    )
    assert 256 < image_tokens(screen) <= 280
    assert image_tokens(screen, "--mode", "detail") == 300, "only a glance is tuned"
    assert image_tokens(screen, "--image-tokens", "64") <= 64, "what is asked for goes first"


def test_answers_are_the_same_with_every_way_to_compute() -> None:
    expected = done(describe(DIALOG, "--model", "demo", "--temperature", "0"))["answer"]
    for tuning in (Tuning(repack=True), Tuning(flash_attention=False), Tuning(batch=32)):
        profile.save_profile(demo(), TuningProfile(1, tuning))
        assert done(describe(DIALOG, "--model", "demo", "--temperature", "0"))["answer"] == expected


def test_a_signal_ends_it_and_neither_a_choice_nor_a_tower_is_left() -> None:
    program = start("--json")
    assert program.stdout is not None
    told = map(json.loads, program.stdout)
    assert any("changed" in event for event in told), "a tower is made"
    assert list((paths.cache_dir() / "towers").glob("*.gguf"))
    at = time.monotonic()
    os.kill(program.pid, signal.SIGINT)
    program.communicate(timeout=PATIENCE)
    print(f"ended after {time.monotonic() - at:.2f} s")
    assert program.returncode == 130
    assert not (paths.data_dir() / "tuned.json").exists()
    assert not list((paths.cache_dir() / "towers").glob("*.gguf"))
