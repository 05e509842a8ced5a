"""The process that decodes pictures from outside: whatever is in them, it can be killed, and its memory is limited.

The program imports this module to start it, so what decodes is imported in the worker only.
"""

from __future__ import annotations

import gc
import io
import mmap
from multiprocessing.connection import Connection

from edge_assistant.system.errors import AssistantError, without_traceback

MEMORY_LIMIT = 1_600_000_000
"""Bytes that the worker gets: the largest pictures that are allowed, of a usual format, take 1.4 GB with their file."""

READY = "ready"
"""The message of a worker that can decode: what happens to it before is no picture's fault."""

_USUAL_PIXELS = 4_000_000
"""Memory for so many pixels is kept for the next picture; more goes back to the system."""


def serve(connection: Connection, shared: mmap.mmap | None) -> None:
    """Decode what is received, until the connection closes: a picture's name and length, then its file in pieces.

    READY is sent before.
    Pixels that fit into it are put into `shared`.
    """
    from edge_assistant.capture import decode, formats
    from edge_assistant.capture.picture_pipe import send_picture
    from edge_assistant.system.allocator import release_free_memory

    formats.load_usual()
    connection.send((READY,))
    while True:
        name, length = connection.recv()
        is_usual = False
        try:
            captured = decode.decode(_receive_file(connection, length), name)
            is_usual = captured.image.width * captured.image.height <= _USUAL_PIXELS
            send_picture(captured, connection.send, shared)
            del captured
        except AssistantError as error:
            connection.send(("error", error.kind, error.code, str(error)))
            without_traceback(error)
        if not is_usual:
            gc.collect()  # a picture that failed is held by what it failed in
            release_free_memory()


def _receive_file(connection: Connection, length: int) -> io.BytesIO:
    data = io.BytesIO()
    while data.tell() < length:
        data.write(connection.recv())
    data.seek(0)
    return data
