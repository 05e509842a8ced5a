#!/usr/bin/env python3
"""Tries built installers where nothing else is: a fresh Debian root, a network namespace without a route, no Python.

    sudo .venv/bin/python packaging/smoke_test.py dist/edge-assistant-*.run dist/edge-assistant-*.deb

The .deb gets its declared dependencies, the self-extracting form the libraries that it says it expects. Then, as a
plain person: install, doctor, describe with the demo weights, pictures of each decoder, a page that is read, heard
through ALSA's file device, think harder, check-model, a hotkey under Xvfb, the workers killed, the window, uninstall.
Needs root, debootstrap, and what scripts/setup --dev installs. Ends with 1 at the first thing that does not work. The
base root is made once, with the network, and kept in the cache.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
for folder in ("packaging", "scripts", "tests"):
    sys.path.insert(0, str(ROOT / folder))

from build_steps.libraries import SYSTEM, VOICE_SYSTEM  # noqa: E402
from build_steps.paths import wheel_cache  # noqa: E402
from build_steps.smoke_resident import TITLE, in_tray, listening, ok  # noqa: E402
from support.clean_root import HOME, PERSON, CleanRoot, FailedError, clean_base, clean_root  # noqa: E402
from support.desktops import scene, x_desktop  # noqa: E402 (found only now)
from support.sound_card import SoundCard, places, references  # noqa: E402

_SILENT = ("--no-speak", "--model", "demo", "--temperature", "0")
_DRAWN = """<svg xmlns="http://www.w3.org/2000/svg" width="256" height="160">
<rect width="256" height="160" fill="white"/><circle cx="70" cy="80" r="40" fill="red"/>
<rect x="150" y="40" width="80" height="80" fill="blue"/></svg>"""


def main() -> int:
    """Try every installer that is named; 0 when all of them work."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("installers", type=Path, nargs="+", metavar="INSTALLER")
    parser.add_argument("--suite", default="bookworm", help="Debian's release (bookworm)")
    parser.add_argument("--screenshot", type=Path, metavar="FILE", help="keep a picture of the window, to be looked at")
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
                try_installer(installer.resolve(), base, Path(work), parsed.screenshot)
    except (FailedError, subprocess.CalledProcessError) as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    return 0


def try_installer(installer: Path, base: Path, work: Path, screenshot: Path | None = None) -> None:
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
            opened(clean)
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
            in_tray(clean, desktop, screenshot)
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
    lines = clean.run("edge-assistant", "describe", str(sample), *_SILENT, "--json").splitlines()
    done = [json.loads(line) for line in lines if '"done"' in line]
    ok("describe", done[0]["answer"] if done else str(lines), *facts)
    thought = clean.run(
        "edge-assistant", "describe", str(sample), "--think", "--model", "demo", "--no-speak", "--seed", "3", "--json"
    )
    ok("think harder", thought, '"thinking"', '"done"')


def opened(clean: CleanRoot) -> None:
    """Pictures of every decoder that is brought along, and a page that is read."""
    with Image.open(ROOT / "models/demo/samples/save-dialog.png") as dialog:
        dialog.convert("RGB").save(clean.shared / "dialog.avif", quality=90)
    shutil.copy(ROOT / "tests/data/turned.heic", clean.shared / "photo.heic")
    (clean.shared / "drawn.svg").write_text(_DRAWN, encoding="utf-8")
    for name in ("dialog.avif", "photo.heic", "drawn.svg"):
        told = clean.run("edge-assistant", "describe", str(clean.shared / name), *_SILENT, "--json")
        ok(f"describe {name}", told, '"done"')
    page = clean.run("edge-assistant", "read", str(clean.shared / "dialog.avif"), "--no-speak")
    ok("read", page, "Music", "Cancel", "Save")


def heard(clean: CleanRoot, sample: Path, card: SoundCard) -> None:
    """The answer is heard through the sound card, in espeak-ng's own words."""
    before = len(card.samples())
    text = clean.run("edge-assistant", "describe", str(sample), "--model", "demo", "--temperature", "0")
    sentence = text.strip().splitlines()[-1].partition(". ")[0] + "."
    wanted = references(clean.shared, [sentence])[0]
    if not places(card.samples()[before:], wanted):
        raise FailedError(f"{sentence!r} is not heard")
    ok(f"heard: {sentence}")


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


if __name__ == "__main__":
    sys.exit(main())
