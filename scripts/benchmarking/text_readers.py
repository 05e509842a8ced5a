"""Reads the pages of a folder with one text recogniser, and prints what it read and took.

usage: text_readers.py READER FOLDER, where READER is product, rapidocr or tesseract. A program of its own, so that its
memory is its own, and so that rapidocr may lie in another environment. Prints one JSON object: `pages`, each with
`cpu`, `whole` and `first_line` in seconds and `words`, and `peak`, the largest resident set in bytes. The first page is
read once before that is measured. All compute on one thread.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

Words = list[tuple[str, list[float]]]
Read = Callable[[Path, Callable[[], None]], Words]
"""Reads a picture; calls back when the first line is there."""


def main() -> None:
    """Read each picture of the folder."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    read = {"product": _product, "rapidocr": _rapidocr, "tesseract": _tesseract}[name]()
    pages = []
    pictures = sorted(folder.glob("*.png"))
    read(pictures[0], lambda: None)
    for picture in pictures:
        first: list[float] = []
        cpu, start = _cpu(), time.perf_counter()
        words = read(picture, lambda: first.append(time.perf_counter()))  # noqa: B023 (called before the next one)
        end = time.perf_counter()
        told = (first or [end])[0] - start
        pages.append({"cpu": _cpu() - cpu, "whole": end - start, "first_line": told, "words": words})
    print(json.dumps({"pages": pages, "peak": _peak(of_children=name == "tesseract")}))


def _peak(*, of_children: bool) -> int:
    """The largest resident set in bytes, of this program or of those that it started."""
    if sys.platform == "win32":
        raise SystemExit("The memory of text recognition is not measured on Windows.")
    import resource

    who = resource.RUSAGE_CHILDREN if of_children else resource.RUSAGE_SELF
    return 1024 * resource.getrusage(who).ru_maxrss


def _cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _product() -> Read:
    from PIL import Image

    from edge_assistant.ocr import model_files
    from edge_assistant.ocr.messages import NetworkPaths
    from edge_assistant.ocr.page_reader import PageReader

    found = [model_files.find(file) for file in model_files.FILES]
    reader = PageReader(NetworkPaths(*(path for path in found if path is not None)))

    def read(picture: Path, on_first: Callable[[], None]) -> Words:
        with Image.open(picture) as opened:
            image = opened.convert("RGB")
        page = reader.read(image, "screen", lambda _: on_first())
        return [(word.text, list(word.box)) for line in page.lines for word in line.words]

    return read


def _rapidocr() -> Read:
    import rapidocr  # in an environment of its own

    threads = "EngineConfig.onnxruntime.intra_op_num_threads"
    engine = rapidocr.RapidOCR(params={"Global.log_level": "error", threads: 1})

    def read(picture: Path, _: Callable[[], None]) -> Words:
        output = engine(str(picture))
        words: Words = []
        for text, quad in zip(output.txts or (), () if output.boxes is None else output.boxes, strict=True):
            words += _split(text, [float(corner[0]) for corner in quad], [float(corner[1]) for corner in quad])
        return words

    return read


def _split(text: str, across: list[float], down: list[float]) -> Words:
    """The words of a line, each with the part of the line's box that its letters have of the line's."""
    left, width = min(across), max(across) - min(across)
    words: Words = []
    start = 0
    for word in text.split():
        start = text.index(word, start)
        end = start + len(word)
        box = [left + width * start / len(text), min(down), left + width * end / len(text), max(down)]
        words.append((word, box))
        start = end
    return words


def _tesseract() -> Read:
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}

    def read(picture: Path, _: Callable[[], None]) -> Words:
        command = ["tesseract", str(picture), "-", "--psm", "11", "tsv"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        rows = [line.split("\t") for line in done.stdout.splitlines()[1:]]
        boxes = [(row[11], [float(value) for value in row[6:10]]) for row in rows if len(row) > 11 and row[11].strip()]
        return [(text, [left, top, left + width, top + height]) for text, (left, top, width, height) in boxes]

    return read


if __name__ == "__main__":
    main()
