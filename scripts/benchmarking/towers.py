"""Vision towers in several number formats, made from the F16 file: seconds to encode, and how close they see.

usage: towers.py MODEL MMPROJ_F16 FOLDER REPEATS; prints one JSON object. A program of its own, so that the benchmark's
own process never loads llama.cpp.
"""

from __future__ import annotations

import array
import json
import math
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarking.machine import screenshot
from edge_assistant.engine.llama_model import LlamaModel
from edge_assistant.engine.quantise import requantise
from edge_assistant.imaging.token_budget import fit
from edge_assistant.models.vision_towers import convert_file
from edge_assistant.tuning.profile import default_threads

_FORMATS = ("F16", "Q8_0", "Q6_K", "BF16")
_SIZES = (256, 920)


def main() -> None:
    """Make each tower, encode with it, and compare what it gives with what F16 gave."""
    model, parent, folder, repeats = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    figures: dict[str, list[float]] = {}
    exact: dict[tuple[int, int], array.array[float]] = {}
    for name in _FORMATS:
        path = parent
        if name != "F16":
            path = folder / f"tower-{name}.gguf"
            start = time.perf_counter()
            convert_file(parent, path, name, requantise, lambda _: None)
            figures[f"{name}.making"] = [time.perf_counter() - start]
        figures[f"{name}.bytes"] = [float(path.stat().st_size)]
        native = _native(model, path)
        for size in _SIZES:
            for number in range(repeats):
                sent = fit(screenshot(1 + number), max_tokens=size)
                chunk = native.image_chunk(sent.tobytes(), sent.width, sent.height)
                start = time.perf_counter()
                native.encode(chunk, lambda _: None)
                figures.setdefault(f"{name}.{size}.encode", []).append(time.perf_counter() - start)
                found = array.array("f", native.embeddings(chunk.tokens))
                chunk.free()
                reference = exact.setdefault((size, number), found)
                figures.setdefault(f"{name}.{size}.cosine", []).append(_cosine(reference, found))
        native.free()
        if path != parent:
            path.unlink()
    print(json.dumps(figures))


def _native(model: str, mmproj: Path) -> LlamaModel:
    return LlamaModel(
        model,
        str(mmproj),
        context=512,
        threads=default_threads(),
        vision_layers=0,
        interrupted=lambda: False,
        on_load=lambda _: None,
    )


def _cosine(one: array.array[float], other: array.array[float]) -> float:
    product = math.fsum(a * b for a, b in zip(one, other, strict=True))
    return product / math.sqrt(math.fsum(a * a for a in one) * math.fsum(b * b for b in other))


if __name__ == "__main__":
    main()
