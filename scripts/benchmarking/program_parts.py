"""Parts that measure whole programs: their memory, sound, keys, priority, and vision towers in several formats."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from PIL import Image

from benchmarking import resident, text_pages
from benchmarking.figures import Figures, NotMeasured, add, add_answer
from benchmarking.machine import PICTURE_SEED, Place, screenshot
from benchmarking.memory import Peak
from benchmarking.product import Product
from benchmarking.sound_card import Ear
from edge_assistant.assistant.events import Event, SentenceEvent
from edge_assistant.capture.decode import decode
from edge_assistant.capture.decoder import PictureDecoder
from edge_assistant.speech.speaker import Speaker
from edge_assistant.system import worker_process


def memory(place: Place, repeats: int) -> Figures:
    """The peak of `edge-assistant describe` and all its processes, at a glance and in detail."""
    figures: Figures = {}
    weights = place.model()
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "screen.png"
        screenshot(PICTURE_SEED).save(picture)
        for mode in ("glance", "detail") * repeats:
            command = [sys.executable, "-m", "edge_assistant", "describe", str(picture), "--json", "--no-speak"]
            command += ["--model", str(weights.model), "--mmproj", str(weights.mmproj)]
            command += ["--mode", mode, "--max-tokens", "8"]
            program = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            with Peak(program.pid) as peak:
                output, _ = program.communicate()
            if program.returncode:
                raise NotMeasured(f"describe failed: {output.splitlines()[-1]}")
            add(figures, f"describe.{mode}.pss", float(peak.bytes))
    return figures


def sound(place: Place, repeats: int) -> Figures:
    """From the request to the first sentence handed to speech, and on to its first sample at the sound card."""
    figures: Figures = {}
    sentences: list[float] = []

    def on_event(event: Event) -> None:
        if isinstance(event, SentenceEvent):
            sentences.append(time.monotonic())

    with tempfile.TemporaryDirectory() as folder, Ear(Path(folder)) as ear:
        os.environ.update(ear.variables)
        speaker = Speaker(on_notice=lambda *_: None)
        speaker.start()
        try:
            with Product(place.model(), place.threads, voice=speaker, on_event=on_event) as product:
                product.load()
                for number in range(repeats):
                    sentences.clear()
                    product.look_at(screenshot(PICTURE_SEED + number))
                    done = product.ask()
                    add(figures, "first_sentence", done.timings_s.first_sentence or 0.0)
                    add(figures, "sentence_to_sample", ear.first_after(sentences[0]) - sentences[0])
                    speaker.stop()
        finally:
            speaker.close()
    return figures


def listening(place: Place, repeats: int) -> Figures:
    """The resident program, with real keys on a virtual screen."""
    if (reason := resident.possible()) is not None:
        raise NotMeasured(reason)
    return resident.measure(place.model().model, repeats, windows=False)


def desktop(place: Place, repeats: int) -> Figures:
    """The desktop app, in the same way, with a stopwatch in its event loop."""
    if (reason := resident.possible()) is not None:
        raise NotMeasured(reason)
    return resident.measure(place.model().model, repeats, windows=True)


def reading(place: Place, repeats: int) -> Figures:
    """The desktop app, with its key that reads text: pages of a screen's size, and of a window's."""
    if (reason := resident.possible()) is not None:
        raise NotMeasured(reason)
    pages: dict[str, list[Image.Image]] = {"screen": [], "window": []}
    with tempfile.TemporaryDirectory() as folder:
        text_pages.write_pages(Path(folder), PICTURE_SEED)
        for kind, images in pages.items():
            for path in sorted((Path(folder) / kind).glob("*.png")):
                with Image.open(path) as opened:
                    images.append(opened.convert("RGB"))
    return resident.measure_reading(place.model().model, pages, repeats)


def towers(place: Place, repeats: int) -> Figures:
    """The vision tower in several number formats, made from the same F16 file."""
    model, parent = place.pair(mmproj="f16")
    script = Path(__file__).with_name("towers.py")
    command = [sys.executable, str(script), str(model), str(parent), str(place.cache), str(repeats)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotMeasured(f"the towers failed: {done.stderr.splitlines()[-1]}")
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def pictures(_: Place, repeats: int) -> Figures:
    """A file with a screenshot decoded in this process and in the worker, in turn, and what a new worker adds."""
    figures: Figures = {}
    data = io.BytesIO()
    screenshot(PICTURE_SEED).save(data, "PNG")
    decoder = PictureDecoder()
    try:
        start = time.perf_counter()
        decoder.decode(data.getbuffer(), "screen")
        add(figures, "first", time.perf_counter() - start)
        add(figures, "worker_bytes", float(_own_bytes(decoder.pid)))
        for _number in range(repeats):
            start = time.perf_counter()
            decode(io.BytesIO(data.getbuffer()), "screen")
            middle = time.perf_counter()
            decoder.decode(data.getbuffer(), "screen")
            end = time.perf_counter()
            add(figures, "here", middle - start)
            add(figures, "worker", end - middle)
            add(figures, "worker_to_here", (end - middle) / (middle - start))
    finally:
        decoder.close()
    return figures


def _own_bytes(pid: int | None) -> int:
    """The memory that only this process has."""
    return int(psutil.Process(pid).memory_full_info().uss)


def priority(place: Place, repeats: int) -> Figures:
    """What the engine's low priority costs an idle machine, and what it spares a desktop beside it."""
    figures: Figures = {}
    probe = [sys.executable, str(Path(__file__).with_name("desktop_probe.py"))]
    with Product(place.model(), place.threads, tokens=4) as product:
        product.load()
        for number in range(repeats):
            for name, niceness in (("low", worker_process.NICENESS_AWAITED), ("normal", 0)):
                _renice(product.assistant.engine_pid, niceness)
                product.look_at(screenshot(2 * number + (niceness > 0)))
                add_answer(figures, f"{name}.", product.ask())
                product.look_at(screenshot(1000 + 2 * number + (niceness > 0)), image_tokens=256)
                desktop = subprocess.Popen([*probe, "4"], stdout=subprocess.PIPE, text=True)
                product.ask()
                late = sorted(json.loads(desktop.communicate()[0]))
                add(figures, f"{name}.desktop_late_p50", late[len(late) // 2])
                add(figures, f"{name}.desktop_late_p95", late[len(late) * 95 // 100])
    return figures


def _renice(pid: int | None, niceness: int) -> None:
    """Set the priority of all threads and of the session's group. NotMeasured where that is not allowed."""
    assert pid is not None
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.setpriority(os.PRIO_PROCESS, int(thread.name), niceness)
        Path(f"/proc/{pid}/autogroup").write_text(str(niceness), encoding="ascii")
    except OSError as error:
        raise NotMeasured(f"only an administrator can raise a priority: {error.strerror}") from error
