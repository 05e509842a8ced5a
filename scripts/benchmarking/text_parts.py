"""The part that measures text recognition: the product beside rapidocr and tesseract, on the same pages in one run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil
from PIL import Image

from benchmarking import text_pages
from benchmarking.figures import Figures, NotMeasured, add
from benchmarking.machine import PICTURE_SEED, Place
from benchmarking.text_scores import Score
from edge_assistant.ocr.client import TextReader

READERS = ("product", "rapidocr", "tesseract")
_RAPIDOCR = ("rapidocr==3.10.0", "onnxruntime==1.28.0")
_FOLDERS = ("screen", "window")


def text(place: Place, repeats: int) -> Figures:
    """Words missed, wrong letters, processor seconds, the first line and memory: each reader on one thread."""
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as folder:
        text_pages.write_pages(Path(folder), PICTURE_SEED)
        programs = {"product": sys.executable, "rapidocr": _rapidocr_python(place.cache), "tesseract": sys.executable}
        if shutil.which("tesseract") is None:
            del programs["tesseract"]
        for reader, python in programs.items():
            score = Score()
            for kind in _FOLDERS:
                known = [_read_json(path) for path in sorted((Path(folder) / kind).glob("*.json"))]
                for repetition in range(repeats):
                    told = _run(python, reader, Path(folder) / kind)
                    _add_times(figures, f"{reader}.{kind}", told)
                    if repetition == 0:
                        for lines, page in zip(known, told["pages"], strict=True):
                            score.add(lines, page["words"])
            _add_score(figures, reader, score)
        for kind in _FOLDERS:
            _add_worker(figures, kind, sorted((Path(folder) / kind).glob("*.png"))[0], repeats)
    return figures


def _rapidocr_python(cache: Path) -> str:
    """The Python of an environment of its own that has rapidocr, made the first time. Raises NotMeasured."""
    folder = cache / "rapidocr"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not (folder / "whole").exists():
        venv.create(folder, clear=True, with_pip=True)
        done = subprocess.run([python, "-m", "pip", "install", *_RAPIDOCR], capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotMeasured(f"rapidocr could not be installed: {done.stderr.splitlines()[-1]}")
        (folder / "whole").touch()
    return str(python)


def _run(python: str, reader: str, folder: Path) -> dict[str, Any]:
    script = Path(__file__).with_name("text_readers.py")
    done = subprocess.run([python, script, reader, folder], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotMeasured(f"{reader} failed: {done.stderr.splitlines()[-1]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _add_times(figures: Figures, prefix: str, told: dict[str, Any]) -> None:
    pages: Sequence[dict[str, float]] = told["pages"]
    for name in ("cpu", "whole", "first_line"):
        add(figures, f"{prefix}.{name}", sum(page[name] for page in pages) / len(pages))
    add(figures, f"{prefix}.peak", float(told["peak"]))


def _add_score(figures: Figures, reader: str, score: Score) -> None:
    add(figures, f"{reader}.missed", float(score.missed))
    add(figures, f"{reader}.wrong_letters", score.wrong_letters / score.letters)
    add(figures, f"{reader}.small_missed", float(score.small_missed))
    add(figures, f"{reader}.buttons", float(score.buttons_found))
    if reader == "product":
        add(figures, "words", float(score.words))
        add(figures, "small", float(score.small))
        add(figures, "buttons", float(score.buttons))


def _add_worker(figures: Figures, kind: str, picture: Path, repeats: int) -> None:
    """From a picture to its first line through the worker as the program uses it: just started, and warm."""
    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    for _ in range(repeats):
        reader = TextReader()
        try:
            for name in ("cold", "warm"):
                first: list[float] = []
                start = time.perf_counter()
                reader.read(image, lambda _: first.append(time.perf_counter()))  # noqa: B023 (called at once)
                add(figures, f"worker.{kind}.{name}", first[0] - start)
            assert reader.pid is not None
            add(figures, f"worker.{kind}.peak", float(_peak(reader.pid)))
        finally:
            reader.close()


def _peak(pid: int) -> int:
    """The largest resident set that a process had, in bytes; the present one where the system keeps no peak."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return int(psutil.Process(pid).memory_info().rss)
    (line,) = (line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
    return 1024 * int(line.split()[1])
