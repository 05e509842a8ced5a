#!/usr/bin/env python3
"""Tries built installers where nothing else is: a fresh Debian root, a network namespace without a route, no Python.

    sudo .venv/bin/python packaging/smoke_test.py dist/edge-assistant-*.run dist/edge-assistant-*.deb

The .deb gets its declared dependencies, the self-extracting form the libraries that it says it expects. Then, as a
plain person: install, doctor, describe with the demo weights, heard through ALSA's file device, think harder,
check-model, a hotkey under Xvfb, the engine killed, uninstall. Needs root, debootstrap, and what scripts/setup --dev
installs. Ends with 1 at the first thing that does not work. The base root is made once, with the network,
and kept in the cache.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
for folder in ("packaging", "scripts", "tests"):
    sys.path.insert(0, str(ROOT / folder))

from build_steps.libraries import SYSTEM, VOICE_SYSTEM  # noqa: E402
from build_steps.paths import wheel_cache  # noqa: E402
from support.clean_root import HOME, PERSON, CleanRoot, FailedError, clean_base, clean_root  # noqa: E402
from support.desktops import XDesktop, scene, x_desktop  # noqa: E402 (found only now)
from support.sound_card import SoundCard, places, references  # noqa: E402
from support.waiting import until  # noqa: E402

PATIENCE = 180.0  # seconds; machines that build are busy
TITLE = "Invoice 1042, Writer"
WELCOME = "Welcome to Edge Assistant"


def main() -> int:
    """Try every installer that is named; 0 when all of them work."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("installers", type=Path, nargs="+", metavar="INSTALLER")
    parser.add_argument("--suite", default="bookworm", help="Debian's release (bookworm)")
    parsed = parser.parse_args()
    for installer in parsed.installers:
        if not installer.is_file():
            parser.error(f"there is no file {installer}: build it with packaging/build.py")
    if os.geteuid() != 0:
        parser.error("making roots and namespaces needs root")
    if shutil.which("debootstrap") is None:
        parser.error("debootstrap is missing: install it")
    try:
        base = clean_base(parsed.suite, wheel_cache().with_name("smoke"))
        for installer in parsed.installers:
            print(f"== {installer.name}", flush=True)
            with tempfile.TemporaryDirectory(prefix="smoke-") as work:
                try_installer(installer.resolve(), base, Path(work))
    except (FailedError, subprocess.CalledProcessError) as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    return 0


def try_installer(installer: Path, base: Path, work: Path) -> None:
    """Everything that this installer promises. Raises FailedError."""
    shown = scene()
    Path("/tmp/.X11-unix").mkdir(mode=0o1777, exist_ok=True)
    with clean_root(base, work) as clean, x_desktop((1600, 900), manager=True) as desktop:
        clean.environment["DISPLAY"] = desktop.environment["DISPLAY"]
        card = SoundCard(clean.shared)
        (clean.shared / "card").chmod(0o666)
        try:
            offline(clean)
            install(installer, clean)
            program = "edge-assistant"
            ok("models list", clean.run(program, "models", "list", "--no-speak"), "demo")
            sample = clean.shared / "sample.png"
            shutil.copy(shown.picture, sample)
            described(clean, sample, shown.facts)
            heard(clean, sample, card)
            ok("doctor", clean.run(program, "doctor", "--no-speak"), "Engine: works", "Text recognition: works",
               "Voice: works", "Sound: works", "Screen capture: works", "Clipboard: works")  # fmt: skip
            ok("cameras", clean.run(program, "cameras", expect=5), "No camera was found")
            ok("the table of tasks", clean.run(program, "settings", "tasks"), "tasks.toml", "image tokens")
            # Half a minute is enough for the demo model's own samples and some drawn screens.
            checked = clean.run(program, "check-model", "--model", "demo", "--minutes", "0.5", "--no-speak")
            ok("check-model", checked, "with demo, F16", "glances (")
            desktop.show(shown.picture, TITLE)
            desktop.wait_until_active(TITLE)
            listening(clean, desktop, shown.facts)
            in_tray(clean, desktop)
            remove(installer, clean)
        finally:
            card.close()


def offline(clean: CleanRoot) -> None:
    """The person's commands have no network."""
    routes = clean.run("cat", "/proc/net/route").splitlines()[1:]
    if routes:
        raise FailedError(f"there is a route: {routes}")
    if subprocess.run(["chroot", str(clean.root), "sh", "-c", "command -v python3"], check=False).returncode == 0:
        raise FailedError("there is a Python in the clean root")
    ok("no network, no Python")


def install(installer: Path, clean: CleanRoot) -> None:
    """With what it declares, and no more."""
    clean.as_root("apt-get", "-q", "update")
    apt = ("apt-get", "-q", "-y", "--no-install-recommends", "install")
    place = clean.root / installer.name
    if installer.suffix == ".deb":
        shutil.copy(installer, place)
        clean.as_root(*apt, f"/{installer.name}")
        ok("the package is installed with its dependencies")
        return
    for part in installer.parent.glob(f"{installer.name}*"):
        shutil.copy(part, clean.root / part.name)
    refused = clean.run("sh", f"/{installer.name}", "--yes", "--no-start", "--no-speak", expect=1)
    ok("what is missing is named", refused, "sudo apt-get install ", "libegl1")
    clean.as_root(*apt, *sorted(set((SYSTEM | VOICE_SYSTEM).values())))
    if (clean.root / "usr/bin/aplay").exists() or list(clean.root.glob("usr/lib/*/libespeak*")):
        raise FailedError("the clean root has a voice or a player already")
    said = clean.run("sh", f"/{installer.name}", "--yes", "--no-start", "--login")
    ok("the file is installed without root", said, "Checking this installer.", "Installed.")
    if not (clean.root / HOME[1:] / ".config/autostart/edge-assistant.desktop").is_file():
        raise FailedError("it does not start at login")


def described(clean: CleanRoot, sample: Path, facts: tuple[str, ...]) -> None:
    """Both variants answer."""
    say = ("--no-speak", "--model", "demo", "--temperature", "0", "--json")
    lines = clean.run("edge-assistant", "describe", str(sample), *say).splitlines()
    done = [json.loads(line) for line in lines if '"done"' in line]
    ok("describe", done[0]["answer"] if done else str(lines), *facts)
    thought = clean.run(
        "edge-assistant", "describe", str(sample), "--think", "--model", "demo", "--no-speak", "--seed", "3", "--json"
    )
    ok("think harder", thought, '"thinking"', '"done"')


def heard(clean: CleanRoot, sample: Path, card: SoundCard) -> None:
    """The answer is heard through the sound card, in espeak-ng's own words."""
    before = len(card.samples())
    text = clean.run("edge-assistant", "describe", str(sample), "--model", "demo", "--temperature", "0")
    sentence = text.strip().splitlines()[-1].partition(". ")[0] + "."
    wanted = references(clean.shared, [sentence])[0]
    if not places(card.samples()[before:], wanted):
        raise FailedError(f"{sentence!r} is not heard")
    ok(f"heard: {sentence}")


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
        engines = [child for child in psutil.Process(process.pid).children(recursive=True) if _has_engine(child.pid)]
        if len(engines) != 1:
            raise FailedError(f"{len(engines)} engines run")
        os.kill(engines[0].pid, signal.SIGKILL)
        clean.run("edge-assistant", "trigger", "window")
        wait_for(facts[0], 2)
        ok("an engine that was killed comes back")
        clean.run("edge-assistant", "trigger", "quit")
        if process.wait(PATIENCE) != 0:
            raise FailedError(f"it ended with {process.returncode}")
        ok("quit")
    finally:
        if process.poll() is None:
            process.kill()
        reader.join()


def in_tray(clean: CleanRoot, desktop: XDesktop) -> None:
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
        clean.command("edge-assistant", "trigger", "status"), capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def wait_until_idle(clean: CleanRoot) -> None:
    """Until the answer is spoken, so that the next key is a new request."""
    deadline = time.monotonic() + PATIENCE
    while "Ready" not in (status := clean.run("edge-assistant", "trigger", "status")):
        if time.monotonic() > deadline:
            raise FailedError(f"it never has done: {status}")
        time.sleep(0.5)


def remove(installer: Path, clean: CleanRoot) -> None:
    """Nothing is left but the settings."""
    home = clean.root / HOME[1:]
    settings = home / ".config/edge-assistant/settings.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text("rate = 200\n")
    for path in (settings.parent, settings):
        os.chown(path, int(PERSON), int(PERSON))
    if installer.suffix == ".deb":
        clean.as_root("apt-get", "-q", "-y", "purge", "edge-assistant")
        left = list((clean.root / "usr").rglob("*edge-assistant*"))
    else:
        clean.run(f"{HOME}/.local/lib/edge-assistant/uninstall", "--yes", "--no-speak")
        left = [path for path in home.rglob("*edge-assistant*") if path not in (settings.parent,)]
    if left or not settings.is_file():
        raise FailedError(f"left behind: {left}; settings there: {settings.is_file()}")
    ok("uninstalled; the settings are kept")


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


if __name__ == "__main__":
    sys.exit(main())
