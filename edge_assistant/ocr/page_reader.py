"""A picture's text: detection, reading order and recognition, one after the other."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor

from PIL import Image

from edge_assistant.ocr.detection import detect
from edge_assistant.ocr.messages import NetworkPaths, PictureKind
from edge_assistant.ocr.page import Box, Line, Page
from edge_assistant.ocr.reading_order import Layout, arrange
from edge_assistant.ocr.recognition import Recognizer
from edge_assistant.ocr.runtime import Network
from edge_assistant.ocr.tables import find_headers
from edge_assistant.ocr.text_area import TextArea


class PageReader:
    """Reads pictures; each network is loaded when it is first needed."""

    def __init__(self, paths: NetworkPaths) -> None:
        self._paths = paths
        self._detectors: dict[PictureKind, Network] = {}
        self._recognizer: Recognizer | None = None

    def load(self, kind: PictureKind = "screen") -> tuple[Network, Recognizer]:
        """Return the networks for this kind of picture, loaded. Raises onnxruntime's errors for damaged files."""
        if kind not in self._detectors:
            path = self._paths.screen_detector if kind == "screen" else self._paths.photo_detector
            self._detectors[kind] = Network(path)
        if self._recognizer is None:
            self._recognizer = Recognizer(Network(self._paths.recognizer))
        return self._detectors[kind], self._recognizer

    def read(
        self,
        image: Image.Image,
        kind: PictureKind,
        on_line: Callable[[Line], None],
        threads: int = 1,
        before_line: Callable[[], None] = lambda: None,
    ) -> Page:
        """Read an RGB picture with so many threads; call `on_line` with each line, in reading order.

        `before_line` is called on these threads before each line is recognised, and may take its time.
        """
        detector, recognizer = self.load(kind)
        pool = ThreadPoolExecutor(threads, "text")
        try:
            areas = detect(detector, image, pool, finds_angles=kind == "photo")
            if kind == "photo":
                areas = _turn(recognizer, image, areas, pool)
            layout, areas = _arrange(areas, image.size)
            lines: list[Line] = []
            unreadable = 0
            for number, line in enumerate(recognizer.read(image, areas, pool, before_line)):
                unreadable += line is not None and not line.text
                for placed in layout.place(number, line) if line is not None and line.text else ():
                    lines.append(placed)
                    on_line(placed)
        finally:
            pool.shutdown(cancel_futures=True)
        return Page(image.width, image.height, tuple(lines), find_headers(layout.tables, lines), unreadable)


_TRIED = 3
"""Lines of a photograph that are read to find out how it was held."""
_SURE = 0.9
"""The mean score of lines that are the right way up, at least."""


def _turn(recognizer: Recognizer, image: Image.Image, areas: list[TextArea], pool: Executor) -> list[TextArea]:
    """Return the areas of a photograph the right way up, by what is read of the longest ones in each direction."""
    longest = sorted(areas, key=lambda area: area.width * area.height, reverse=True)[:_TRIED]
    stand = sum(area.height > area.width for area in longest) * 2 > len(longest)
    best, best_score = 0, 0.0
    for quarters in (1, 3) if stand else (0, 2):
        lines = recognizer.read(image, [area.turned(quarters) for area in longest], pool)
        score = sum(line.score for line in lines if line is not None and line.text) / max(1, len(longest))
        if score > best_score:
            best, best_score = quarters, score
        if score > _SURE:
            break
    return [area.turned(best) for area in areas]


def _arrange(areas: Sequence[TextArea], size: tuple[int, int]) -> tuple[Layout, list[TextArea]]:
    """Return the layout of a page, and its areas in the same order; lines that are inclined are levelled for that."""
    angle = statistics.median(area.angle for area in areas) if areas else 0.0
    of_box: dict[Box, list[TextArea]] = {}
    for area in areas:
        of_box.setdefault(area.levelled(angle) if angle else area.box(size), []).append(area)
    layout = arrange([box for box, same in of_box.items() for _ in same])
    if angle:  # the places of cells are not those of the picture
        layout = Layout(layout.boxes, layout.paragraphs, (None,) * len(areas))
    return layout, [of_box[box].pop() for box in layout.boxes]
