"""How the program starts and ends on Windows: the first run, two at once, no console, killed, and at login."""

from __future__ import annotations

import contextlib
import importlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.describing import ROOT
from support.on_windows import (
    WELCOME,
    Person,
    WindowsApp,
    children,
    needs_windows,
    picture,
    press,
    terminate,
    wait_until_gone,
    wait_until_in_front,
    windows,
)
from support.platforms import WINE
from support.waiting import PATIENCE, until

pytestmark = needs_windows
_RUN_KEY, _NAME = r"Software\Microsoft\Windows\CurrentVersion\Run", "Edge Assistant"
_WORKER_START_S = 10.0  # under wine a worker joins its job within some seconds


@pytest.fixture
def person(tmp_path: Path) -> Person:
    """Somebody who has started nothing yet."""
    return Person(tmp_path / "Żółw и 亀")


def start(person: Person, *, python: str = sys.executable) -> subprocess.Popen[str]:
    """Start the app as a person does."""
    return subprocess.Popen(
        [python, "-m", "edge_assistant", "--no-speak"],
        cwd=ROOT,
        env=person.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


def wait_until_reached(person: Person) -> None:
    """Block until the running program answers commands."""
    until(lambda: person.run("trigger", "status", "--no-speak").returncode == 0, "an answer", timeout=2 * PATIENCE)


def test_the_first_start_asks_about_models_once_and_quits_cleanly(person: Person) -> None:
    with WindowsApp(person, "--no-speak", first_run=True) as app:
        welcome = wait_until_in_front(WELCOME)
        assert welcome.pid == app.process.pid
        until(lambda: len(picture(welcome).convert("L").getcolors() or ()) > 20, "text and buttons")
        assert app.ask("no icon") == "[]"
        # Not now, and then the end of the last page: what is pressed while a window opens may be lost.
        until(lambda: welcome not in windows(), "the end of the question", meanwhile=lambda: press("escape"))
        app.wait_until("ready")
        assert app.quit() == 0
    with WindowsApp(person, "--no-speak", first_run=True) as app:
        app.wait_until("ready")
        assert windows(app.process.pid) == []
        assert app.quit() == 0
    assert [each for each in (person.place / "Temp").rglob("*") if each.is_file()] == []


def test_of_two_starts_at_once_one_runs_and_the_other_says_so(person: Person) -> None:
    (person.data / "first-run.json").write_text('{"answered": true, "warned": true}')
    both = [start(person) for _ in range(2)]
    try:
        until(lambda: any(each.poll() is not None for each in both), "the end of one")
        ended, runs = sorted(both, key=lambda each: each.poll() is None)
        assert ended.wait(0) == 0
        assert ended.stdout is not None
        assert ended.stdout.readline() == "Edge Assistant is already running.\n"
        wait_until_reached(person)
        assert person.run("trigger", "quit").returncode == 0
        assert runs.wait(PATIENCE) == 0
    finally:
        for each in both:
            terminate(each.pid)
            each.communicate()


def test_without_a_console_it_runs_answers_and_quits(person: Person) -> None:
    (person.data / "first-run.json").write_text('{"answered": true, "warned": true}')
    windowed = Path(sys.executable).with_name("pythonw.exe")
    assert windowed.exists()
    app = subprocess.Popen([windowed, "-m", "edge_assistant"], cwd=ROOT, env=person.environment, close_fds=True)
    try:
        wait_until_reached(person)
        until(lambda: children(app.pid), "the engine")
        workers = children(app.pid)
        assert person.run("trigger", "quit").returncode == 0
        assert app.wait(PATIENCE) == 0
        wait_until_gone(workers)
    finally:
        terminate(app.pid)


def wait_for_workers(pid: int) -> set[int]:
    """Block until a program has workers, and return them.

    Under wine also until none has begun for a while. A worker ends when it closes the last handle of the job that it
    has just joined, as it does where the program was killed meanwhile; wine 8's server crashes over that.
    """
    workers: set[int] = set()
    since = time.monotonic()

    def look() -> bool:
        nonlocal workers, since
        before, workers = workers, children(pid)
        if workers != before:
            since = time.monotonic()
        return bool(workers) and (not WINE or time.monotonic() - since > _WORKER_START_S)

    until(look, "a worker")
    return workers


@pytest.mark.parametrize("command", [[], ["listen"]])
def test_a_killed_program_leaves_no_worker(person: Person, command: list[str]) -> None:
    (person.data / "first-run.json").write_text('{"answered": true, "warned": true}')
    app = subprocess.Popen(
        [sys.executable, "-m", "edge_assistant", *command, "--speak"],
        cwd=ROOT,
        env=person.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_reached(person)
        workers = wait_for_workers(app.pid)
        terminate(app.pid)
        wait_until_gone({app.pid, *workers})
    finally:
        terminate(app.pid)
        app.wait()
    again = person.run("trigger", "status", "--no-speak")  # nothing of it is in the way of the next start
    assert (again.returncode, again.stdout) == (
        9,
        "Edge Assistant is not running. Start it with the command edge-assistant.\n",
    )


@contextlib.contextmanager
def kept_run_value(registry: Any) -> Iterator[Any]:
    """The person's own entry among the programs that start at login is put back; gives what reads it now.

    `registry` is the key of the person's real registry, which the programs use that a test starts.
    """
    winreg: Any = importlib.import_module("winreg")

    def read() -> str | None:
        with winreg.CreateKey(registry, _RUN_KEY) as key:
            try:
                return str(winreg.QueryValueEx(key, _NAME)[0])
            except FileNotFoundError:
                return None

    before = read()
    try:
        yield read
    finally:
        with winreg.CreateKey(registry, _RUN_KEY) as key:
            if before is not None:
                winreg.SetValueEx(key, _NAME, 0, winreg.REG_SZ, before)
            else:
                with contextlib.suppress(FileNotFoundError):
                    winreg.DeleteValue(key, _NAME)


def test_start_at_login_is_an_entry_of_the_registry_that_starts_the_program(person: Person, user_registry: Any) -> None:
    (person.data / "first-run.json").write_text('{"answered": true, "warned": true}')
    with kept_run_value(user_registry) as entry, WindowsApp(person, "--no-speak") as app:
        app.wait_until("ready")
        done = person.run("settings", "set", "start_at_login", "true")
        assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "Settings applied.")
        command = entry()
        assert command
        assert app.quit() == 0
        started = subprocess.Popen(command, cwd=ROOT, env=person.environment, stdin=subprocess.DEVNULL)
        try:
            wait_until_reached(person)
            assert windows(started.pid) == []  # at login it opens no window
            assert person.run("settings", "set", "start_at_login", "false").returncode == 0
            assert entry() is None
            assert person.run("trigger", "quit").returncode == 0
            started.wait(PATIENCE)
        finally:
            terminate(started.pid)
