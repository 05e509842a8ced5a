"""The process that decodes pictures from outside: whatever is in them, it can be killed, and its memory is limited.

The program imports this module to start it, so what decodes is imported in the worker only.
"""

from __future__ import annotations

import io
import mmap
import sys
from multiprocessing.connection import Connection

from edge_assistant.system.errors import AssistantError

MEMORY_LIMIT = 1_600_000_000
"""Bytes that the worker gets: the largest pictures that are allowed, of a usual format, take 1.4 GB with their file."""


def serve(connection: Connection, shared: mmap.mmap | None) -> None:
    """Decode what is received, until the connection closes: a picture's name and length, then its file in pieces.

    Pixels that fit into it are put into `shared`.
    """
    from edge_assistant.capture import decode
    from edge_assistant.capture.picture_pipe import send_picture

    decode.load_formats()
    while True:
        name, length = connection.recv()
        try:
            send_picture(decode.decode(_receive_file(connection, length), name), connection.send, shared)
        except AssistantError as error:
            connection.send(("error", error.kind, error.code, str(error)))
        _forget_last_error()


def _receive_file(connection: Connection, length: int) -> io.BytesIO:
    data = io.BytesIO()
    while data.tell() < length:
        data.write(connection.recv())
    data.seek(0)
    return data


def _forget_last_error() -> None:
    """Drop the traceback that Python keeps for debuggers; it holds the picture."""
    for name in ("last_exc", "last_value", "last_traceback"):
        if hasattr(sys, name):
            delattr(sys, name)
