"""What is measured on, and with: the machine in words, the random pairs, the pictures."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import random
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
from PIL import Image, ImageDraw

from benchmarking import nvidia_smi
from edge_assistant.models.resolver import ResolvedModel, resolve
from edge_assistant.models.vision_towers import VisionTowers
from edge_assistant.system import cpu
from edge_assistant.tuning import profile
from edge_assistant.tuning.quantize_process import make_tower

SCREEN = (1920, 1080)
WINDOW = (400, 200, 1300, 800)
"""The part of a screen that stands for a window of 900 x 600."""
PICTURE_SEED = 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where the benchmark keeps its files, and the programs it is compared with; None where they were not named."""

    cache: Path
    server: Path | None
    bench: Path | None
    threads: int

    def pair(self, text: str = "q4_k_m", mmproj: str = "q8_0", variant: str = "instruct") -> tuple[Path, Path]:
        """A full-shape pair with random weights, written the first time."""
        from benchmarking import random_model  # needs NumPy, which --help does not

        self.cache.mkdir(parents=True, exist_ok=True)
        return random_model.write_pair(self.cache, random_model.Shape(), text, mmproj, variant)

    def model(self, text: str = "q4_k_m", mmproj: str = "q8_0", variant: str = "instruct") -> ResolvedModel:
        """The same pair as the product finds it, with the quicker tower already made as the app makes it while idle."""
        model, vision = self.pair(text, mmproj, variant)
        thinking = variant == "thinking"
        found = resolve(model=str(model), mmproj=str(vision), think=thinking, preferred=None, weights_dir=None)
        name = profile.default_tower(found)
        if name and VisionTowers().find(found.mmproj, name) is None:
            make_tower(found.mmproj, name, lambda _: None, lambda: False)
        return found

    def loaded(self, variant: str = "instruct") -> tuple[Path, Path]:
        """The files of `model` that the engine loads."""
        found = self.model(variant=variant)
        return found.model, profile.with_tower(found, profile.load_profile(found)).mmproj


def screenshot(seed: int, size: tuple[int, int] = SCREEN) -> Image.Image:
    """A picture like a screen: windows with lines of text. Another seed is another picture."""
    rng = random.Random(seed)
    image = Image.new("RGB", size, (rng.randrange(256), rng.randrange(256), rng.randrange(256)))
    draw = ImageDraw.Draw(image)
    for _ in range(6):
        left, top = rng.randrange(1400), rng.randrange(700)
        right, bottom = left + rng.randrange(300, 900), top + rng.randrange(200, 500)
        draw.rectangle((left, top, right, bottom), fill="white", outline="black")
        for y in range(top + 8, bottom - 12, 16):
            draw.text((left + 8, y), " ".join(hex(rng.getrandbits(32)) for _ in range(8)), fill="black")
    return image


def drop_from_page_cache(*paths: Path) -> bool:
    """Make the next reading come from the disk; False where the system cannot do that for single files."""
    if not hasattr(os, "posix_fadvise"):
        return False
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)
    return True


def read_into_page_cache(*paths: Path) -> None:
    """Make the next reading come from memory."""
    for path in paths:
        with path.open("rb") as file:
            while file.read(2**24):
                pass


def description(threads: int) -> dict[str, str | int]:
    """The machine as a reader needs it to compare."""
    cards = nvidia_smi.names()
    return {
        "processor": _processor_name(),
        "instructions": cpu.best_instructions() or "unknown",
        "cores": psutil.cpu_count(logical=False) or 1,
        "threads_used": threads,
        "memory_bytes": psutil.virtual_memory().total,
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": sys.version.split()[0],
        "llama_cpp_python": importlib.metadata.version("llama-cpp-python"),
        **({"graphics": "; ".join(cards)} if cards else {}),
    }


def same_machine(one: Mapping[str, str | int], other: Mapping[str, str | int]) -> bool:
    """Whether two descriptions are of one machine with the same versions; the system may have been updated."""
    told = [{key: value for key, value in each.items() if key != "system"} for each in (one, other)]
    for each in told:
        each["memory_bytes"] = round(int(each.get("memory_bytes", 0)) / 1e9)  # it differs a little after each start
    return told[0] == told[1]


def _processor_name(info: Path = Path("/proc/cpuinfo")) -> str:
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    told: dict[str, str] = {}
    for line in lines:
        key, _, value = line.partition(":")
        told.setdefault(key.strip(), value.strip())
    if "model name" not in told:
        return platform.processor() or platform.machine()
    # A virtual machine may hide the name: generations of very different speed are all "AMD EPYC" there.
    numbers = [f"{key.removeprefix('cpu ')} {told[key]}" for key in ("cpu family", "model") if key in told]
    return f"{told['model name']} ({', '.join(numbers)})" if numbers else told["model name"]
