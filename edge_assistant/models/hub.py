"""The model hub: facts about a file, and the file's bytes from any offset on. Nothing else goes to the network.

Addresses, headers, the client with its proxies and the parsing of errors are huggingface_hub's. Its own downloads are
not used: they keep nothing of a cancelled file, check no SHA-256, believe a wrong range, and retry silently.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edge_assistant.models.hub_errors import TemporaryError, explain_errors, sign_in_page_error
from edge_assistant.system.bounded_read import read_regular_text
from edge_assistant.system.i18n import tr

if TYPE_CHECKING:
    import httpx2

_MAX_TOKEN = 10_000  # bytes of the file that holds it
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """The hub's facts about a file: the commit that the revision means now, SHA-256 of a large file, size in bytes."""

    commit: str
    sha256: str | None
    size: int | None


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

    def look_up(self, repository: str, revision: str, file: str) -> RemoteFile:
        """Ask for a file's facts. Raises NetworkError, or TemporaryError when a retry may help."""
        with explain_errors(file, repository, revision):
            hub = _library()
            token = _token()
            found = hub.get_hf_file_metadata(
                self._url(hub, repository, revision, file),
                token=token if token is not None else False,
                library_name="edge-assistant",
                endpoint=self._endpoint,
            )
        if not found.commit_hash or not re.fullmatch(r"[0-9a-f]{40}", found.commit_hash):
            raise sign_in_page_error()
        etag = (found.etag or "").lower()
        return RemoteFile(found.commit_hash, etag if _SHA256.fullmatch(etag) else None, found.size)

    @contextlib.contextmanager
    def open(self, repository: str, revision: str, file: str, offset: int, size: int | None) -> Iterator[Stream]:
        """Open the file from `offset` (bytes) on, or from 0 where the hub ignores that. `size` is the whole file's.

        Raises NetworkError as `look_up`; also when the response is another file, a web page, or another part.
        """
        with contextlib.ExitStack() as connection:
            with explain_errors(file, repository, revision):
                hub = _library()
                from huggingface_hub import constants

                token = _token()
                headers = hub.utils.build_hf_headers(
                    token=token if token is not None else False, library_name="edge-assistant"
                )
                headers["Accept-Encoding"] = "identity"
                if offset:
                    headers["Range"] = f"bytes={offset}-"
                request = hub.get_session().stream(
                    "GET",
                    self._url(hub, repository, revision, file),
                    headers=headers,
                    follow_redirects=True,
                    timeout=constants.HF_HUB_DOWNLOAD_TIMEOUT,
                )
                response = connection.enter_context(request)
                hub.utils.hf_raise_for_status(response)
                stream = Stream(response, _response_offset(response, offset, size), file)
            yield stream

    def _url(self, hub: Any, repository: str, revision: str, file: str) -> str:
        return str(hub.hf_hub_url(repository, file, revision=revision, endpoint=self._endpoint))


def _library() -> Any:
    """Import huggingface_hub, set up for no telemetry, nothing but HTTP, and no messages of its own."""
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["HF_HUB_DISABLE_XET"] = "1"
    import huggingface_hub.utils

    logging.getLogger("huggingface_hub").handlers.clear()
    return huggingface_hub


def _token() -> str | None:
    """Return the person's token for the hub, from where huggingface_hub keeps it.

    huggingface_hub's own get_token is not asked: it may renew a token over the network.
    """
    from huggingface_hub import constants

    if constants.HF_HUB_DISABLE_IMPLICIT_TOKEN:
        return None
    kept = os.environ.get("HF_TOKEN") or os.environ.get("HUGGING_FACE_HUB_TOKEN")
    if not kept:
        with contextlib.suppress(OSError, ValueError):
            kept = read_regular_text(Path(constants.HF_TOKEN_PATH), _MAX_TOKEN)
    return (kept or "").strip() or None


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
    if response.status_code != 200 or (size is not None and length.isdigit() and int(length) != size):
        raise sign_in_page_error()
    return 0
