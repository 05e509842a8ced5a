"""The errors of the model hub: what huggingface_hub and its HTTP client raise, turned into sentences for people."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator
from typing import Any

from edge_assistant.models.hub_environment import without_secrets
from edge_assistant.system.errors import AssistantError, NetworkError, UsageError
from edge_assistant.system.i18n import tr
from edge_assistant.system.shown_text import ShownText

_log = logging.getLogger(__name__)
# 408, 429 and the codes of overloaded or restarting servers: the same request may succeed later.
_TEMPORARY_STATUSES = frozenset((408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524))


class TemporaryError(NetworkError):
    """A temporary failure: a retry may help. `wait` is how many seconds the hub asks to wait, None when it does not
    say.
    """

    def __init__(self, message: str, *, code: str = "network", wait: float | None = None) -> None:
        super().__init__(message, code=code)
        self.wait = wait


class RevisionGoneError(NetworkError):
    """The hub no longer has the revision of the catalogue, or of the first download."""

    code = "revision-gone"


def sign_in_page_error() -> NetworkError:
    """Return the error for an answer that is not from the hub, but from a network that wants people to sign in."""
    return NetworkError(
        tr(
            "The answer is not from the model hub; perhaps this network wants you to sign in on a web page first. Open "
            "a web browser, sign in, and try again."
        ),
        code="captive-portal",
    )


@contextlib.contextmanager
def explain_errors(file: str, repository: str = "", revision: str = "") -> Iterator[None]:
    """Turn the errors of huggingface_hub and its HTTP client into sentences; our own errors pass."""
    try:
        yield
    except AssistantError:
        raise
    except Exception as error:
        reason = without_secrets(str(error).partition("\n")[0])
        _log.info("the hub failed with %s: %s", type(error).__name__, reason)
        explained = _explain_error(error, file, repository, revision)
        if explained is None:
            raise
        raise explained from error


def _explain_error(error: Exception, file: str, repository: str, revision: str) -> AssistantError | None:
    """Return the error for a person; None for one that is none of the hub's or the network's."""
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    words = str(error)
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
    if isinstance(error, httpx2.ProxyError) and "407" in words:
        return _proxy_sign_in_error()
    if isinstance(error, httpx2.ProxyError):
        return TemporaryError(tr("The proxy refuses the connection. Check the proxy settings."), code="proxy")
    if isinstance(error, httpx2.ConnectError):
        return TemporaryError(tr("The model hub cannot be reached. Check the network connection."), code="unreachable")
    if isinstance(error, httpx2.TooManyRedirects):
        return sign_in_page_error()
    if isinstance(error, httpx2.NetworkError | httpx2.RemoteProtocolError):
        return TemporaryError(tr("The connection to the hub was lost."), code="connection-lost")
    if isinstance(error, httpx2.InvalidURL | httpx2.UnsupportedProtocol | httpx2.DecodingError | ValueError):
        return sign_in_page_error()  # what came makes no sense
    if isinstance(error, httpx2.HTTPError):
        return TemporaryError(tr("The connection to the hub failed."))
    return None


def _status_error(error: Any, file: str, repository: str, revision: str) -> NetworkError:
    from huggingface_hub.errors import GatedRepoError, RemoteEntryNotFoundError, RevisionNotFoundError

    response = error.response
    status = response.status_code
    if status in _TEMPORARY_STATUSES:
        return _temporary_error(status, response.headers.get("Retry-After"))
    if isinstance(error, GatedRepoError) or status == 403:
        return NetworkError(
            ShownText(
                tr(
                    "The hub denied access to {file}. Accept the licence of {repository} on its web page, and set "
                    "HF_TOKEN to a token that may read it.",
                    file=file,
                    repository=repository,
                ),
                tr("The hub denied access. Accept the model's licence on its web page, and set HF_TOKEN to a token."),
            ),
            code="forbidden",
        )
    if isinstance(error, RevisionNotFoundError):
        return RevisionGoneError(
            ShownText(
                tr(
                    "Version {value} of {repository} is no longer on the hub. Update this program, or import the model "
                    "from another place with models import.",
                    value=revision[:12],
                    repository=repository,
                ),
                tr("This version is no longer on the hub. Update this program, or import the model."),
            )
        )
    if isinstance(error, RemoteEntryNotFoundError):
        return NetworkError(
            ShownText(
                tr(
                    "{repository} on the hub has no file {file}. Update this program, or import the model from another "
                    "place with models import.",
                    repository=repository,
                    file=file,
                ),
                tr("The file is not on the hub. Update this program, or import the model."),
            ),
            code="file-gone",
        )
    if status == 401:
        sentence = (
            tr("The hub rejected your token: renew it, or unset HF_TOKEN, and try again.")
            if "authorization" in response.request.headers
            else ShownText(
                tr(
                    "The hub has no public {repository}. If it is private, set HF_TOKEN to a token.",
                    repository=repository,
                ),
                tr("The hub has no such public model. If it is private, set HF_TOKEN to a token."),
            )
        )
        return NetworkError(sentence, code="unauthorised")
    if status == 404:
        return NetworkError(
            ShownText(
                tr(
                    "{repository} is not on the hub. Check the variable HF_ENDPOINT, update this program, or import "
                    "the model from another place with models import.",
                    repository=repository,
                ),
                tr("The model is not on the hub. Check HF_ENDPOINT, update this program, or import the model."),
            ),
            code="not-found",
        )
    if status == 407:
        return _proxy_sign_in_error()
    if status == 416:
        return TemporaryError(tr("The hub does not have that part of the file."), code="wrong-range")
    return NetworkError(
        ShownText(
            tr("The hub refused the request for {file} with code {status}. Try again later.", file=file, status=status),
            tr("The hub refused the request, code {status}. Try again later.", status=status),
        ),
        code="refused",
    )


def _proxy_sign_in_error() -> NetworkError:
    return NetworkError(tr("The proxy requires a sign-in. Put name and password into HTTPS_PROXY."), code="proxy")


def _temporary_error(status: int, retry_after: str | None) -> TemporaryError:
    wait = float(retry_after) if retry_after and re.fullmatch(r"\d{1,9}", retry_after.strip()) else None
    if status == 429:
        return TemporaryError(tr("The hub gets too many requests at the moment."), code="rate-limited", wait=wait)
    return TemporaryError(
        tr("The hub is not available at the moment, code {status}.", status=status), code="hub-down", wait=wait
    )
