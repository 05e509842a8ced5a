"""What smoke_test.py tries of the program that stays: ready, keys, killed workers, tray, window, quit."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

import psutil
from support.clean_root import CleanRoot, FailedError
from support.desktops import XDesktop
from support.waiting import until

PATIENCE = 180.0  # seconds; machines that build are busy
TITLE = "Invoice 1042, Writer"
WELCOME = "Welcome to Edge Assistant"


def listening(clean: CleanRoot, desktop: XDesktop, facts: tuple[str, ...]) -> None:
    """The resident program: ready, hotkey, engine killed, trigger, quit."""
    process = subprocess.Popen(
        clean.command("edge-assistant", "listen", "--temperature", "0", "--seed", "1"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: list[str] = []
    assert process.stdout is not None
    output = process.stdout
    reader = threading.Thread(target=lambda: lines.extend(iter(output.readline, "")))
    # extend takes them one by one, so that lines grows while it runs
    reader.start()

    def wait_for(words: str, times: int = 1) -> None:
        deadline = time.monotonic() + PATIENCE
        while sum(words in line for line in list(lines)) < times:
            if time.monotonic() > deadline or process.poll() is not None:
                raise FailedError(f"{words!r} never came: {lines}")
            time.sleep(0.05)

    try:
        wait_for("Ready.")
        desktop.output("xdotool", "key", "ctrl+shift+F9")
        wait_for(TITLE)
        wait_for(facts[0])
        ok("ready, hotkey, answer")
        wait_until_idle(clean)
        workers = psutil.Process(process.pid).children(recursive=True)
        engines = [worker for worker in workers if _has_engine(worker.pid)]
        if len(engines) != 1:
            raise FailedError(f"{len(engines)} engines run")
        os.kill(engines[0].pid, signal.SIGKILL)
        clean.run("edge-assistant", "trigger", "window")
        wait_for(facts[0], 2)
        ok("an engine that was killed comes back")
        wait_until_idle(clean)
        killed = [worker.name() for worker in psutil.Process(process.pid).children() if kill(worker)]
        clean.run("edge-assistant", "trigger", "window")
        wait_for(facts[0], 3)
        ok(f"killed and back: {', '.join(sorted(killed))}")
        clean.run("edge-assistant", "trigger", "quit")
        if process.wait(PATIENCE) != 0:
            raise FailedError(f"it ended with {process.returncode}")
        ok("quit")
    finally:
        if process.poll() is None:
            process.kill()
        reader.join()


def kill(worker: psutil.Process) -> bool:
    """Whether this worker was there to be killed."""
    with contextlib.suppress(psutil.NoSuchProcess):
        worker.kill()
        return True
    return False


def in_tray(clean: CleanRoot, desktop: XDesktop, screenshot: Path | None) -> None:
    """The app: with a tray it starts without a window, and a second start brings the window."""
    if shutil.which("trayer") is None:
        raise FailedError("trayer is missing: run scripts/setup --dev")
    desktop.start("trayer", "--edge", "bottom", "--align", "right", "--width", "10", "--height", "32")
    until(lambda: desktop.output("xdotool", "search", "--class", "trayer"), "a tray")
    process = subprocess.Popen(
        clean.command("edge-assistant", "--no-speak"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while "Ready" not in (status := ask_status(clean)):
            if time.monotonic() > deadline or process.poll() is not None:
                raise FailedError(f"the app never was ready: {status}")
            time.sleep(0.5)
        if active(desktop) == WELCOME:
            ok("the first run asks")
            desktop.output("xdotool", "key", "Escape", "Escape")  # its answer, and its last page
            until(lambda: active(desktop) != WELCOME, "the end of the first run")
        ok("a second start", clean.run("edge-assistant"), "already running")
        while active(desktop) != "Edge Assistant":
            if time.monotonic() > deadline:
                raise FailedError("the window never came")
            time.sleep(0.2)
        if screenshot is not None:
            time.sleep(2)  # all of it is drawn
            desktop.output("import", "-window", "root", str(screenshot))
        clean.run("edge-assistant", "trigger", "quit")
        if process.wait(PATIENCE) != 0:
            raise FailedError(f"the app ended with {process.returncode}")
        ok("in the tray; a second start brings the window; quit")
    finally:
        if process.poll() is None:
            process.kill()


def active(desktop: XDesktop) -> str:
    """The title of the window in front."""
    return desktop.output("xdotool", "getactivewindow", "getwindowname").strip()


def ask_status(clean: CleanRoot) -> str:
    """What it says that it does; why there is none while it starts."""
    done = subprocess.run(
        clean.command("edge-assistant", "trigger", "status", "--no-speak"), capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def wait_until_idle(clean: CleanRoot) -> None:
    """Until the answer is spoken, so that the next key is a new request."""
    deadline = time.monotonic() + PATIENCE
    while "Ready" not in (status := clean.run("edge-assistant", "trigger", "status", "--no-speak")):
        if time.monotonic() > deadline:
            raise FailedError(f"it never has done: {status}")
        time.sleep(0.5)


def _has_engine(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return "libllama" in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")
    return False


def ok(what: str, text: str = "", *words: str) -> None:
    """Tell that something works, after looking whether `text` has all of `words`."""
    for word in words:
        if word not in text:
            raise FailedError(f"{what}: {word!r} is not in {text[-3000:]!r}")
    print(f"ok: {what}", flush=True)
