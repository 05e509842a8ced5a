"""Standard input of a program with Qt's event loop, line by line, on every system.

QSocketNotifier would watch sockets only on Windows.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading

from PySide6.QtCore import QObject, Qt, Signal


class InputLines(QObject):
    """Emits `line` on the thread that it was made on, until the input ends."""

    line = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._descriptor = sys.stdin.fileno()

    def start(self) -> None:
        """Begin to read. What is connected must be a method of a QObject."""
        threading.Thread(target=self._read, name="input", daemon=True).start()

    def _read(self) -> None:
        # Not through sys.stdin: a thread that waits in it would hold its lock when Python ends.
        rest = b""
        while data := os.read(self._descriptor, 4096):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                with contextlib.suppress(RuntimeError):  # the window is gone already
                    self.line.emit(line.decode().strip())


QUEUED = Qt.ConnectionType.QueuedConnection
"""How `InputLines.line` is connected: it is emitted on another thread."""


def print_line(line: str) -> None:
    """Print a line at once and whole: several threads print."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
