"""A download that stalls is woken when it is cancelled, on every system."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import httpx2
import pytest

from edge_assistant.models.hub import Stream
from edge_assistant.system.errors import AssistantError

_BEGINNING = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc"


@pytest.fixture
def stalls() -> Iterator[str]:
    """The address of a server that sends three bytes of a thousand, and no more."""
    connections: list[socket.socket] = []

    def serve(server: socket.socket) -> None:
        connection, _ = server.accept()
        connections.append(connection)
        connection.recv(10_000)
        connection.sendall(_BEGINNING)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join(10)
    for each in connections:
        each.close()


def test_a_stalled_download_ends_when_it_is_aborted(stalls: str) -> None:
    start = time.monotonic()
    with httpx2.stream("GET", stalls, timeout=300) as response:
        stream = Stream(response, 0, "model.gguf")
        came = iter(stream)
        assert next(came) == b"abc"
        timer = threading.Timer(0.2, stream.abort)  # while the other thread waits
        timer.start()
        with pytest.raises(AssistantError):
            next(came)
        timer.join()
    assert time.monotonic() - start < 100, "it waited for its time limit"
    stream.abort()
