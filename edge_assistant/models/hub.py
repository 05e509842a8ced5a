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
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edge_assistant.system.bounded_read import read_regular_text
from edge_assistant.system.errors import AssistantError, NetworkError, UsageError
from edge_assistant.system.i18n import tr, tr_noop

if TYPE_CHECKING:
    import httpx2

_log = logging.getLogger(__name__)
_MAX_TOKEN = 10_000  # bytes of the file that holds it
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_SIGN_IN_PAGE = tr_noop(
    "The answer is not from the model hub; perhaps this network wants you to sign in on a web page first. Open a web "
    "browser, sign in, and try again."
)
# 408, 429 and the codes of overloaded or restarting servers: the same request may succeed later.
_TEMPORARY_STATUSES = frozenset((408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524))


class TemporaryError(NetworkError):
    """A temporary failure: a retry may help. `wait` is how many seconds the hub asks to wait, None when it does not
    say.
    """

    def __init__(self, message: str, *, code: str = "network", wait: float | None = None) -> None:
        super().__init__(message, code=code)
        self.wait = wait


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
        with _explain_errors(self._name):
            yield from self._response.iter_raw()

    def abort(self) -> None:
        """Wake up the thread that waits for bytes, with an error; may be called from any thread."""
        with contextlib.suppress(KeyError, AttributeError, OSError):
            connection = self._response.extensions["network_stream"].get_extra_info("socket")
            connection.shutdown(socket.SHUT_RDWR)


class Hub:
    """The model hub at `endpoint`; None: the address in HF_ENDPOINT, else the Hugging Face Hub."""

    def __init__(self, endpoint: str | None = None) -> None:
        self._endpoint = endpoint

    def look_up(self, repository: str, revision: str, file: str) -> RemoteFile:
        """Ask for a file's facts. Raises NetworkError, or TemporaryError when a retry may help."""
        with _explain_errors(file, repository, revision):
            hub = _library()
            token = _token()
            found = hub.get_hf_file_metadata(
                self._url(hub, repository, revision, file),
                token=token if token is not None else False,
                library_name="edge-assistant",
                endpoint=self._endpoint,
            )
        if not found.commit_hash or not re.fullmatch(r"[0-9a-f]{40}", found.commit_hash):
            raise NetworkError(tr(_SIGN_IN_PAGE), code="captive-portal")
        etag = (found.etag or "").lower()
        return RemoteFile(found.commit_hash, etag if _SHA256.fullmatch(etag) else None, found.size)

    @contextlib.contextmanager
    def open(self, repository: str, revision: str, file: str, offset: int, size: int | None) -> Iterator[Stream]:
        """Open the file from `offset` (bytes) on, or from 0 where the hub ignores that. `size` is the whole file's.

        Raises NetworkError as `look_up`; also when the response is another file, a web page, or another part.
        """
        with contextlib.ExitStack() as connection:
            with _explain_errors(file, repository, revision):
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
        raise NetworkError(tr(_SIGN_IN_PAGE), code="captive-portal")
    if response.status_code == 206:
        match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if match is None or int(match[1]) != offset or (size is not None and match[2] not in ("*", str(size))):
            raise TemporaryError(tr("The hub sent the wrong part of the file."), code="wrong-range")
        return offset
    length = response.headers.get("Content-Length", "")
    if response.status_code != 200 or (size is not None and length.isdigit() and int(length) != size):
        raise NetworkError(tr(_SIGN_IN_PAGE), code="captive-portal")
    return 0


@contextlib.contextmanager
def _explain_errors(file: str, repository: str = "", revision: str = "") -> Iterator[None]:
    """Turn the errors of huggingface_hub and its HTTP client into sentences; our own errors pass."""
    try:
        yield
    except AssistantError:
        raise
    except Exception as error:
        _log.info("the hub failed with %s: %s", type(error).__name__, str(error).partition("\n")[0])
        explained = _explain_error(error, file, repository, revision)
        if explained is None:
            raise
        raise explained from error


def _explain_error(error: Exception, file: str, repository: str, revision: str) -> AssistantError | None:
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled

    words = str(error)
    if isinstance(error, OfflineModeIsEnabled):
        return UsageError(tr("The variable HF_HUB_OFFLINE forbids downloads. Unset it, and try again."))
    if isinstance(error, HfHubHTTPError):
        return _status_error(error, file, repository, revision)
    if isinstance(error, HFValidationError):
        return UsageError(
            tr(
                "The model list has an invalid hub address: {repository}. Correct it.",
                repository=repository,
            )
        )
    if "CERTIFICATE_VERIFY_FAILED" in words:
        return NetworkError(
            tr(
                "The hub's certificate is not valid. Check this computer's clock, and whether this network wants you "
                "to sign in on a web page first."
            ),
            code="certificate",
        )
    if isinstance(error, httpx2.TimeoutException):
        return TemporaryError(tr("The download stalled: no data came from the hub for a while."), code="stalled")
    if isinstance(error, httpx2.ProxyError):
        return TemporaryError(tr("The proxy refuses the connection. Check the proxy settings."), code="proxy")
    if isinstance(error, httpx2.ConnectError):
        return TemporaryError(tr("The model hub cannot be reached. Check the network connection."), code="unreachable")
    if isinstance(error, httpx2.TooManyRedirects):
        return NetworkError(tr(_SIGN_IN_PAGE), code="captive-portal")
    if isinstance(error, httpx2.NetworkError | httpx2.RemoteProtocolError):
        return TemporaryError(tr("The connection to the hub was lost."), code="connection-lost")
    if isinstance(error, httpx2.InvalidURL | httpx2.UnsupportedProtocol | ValueError | ImportError | UnicodeError):
        return UsageError(
            tr(
                "The address of the hub or of a proxy is not valid: {value}. Check the variables HF_ENDPOINT, "
                "HTTPS_PROXY, HTTP_PROXY and ALL_PROXY.",
                value=words.partition(chr(10))[0],
            )
        )
    if isinstance(error, httpx2.HTTPError):
        return TemporaryError(tr("The connection to the hub failed."))
    return None


def _status_error(error: Any, file: str, repository: str, revision: str) -> NetworkError:
    from huggingface_hub.errors import GatedRepoError, RemoteEntryNotFoundError, RevisionNotFoundError

    response = error.response
    status = response.status_code
    if status in _TEMPORARY_STATUSES:
        return _temporary_error(status, response.headers.get("Retry-After"))
    signed_in = tr("The hub rejected your token: renew it, or unset HF_TOKEN, and try again.")
    if isinstance(error, GatedRepoError) or status == 403:
        return NetworkError(
            tr(
                "The hub denied access to {file}. Accept the licence of {repository} on its web page, and set "
                "HF_TOKEN to a token that may read it.",
                file=file,
                repository=repository,
            ),
            code="forbidden",
        )
    if isinstance(error, RevisionNotFoundError):
        return NetworkError(
            tr(
                "Version {value} of {repository} is no longer on the hub. Update this program, or import the model "
                "from another place with models import.",
                value=revision[:12],
                repository=repository,
            ),
            code="revision-gone",
        )
    if isinstance(error, RemoteEntryNotFoundError):
        return NetworkError(
            tr(
                "{repository} on the hub has no file {file}. Update this program, or import the model from another "
                "place with models import.",
                repository=repository,
                file=file,
            ),
            code="file-gone",
        )
    if status == 401:
        asks = tr(
            "The hub has no public {repository}. If it is private, set HF_TOKEN to a token.",
            repository=repository,
        )
        return NetworkError(signed_in if _token() else asks, code="unauthorised")
    if status == 404:
        return NetworkError(
            tr(
                "{repository} is not on the hub. Check the variable HF_ENDPOINT, update this program, or import the "
                "model from another place with models import.",
                repository=repository,
            ),
            code="not-found",
        )
    if status == 407:
        return NetworkError(tr("The proxy requires a sign-in. Put name and password into HTTPS_PROXY."), code="proxy")
    if status == 416:
        return TemporaryError(tr("The hub does not have that part of the file."), code="wrong-range")
    return NetworkError(
        tr("The hub refused the request for {file} with code {status}. Try again later.", file=file, status=status),
        code="refused",
    )


def _temporary_error(status: int, retry_after: str | None) -> TemporaryError:
    wait = float(retry_after) if retry_after and re.fullmatch(r"\d{1,9}", retry_after.strip()) else None
    if status == 429:
        return TemporaryError(tr("The hub gets too many requests at the moment."), code="rate-limited", wait=wait)
    return TemporaryError(
        tr("The hub is not available at the moment, code {status}.", status=status), code="hub-down", wait=wait
    )
