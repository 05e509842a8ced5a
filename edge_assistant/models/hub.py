"""The model hub: facts about a file, and the file's bytes from any offset on. Nothing else goes to the network.

Addresses, headers, the client with its proxies and the parsing of errors are huggingface_hub's. Its own downloads are
not used: they keep nothing of a cancelled file, check no SHA-256, believe a wrong range, and retry silently.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from edge_assistant.models import hub_environment
from edge_assistant.models.catalog_validation import is_sha256
from edge_assistant.models.hub_errors import TemporaryError, explain_errors, sign_in_page_error
from edge_assistant.system.errors import NetworkError, UsageError
from edge_assistant.system.i18n import tr

if TYPE_CHECKING:
    import httpx2

_MAX_SIZE = 2**50  # bytes of a file
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,16})-[0-9]+/([0-9]+|\*)")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """The hub's facts about a file: the commit that the revision means now, SHA-256 of a large file, size in bytes."""

    commit: str
    sha256: str | None
    size: int | None


class OpenStream(Protocol):
    """A stream of bytes that begins at `offset`."""

    offset: int

    def __iter__(self) -> Iterator[bytes]:
        """Yield the pieces as they arrive."""

    def abort(self) -> None:
        """Wake up the thread that waits for bytes, with an error."""


class Remote(Protocol):
    """The part of a hub that downloads use; see Hub."""

    @property
    def host(self) -> str:
        """The name of its computer, for people."""

    def look_up(self, repository: str, revision: str, file: str) -> RemoteFile:
        """Ask for a file's commit, checksum and size."""

    def open(
        self, repository: str, revision: str, file: str, offset: int, size: int | None
    ) -> AbstractContextManager[OpenStream]:
        """Open the file's bytes from `offset` on."""


class Stream:
    """The bytes of a file from `offset` on, which is 0 when the hub does not begin elsewhere."""

    def __init__(self, response: httpx2.Response, offset: int, name: str) -> None:
        self.offset = offset
        self._response = response
        self._name = name

    def __iter__(self) -> Iterator[bytes]:
        """Yield the pieces as they arrive. Raises TemporaryError when the connection breaks or stalls."""
        with explain_errors(self._name):
            yield from self._response.iter_raw()

    def abort(self) -> None:
        """Wake up the thread that waits for bytes, with an error; may be called from any thread."""
        try:
            connection = self._response.extensions["network_stream"].get_extra_info("socket")
        except (KeyError, AttributeError):
            return
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        if sys.platform == "win32":  # there only a closed socket wakes a thread, and elsewhere that does not
            with contextlib.suppress(OSError):
                connection.close()


class Hub:
    """The model hub at `endpoint`; None: the address in HF_ENDPOINT, else the Hugging Face Hub."""

    def __init__(self, endpoint: str | None = None) -> None:
        self._endpoint = endpoint

    @property
    def host(self) -> str:
        """The name of its computer, for people. Raises UsageError for an address that is none."""
        return hub_environment.origin(self._address())[1]

    def look_up(self, repository: str, revision: str, file: str) -> RemoteFile:
        """Ask for a file's facts. Raises NetworkError, or TemporaryError when a retry may help; UsageError where the
        environment does not allow it.
        """
        with self._connection(repository, revision, file) as (hub, address):
            found = hub.get_hf_file_metadata(
                self._url(hub, address, repository, revision, file),
                token=False,
                library_name="edge-assistant",
                endpoint=address,
            )
        if not found.commit_hash or not re.fullmatch(r"[0-9a-f]{40}", found.commit_hash):
            raise sign_in_page_error()
        if found.size == 0:
            raise NetworkError(tr("The hub sent no data for {file}. Try again later.", file=file), code="wrong-bytes")
        if found.size is not None and not 0 < found.size <= _MAX_SIZE:
            raise sign_in_page_error()
        etag = (found.etag or "").lower()
        return RemoteFile(found.commit_hash, etag if is_sha256(etag) else None, found.size)

    @contextlib.contextmanager
    def open(self, repository: str, revision: str, file: str, offset: int, size: int | None) -> Iterator[Stream]:
        """Open the file from `offset` (bytes) on, or from 0 where the hub ignores that. `size` is the whole file's.

        Raises NetworkError as `look_up`; also when the response is another file, a web page, or another part.
        """
        with contextlib.ExitStack() as connection:
            with self._connection(repository, revision, file) as (hub, address):
                from huggingface_hub import constants

                headers = hub.utils.build_hf_headers(token=False, library_name="edge-assistant")
                headers["Accept-Encoding"] = "identity"
                if offset:
                    headers["Range"] = f"bytes={offset}-"
                request = hub.get_session().stream(
                    "GET",
                    self._url(hub, address, repository, revision, file),
                    headers=headers,
                    follow_redirects=True,
                    timeout=constants.HF_HUB_DOWNLOAD_TIMEOUT,
                )
                response = connection.enter_context(request)
                hub.utils.hf_raise_for_status(response)
                stream = Stream(response, _response_offset(response, offset, size), file)
            yield stream

    @contextlib.contextmanager
    def _connection(self, repository: str, revision: str, file: str) -> Iterator[tuple[Any, str]]:
        """Give the library and the hub's address, while the token is sent where it belongs and errors are explained."""
        address = self._address()
        hub = _library()
        from edge_assistant.models import hub_client  # it imports the library, which is set up before

        token = hub_environment.token_for(address)
        try:
            with explain_errors(file, repository, revision), hub_client.token_granted(address, token.value):
                yield hub, address
        except NetworkError as error:
            if error.code in ("unauthorised", "forbidden") and token.why_not_sent is not None:
                raise NetworkError(
                    tr("{error} {reason}", error=error, reason=token.why_not_sent), code=error.code
                ) from error
            raise

    def _address(self) -> str:
        if self._endpoint is None:
            return hub_environment.endpoint()
        return hub_environment.checked_endpoint(self._endpoint)

    def _url(self, hub: Any, address: str, repository: str, revision: str, file: str) -> str:
        return str(hub.hf_hub_url(repository, file, revision=revision, endpoint=address))


def _library() -> Any:
    """Import huggingface_hub, set up for no telemetry, nothing but HTTP, our client, and no messages of its own.

    Raises UsageError where a variable of the environment keeps it from being used.
    """
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["HF_HUB_DISABLE_XET"] = "1"
    try:
        import huggingface_hub.utils
        from huggingface_hub import constants
    except ValueError as error:  # such as a time limit that is no number
        raise UsageError(
            tr("A variable of the environment that begins with HF is not valid. Correct it, or unset it.")
        ) from error
    if constants.is_offline_mode():
        raise UsageError(tr("The variable HF_HUB_OFFLINE forbids downloads. Unset it, and try again."))
    logging.getLogger("huggingface_hub").handlers.clear()
    _use_own_client(huggingface_hub)
    return huggingface_hub


@functools.cache
def _use_own_client(hub: Any) -> None:
    from edge_assistant.models import hub_client

    hub.set_client_factory(hub_client.make_client)


def _response_offset(response: httpx2.Response, offset: int, size: int | None) -> int:
    """Return the offset at which a response begins, after a check that it is the file at all."""
    kind = response.headers.get("Content-Type", "")
    if kind.startswith("text/html") or response.headers.get("Content-Encoding", "identity") != "identity":
        raise sign_in_page_error()
    if response.status_code == 206:
        match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if match is None or int(match[1]) != offset or (size is not None and match[2] not in ("*", str(size))):
            raise TemporaryError(tr("The hub sent the wrong part of the file."), code="wrong-range")
        return offset
    length = response.headers.get("Content-Length", "")
    if response.status_code != 200 or (size is not None and length not in ("", str(size))):
        raise sign_in_page_error()
    return 0
