"""Inter-process messages: `edge-assistant trigger` reaches the running program over a local socket or a named pipe.

The socket is for its owner only. Whoever locks the file beside it is the one instance of this person on this display.
Neither side waits longer than a few seconds for the other.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import re
import sys
import threading
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import TYPE_CHECKING

from edge_assistant.system import paths
from edge_assistant.system.errors import EngineError, InputError, NotRunningError, run_safely
from edge_assistant.system.i18n import tr, tr_noop

if TYPE_CHECKING:
    from filelock import BaseFileLock

_log = logging.getLogger(__name__)

_MAX_MESSAGE_BYTES = 4096  # bytes of a message, and of its answer, which thus fits into a pipe that nobody reads

_RECEIVE_TIMEOUT_S = 1.0  # for a client to send its message

_ANSWER_TIMEOUT_S = 5.0  # for the program to accept a client and to answer

_MAX_CLIENTS = 64  # at once; more wait until one of these is answered, or was silent for too long

_ACCEPT_RETRY_S = 0.1  # before accepting is tried again, where the system lacks descriptors or threads

_NOT_RUNNING = tr_noop("Edge Assistant is not running. Start it with the command edge-assistant.")

SHOW = "show"
"""The message of a second start: show the window."""

RELOAD = "settings"
"""The message that the settings file has changed."""

TUNED = "tuned"
"""The message of `tune` when it has saved new results."""

OnMessage = Callable[[str], str]
"""Called with a client's message, on that client's thread; the returned text is the answer."""


class AlreadyRunningError(Exception):
    """Another instance has the lock."""


def socket_name(environ: Mapping[str, str]) -> str:
    """Return the socket's name, made from the display that the environment names."""
    display = environ.get("WAYLAND_DISPLAY") or environ.get("DISPLAY") or "none"
    # The number behind the point is a screen of the same display.
    return "listen-" + re.sub(r"[^\w.-]", "_", re.sub(r"(:\d+)\.\d+$", r"\1", display))


class IpcServer:
    """Answers clients until it is closed. POSIX and Windows differ in the endpoint only.

    Each client has a thread of its own, so that none waits for another; a client that stays silent is dropped.
    """

    def __init__(self, endpoint: Endpoint, on_message: OnMessage) -> None:
        """Open the socket. Raises AlreadyRunningError; InputError where the folder is not private or not writable."""
        self._endpoint = endpoint
        self._on_message = on_message
        self._closed = threading.Event()
        self._free_slots = threading.Semaphore(_MAX_CLIENTS)
        self._client_threads: set[threading.Thread] = set()
        self._lock = endpoint.lock()
        try:
            if endpoint.family == "AF_UNIX":
                Path(endpoint.address()).unlink(missing_ok=True)  # left by an instance that was killed
            old = os.umask(0o177)
            try:
                self._listener = Listener(endpoint.address(), family=endpoint.family, backlog=32)
            finally:
                os.umask(old)
        except OSError as error:
            self._lock.release()
            raise InputError(
                tr(
                    "The program cannot be reached by trigger: {value}. Check {runtime_dir}.",
                    value=error.strerror or error,
                    runtime_dir=paths.runtime_dir(),
                ),
                code="no-door",
            ) from error
        self._thread = threading.Thread(target=self._serve, name="ipc-server", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Accept nobody any more, and let the connected clients receive their answer; takes a second at most."""
        self._closed.set()
        deadline = time.monotonic() + _RECEIVE_TIMEOUT_S
        wake = threading.Thread(target=self._wake, name="ipc-server", daemon=True)
        wake.start()
        for thread in (wake, self._thread):
            thread.join(_RECEIVE_TIMEOUT_S / 2)
        for thread in tuple(self._client_threads):
            thread.join(max(0.0, deadline - time.monotonic()))
        self._listener.close()
        self._lock.release()

    def _wake(self) -> None:
        with contextlib.suppress(OSError, EOFError), Client(self._endpoint.address(), family=self._endpoint.family):
            pass

    def _serve(self) -> None:
        while not self._closed.is_set():
            if self._free_slots.acquire(timeout=_RECEIVE_TIMEOUT_S) and not self._accept():
                self._free_slots.release()
                self._closed.wait(_ACCEPT_RETRY_S)

    def _accept(self) -> bool:
        """Accept a client and start its thread; return whether that worked."""
        try:
            client = self._listener.accept()
        except OSError as error:  # the client has gone already, or there is no descriptor left
            _log.info("a client could not be accepted: %s", error)
            return False
        thread = threading.Thread(target=self._serve_client, args=(client,), name="ipc-client", daemon=True)
        self._client_threads.add(thread)
        try:
            thread.start()
        except RuntimeError as error:  # the limit of threads is reached
            _log.info("there is no thread for a client: %s", error)
            self._client_threads.discard(thread)
            client.close()
            return False
        return True

    def _serve_client(self, client: Connection) -> None:
        try:
            with contextlib.suppress(OSError, EOFError, UnicodeDecodeError), client:
                if client.poll(_RECEIVE_TIMEOUT_S) and not self._closed.is_set():
                    _set_nonblocking(client)
                    client.send_bytes(
                        self._answer(client.recv_bytes(_MAX_MESSAGE_BYTES).decode()).encode()[:_MAX_MESSAGE_BYTES]
                    )
        finally:
            self._client_threads.discard(threading.current_thread())
            self._free_slots.release()

    def _answer(self, text: str) -> str:
        answers: list[str] = []
        failure = run_safely(lambda: answers.append(self._on_message(text)), "a client could not be answered")
        return answers[0] if failure is None else str(failure)


def _set_nonblocking(client: Connection) -> None:
    """Let reading and writing fail where they would block.

    A Connection writes a message of up to 16 KiB at once, so one that arrives in parts is none of ours. On Windows
    messages arrive whole, and an answer of `_MAX_MESSAGE_BYTES` bytes fits into the pipe.
    """
    if sys.platform != "win32":
        os.set_blocking(client.fileno(), False)


def send(endpoint: Endpoint, text: str) -> str:
    """Send `text` to the running program and return its answer, which takes a few seconds at most.

    Raises NotRunningError where no program runs, EngineError where it does not answer.
    """
    # Even connecting can block for ever: when the program is halted and its backlog is full.
    answers: queue.SimpleQueue[str | Exception] = queue.SimpleQueue()
    threading.Thread(target=_exchange, args=(endpoint, text, answers), name="ipc-send", daemon=True).start()
    try:
        answer = answers.get(timeout=_ANSWER_TIMEOUT_S)
    except queue.Empty:
        answer = EOFError()
    if isinstance(answer, FileNotFoundError | NotADirectoryError | ConnectionRefusedError):
        raise NotRunningError(tr(_NOT_RUNNING)) from answer
    if isinstance(answer, Exception):
        raise EngineError(
            tr("Edge Assistant is not responding. Quit it and start it again."), code="no-answer"
        ) from answer
    return answer


def _exchange(endpoint: Endpoint, text: str, answers: queue.SimpleQueue[str | Exception]) -> None:
    try:
        with Client(endpoint.address(), family=endpoint.family) as client:
            client.send_bytes(text.encode())
            answers.put(client.recv_bytes(_MAX_MESSAGE_BYTES).decode(errors="ignore"))
    except (OSError, EOFError) as error:
        answers.put(error)


class Endpoint:
    """The address of the server on POSIX, a socket in a private folder; and the lock file of the one instance."""

    family = "AF_UNIX"

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name

    def address(self) -> str:
        """Return the socket's path."""
        return str(self._folder / f"{self._name}.socket")

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
            raise InputError(
                tr(
                    "The folder {folder} cannot be used: {strerror}. Set XDG_RUNTIME_DIR to a private folder of yours.",
                    folder=self._folder,
                    strerror=error.strerror,
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


class WindowsEndpoint(Endpoint):
    """The address of the server on Windows: a named pipe. Run under wine, not yet on Windows."""

    family = "AF_PIPE"

    def address(self) -> str:
        """Return the pipe's name, which holds the person's name, since others on this computer can see it."""
        person = re.sub(r"\W", "_", os.environ.get("USERNAME", ""))
        return rf"\\.\pipe\edge-assistant-{person}-{self._name}"


def default_endpoint(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> Endpoint:
    """Return the endpoint of this person and display; `platform` as in sys.platform."""
    endpoint_class = WindowsEndpoint if platform == "win32" else Endpoint
    return endpoint_class(paths.runtime_dir(environ), socket_name(environ))
