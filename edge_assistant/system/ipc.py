"""Inter-process messages: `edge-assistant trigger` reaches the running program over a local socket or a named pipe.

It is for its owner only, see ipc_endpoint.py and ipc_proof.py. Whoever locks the file beside the socket is the one
instance of this person on this display. Neither side waits longer than a few seconds for the other.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Client, Connection, Listener

from edge_assistant.system import foreground, ipc_proof, paths
from edge_assistant.system.errors import EngineError, InputError, NotRunningError, run_safely
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.system.ipc_endpoint import AlreadyRunningError as AlreadyRunningError
from edge_assistant.system.ipc_endpoint import Endpoint
from edge_assistant.system.ipc_endpoint import default_endpoint as default_endpoint

_log = logging.getLogger(__name__)

MOST_MESSAGE_BYTES = 4096
"""The most bytes of a message, and of its answer, which thus fits into a pipe that nobody reads."""

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

PROBLEMS = "problems"
"""The message of `report`: the answer is a line for each of the last problems; see recent_problems.py."""

OnMessage = Callable[[str], str]
"""Called with a client's message, on that client's thread; the returned text is the answer."""


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
            self._secret = endpoint.renew()
            old = os.umask(0o177)
            try:
                self._listener = Listener(endpoint.address(self._secret), family=endpoint.family, backlog=32)
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
            if thread.is_alive():  # one that is just being started ends at once
                thread.join(max(0.0, deadline - time.monotonic()))
        self._listener.close()
        with contextlib.suppress(OSError):
            self._endpoint.retire()
        self._lock.release()

    def _wake(self) -> None:
        address, family = self._endpoint.address(self._secret), self._endpoint.family
        with contextlib.suppress(OSError, EOFError), Client(address, family=family):
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
                _set_nonblocking(client)
                text = ipc_proof.receive_text(partial(self._receive, client), client.send_bytes, self._secret)
                client.send_bytes(self._answer(text.decode()).encode()[:MOST_MESSAGE_BYTES])
        finally:
            self._client_threads.discard(threading.current_thread())
            self._free_slots.release()

    def _receive(self, client: Connection) -> bytes:
        """Return the next message of a client. Raises EOFError where none comes in time, or at the end; OSError."""
        if not client.poll(_RECEIVE_TIMEOUT_S) or self._closed.is_set():
            raise EOFError
        return client.recv_bytes(MOST_MESSAGE_BYTES + ipc_proof.PROOF_BYTES)

    def _answer(self, text: str) -> str:
        answers: list[str] = []
        failure = run_safely(lambda: answers.append(self._on_message(text)), "a client could not be answered")
        return answers[0] if failure is None else str(failure)


def _set_nonblocking(client: Connection) -> None:
    """Let reading and writing fail where they would block.

    A Connection writes a message of up to 16 KiB at once, so one that arrives in parts is none of ours. On Windows
    messages arrive whole, and an answer of `MOST_MESSAGE_BYTES` bytes fits into the pipe.
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
        secret = endpoint.secret()
        with Client(endpoint.address(secret), family=endpoint.family) as client:
            receive = partial(client.recv_bytes, MOST_MESSAGE_BYTES)
            # Before the text, which may open a window; not to a server that is not this person's.
            allow = partial(foreground.allow_foreground, client.fileno())
            ipc_proof.send_text(receive, client.send_bytes, secret, text.encode(), allow)
            answers.put(receive().decode(errors="ignore"))
    except (OSError, EOFError) as error:
        answers.put(error)
