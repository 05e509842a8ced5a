"""The recognised text of one picture: read once, in the background, and shared by all that need it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from PIL import Image

from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.ocr.client import Pause, TextReader
from edge_assistant.ocr.messages import PictureKind
from edge_assistant.ocr.page import Line, Page
from edge_assistant.system.errors import AssistantError, CancelledError, run_safely, without_traceback


class PictureText:
    """The text of one picture, kept in memory as long as the picture is, and never written.

    All methods may be called from any thread.
    """

    def __init__(self, reader: TextReader, picture: Image.Image, kind: PictureKind = "screen", title: str = "") -> None:
        """`picture` is RGB; `title` is that of its window, which was said."""
        self.picture = picture
        self.title = title
        self._reader = reader
        self._kind = kind
        self._changed = threading.Condition()
        self._lines: list[Line] = []
        self._page: Page | None = None
        self._failure: AssistantError | None = None
        self._started = self._cancelled = self._yields = self._is_awaited = False
        self._paused_at: int | None = None  # so many lines
        self._threads: int | None = None

    @property
    def page(self) -> Page | None:
        """The whole text, None as long as it is not read to its end."""
        return self._page

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines that were read so far, in reading order."""
        with self._changed:
            return tuple(self._lines)

    @property
    def failure(self) -> AssistantError | None:
        """Why there is no text, None as long as nothing failed."""
        return self._failure

    @property
    def page_so_far(self) -> Page | None:
        """The whole text, or what was read of it until the reading paused; None before."""
        with self._changed:
            if self._page is not None or self._paused_at is None:
                return self._page
            lines = self._lines[: self._paused_at]
            return Page(*self.picture.size, tuple(replace(line, cell=None) for line in lines))

    def start(self, *, beside_model: bool = False, yields: bool = False) -> None:
        """Start to read on a thread of its own, if nobody has yet; return at once.

        `beside_model`: one processor core is used, and the rest is the model's. With `yields` the reading of much text
        pauses until somebody waits for it, or `go_on` is called.
        """
        with self._changed:
            if self._started:
                return
            self._started = True
            self._threads = 1 if beside_model else None
            self._yields = yields
        failure = run_safely(
            threading.Thread(target=self._run, name="text", daemon=True).start, "no text was recognised"
        )
        if failure is not None:
            self._end(None, failure)

    def follow(self, on_line: Callable[[Line], None], is_cancelled: Callable[[], bool] = lambda: False) -> Page:
        """Start to read, if nobody has yet; call `on_line` here with each line, also those read before.

        Raises OcrError, and CancelledError where `is_cancelled` says so, or the reading was cancelled.
        """
        self.start()
        self.go_on()
        told = 0
        while True:
            with self._changed:
                self._changed.wait_for(lambda told=told: len(self._lines) > told or self._is_over(), 0.05)  # type: ignore[misc]
                new, over = self._lines[told:], self._is_over()
            if is_cancelled():
                raise CancelledError
            for line in new:
                on_line(line)
            told += len(new)
            if over and not new:
                break
        if self._failure is not None:
            raise without_traceback(self._failure)  # it may have been raised before
        assert self._page is not None
        return self._page

    def wait(self, timeout: float) -> Page | None:
        """Start to read, if nobody has yet; return the page, None where it is not there after `timeout` seconds."""
        self.start()
        self.go_on()
        with self._changed:
            self._changed.wait_for(self._is_over, timeout)
        return self._page

    def go_on(self) -> None:
        """Let the reading pause no more: the processor is free, or somebody waits for the text."""
        self._is_awaited = True

    def cancel(self) -> None:
        """Stop to read. What was read stays."""
        with self._changed:
            self._cancelled = True

    def _is_over(self) -> bool:
        return self._page is not None or self._failure is not None

    def _run(self) -> None:
        page = None

        def read() -> None:
            nonlocal page
            page = self._reader.read(
                self.picture,
                self._add,
                lambda: self._cancelled,
                kind=self._kind,
                threads=self._threads,
                pause=Pause(lambda: not self._is_awaited, self._note_pause) if self._yields else None,
            )

        failure = run_safely(read, "the text of a picture was not recognised")
        self._end(page, failure)

    def _add(self, line: Line) -> None:
        with self._changed:
            self._lines.append(line)
            self._changed.notify_all()

    def _note_pause(self) -> None:
        with self._changed:
            self._paused_at = len(self._lines)

    def _end(self, page: Page | None, failure: AssistantError | None) -> None:
        with self._changed:
            self._page = page
            self._failure = failure
            self._changed.notify_all()


def text_of(reader: TextReader, captured: CapturedPicture, title: str = "") -> PictureText:
    """Return the text of a captured picture, which is not read yet; `title` is that of its window."""
    return PictureText(reader, captured.image, "photo" if captured.is_photo else "screen", title)
