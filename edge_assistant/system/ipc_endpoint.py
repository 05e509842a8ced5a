"""Where the running program is reached: a socket's path or a pipe's name, and the lock of the one instance.

A socket is in a private folder. Windows' pipes can be seen by everybody on the computer: each start takes a new secret,
which is in the person's own folder, and the pipe's name is made from it, so that nobody else can be there before.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from edge_assistant.system import file_retry, paths
from edge_assistant.system.atomic_file import replace_file
from edge_assistant.system.bounded_read import read_regular
from edge_assistant.system.errors import InputError
from edge_assistant.system.i18n import tr

if TYPE_CHECKING:
    from filelock import BaseFileLock

_SECRET_BYTES = 32


class AlreadyRunningError(Exception):
    """Another instance has the lock."""


def socket_name(environ: Mapping[str, str]) -> str:
    """Return the socket's name, made from the display that the environment names."""
    display = environ.get("WAYLAND_DISPLAY") or environ.get("DISPLAY") or "none"
    # The number behind the point is a screen of the same display.
    return "listen-" + re.sub(r"[^\w.-]", "_", re.sub(r"(:\d+)\.\d+$", r"\1", display))


class Endpoint:
    """The address of the server on POSIX, a socket in a private folder; and the lock file of the one instance.

    Of `secret` everything else is the same everywhere; it is empty where the folder alone keeps others away.
    """

    family = "AF_UNIX"

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name

    def address(self, secret: bytes = b"") -> str:  # noqa: ARG002 (a pipe's name is made from it)
        """Return the socket's path."""
        return str(self._folder / f"{self._name}.socket")

    def renew(self) -> bytes:
        """Clear the place for a server, which holds the lock, and return the secret from now on. Raises OSError."""
        Path(self.address()).unlink(missing_ok=True)  # left by an instance that was killed
        return b""

    def secret(self) -> bytes:
        """Return the secret of the running program. Raises OSError: FileNotFoundError where none runs."""
        return b""

    def retire(self) -> None:
        """Forget the secret at the end of the server, which still holds the lock."""

    def lock(self) -> BaseFileLock:
        """Become the one instance until the lock is released or the process ends.

        Raises AlreadyRunningError and InputError.
        """
        from filelock import FileLock, Timeout  # imported here: describing a picture does not need it

        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_private(self._folder):
                raise InputError(
                    tr(
                        "Others have access to the folder {folder}. Make it private, or remove it.", folder=self._folder
                    ),
                    code="no-door",
                )
            lock = FileLock(self._folder / f"{self._name}.lock", timeout=0, mode=0o600, thread_local=False)
            lock.acquire()
        except Timeout as error:
            raise AlreadyRunningError from error
        except OSError as error:
            if paths.portable_dir() is not None:
                raise InputError(
                    tr("{folder} cannot be written. Copy Edge Assistant to another disk.", folder=self._folder),
                    code="no-door",
                ) from error
            if sys.platform == "win32":
                advice = tr("Get permission to write there.")
            else:
                advice = tr("Set XDG_RUNTIME_DIR to a private folder of yours.")
            raise InputError(
                tr(
                    "The folder {folder} cannot be used: {strerror}. {advice}",
                    folder=self._folder,
                    strerror=error.strerror,
                    advice=advice,
                ),
                code="no-door",
            ) from error
        return lock


def _is_private(folder: Path) -> bool:
    """Return whether only the user can enter the folder; on Windows it is below their own profile."""
    if sys.platform == "win32":
        return True
    status = folder.stat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o077


class SecretEndpoint(Endpoint):
    """An endpoint that others can reach, too, so both sides prove that they know the secret in the person's folder."""

    def renew(self) -> bytes:
        """Write a new secret into the folder."""
        secret = secrets.token_bytes(_SECRET_BYTES)
        replace_file(self._secret_path, secret)
        return secret

    def secret(self) -> bytes:
        """Read the secret that a server left in the folder."""
        secret = read_regular(self._secret_path, 2 * _SECRET_BYTES)
        if len(secret) != _SECRET_BYTES:  # a power cut, say
            raise FileNotFoundError
        return secret

    def retire(self) -> None:
        """Remove the secret."""
        file_retry.unlink(self._secret_path, missing_ok=True)

    @property
    def _secret_path(self) -> Path:
        return self._folder / f"{self._name}.secret"


class WindowsEndpoint(SecretEndpoint):
    """The address of the server on Windows: a named pipe. Run under wine, not yet on Windows."""

    family = "AF_PIPE"

    def address(self, secret: bytes = b"") -> str:
        """Return the pipe's name, which does not tell the secret that it is made from."""
        return rf"\\.\pipe\edge-assistant-{hashlib.sha256(b'name' + secret).hexdigest()[:32]}"


def default_endpoint(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> Endpoint:
    """Return the endpoint of this person and display; `platform` as in sys.platform."""
    endpoint_class = WindowsEndpoint if platform == "win32" else Endpoint
    return endpoint_class(paths.runtime_dir(environ), socket_name(environ))
