"""How `edge-assistant trigger` reaches the running program: one local socket, or a named pipe, for its owner only.

Whoever opens the door first is the one instance of this person on this display. Neither side ever waits for the other
longer than a few seconds, whatever that does.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import re
import stat
import sys
import threading
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path

from edge_assistant.system import paths
from edge_assistant.system.errors import INTERNAL, EngineError, InputError, NotRunningError
from edge_assistant.system.i18n import later, tr

_log = logging.getLogger(__name__)

_LONGEST = 4096  # bytes of a message, and of its answer, which thus finds room in a pipe that nobody reads

_PATIENCE_S = 1.0  # for a caller to say what it wants

_ANSWER_S = 5.0  # for the program to let a caller in and to answer

_CALLERS = 64  # at once; more wait until one of these has been heard, or was silent for too long

_SHORT_OF_S = 0.1  # before letting somebody in is tried again, where the system has too little left for it

_NOT_RUNNING = later("Edge Assistant is not running. Start it with the command edge-assistant listen.")

SHOW = "show"
"""What a second start says at the door: the window is wanted."""

TUNED = "tuned"
"""What tune says at the door when it has found out something."""

OnCall = Callable[[str], str]
"""Called with what a caller says, on the door's thread; what it returns is answered."""


class AlreadyRunningError(Exception):
    """Another instance has the door."""


def name_of(environ: Mapping[str, str]) -> str:
    """The door's name: of the display that the environment names."""
    display = environ.get("WAYLAND_DISPLAY") or environ.get("DISPLAY") or "none"
    # The screen behind the point is of the same display.
    return "listen-" + re.sub(r"[^\w.-]", "_", re.sub(r"(:\d+)\.\d+$", r"\1", display))


class IpcServer:
    """Waits for callers until it is closed. POSIX and Windows differ in `lock` and `address` only.

    Each caller has a thread of its own, so that none waits for another, and none has it for longer than it may be
    silent and `on_call` takes.
    """

    def __init__(self, place: Endpoint, on_call: OnCall) -> None:
        """Open the door. Raises AlreadyRunningError, and InputError where the folder is not safe or not writable."""
        self._place = place
        self._on_call = on_call
        self._closed = threading.Event()
        self._room = threading.Semaphore(_CALLERS)
        self._callers: set[threading.Thread] = set()
        self._release = place.lock()
        try:
            old = os.umask(0o177)
            try:
                self._listener = Listener(place.address(), family=place.family, backlog=32)
            finally:
                os.umask(old)
        except OSError as error:
            self._release()
            raise InputError(
                tr(
                    "The program cannot be reached by trigger: {value}. Check {runtime_dir}.",
                    value=error.strerror or error,
                    runtime_dir=paths.runtime_dir(),
                ),
                code="no-door",
            ) from error
        self._thread = threading.Thread(target=self._serve, name="door", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let nobody in any more, and let those who are in hear their answer; takes a second at most."""
        self._closed.set()
        deadline = time.monotonic() + _PATIENCE_S
        wake = threading.Thread(target=self._wake, name="door", daemon=True)
        wake.start()
        for thread in (wake, self._thread):
            thread.join(_PATIENCE_S / 2)
        for thread in tuple(self._callers):
            thread.join(max(0.0, deadline - time.monotonic()))
        self._listener.close()
        self._release()

    def _wake(self) -> None:
        with contextlib.suppress(OSError, EOFError), Client(self._place.address(), family=self._place.family):
            pass

    def _serve(self) -> None:
        while not self._closed.is_set():
            if self._room.acquire(timeout=_PATIENCE_S) and not self._let_in():
                self._room.release()
                self._closed.wait(_SHORT_OF_S)

    def _let_in(self) -> bool:
        """Whether a caller has come, and has a thread."""
        try:
            caller = self._listener.accept()
        except OSError as error:  # it has gone already, or there is no descriptor left
            _log.info("a caller could not be let in: %s", error)
            return False
        thread = threading.Thread(target=self._attend, args=(caller,), name="caller", daemon=True)
        self._callers.add(thread)
        try:
            thread.start()
        except RuntimeError as error:  # there is no room for another thread
            _log.info("a caller could not be attended to: %s", error)
            self._callers.discard(thread)
            caller.close()
            return False
        return True

    def _attend(self, caller: Connection) -> None:
        try:
            with contextlib.suppress(OSError, EOFError, UnicodeDecodeError), caller:
                if caller.poll(_PATIENCE_S) and not self._closed.is_set():
                    _never_wait(caller)
                    caller.send_bytes(self._answer(caller.recv_bytes(_LONGEST).decode()).encode()[:_LONGEST])
        finally:
            self._callers.discard(threading.current_thread())
            self._room.release()

    def _answer(self, text: str) -> str:
        try:
            return self._on_call(text)
        except Exception:  # noqa: BLE001 (a bug must be answered with a sentence, never with silence)
            _log.exception("a caller could not be answered")
            return tr(INTERNAL)


def _never_wait(caller: Connection) -> None:
    """Let reading and writing fail where they would wait.

    A Connection writes a message of up to 16 KiB at once, so one that is there only in part is none of ours. On Windows
    messages are whole by themselves, and an answer of `_LONGEST` bytes finds room in the pipe.
    """
    if sys.platform != "win32":
        os.set_blocking(caller.fileno(), False)


def call(place: Endpoint, text: str) -> str:
    """Say `text` to the running program; its answer, which takes a few seconds at most.

    Raises NotRunningError where there is none, EngineError where it does not answer.
    """
    # Even to connect can take for ever: where the program was halted, and others have called it since.
    answers: queue.SimpleQueue[str | Exception] = queue.SimpleQueue()
    threading.Thread(target=_ask, args=(place, text, answers), name="call", daemon=True).start()
    try:
        answer = answers.get(timeout=_ANSWER_S)
    except queue.Empty:
        answer = EOFError()
    if isinstance(answer, FileNotFoundError | NotADirectoryError | ConnectionRefusedError):
        raise NotRunningError(tr(_NOT_RUNNING)) from answer
    if isinstance(answer, Exception):
        raise EngineError(
            tr("Edge Assistant is not responding. Quit it and start it again."), code="no-answer"
        ) from answer
    return answer


def _ask(place: Endpoint, text: str, answers: queue.SimpleQueue[str | Exception]) -> None:
    try:
        with Client(place.address(), family=place.family) as door:
            door.send_bytes(text.encode())
            answers.put(door.recv_bytes(_LONGEST).decode(errors="ignore"))
    except (OSError, EOFError) as error:
        answers.put(error)


class Endpoint:
    """Where the door is, on POSIX: a socket in a folder of the person's own, beside a file that is locked."""

    family = "AF_UNIX"

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name

    def address(self) -> str:
        """The socket's path."""
        return str(self._folder / f"{self._name}.socket")

    def lock(self) -> Callable[[], None]:
        """Become the one instance, until what is returned is called or the process ends."""
        if sys.platform == "win32":
            raise NotImplementedError  # see WindowsEndpoint
        import fcntl

        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = self._folder.stat()
            if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
                raise InputError(
                    tr(
                        "Others have access to the folder {folder}. Make it private, or remove it.", folder=self._folder
                    ),
                    code="no-door",
                )
            file = os.open(self._folder / f"{self._name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise self._unusable(error) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(file)
            raise AlreadyRunningError from error
        try:
            Path(self.address()).unlink(missing_ok=True)  # of one that was killed
        except OSError as error:
            os.close(file)
            raise self._unusable(error) from error
        return lambda: os.close(file)

    def _unusable(self, error: OSError) -> InputError:
        return InputError(
            tr(
                "The folder {folder} cannot be used: {strerror}. Set XDG_RUNTIME_DIR to a private folder of yours.",
                folder=self._folder,
                strerror=error.strerror,
            ),
            code="no-door",
        )


class WindowsEndpoint(Endpoint):
    """Where the door is, on Windows: a named pipe, whose first server locks it. Run under wine, not yet on Windows."""

    family = "AF_PIPE"

    def address(self) -> str:
        """The pipe's name, which others on this computer could see, so it has the person's."""
        person = re.sub(r"\W", "_", os.environ.get("USERNAME", ""))
        return rf"\\.\pipe\edge-assistant-{person}-{self._name}"

    def lock(self) -> Callable[[], None]:
        """Nobody may be behind the pipe yet; somebody who does not let anybody in is there all the same."""
        try:
            Client(self.address(), family=self.family).close()
        except FileNotFoundError:
            return lambda: None
        except OSError as error:
            raise AlreadyRunningError from error
        raise AlreadyRunningError


def endpoint(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> Endpoint:
    """The door of this person and display; `platform` as in sys.platform."""
    kind = WindowsEndpoint if platform == "win32" else Endpoint
    return kind(paths.runtime_dir(environ), name_of(environ))


RELOAD = "settings"
"""What the running program is told at its door when the file has changed; no action of anybody's."""
