"""The line on a terminal that shows progress and redraws itself. The one module that uses tqdm, for its bars alone."""

from __future__ import annotations

import os
import sys
from functools import cached_property

from edge_assistant.speech.reader_detection import choose_detector
from edge_assistant.system import terminal

_USUAL_COLUMNS = 80
_CLEAR_LINE = "\r\x1b[K"
_BAR = "{desc}: {percentage:3.0f}%|{bar}|"
_BYTES = " {n_fmt}/{total_fmt} {rate_fmt} {remaining}"


class ProgressLine:
    """The last line of standard error, while that is a terminal on which it may be drawn over and over."""

    def __init__(self, *, wanted: bool) -> None:
        """`wanted` is False with --no-progress."""
        self._wanted = wanted
        self._is_drawn = False

    @cached_property
    def is_possible(self) -> bool:
        """Whether the line is drawn: on a terminal that obeys escape codes, and not while a screen reader runs.

        Screen readers read such a line aloud at each change, or not at all. Asking for one may take a second.
        """
        return self._wanted and terminal.supports_escapes(sys.stderr) and not choose_detector()()

    def show(self, what: str, fraction: float) -> None:
        """Show how much of something is done, from 0 to 1; nothing where the line is not possible."""
        self._draw(what, round(fraction * 100), 100, None, _BAR)

    def show_bytes(self, what: str, done: int, total: int, bytes_per_s: float | None) -> None:
        """Show how many bytes of a transfer are done, and how long it takes, as far as that is known."""
        self._draw(what, min(done, total), total, bytes_per_s, _BAR + _BYTES)

    def clear(self) -> None:
        """Remove the line, so that others can be printed."""
        if self._is_drawn:
            self._is_drawn = False
            print(_CLEAR_LINE, end="", file=sys.stderr, flush=True)

    def _draw(self, what: str, done: int, total: int, rate: float | None, form: str) -> None:
        if not self.is_possible:
            return
        from tqdm.std import tqdm

        self._is_drawn = True
        width = _columns() - 1  # a full line would wrap, and could not be cleared
        line = tqdm.format_meter(
            done, total, 0, ncols=width, prefix=what, unit="B", unit_scale=True, rate=rate, bar_format=form
        )
        print(f"{_CLEAR_LINE}{line}", end="", file=sys.stderr, flush=True)


def _columns() -> int:
    """Return the width of the terminal in characters; the usual one where it does not say."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or _USUAL_COLUMNS
    except (OSError, ValueError):
        return _USUAL_COLUMNS
