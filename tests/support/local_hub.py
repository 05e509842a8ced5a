"""A model hub on loopback that speaks real HTTP, keeps a list of what was asked, and fails in the ways that hubs do."""

from __future__ import annotations

import contextlib
import hashlib
import re
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one answer. `after` counts the bytes that still arrive; None: all of them."""

    after: int | None = None
    stall: bool = False  # then nothing more comes, instead of the end of the connection
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    page: bool = False  # a web page instead of the file
    ignore_range: bool = False
    shift_range: int = 0  # begins so many bytes further on, and says so
    flip: bool = False  # one byte is another
    surplus: bytes = b""  # follows the file
    drips: bool = False  # the headers come byte by byte, and never end


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]

    @property
    def start(self) -> int:
        """Where the wanted range begins."""
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("range", "bytes=0-"))
        assert found
        return int(found[1])


class LocalHub:
    """`files` maps (repository, file name) to bytes; `faults` are used up by GETs, `head_faults` by HEADs, in order."""

    def __init__(self) -> None:
        self.files: dict[tuple[str, str], bytes] = {}
        self.commit = COMMIT
        self.revisions = {"main", COMMIT}
        self.etags: dict[str, str | None] = {}  # file name -> what is told instead of the true SHA-256
        self.faults: list[Fault] = []
        self.head_faults: list[Fault] = []
        self.forever: Fault | None = None
        self.asked: list[Asked] = []
        self.to_cdn = False  # large files are elsewhere, as on the real hub
        self.bytes_per_s: float | None = None
        self.over = threading.Event()
        hub = self

        class Handler(_Handler):
            local = hub

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def sha256(self, file: str) -> str:
        """The checksum of the file that the hub has now."""
        (data,) = (data for (_, name), data in self.files.items() if name == file)
        return hashlib.sha256(data).hexdigest()

    def gets(self) -> list[Asked]:
        """The requests for bytes, at the place that has them."""
        return [each for each in self.asked if each.method == "GET" and (not self.to_cdn or "/cdn/" in each.path)]

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is nothing to tell."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    local: LocalHub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(self.local.head_faults)

    def do_GET(self) -> None:
        self._answer(self.local.faults)

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def _answer(self, faults: list[Fault]) -> None:
        hub = self.local
        asked = Asked(self.command, self.path, {key.lower(): value for key, value in self.headers.items()})
        hub.asked.append(asked)
        path = re.fullmatch(
            r"/(?P<cdn>cdn/)?(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<file>[^/?]+)", self.path
        )
        if path is None:
            self._reply(404)
            return
        data = hub.files.get((path["repo"], path["file"]))
        if path["revision"] not in hub.revisions:
            self._reply(404, {"X-Error-Code": "RevisionNotFound"})
        elif data is None:
            known = any(repo == path["repo"] for repo, _ in hub.files)
            self._reply(404 if known else 401, {"X-Error-Code": "EntryNotFound" if known else "RepoNotFound"})
        elif hub.to_cdn and not path["cdn"]:
            place = f"http://localhost:{hub.port}/cdn{self.path}"
            self._reply(302, {**self._facts(path["file"], data), "Location": place})
        else:
            fault = hub.forever or (faults.pop(0) if faults else Fault())
            self._serve(asked, path["file"], data, fault)

    def _facts(self, file: str, data: bytes) -> dict[str, str]:
        etag = self.local.etags.get(file, hashlib.sha256(data).hexdigest())
        facts = {"X-Repo-Commit": self.local.commit, "X-Linked-Size": str(len(data)), "ETag": '"not-lfs"'}
        return facts if etag is None else {**facts, "X-Linked-Etag": f'"{etag}"'}

    def _serve(self, asked: Asked, file: str, data: bytes, fault: Fault) -> None:
        if fault.drips:
            self._drip()
            return
        if fault.status is not None:
            self._reply(fault.status, fault.headers)
            return
        if fault.page:
            page = b"<html><body>Welcome to the hotel. Please sign in.</body></html>"
            self._reply(200, {"Content-Type": "text/html"}, page)
            return
        if fault.flip:
            data = data[:-7] + bytes([data[-7] ^ 1]) + data[-6:]
        start = 0 if fault.ignore_range else asked.start
        headers = {"Content-Type": "application/octet-stream", "Accept-Ranges": "bytes", **self._facts(file, data)}
        if start >= len(data) > 0:
            self._reply(416, {"Content-Range": f"bytes */{len(data)}"})
            return
        status = 200
        if start or (asked.headers.get("range") and not fault.ignore_range):
            start += fault.shift_range
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            status = 206
        self._reply(status, headers, data[start:], fault)

    def _reply(
        self, status: int, headers: dict[str, str] | None = None, body: bytes = b"", fault: Fault = Fault()
    ) -> None:
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        if fault.surplus:
            self.send_header("Transfer-Encoding", "chunked")
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body + fault.surplus), body + fault.surplus)
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        with contextlib.suppress(OSError):
            self._write(body if fault.after is None else body[: fault.after])
            if fault.stall:
                self.local.over.wait(60)
        if fault.after is not None or fault.stall:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

    def _drip(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not self.local.over.wait(0.05):
                self.wfile.write(b"x")

    def _write(self, body: bytes) -> None:
        """Write it as fast as the hub is to be at the time."""
        start = 0
        while (speed := self.local.bytes_per_s) is not None and start < len(body):
            end = start + max(1, int(speed / 50))
            self.wfile.write(body[start:end])
            if self.local.over.wait((end - start) / speed):
                return
            start = end
        self.wfile.write(body[start:])


@contextlib.contextmanager
def local_hub() -> Iterator[LocalHub]:
    """A hub for one test."""
    hub = LocalHub()
    try:
        yield hub
    finally:
        hub.close()
