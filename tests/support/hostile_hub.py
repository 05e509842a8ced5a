"""A hub on loopback that sends any bytes as its answers, valid or not."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Self

Answer = bytes | Iterable[bytes]
"""What is sent before the connection is closed; an iterable may be endless, as it ends with the connection."""


class HostileHub:
    """Answers each HEAD with `head` and each GET with `get`; `asked` has the requests, `sent` counts bytes."""

    def __init__(self) -> None:
        self.head: Answer = b""
        self.get: Answer = b""
        self.asked: list[str] = []
        self.sent = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self._threads: list[threading.Thread] = []
        self._is_over = False

    def __enter__(self) -> Self:
        thread = threading.Thread(target=self._serve, daemon=True)
        thread.start()
        self._threads.append(thread)
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._is_over = True
        with contextlib.suppress(OSError), socket.create_connection(self._server.getsockname()):
            pass  # wakes the thread that waits for one
        for thread in self._threads:
            thread.join(10)
        self._server.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._server.accept()
            if self._is_over:
                connection.close()
                return
            thread = threading.Thread(target=self._answer, args=(connection,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            request = b""
            while b"\r\n\r\n" not in request:
                received = connection.recv(65_536)
                if not received:
                    return
                request += received
            self.asked.append(request.decode("latin-1"))
            answer = self.head if request.startswith(b"HEAD") else self.get
            for data in (answer,) if isinstance(answer, bytes) else answer:
                connection.sendall(data)
                self.sent += len(data)


def reply(status: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """The bytes of an answer, with no header that is not given."""
    lines = [f"HTTP/1.1 {status}", *(f"{key}: {value}" for key, value in headers.items())]
    return "\r\n".join(lines).encode("latin-1", errors="replace") + b"\r\n\r\n" + body
