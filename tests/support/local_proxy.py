"""An HTTP proxy on loopback that speaks real HTTP, passes requests on, and keeps the headers of what was asked."""

from __future__ import annotations

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class LocalProxy:
    """`refuses`: it wants another sign-in. `leads_to` is the address asked instead of the one that was named."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.refuses = False
        self.leads_to: str | None = None
        proxy = self

        class Handler(_Handler):
            local = proxy

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    local: LocalProxy

    def do_CONNECT(self) -> None:
        self._pass_on()

    def do_HEAD(self) -> None:
        self._pass_on()

    def do_GET(self) -> None:
        self._pass_on()

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def _pass_on(self) -> None:
        headers = {key.lower(): value for key, value in self.headers.items()}
        self.local.asked.append(headers)
        if self.local.refuses or self.command == "CONNECT":
            self.send_response(407)
            self.send_header("Proxy-Authenticate", "Basic")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        place = urlsplit(self.local.leads_to or self.path)
        there = http.client.HTTPConnection(str(place.hostname), place.port or 80, timeout=30)
        try:
            kept = {key: value for key, value in headers.items() if key != "proxy-authorization"}
            there.request(self.command, urlsplit(self.path).path, headers=kept)
            answer = there.getresponse()
            body = answer.read()
            self.send_response(answer.status)
            for key, value in answer.getheaders():
                if key.lower() not in ("connection", "transfer-encoding"):
                    self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body)
        finally:
            there.close()
