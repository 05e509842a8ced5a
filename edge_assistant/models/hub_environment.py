"""The environment of downloads: the hub's address, the person's token and the proxies, each understood or explained.

Nothing that may be a secret (a token, a proxy's name and password) is part of a sentence, or of the log.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import re
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from edge_assistant.system.bounded_read import read_regular_text
from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr

HUGGING_FACE = "https://huggingface.co"

_MAX_TOKEN = 10_000  # bytes of the file that holds it
_TOKEN = re.compile(r"[\x21-\x7e]{1,1000}")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~%:/\[\]-]+")
_SECRETS = re.compile(r"\S*@|\bhf_\w+|(?<=Bearer )\S+")
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Token:
    """The person's token for a hub: its value, or the sentence that says why the one there is is not sent."""

    value: str | None = None
    why_not_sent: str | None = None


def endpoint() -> str:
    """Return the hub's address: the one in HF_ENDPOINT, else that of the Hugging Face Hub. Raises UsageError."""
    return checked_endpoint(os.environ.get("HF_ENDPOINT", ""))


def checked_endpoint(value: str) -> str:
    """Return a hub's address without a slash at its end; where there is none, that of the Hugging Face Hub.

    Raises UsageError for what is no address.
    """
    value = value.strip().rstrip("/")
    if not value:
        return HUGGING_FACE
    if "@" in value:
        raise UsageError(
            tr("The address in HF_ENDPOINT must not hold a name or a password. Put a token into HF_TOKEN instead.")
        )
    if _ADDRESS.fullmatch(value) is None or _split(value) is None:
        raise UsageError(
            tr(
                "The address of the hub is not valid: {value}. Correct or unset the variable HF_ENDPOINT.",
                value=value,
            )
        )
    return value


def origin(address: str) -> tuple[str, str, int]:
    """Return the scheme, host and port of a valid address."""
    parts = urlsplit(address)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)


def token_for(address: str) -> Token:
    """Return the person's token for the hub at a valid address. Raises UsageError for what cannot be a token.

    HF_TOKEN is for the hub of HF_ENDPOINT, and the token that was saved by a login for the Hugging Face Hub only. None
    is sent where it could be read on the way. huggingface_hub's own get_token is not asked: it may renew a token over
    the network.
    """
    from huggingface_hub import constants

    if constants.HF_HUB_DISABLE_IMPLICIT_TOKEN:
        return Token()
    values = {
        "HF_TOKEN": os.environ.get("HF_TOKEN", ""),
        "HUGGING_FACE_HUB_TOKEN": os.environ.get("HUGGING_FACE_HUB_TOKEN", ""),
    }
    for variable, value in ((variable, value.strip()) for variable, value in values.items()):
        if value:
            _check_token(value, variable)
            return _unless_readable(value, address)
    value = ""
    with contextlib.suppress(OSError, ValueError):
        value = read_regular_text(Path(constants.HF_TOKEN_PATH), _MAX_TOKEN).strip()
    if not value:
        return Token()
    if origin(address) != origin(HUGGING_FACE):
        return Token(
            why_not_sent=tr(
                "Your saved token is for the Hugging Face Hub, and was not sent to {host}. For this hub, set HF_TOKEN.",
                host=urlsplit(address).hostname,
            )
        )
    _check_token(value, constants.HF_TOKEN_PATH)
    return _unless_readable(value, address)


def proxy_for(scheme: str, host: str) -> str | None:
    """Return the address of the proxy for addresses of this scheme and host, None for no proxy. Raises UsageError.

    The environment decides, or on Windows and macOS the settings of the system; NO_PROXY names the exceptions. A proxy
    that would not be used is not looked at.
    """
    found = urllib.request.getproxies()
    kind = next((each for each in (scheme, "all") if found.get(each, "").strip()), None)
    if kind is None or urllib.request.proxy_bypass(host):
        return None
    value, variable = found[kind].strip(), f"{kind.upper()}_PROXY"
    value = value if "://" in value else f"http://{value}"
    if value.lower().startswith("socks"):
        raise UsageError(
            tr(
                "The proxy in {variable} is a SOCKS proxy, which this program cannot use. Set {scheme} to the address "
                "of an HTTP proxy, or set NO_PROXY to {host}.",
                variable=variable,
                scheme=f"{scheme.upper()}_PROXY",
                host=host,
            )
        )
    parts = _split(value)
    if parts is None or parts.scheme not in ("http", "https") or re.search(r"[\s\x00-\x1f]", value):
        raise UsageError(
            tr(
                "The address of the proxy is not valid. Correct the variable {variable} or this computer's proxy "
                "settings.",
                variable=variable,
            )
        )
    return value


def is_loopback(host: str) -> bool:
    """Return whether a host is this computer itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def without_secrets(text: str) -> str:
    """Return a text with what may be a token, or a name and password in an address, replaced."""
    return _SECRETS.sub("…", text)


def _split(address: str) -> SplitResult | None:
    """Return the parts of an address with a host; None where it is not valid."""
    try:
        parts = urlsplit(address)
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def _check_token(value: str, place: str) -> None:
    if _TOKEN.fullmatch(value) is None:
        raise UsageError(
            tr(
                "What is in {place} cannot be a token; perhaps it has a line break. Correct or remove it.",
                place=place,
            )
        )


def _unless_readable(value: str, address: str) -> Token:
    scheme, host, _ = origin(address)
    if scheme == "https" or is_loopback(host):
        return Token(value)
    return Token(
        why_not_sent=tr(
            "Your token was not sent, as everybody on the way could read it: the address in HF_ENDPOINT begins with "
            "http, not with https."
        )
    )
