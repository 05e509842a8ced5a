"""Runs the app on a screen of its own, lets somebody use it, and measures it between two questions."""

from __future__ import annotations

import contextlib
import json
import os
import random
import select
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil
from benchmarking.sound_card import open_card
from PIL import Image
from support.apps import AppRun
from support.desktops import x_desktop
from support.listening import private_folders

from soaking import verdict as verdicts
from soaking.figures import ProcessFigures, Sample
from soaking.person import TITLE, Person, StandstillError

ROOT = Path(__file__).resolve().parents[2]
_APP = Path(__file__).resolve().parent / "soak_app.py"
_SAMPLES = ROOT / "models" / "demo" / "samples"
_EVERY = 5
"""Deeds between two samples."""
_TELL_EVERY_S = 60.0
_BROKEN_SIZE = (8000, 6000)


def run(
    folder: Path, seconds: float, rng: random.Random, *, kills: bool, only: Sequence[str] | None
) -> tuple[verdicts.Verdict, list[Sample]]:
    """Use the app for so many seconds, with all that it writes under `folder`; return the verdict and the figures."""
    folders = private_folders(folder)
    temporary = folder / "tmp"
    temporary.mkdir()
    variables = {**folders, "TMPDIR": str(temporary)}
    samples: list[Sample] = []
    with _sound_card(folder) as card, x_desktop((1280, 800), manager=True) as desktop:
        os.environ.update({"DISPLAY": desktop.environment["DISPLAY"], **folders})  # where trigger finds the app
        pictures = {each.stem: each for each in sorted(_SAMPLES.glob("*.png"))}
        window = desktop.show(pictures["save-dialog"], TITLE, "700", "300")
        desktop.wait_until_active(TITLE)
        with AppRun(desktop, program=(str(_APP),), **variables, **card) as app:
            app.wait_until_told("Ready.")
            broken = _broken_picture(folder / "broken.png")
            person = Person(app, desktop, window, pictures, broken, rng, kills=kills, only=only)
            begin = told = time.monotonic()
            told_faults = 0
            try:
                person.look_at_samples()
                person.fill_up()
                while not samples or time.monotonic() - begin < seconds:
                    for _ in range(_EVERY):
                        person.act()
                    samples.append(_sample(person, time.monotonic() - begin, folder))
                    for fault in person.faults[told_faults:]:
                        print(f"FAULT after {person.questions} questions: {fault}", flush=True)
                    told_faults = len(person.faults)
                    if time.monotonic() - told >= _TELL_EVERY_S:
                        told = time.monotonic()
                        print(_progress(person, samples[-1]), flush=True)
            except (StandstillError, AssertionError) as error:  # the latter of AppRun.ask
                person.faults.append(str(error))
            finally:
                person.close()
            print(f"done: {dict(person.done)}; ended: {dict(person.ends)}", flush=True)
    return verdicts.judge(samples, person.faults), samples


def to_json(sample: Sample) -> dict[str, Any]:
    """Return a sample as plain values."""
    return asdict(sample)


def _sample(person: Person, seconds: float, folder: Path) -> Sample:
    person.look_at("save-dialog")
    inside = json.loads(person.app.ask("counts"))
    own = psutil.Process(person.app.process.pid)
    processes = {"app": _figures(own)}
    for each in own.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if each.name().startswith("edge-") and each.status() != psutil.STATUS_ZOMBIE:
                processes[each.name()] = _figures(each)
    files = sum(1 for each in folder.rglob("*") if each.is_file())
    return Sample(seconds, person.questions, processes, files, inside)


def _figures(process: psutil.Process) -> ProcessFigures:
    return ProcessFigures(process.pid, process.memory_full_info().uss, process.num_fds(), process.num_threads())


def _progress(person: Person, sample: Sample) -> str:
    sizes = ", ".join(
        f"{name} {each.bytes / 1e6:.1f} MB {each.files} {each.threads}" for name, each in sample.processes.items()
    )
    inside = {name: figure for name, figure in sample.inside.items() if name != "kinds"}
    return f"{sample.seconds:.0f} s, {sample.questions} questions: {sizes}; {inside}; {len(person.faults)} faults"


def _broken_picture(path: Path) -> Path:
    """Write a large picture that ends too early, as an interrupted copy does."""
    Image.effect_noise((_BROKEN_SIZE[0] // 8, _BROKEN_SIZE[1] // 8), 40).resize(_BROKEN_SIZE).convert("RGB").save(
        path, compress_level=1
    )
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 3 // 4])
    return path


@contextlib.contextmanager
def _sound_card(folder: Path) -> Iterator[dict[str, str]]:
    """A sound card that drops what it is given, some ten times faster than real hardware: variables for its users."""
    configuration, pipe = open_card(folder)
    over = threading.Event()

    def drop() -> None:
        while not over.wait(0.02):
            if select.select([pipe], [], [], 0)[0]:
                os.read(pipe, 8820)

    thread = threading.Thread(target=drop, name="sound-card", daemon=True)
    thread.start()
    try:
        yield {"ALSA_CONFIG_PATH": str(configuration)}
    finally:
        over.set()
        thread.join()
        os.close(pipe)
