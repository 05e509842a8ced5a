"""Texts of pictures, as recognised: pages made of plain strings, and a reader that gives them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from PIL import Image

from edge_assistant.assistant.picture_text import PictureText
from edge_assistant.ocr.page import Box, Cell, Line, Page, Table
from edge_assistant.system.errors import AssistantError, CancelledError

HEIGHT, WIDTH = 20, 100
"""Pixels of a line, or of a cell."""

Part = str | Sequence[Sequence[str]]


def page(*parts: Part, header: bool = True, unreadable: int = 0) -> Page:
    """A page of lines, and of tables as rows of cells, one below the other; "" is a cell that has no text."""
    lines: list[Line] = []
    tables: list[Table] = []
    top = 0
    for part in parts:
        if isinstance(part, str):
            lines.append(Line(part, Box(0, top, WIDTH, top + HEIGHT)))
            top += HEIGHT
            continue
        for row, cells in enumerate(part):
            for column, text in enumerate(cells):
                if text:
                    box = Box(column * WIDTH, top, (column + 1) * WIDTH, top + HEIGHT)
                    lines.append(Line(text, box, cell=Cell(len(tables), row, column)))
            top += HEIGHT
        tables.append(Table(len(part), len(part[0]), has_header=header))
    return Page(800, 600, tuple(lines), tuple(tables), unreadable)


class PageReader:
    """In the place of a TextReader: reads one page, or fails; a line comes when `let_go` is called for it."""

    def __init__(self, page: Page, failure: AssistantError | None = None, *, waits: bool = False) -> None:
        """`waits`: no line comes by itself."""
        self._page = page
        self._failure = failure
        self._waits = waits
        self._steps = threading.Semaphore(0)

    def let_go(self, lines: int) -> None:
        """Let so many lines come; one more than there are ends the page."""
        for _ in range(lines):
            self._steps.release()

    def read(
        self, _: Image.Image, on_line: Callable[[Line], None], is_cancelled: Callable[[], bool], **__: Any
    ) -> Page:
        """See TextReader.read."""
        for line in self._page.lines:
            self._wait(is_cancelled)
            on_line(line)
        self._wait(is_cancelled)
        if self._failure is not None:
            raise self._failure
        return self._page

    def _wait(self, is_cancelled: Callable[[], bool]) -> None:
        while self._waits and not self._steps.acquire(timeout=0.02):
            if is_cancelled():
                raise CancelledError

    def text(self) -> PictureText:
        """A picture's text that is read by this."""
        return PictureText(self, Image.new("RGB", (8, 6)))  # type: ignore[arg-type]
