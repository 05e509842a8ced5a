"""The model hub: what it says about a file, and the file's bytes from any place on. Nothing else goes to the network.

Addresses, headers, the client with its proxies and the reading of errors are huggingface_hub's. Its own downloads are
not used: they keep nothing of a cancelled file, check no SHA-256, believe a wrong range, and try again in silence.
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

from edge_assistant.system.errors import AssistantError, NetworkError, UsageError
from edge_assistant.system.i18n import later, tr
from edge_assistant.system.regular_file import read_regular_text

if TYPE_CHECKING:
    import httpx2

_log = logging.getLogger(__name__)
_MOST_TOKEN = 10_000  # bytes of the file that holds it
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_SIGN_IN_PAGE = later(
    "The answer is not from the model hub; perhaps this network wants you to sign in on a web page first. Open a web "
    "browser, sign in, and try again."
)
# 408 and 429 and those of overloaded or restarting servers: the same request may succeed later.
_PASSING = frozenset((408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524))


class PassingError(NetworkError):
    """Trying again may help. `wait` is how many seconds the hub asks to wait before, None when it does not say."""

    def __init__(self, message: str, *, code: str = "network", wait: float | None = None) -> None:
        super().__init__(message, code=code)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """What the hub says: the commit that the revision means now, SHA-256 of a large file, size in bytes."""

    commit: str
    sha256: str | None
    size: int | None


class Stream:
    """The bytes of a file from `offset` on, which is 0 when the hub would not begin elsewhere."""

    def __init__(self, response: httpx2.Response, offset: int, name: str) -> None:
        self.offset = offset
        self._response = response
        self._name = name

    def __iter__(self) -> Iterator[bytes]:
        """Pieces as they arrive. Raises PassingError when the line breaks or stands still."""
        with _explained(self._name):
            yield from self._response.iter_raw()

    def abort(self) -> None:
        """Wake up whoever waits for bytes, with an error; may be called from any thread."""
        with contextlib.suppress(KeyError, AttributeError, OSError):
            line = self._response.extensions["network_stream"].get_extra_info("socket")
            line.shutdown(socket.SHUT_RDWR)


class Hub:
    """The model hub at `endpoint`; None: where HF_ENDPOINT says, else the Hugging Face Hub."""

    def __init__(self, endpoint: str | None = None) -> None:
        self._endpoint = endpoint

    def look_up(self, repository: str, revision: str, file: str) -> RemoteFile:
        """Ask for a file's facts. Raises NetworkError, or PassingError when trying again may help."""
        with _explained(file, repository, revision):
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
        """The file from `offset` (bytes) on, or from 0 where the hub ignores that. `size` is the whole file's.

        Raises NetworkError as `look_up`; also when what answers is another file, a web page, or another part.
        """
        with contextlib.ExitStack() as open_line:
            with _explained(file, repository, revision):
                hub = _library()
                from huggingface_hub import constants

                token = _token()
                headers = hub.utils.build_hf_headers(
                    token=token if token is not None else False, library_name="edge-assistant"
                )
                headers["Accept-Encoding"] = "identity"
                if offset:
                    headers["Range"] = f"bytes={offset}-"
                asked = hub.get_session().stream(
                    "GET",
                    self._url(hub, repository, revision, file),
                    headers=headers,
                    follow_redirects=True,
                    timeout=constants.HF_HUB_DOWNLOAD_TIMEOUT,
                )
                response = open_line.enter_context(asked)
                hub.utils.hf_raise_for_status(response)
                stream = Stream(response, _begin(response, offset, size), file)
            yield stream

    def _url(self, hub: Any, repository: str, revision: str, file: str) -> str:
        return str(hub.hf_hub_url(repository, file, revision=revision, endpoint=self._endpoint))


def _library() -> Any:
    """huggingface_hub, set up before its first import: no telemetry, nothing but HTTP, no messages of its own."""
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["HF_HUB_DISABLE_XET"] = "1"
    import huggingface_hub.utils

    logging.getLogger("huggingface_hub").handlers.clear()
    return huggingface_hub


def _token() -> str | None:
    """The person's token for the hub, from where huggingface_hub keeps it.

    huggingface_hub's own get_token is not asked: it may renew a token over the network.
    """
    from huggingface_hub import constants

    if constants.HF_HUB_DISABLE_IMPLICIT_TOKEN:
        return None
    kept = os.environ.get("HF_TOKEN") or os.environ.get("HUGGING_FACE_HUB_TOKEN")
    if not kept:
        with contextlib.suppress(OSError, ValueError):
            kept = read_regular_text(Path(constants.HF_TOKEN_PATH), _MOST_TOKEN)
    return (kept or "").strip() or None


def _begin(response: httpx2.Response, offset: int, size: int | None) -> int:
    """Where the bytes of an answer begin, after a look at whether it is the file at all."""
    kind = response.headers.get("Content-Type", "")
    if kind.startswith("text/html") or response.headers.get("Content-Encoding", "identity") != "identity":
        raise NetworkError(tr(_SIGN_IN_PAGE), code="captive-portal")
    if response.status_code == 206:
        match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if match is None or int(match[1]) != offset or (size is not None and match[2] not in ("*", str(size))):
            raise PassingError(tr("The hub sent the wrong part of the file."), code="wrong-range")
        return offset
    length = response.headers.get("Content-Length", "")
    if response.status_code != 200 or (size is not None and length.isdigit() and int(length) != size):
        raise NetworkError(tr(_SIGN_IN_PAGE), code="captive-portal")
    return 0


@contextlib.contextmanager
def _explained(file: str, repository: str = "", revision: str = "") -> Iterator[None]:
    """Turn what huggingface_hub and its HTTP client raise into sentences; our own errors pass."""
    try:
        yield
    except AssistantError:
        raise
    except Exception as error:
        _log.info("the hub failed with %s: %s", type(error).__name__, str(error).partition("\n")[0])
        explained = _sentence(error, file, repository, revision)
        if explained is None:
            raise
        raise explained from error


def _sentence(error: Exception, file: str, repository: str, revision: str) -> AssistantError | None:
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled

    words = str(error)
    if isinstance(error, OfflineModeIsEnabled):
        return UsageError(tr("The variable HF_HUB_OFFLINE forbids downloads. Unset it, and try again."))
    if isinstance(error, HfHubHTTPError):
        return _for_status(error, file, repository, revision)
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
        return PassingError(tr("The download stalled: no data came from the hub for a while."), code="stalled")
    if isinstance(error, httpx2.ProxyError):
        return PassingError(tr("The proxy refuses the connection. Check the proxy settings."), code="proxy")
    if isinstance(error, httpx2.ConnectError):
        return PassingError(tr("The model hub cannot be reached. Check the network connection."), code="unreachable")
    if isinstance(error, httpx2.TooManyRedirects):
        return NetworkError(tr(_SIGN_IN_PAGE), code="captive-portal")
    if isinstance(error, httpx2.NetworkError | httpx2.RemoteProtocolError):
        return PassingError(tr("The connection to the hub was lost."), code="connection-lost")
    if isinstance(error, httpx2.InvalidURL | httpx2.UnsupportedProtocol | ValueError | ImportError | UnicodeError):
        return UsageError(
            tr(
                "The address of the hub or of a proxy is not valid: {value}. Check the variables HF_ENDPOINT, "
                "HTTPS_PROXY, HTTP_PROXY and ALL_PROXY.",
                value=words.partition(chr(10))[0],
            )
        )
    if isinstance(error, httpx2.HTTPError):
        return PassingError(tr("The connection to the hub failed."))
    return None


def _for_status(error: Any, file: str, repository: str, revision: str) -> NetworkError:
    from huggingface_hub.errors import GatedRepoError, RemoteEntryNotFoundError, RevisionNotFoundError

    response = error.response
    status = response.status_code
    if status in _PASSING:
        return _for_passing(status, response.headers.get("Retry-After"))
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
        return PassingError(tr("The hub does not have that part of the file."), code="wrong-range")
    return NetworkError(
        tr("The hub refused the request for {file} with code {status}. Try again later.", file=file, status=status),
        code="refused",
    )


def _for_passing(status: int, retry_after: str | None) -> PassingError:
    wait = float(retry_after) if retry_after and re.fullmatch(r"\d{1,9}", retry_after.strip()) else None
    if status == 429:
        return PassingError(tr("The hub gets too many requests at the moment."), code="rate-limited", wait=wait)
    return PassingError(
        tr("The hub is not available at the moment, code {status}.", status=status), code="hub-down", wait=wait
    )
