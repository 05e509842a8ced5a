"""Runs `edge-assistant describe` as people do, watches what it tells while it runs, and finds all its processes."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PureWindowsPath
from typing import Any, Self

import psutil

from support.halted_engine import halted, is_halted
from support.preloaded import Preloaded, start_python
from support.processes import Program, send_signals
from support.waiting import PATIENCE, until

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLES = ROOT / "models" / "demo" / "samples"
DIALOG = SAMPLES / "save-dialog.png"
APPLES = SAMPLES / "red-and-green-apples.png"
DEMO = ROOT / "models" / "demo"
MODEL = DEMO / "tiny-qwen3vl-instruct-f16.gguf"
MMPROJ = DEMO / "mmproj-tiny-qwen3vl-f16.gguf"

BETWEEN = 5
"""Tokens between an answer and the next question: an engine that is idle for a moment evaluates them before that."""

_CALM_MOMENTS = 5

Event = dict[str, Any]


class Describe:
    """One run. `events` grows while it runs; `close` (or the end of the `with`) leaves nothing of it behind."""

    def __init__(
        self,
        *arguments: str | Path,
        as_json: bool = True,
        stdin: int | bytes = subprocess.DEVNULL,
        stderr: int = subprocess.PIPE,
        environment: dict[str, str] | None = None,
        program: tuple[str, ...] = ("-m", "edge_assistant"),
        **options: Any,
    ) -> None:
        command = [*program, "describe", *map(str, arguments)]
        if "--speak" not in arguments:
            command.append("--no-speak")
        if as_json:
            command.append("--json")
        self.started = time.monotonic()
        self.process: Program[bytes] | Preloaded = start_python(
            command,
            stdin=subprocess.PIPE if isinstance(stdin, bytes) else stdin,
            stdout=subprocess.PIPE,
            stderr=stderr,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            **options,
        )
        self.as_json = as_json
        self.events: list[Event] = []
        self.raw: list[bytes] = []
        self.errors = b""
        self._changed = threading.Condition()
        self._threads = [threading.Thread(target=self._read_output)]
        if stderr == subprocess.PIPE:
            self._threads.append(threading.Thread(target=self._read_errors))
        if isinstance(stdin, bytes):
            self._threads.append(threading.Thread(target=self._write_input, args=(stdin,)))
        for thread in self._threads:
            thread.start()
        self.pids: set[int] = {self.process.pid}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def text(self) -> str:
        """Standard output so far, its lines ended as Python ends them."""
        return b"".join(self.raw).decode().replace(os.linesep, "\n")

    @property
    def complaints(self) -> str:
        """Standard error so far, its lines ended as Python ends them."""
        return self.errors.decode().replace(os.linesep, "\n")

    def of(self, kind: str, index: int | None = None) -> list[Event]:
        """The events of one kind, of one question."""
        return [each for each in list(self.events) if each["event"] == kind and index in (None, each["index"])]

    def ends(self) -> list[Event]:
        """The errors and dones."""
        return [each for each in list(self.events) if each["event"] in ("error", "done")]

    def wait_for(self, seen: Callable[[Event], bool], timeout: float = PATIENCE) -> Event:
        """Block until an event is `seen`; fails when the run ends or time runs out before."""
        with self._changed:
            self._changed.wait_for(lambda: any(map(seen, self.events)) or self.process.poll() is not None, timeout)
            return next(filter(seen, self.events))

    def wait_for_stage(self, stage: str, index: int = 0) -> Event:
        """Block until a question tells of a stage for the first time."""
        return self.wait_for(
            lambda each: each["event"] == "stage" and each["stage"] == stage and each["index"] == index
        )

    def stage(self, index: int) -> str | None:
        """The stage a question is in; None before the first and after its end."""
        own = [each for each in list(self.events) if each["index"] == index and each["event"] != "notice"]
        if not own or own[-1]["event"] in ("error", "done"):
            return None
        return str([each for each in own if each["event"] == "stage"][-1]["stage"])

    def wait(self, timeout: float = PATIENCE) -> int:
        """Block until it ends; its exit code."""
        code = self.process.wait(timeout)
        for thread in self._threads:
            thread.join(timeout)
        return code

    def tree(self) -> list[psutil.Process]:
        """All its processes, now."""
        with contextlib.suppress(psutil.NoSuchProcess):
            own = psutil.Process(self.pid)
            found = [own, *own.children(recursive=True)]
            self.pids.update(process.pid for process in found)
            return found
        return []

    def engine(self, timeout: float = PATIENCE) -> psutil.Process:
        """The engine's process, as soon as there is one that is not `dead`."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            for process in self.tree()[1:]:
                with contextlib.suppress(psutil.Error):
                    if is_engine(process) and process.status() != psutil.STATUS_ZOMBIE:
                        return process
            time.sleep(0.002)
        raise AssertionError(f"no engine came: {self.text} {self.complaints}")

    def wait_for_halt(self, folder: Path) -> psutil.Process:
        """Block until a halted engine has stopped itself, and all that was told is read; that engine."""
        until(lambda: is_halted(folder) or self.process.poll() is not None, "the engine's halt")
        assert is_halted(folder), f"the engine never came so far: {self.text} {self.complaints}"
        engine = self.engine()
        if sys.platform != "win32":  # where it may be told to run all the same
            until(lambda: engine.status() == psutil.STATUS_STOPPED, "the engine's stop")
        self._wait_until_all_is_told()
        return engine

    def _wait_until_all_is_told(self) -> None:
        """With the engine stopped, block until the program has nothing to do, and everything it wrote is read."""
        if sys.platform == "win32":
            _wait_until_calm(self.pid, lambda: len(self.raw))
            return
        output = self.process.stdout
        assert output
        reader = Path(f"/proc/self/task/{self._threads[0].native_id}/stat")

        def is_read() -> bool:
            # A pipe that has ended can be read for ever, but then its reader has ended, too.
            ended = not self._threads[0].is_alive()
            return ended or (_sleeps(reader) and not select.select([output], [], [], 0)[0])

        # Its other workers, too: while text is recognised, an answer that is whole is not over yet.
        wait_until_at_rest(self.pid, lambda: is_read() and all(_is_at_rest(each.pid) for each in self.tree()[1:]))

    def signal(self, number: signal.Signals = signal.SIGINT, then: Callable[[], object] = lambda: None) -> float:
        """Send a signal and call `then`; the seconds until nothing of the run is left."""
        self.tree()
        start = time.monotonic()
        send_signals(self.process, number)
        then()
        self.process.wait(PATIENCE)
        self.wait_until_gone(start)
        return time.monotonic() - start

    def wait_until_gone(self, start: float, timeout: float = 10.0) -> float:
        """Block until none of the processes seen so far is left; the seconds since `start`."""
        while left := alive(self.pids):
            assert time.monotonic() - start < timeout, f"left behind: {left}"
            time.sleep(0.002)
        return time.monotonic() - start

    def close(self) -> None:
        """End what is left, by process id."""
        self.tree()
        for pid in self.pids - {self.pid}:
            with contextlib.suppress(psutil.Error):
                psutil.Process(pid).kill()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        for thread in self._threads:
            thread.join(PATIENCE)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _read_output(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self._changed:
                self.raw.append(line)
                if self.as_json:
                    self.events.append(json.loads(line))
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def _read_errors(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.errors += line

    def _write_input(self, data: bytes) -> None:
        assert self.process.stdin
        with contextlib.suppress(OSError):
            self.process.stdin.write(data)
            self.process.stdin.close()


def describe(*arguments: str | Path, **options: Any) -> Describe:
    """A run from beginning to end; nothing of it may be left, and nothing it prints may be a traceback."""
    with Describe(*arguments, **options) as run:
        run.wait()
        assert "Traceback" not in run.text + run.complaints
        return run


@contextlib.contextmanager
def held_at(
    stage: str, *arguments: str | Path, index: int = 0, **options: Any
) -> Iterator[tuple[Describe, psutil.Process]]:
    """A run whose engine is stopped while a question is in `stage`, and that engine."""
    with tempfile.TemporaryDirectory() as folder:
        program = halted(Path(folder), stage, index)
        with Describe(*arguments, program=program, **options) as run:
            engine = run.wait_for_halt(Path(folder))
            assert run.stage(index) == stage, run.text + run.complaints
            yield run, engine


def wait_until_at_rest(pid: int, also: Callable[[], bool] = lambda: True) -> None:
    """Block until a process is seen three times with no thread at work; what it waits for must have been stopped."""
    calm = 0
    deadline = time.monotonic() + PATIENCE
    while calm < 3:
        assert time.monotonic() < deadline, "the program is never at rest"
        calm = calm + 1 if _is_at_rest(pid) and also() else 0
        time.sleep(0.001)


def _wait_until_calm(pid: int, count: Callable[[], int]) -> None:
    """Block until a program has used no processor time, and `count` has not changed, for some moments in a row.

    Of its threads Windows does not tell which wait. What it has to do here takes less time than these moments.
    """
    before: object = None
    calm = 0
    deadline = time.monotonic() + PATIENCE
    while calm < _CALM_MOMENTS:
        assert time.monotonic() < deadline, "the program is never at rest"
        now: object = None
        with contextlib.suppress(psutil.NoSuchProcess):
            now = (psutil.Process(pid).cpu_times()[:2], count())
        calm = calm + 1 if now == before else 0
        before = now
        time.sleep(0.01)


def _is_at_rest(pid: int) -> bool:
    """Whether no thread of a process is at work."""
    return all(map(_sleeps, Path(f"/proc/{pid}/task").glob("*/stat")))


def _sleeps(stat: Path) -> bool:
    """Whether the thread with this file waits, or has ended."""
    with contextlib.suppress(OSError):
        return stat.read_text().rpartition(")")[2].split()[0] not in "RD"
    return True


def alive(pids: set[int]) -> list[str]:
    """Which of the processes still run, in words; a zombie does not."""
    found = []
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            if process.status() != psutil.STATUS_ZOMBIE:
                found.append(f"{pid} {process.status()} {' '.join(process.cmdline())}")
    return found


def done(run: Describe, index: int = 0) -> Event:
    """The one `done` of a question."""
    (event,) = run.of("done", index)
    return event


def check_stream(run: Describe, questions: int) -> None:
    """What holds for every JSON stream: each question ends once, in order, and its stages only move forward, unless the
    engine is restarted.
    """
    assert [each["index"] for each in run.ends()] == list(range(questions))
    for index in range(questions):
        own = [each for each in run.events if each["index"] == index]
        assert [each["event"] for each in own if each["event"] != "notice"][-1] in ("error", "done")
        highest: dict[str, float] = {}
        for event in own:
            if event.get("code") == "engine-restarted":
                highest.clear()
            elif event["event"] == "stage":
                assert set(event) == {"event", "index", "stage", "fraction"}
                assert highest.get(event["stage"], 0.0) <= event["fraction"] <= 1.0
                highest[event["stage"]] = event["fraction"]
    for error in run.of("error"):
        assert set(error) == {"event", "index", "code", "message"}
        assert error["message"] in run.complaints


def user_environment(place: Path) -> Iterator[dict[str, str]]:
    """An environment with empty user folders, for runs that several tests look at."""
    folders = {
        **{"HOME": "home", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data", "XDG_RUNTIME_DIR": "run"},
        **{"USERPROFILE": "home", "LOCALAPPDATA": "data", "APPDATA": "config"},
    }
    for folder in set(folders.values()):
        (place / folder).mkdir()
    # A fixture of several tests is made before any test has its own language.
    yield {**{name: str(place / folder) for name, folder in folders.items()}, "LC_ALL": "C.UTF-8"}


def make_slow_player(place: Path) -> dict[str, str]:
    """An environment with a player that takes a minute for every sentence."""
    player = place / "aplay"
    player.write_text("#!/bin/sh\nexec sleep 60\n")
    player.chmod(0o755)
    return {"PATH": f"{place}{os.pathsep}{os.environ['PATH']}"}


def is_engine(process: psutil.Process) -> bool:
    """Whether a process is an engine: on Windows, where processes have no names of their own, one that has its library;
    on a Mac any worker.
    """
    if sys.platform == "linux":
        return process.name() == "edge-engine"
    is_worker = "spawn_main" in " ".join(process.cmdline())
    if sys.platform == "darwin":
        return is_worker
    return is_worker and any("llama" in PureWindowsPath(each.path).name for each in process.memory_maps())


def named(name: str, processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Those with this name; one may end while it is looked at."""
    found = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.name() == name:
                found.append(process)
    return found


def wait_for_player(run: Describe) -> None:
    """Block until something is being played."""
    deadline = time.monotonic() + PATIENCE
    while not named("sleep", run.tree()):
        assert time.monotonic() < deadline, "nothing was ever played"
        time.sleep(0.01)
