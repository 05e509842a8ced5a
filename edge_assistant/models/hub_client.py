"""The HTTP client that huggingface_hub uses for our downloads: which proxy is taken, and who gets the person's token.

The token is put on here, request by request, so that no redirect can carry it to another place, and no cookie is kept.
Of an answer that is no file only the headers are read: its body may be endless, or grow without end when unpacked.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from contextvars import ContextVar

import httpx2

from edge_assistant.models.hub_environment import origin, proxy_for
from edge_assistant.models.hub_errors import TemporaryError, sign_in_page_error
from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr

_BODY_HEADERS = (b"content-length", b"content-encoding", b"transfer-encoding")

_granted: ContextVar[tuple[tuple[str, str, int], str] | None] = ContextVar("_granted", default=None)
"""The origin that gets the token, and the token."""


@contextlib.contextmanager
def token_granted(address: str, token: str | None) -> Iterator[None]:
    """Send the token with the requests of this thread to the origin of an address, and with no others."""
    reset = _granted.set(None if token is None else (origin(address), token))
    try:
        yield
    finally:
        _granted.reset(reset)


def make_client() -> httpx2.Client:
    """Return the client. Raises UsageError where the certificates that the environment names cannot be used."""
    try:
        transport = HubTransport()
    except OSError as error:
        raise UsageError(
            tr("The certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be used. Correct or unset it.")
        ) from error
    return httpx2.Client(follow_redirects=True, timeout=None, transport=transport)


class HubTransport(httpx2.BaseTransport):
    """Sends each request through the proxy that the environment names for it at that time."""

    def __init__(self) -> None:
        self._certificates = httpx2.create_ssl_context()
        self._lock = threading.Lock()
        self._by_proxy: dict[str | None, httpx2.HTTPTransport] = {}

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; the body of an answer without success is left out. Raises UsageError for a proxy that cannot
        be used.
        """
        if request.url.scheme not in ("http", "https"):
            raise sign_in_page_error()  # a redirect to something that is not on the web
        proxy = proxy_for(request.url.scheme, request.url.host)
        request.headers.pop("Authorization", None)
        granted = _granted.get()
        is_readable = request.url.scheme == "http" and proxy is not None
        if granted is not None and granted[0] == origin(str(request.url)) and not is_readable:
            request.headers["Authorization"] = f"Bearer {granted[1]}"
        try:
            response = self._transport(proxy).handle_request(request)
        except httpx2.ConnectError as error:
            if proxy is None:
                raise
            raise TemporaryError(
                tr("The proxy {host} cannot be reached. Check the proxy settings.", host=origin(proxy)[1]),
                code="proxy",
            ) from error
        response.headers.pop("set-cookie", None)  # nothing to be known by; one that is damaged would spoil what follows
        if response.is_success:
            return response
        response.close()
        headers = [(key, value) for key, value in response.headers.raw if key.lower() not in _BODY_HEADERS]
        return httpx2.Response(response.status_code, headers=headers, content=b"")

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for each in self._by_proxy.values():
                each.close()
            self._by_proxy.clear()

    def _transport(self, proxy: str | None) -> httpx2.HTTPTransport:
        with self._lock:
            if proxy not in self._by_proxy:
                self._by_proxy[proxy] = httpx2.HTTPTransport(verify=self._certificates, proxy=proxy)
            return self._by_proxy[proxy]
