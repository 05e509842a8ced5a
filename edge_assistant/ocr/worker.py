"""The text worker process: it receives pictures, and sends their lines as they are recognised.

The program imports this module to start it, so what computes is imported in the worker only.
"""

from __future__ import annotations

import sys
import threading
import time
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from edge_assistant.ocr.messages import GoOn, LineRead, NetworkPaths, PageRead, Paused, ReadFailed, ReadPage, Request
from edge_assistant.system import worker_process
from edge_assistant.system.error_traces import format_trace
from edge_assistant.system.errors import is_out_of_memory_message

if TYPE_CHECKING:
    from edge_assistant.ocr.page_reader import PageReader


def serve(connection: Connection, paths: NetworkPaths) -> None:
    """Read the pictures that are received, until the connection closes."""
    worker_process.lower_priority(worker_process.NICENESS_AWAITED)
    reader: PageReader | None = None
    while True:
        request: Request = connection.recv()
        try:
            if isinstance(request, GoOn):
                continue  # the page is over by now
            if reader is None:
                from edge_assistant.ocr.page_reader import PageReader

                reader = PageReader(paths)
            if isinstance(request, ReadPage):
                _read(reader, request, connection)
            else:
                reader.load()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise
        except Exception as error:  # noqa: BLE001 (damaged files and a lack of memory end in many ways)
            print(format_trace(error), file=sys.stderr)
            if isinstance(request, ReadPage):
                connection.send(_failure(request.id, error))


def _read(reader: PageReader, request: ReadPage, connection: Connection) -> None:
    from PIL import Image

    image = Image.frombytes("RGB", (request.width, request.height), request.pixels)
    page = reader.read(
        image,
        request.kind,
        lambda line: connection.send(LineRead(request.id, line)),
        request.threads,
        _Pause(connection, request).check,
    )
    connection.send(PageRead(request.id, page))


class _Pause:
    """The pause of one page, which leaves the processor to the model."""

    def __init__(self, connection: Connection, request: ReadPage) -> None:
        self._connection = connection
        self._id = request.id
        self._end = None if request.pause_after_s is None else time.process_time() + request.pause_after_s
        self._lock = threading.Lock()

    def check(self) -> None:
        """Wait for GoOn if the time is over; any of the threads that read may call. Raises EOFError."""
        if self._end is None:
            return
        with self._lock:
            while self._connection.poll():
                self._receive()
            if self._end is not None and time.process_time() >= self._end:
                self._connection.send(Paused(self._id))
                while self._end is not None:
                    self._receive()

    def _receive(self) -> None:
        request: Request = self._connection.recv()
        if isinstance(request, GoOn) and request.id == self._id:
            self._end = None


def _failure(id: int, error: Exception) -> ReadFailed:
    reason = f"{type(error).__name__}: {error}"
    return ReadFailed(id, reason, isinstance(error, MemoryError) or is_out_of_memory_message(reason))
