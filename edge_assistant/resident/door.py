"""How `edge-assistant trigger` reaches the running program: one local socket, or a named pipe, for its owner only.

Whoever opens the door first is the one instance of this person on this display.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import sys
import threading
from collections.abc import Callable, Mapping
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path

from edge_assistant import paths
from edge_assistant.errors import EngineError, InputError, NotRunningError
from edge_assistant.text import later, tr

_LONGEST = 4096  # bytes of a message
_PATIENCE_S = 1.0  # for a caller to say what it wants
_ANSWER_S = 5.0  # for the program to answer
_NOT_RUNNING = later("Edge Assistant is not running here. Start it with the command edge-assistant listen.")

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


class Door:
    """Waits for callers until it is closed. POSIX and Windows differ in `lock` and `address` only."""

    def __init__(self, place: Place, on_call: OnCall) -> None:
        """Open the door. Raises AlreadyRunningError, and InputError where the folder is not safe or not writable."""
        self._place = place
        self._on_call = on_call
        self._closed = False
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
        """Let nobody in any more."""
        self._closed = True
        with contextlib.suppress(OSError, EOFError), Client(self._place.address(), family=self._place.family):
            pass  # this wakes the thread
        self._thread.join(_PATIENCE_S)
        self._listener.close()
        self._release()

    def _serve(self) -> None:
        while not self._closed:
            with contextlib.suppress(OSError, EOFError, UnicodeDecodeError), self._listener.accept() as caller:
                if not self._closed and caller.poll(_PATIENCE_S):
                    caller.send_bytes(self._on_call(caller.recv_bytes(_LONGEST).decode()).encode())


def call(place: Place, text: str) -> str:
    """Say `text` to the running program; its answer.

    Raises NotRunningError where there is none, EngineError where it does not answer.
    """
    try:
        with Client(place.address(), family=place.family) as door:
            return _asked(door, text)
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise NotRunningError(tr(_NOT_RUNNING)) from error
    except (OSError, EOFError) as error:
        raise EngineError(tr("Edge Assistant does not answer. Start it again."), code="no-answer") from error


def _asked(door: Connection, text: str) -> str:
    door.send_bytes(text.encode())
    if not door.poll(_ANSWER_S):
        raise EOFError
    return door.recv_bytes().decode()


class Place:
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
        import fcntl

        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = self._folder.stat()
            if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
                raise InputError(
                    tr("The folder {folder} is open to others. Make it private, or remove it.", folder=self._folder),
                    code="no-door",
                )
            file = os.open(self._folder / f"{self._name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise InputError(
                tr("The folder {folder} cannot be used: {strerror}.", folder=self._folder, strerror=error.strerror),
                code="no-door",
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(file)
            raise AlreadyRunningError from error
        Path(self.address()).unlink(missing_ok=True)  # of one that was killed
        return lambda: os.close(file)


class WindowsPlace(Place):
    """Where the door is, on Windows: a named pipe, whose first server locks it. Not yet run on Windows."""

    family = "AF_PIPE"

    def address(self) -> str:
        """The pipe's name, which others on this computer could see, so it has the person's."""
        person = re.sub(r"\W", "_", os.environ.get("USERNAME", ""))
        return rf"\\.\pipe\edge-assistant-{person}-{self._name}"

    def lock(self) -> Callable[[], None]:
        """Nobody may be behind the pipe yet."""
        with contextlib.suppress(OSError), Client(self.address(), family=self.family):
            raise AlreadyRunningError
        return lambda: None


def place(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> Place:
    """The door of this person and display; `platform` as in sys.platform."""
    kind = WindowsPlace if platform == "win32" else Place
    return kind(paths.runtime_dir(environ), name_of(environ))
