"""What is measured, one function a part. Each returns its figures: a name, and one value a repetition."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarking import gpu, peer, resident
from benchmarking.figures import Figures, NotMeasured, add, add_answer, add_screen
from benchmarking.machine import PICTURE_SEED, Place, drop_from_page_cache, read_into_page_cache, screenshot
from benchmarking.memory import Peak
from benchmarking.product import QUESTION, Cut, Product
from benchmarking.sound import Ear
from edge_assistant.assistant.events import Event, SentenceEvent
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.engine.prompts import MODES
from edge_assistant.speech.speaker import Speaker
from edge_assistant.system import worker_process

SIZES = (64, 128, 192, 256, 512, 920, 1024, 2048)


@dataclass(frozen=True, slots=True)
class Part:
    """`quick` says whether --quick takes it; `repeats` how often it is measured in a full run."""

    measure: Callable[[Place, int], Figures]
    repeats: int
    quick: bool = False


def glance(place: Place, repeats: int) -> Figures:
    """New picture, follow-up, the same screen in a new conversation: 256 image tokens, the usual budget."""
    figures: Figures = {}
    with Product(place.model(), place.threads) as product:
        add(figures, "load", product.load())
        for number in range(repeats):
            add_screen(figures, product, screenshot(PICTURE_SEED + number))
    return figures


def detail(place: Place, repeats: int) -> Figures:
    """The detail of a picture after its glance."""
    figures: Figures = {}
    with Product(place.model(), place.threads) as product:
        product.load()
        for number in range(repeats):
            image = screenshot(PICTURE_SEED + number)
            product.look_at(image)
            product.ask()
            product.look_at(image, mode="detail")
            add_answer(figures, "", product.ask())
    return figures


def growth(place: Place, repeats: int) -> Figures:
    """How the cost grows with the image tokens; each size in an engine of its own, for its memory."""
    figures: Figures = {}
    for size in SIZES:
        with Product(place.model(), place.threads, tokens=4) as product, Peak(os.getpid(), without_top=True) as peak:
            product.load()
            for number in range(repeats):
                product.look_at(screenshot(PICTURE_SEED + number), image_tokens=size)
                add_answer(figures, f"{size}.", product.ask())
        add(figures, f"{size}.pss", float(peak.bytes))
    return figures


def cancel(place: Place, repeats: int) -> Figures:
    """Seconds from a cancel, at moments all over each stage, until the question has ended; and whether the engine was
    lost by it."""
    figures: Figures = {}
    stages = {"encode": 256, "encode_detail": MODES["detail"].image_tokens, "prefill": 128, "answer": 64}
    with Product(place.model(), place.threads) as product:
        loading = product.load()
        for name, size in stages.items():
            stage = name.partition("_")[0]
            product.look_at(screenshot(PICTURE_SEED), image_tokens=size)
            times = product.ask().timings_s
            lasts = {"encode": times.encode, "prefill": times.prefill}.get(stage) or 0.5
            for number in range(repeats):
                product.look_at(screenshot(2 + PICTURE_SEED + number), image_tokens=size)
                pid = product.assistant.engine_pid
                seconds = product.cancelled(Cut(stage, lasts * (number + 0.5) / repeats))
                if seconds is not None:
                    add(figures, name, seconds)
                product.look_at(screenshot(PICTURE_SEED), image_tokens=64)
                product.ask()  # finds the engine that was there, or a new one
                add(figures, f"{name}.lost", float(product.assistant.engine_pid != pid))
    for number in range(repeats):
        with Product(place.model(), place.threads) as product:
            product.look_at(screenshot(PICTURE_SEED), image_tokens=64)
            if (seconds := product.cancelled(Cut("load", loading * (number + 0.5) / repeats))) is not None:
                add(figures, "load", seconds)
    return figures


def load(place: Place, repeats: int) -> Figures:
    """From starting the engine until it is ready, with the files in the page cache and with them on the disk."""
    figures: Figures = {}
    files = place.loaded()
    for number in range(2 * repeats):
        warm = number % 2 == 0
        if warm:
            read_into_page_cache(*files)
        elif not drop_from_page_cache(*files):
            break
        with Product(place.model(), place.threads) as product:
            add(figures, "warm" if warm else "cold", product.load())
    return figures


def swap(place: Place, repeats: int) -> Figures:
    """From Instruct to Thinking, as think harder does it: the old engine ends, the new one loads and answers."""
    figures: Figures = {}
    instruct, thinking = place.model(), place.model(variant="thinking")
    image = screenshot(PICTURE_SEED)
    for number in range(repeats + 1):
        warm = number < repeats
        old = Product(instruct, place.threads)
        old.load()
        old.look_at(image)
        old.ask()
        if warm:
            read_into_page_cache(*place.loaded("thinking"))
        elif not drop_from_page_cache(*place.loaded("thinking")):
            old.assistant.close()
            break
        start = time.perf_counter()
        old.assistant.close()
        with Product(thinking, place.threads) as new:
            new.load()
            ready = time.perf_counter() - start
            new.look_at(image)
            done = new.ask()
        name = "warm" if warm else "cold"
        add(figures, name, ready)
        add(figures, f"{name}.to_first_token", ready + (done.timings_s.first_token or 0.0))
    return figures


def decode(place: Place, repeats: int) -> Figures:
    """Tokens a second, in turn with llama-bench on the same file where it was named."""
    figures: Figures = {}
    tokens = 64
    with Product(place.model(), place.threads, tokens=tokens) as product:
        product.load()
        product.look_at(screenshot(PICTURE_SEED), image_tokens=64)
        product.ask()
        for _ in range(repeats):
            done = product.ask(QUESTION)
            add(figures, "product", done.tokens_per_s or 0.0)
            product.look_at(screenshot(PICTURE_SEED), image_tokens=64)
            if place.bench:
                depth = int((done.reused or {}).get("prefix_tokens", 0))  # the question itself comes on top
                one = {"threads": place.threads, "tokens": tokens, "repeats": 1, "depth": depth}
                for name, repack in (("llama_bench", False), ("llama_bench_repacked", True)):
                    speeds = peer.bench_decode(place.bench, place.pair()[0], repack=repack, **one)  # type: ignore[arg-type]
                    add(figures, name, *speeds)
    return figures


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


def priority(place: Place, repeats: int) -> Figures:
    """What the engine's low priority costs an idle machine, and what it spares a desktop beside it."""
    figures: Figures = {}
    probe = [sys.executable, str(Path(__file__).with_name("probe.py"))]
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


def ahead(place: Place, repeats: int) -> Figures:
    """The detail of a picture that was encoded while its glance was spoken, for 8 and for 60 seconds."""
    figures: Figures = {}
    with Product(place.model(), place.threads) as product:
        product.load()
        for seconds in (8, 60):
            for number in range(repeats):
                image = screenshot(PICTURE_SEED + number)
                product.look_at(screenshot(2000 + number), image_tokens=64)
                product.ask()
                product.look_at(image)
                product.ask()
                # With the budget that the resident program asks with, so that nothing holds it back.
                product.assistant.encode_detail_ahead(AnswerOptions(mode="detail"))
                time.sleep(seconds)
                product.look_at(image, mode="detail")
                add_answer(figures, f"after_{seconds}_s.", product.ask())
    return figures


def plain(place: Place, repeats: int) -> Figures:
    """llama-cpp-python's own chat handler."""
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "screen.png"
        screenshot(PICTURE_SEED).save(picture)
        for _ in range(repeats):
            script = Path(__file__).with_name("plain.py")
            question = MODES["glance"].question
            command = [sys.executable, str(script), *map(str, place.pair()), str(picture), question, QUESTION]
            program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            with Peak(program.pid) as peak:
                output, complaints = program.communicate()
            if program.returncode:
                raise NotMeasured(f"the plain way failed: {complaints.splitlines()[-1]}")
            told = json.loads(output.splitlines()[-1])
            add(figures, "load", told["load"])
            add(figures, "first_token", told["first_tokens"][0])
            add(figures, "follow_up.first_token", told["first_tokens"][1])
            add(figures, "pss", float(peak.bytes))
    return figures


def server_defaults(place: Place, repeats: int) -> Figures:
    """llama-server as it comes."""
    return _served(place, repeats)


def server_informed(place: Place, repeats: int) -> Figures:
    """llama-server by someone who knows --image-max-tokens."""
    return _served(place, repeats, "--image-max-tokens", "256")


def _served(place: Place, repeats: int, *options: str) -> Figures:
    if place.server is None:
        raise NotMeasured("llama-server was not named with --peer-server")
    return peer.served(place.server, place.pair(), repeats, *options)


# In this order: the product and its strongest rival stand side by side.
PARTS: dict[str, Part] = {
    "glance": Part(glance, 5, quick=True),
    "server-informed": Part(server_informed, 5, quick=True),
    "detail": Part(detail, 5),
    "growth": Part(growth, 5),
    "cancel": Part(cancel, 20),
    "load": Part(load, 5),
    "swap": Part(swap, 5),
    "decode": Part(decode, 5),
    "memory": Part(memory, 5),
    "towers": Part(towers, 5),
    "priority": Part(priority, 5),
    "ahead": Part(ahead, 5),
    "sound": Part(sound, 5),
    "listen": Part(listening, 5),
    "app": Part(desktop, 5),
    "server-defaults": Part(server_defaults, 1),
    "plain": Part(plain, 1),
    # The last ones want a graphics processor.
    "gpu": Part(gpu.screens, 3),
    "gpu-picture": Part(gpu.picture, 3),
    "gpu-processor": Part(gpu.processor_alone, 1),
    "gpu-server": Part(gpu.server, 3),
    "gpu-bench": Part(gpu.bench, 3),
}
