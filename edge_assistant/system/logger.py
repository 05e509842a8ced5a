"""Logging: silent, unless EDGE_ASSISTANT_LOG names a file. The log never holds pictures, questions or answers.

The kinds of the last problems are kept in memory (recent_problems.py).
"""

from __future__ import annotations

import copy
import io
import logging
import os
import sys
from typing import Any

from edge_assistant.system import text_cleaning
from edge_assistant.system.error_traces import describe_error, format_trace
from edge_assistant.system.i18n import tr
from edge_assistant.system.recent_problems import recent_problems

LOG_VARIABLE = "EDGE_ASSISTANT_LOG"


class Formatter(logging.Formatter):
    """A formatter that escapes a record, so that it neither controls the terminal that shows the log nor forges
    records. Of errors it leaves out what they quote.
    """

    def formatException(self, ei: Any) -> str:
        return format_trace(ei[1]) if ei[1] is not None else ""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return text_cleaning.escape_line(super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        record, arguments = copy.copy(record), record.args
        record.exc_text = None  # as another formatter may have written it
        if isinstance(arguments, tuple):
            record.args = tuple(describe_error(each) if isinstance(each, BaseException) else each for each in arguments)
        return text_cleaning.escape(super().format(record))


def set_up_logging() -> None:
    """Send all log records to the file that the environment names, and note problems in memory."""
    root, own = logging.getLogger(), logging.getLogger("edge_assistant")
    own.setLevel(logging.INFO)
    path = os.environ.get(LOG_VARIABLE)
    handler: logging.Handler = logging.NullHandler()
    if path:
        try:
            handler = _LogFileHandler(path, encoding="utf-8")
        except OSError as error:
            sentence = tr(
                "The log file {path} cannot be opened: {error}. Nothing is logged.", path=path, error=error.strerror
            )
            os.write(2, f"{sentence}\n".encode())
        else:
            own.setLevel(logging.DEBUG)
            handler.setFormatter(Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    for each in (handler, recent_problems):
        root.addHandler(each)


class _LogFileHandler(logging.FileHandler):
    """A handler that opens a named pipe only where somebody reads it already; waiting for a reader would block signals.

    Records that cannot be written, because the disk is full or the reader has gone, are dropped silently.
    """

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002 (as logging calls it)
        return

    def _open(self) -> io.TextIOWrapper:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        descriptor = os.open(
            self.baseFilename, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0), 0o600
        )
        if sys.platform != "win32":
            os.set_blocking(descriptor, True)
        return io.TextIOWrapper(io.FileIO(descriptor, "a"), encoding=self.encoding)
