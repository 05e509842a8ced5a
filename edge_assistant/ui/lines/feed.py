"""The lines of a text on their way from the thread that waits for them to the window."""

from __future__ import annotations

import contextlib
import threading

from PySide6.QtCore import QCoreApplication, QObject, Signal

from edge_assistant.assistant.picture_text import PictureText
from edge_assistant.ocr.page import Line, Page
from edge_assistant.system.errors import AssistantError, run_safely
from edge_assistant.ui.lines.entries import line_languages


class LinesFeed(QObject):
    """The lines of one text. It lives on the GUI thread, as do its methods; `changed` comes from another one.

    It belongs to the application until all lines are there: the thread, which may be the last to refer to it, may not
    destroy it.

    Connect `changed` with Qt.ConnectionType.QueuedConnection. Many lines come with one signal.
    """

    changed = Signal()

    def __init__(self, language: str) -> None:
        """`language` is as for entries.line_languages."""
        super().__init__(QCoreApplication.instance())
        self._languages = line_languages(language)
        self._lock = threading.Lock()
        self._waiting: list[tuple[Line, str]] = []
        self._page: Page | None = None
        self._failure: AssistantError | None = None
        self._stopped = False

    def start(self, text: PictureText) -> None:
        """Start to wait for the lines of a text, which is read if it is not yet, and kept by the thread alone."""
        threading.Thread(target=self._follow, args=(text,), name="lines", daemon=True).start()

    def stop(self) -> None:
        """Send no more lines, and keep none."""
        with self._lock:
            self._stopped, self._waiting, self._page = True, [], None

    def take(self) -> tuple[list[tuple[Line, str]], Page | None, AssistantError | None]:
        """Return the lines that came since the last call, each with the code of its language.

        At the end there is the whole page, too, or why there is none.
        """
        with self._lock:
            lines, self._waiting = self._waiting, []
            return lines, self._page, self._failure

    def _follow(self, text: PictureText) -> None:
        page = None

        def follow() -> None:
            nonlocal page
            page = text.follow(self._add, lambda: self._stopped)

        failure = run_safely(follow, "the lines of a text did not come")
        with self._lock:
            if not self._stopped:
                self._page, self._failure = page, failure
        with contextlib.suppress(RuntimeError):  # the application is gone
            self._tell()
            self.deleteLater()

    def _add(self, line: Line) -> None:
        language = self._languages.language_of(line.text)  # here, since ten thousand take half a second
        with self._lock:
            if self._stopped:
                return
            self._waiting.append((line, language))
            is_first = len(self._waiting) == 1
        if is_first:
            self._tell()

    def _tell(self) -> None:
        if not self._stopped:
            self.changed.emit()
