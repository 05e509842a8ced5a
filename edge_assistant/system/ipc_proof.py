"""A proof for both sides of a connection that the other one knows the same secret.

The client sends random bytes; the server answers with its own and a keyed hash of both, and only then the client sends
its text, with a keyed hash of everything. So nothing is told to, or taken from, whoever does not know the secret, and
nothing that was overheard can be used again. With an empty secret the text is sent as it is.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable

_RANDOM_BYTES = 32
PROOF_BYTES = hashlib.sha256().digest_size
"""How many bytes longer a sealed text is."""


class ForeignServerError(ConnectionRefusedError):
    """The server is not of this person."""


def send_text(
    receive: Callable[[], bytes],
    send: Callable[[bytes], None],
    secret: bytes,
    text: bytes,
    on_proven: Callable[[], object] = lambda: None,
) -> None:
    """Let the server prove itself to the client, and send it the client's text, after a call of `on_proven`.

    Raises ForeignServerError, and what `receive` and `send` raise.
    """
    if not secret:
        on_proven()
        send(text)
        return
    ours = secrets.token_bytes(_RANDOM_BYTES)
    send(ours)
    reply = receive()
    theirs = reply[:_RANDOM_BYTES]
    if not hmac.compare_digest(reply[_RANDOM_BYTES:], _proof(secret, b"server", ours + theirs)):
        raise ForeignServerError
    on_proven()
    send(_proof(secret, b"client", ours + theirs + text) + text)


def receive_text(receive: Callable[[], bytes], send: Callable[[bytes], None], secret: bytes) -> bytes:
    """Prove the server to a client and return the client's text.

    Raises EOFError where the client does not know the secret, and what `receive` and `send` raise.
    """
    if not secret:
        return receive()
    theirs = receive()
    if len(theirs) != _RANDOM_BYTES:
        raise EOFError
    ours = secrets.token_bytes(_RANDOM_BYTES)
    send(ours + _proof(secret, b"server", theirs + ours))
    sealed = receive()
    text = sealed[PROOF_BYTES:]
    if not hmac.compare_digest(sealed[:PROOF_BYTES], _proof(secret, b"client", theirs + ours + text)):
        raise EOFError
    return text


def _proof(secret: bytes, side: bytes, content: bytes) -> bytes:
    return hmac.digest(secret, side + content, "sha256")
