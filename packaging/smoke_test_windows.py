#!/usr/bin/env python3
"""Tries a built setup program for Windows: run by a Windows Python, on Windows or under wine.

    python packaging/smoke_test_windows.py dist/*-setup.exe [--portable dist/*-windows-portable.zip]

As the person who runs it, into the usual folder: a damaged copy is refused, a silent installation, a description, the
app in the tray, an update over itself while it runs, updates that were ended half-way, removal while it runs. What was
installed before must be gone: it refuses to start otherwise. Ends with 1 at the first thing that does not work.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "models/demo/samples/save-dialog.png"
PHOTO = ROOT / "tests/data/turned.heic"
PATIENCE = 180.0  # seconds; machines that build are busy
LOCAL = Path(os.environ.get("LOCALAPPDATA", ""))
PROGRAM = LOCAL / "Programs/Edge Assistant"
DATA = LOCAL / "edge-assistant"
MENU = Path(os.environ.get("APPDATA", "")) / "Microsoft/Windows/Start Menu/Programs"
UNINSTALL_KEY = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\EdgeAssistant"
RUN_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
UNDER_WINE = sys.platform == "win32" and hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")
CODES = {"damaged": 2, "models": 3, "in use": 5, "too old": 6, "foreign folder": 8}


class FailedError(Exception):
    """Something does not work."""


def main() -> int:
    """Try the setup program that is named; 0 when it works."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("setup", type=Path)
    parser.add_argument("--portable", type=Path, metavar="ZIP", help="also try this portable folder")
    parser.add_argument("--quick", action="store_true", help="without the damaged copies and the half-way updates")
    parsed = parser.parse_args()
    setup = parsed.setup.resolve()
    if PROGRAM.exists() or DATA.exists() or registry(UNINSTALL_KEY) or "Edge Assistant" in registry(RUN_KEY):
        parser.error("there is an Edge Assistant, or its settings: try this as a person who has none")
    try:
        with tempfile.TemporaryDirectory() as work:
            if parsed.portable is not None:
                try_portable(parsed.portable, Path(work))
            try_setup(setup, Path(work), quick=parsed.quick)
    except (FailedError, OSError, subprocess.SubprocessError) as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    return 0


def try_setup(setup: Path, work: Path, *, quick: bool) -> None:
    """Everything that this setup promises. Raises FailedError."""
    if UNDER_WINE:
        pretend_windows("win7")
        code(setup, "an older Windows is refused", CODES["too old"])
        pretend_windows("win10")
    if not quick:
        refuse_damaged(setup, work)
        refuse_foreign_folder(setup, work)
    code(setup, "a silent installation", 0, "/LOGIN")
    installed(setup)
    answers()
    own = put_own_files()
    with app():
        code(setup, "an update while the program runs", 0)
        ended()
    kept(own)
    if not quick:
        half_way(setup, own)
        in_use(setup)
    with app():
        code(PROGRAM / "uninstall.exe", "a removal from within the folder is refused", CODES["in use"], f"_?={PROGRAM}")
        # Elsewhere it is waited for.
        remover = Path(shutil.copy(PROGRAM / "uninstall.exe", work / "remove.exe"))
        code(remover, "removal while the program runs", 0, f"_?={PROGRAM}")
        ended()
    removed(settings_stay=True)
    code(setup, "an installation in German", 0, "/LANG=de")
    check("the German menu entry", (MENU / "Edge Assistant deinstallieren.lnk").is_file())
    # As Windows' list of programs starts it: it goes on after its own end.
    code(PROGRAM / "uninstall.exe", "removal with the settings", 0, "/REMOVESETTINGS")
    until(lambda: not PROGRAM.exists() and not DATA.exists(), "the end of the removal")
    removed(settings_stay=False)


def try_portable(archive: Path, work: Path) -> None:
    """The portable folder, in one whose name is no plain English."""
    stick = work / "Stück für unterwegs"
    shutil.unpack_archive(archive, stick)
    here = stick / "Edge Assistant"
    answers(here)
    program("settings", "set", "rate", "200", folder=here)
    check("settings beside it", (here / "data/config/settings.toml").is_file())
    with app(here):
        program("trigger", "quit", folder=here)
        until(
            lambda: "Ready" not in program("trigger", "status", "--no-speak", folder=here, check_code=False), "its end"
        )
    check("nothing elsewhere", not DATA.exists() and "Edge Assistant" not in registry(RUN_KEY))
    shutil.rmtree(stick)


def refuse_damaged(setup: Path, work: Path) -> None:
    """Copies with another byte somewhere, and shortened ones."""
    size = setup.stat().st_size
    copy = work / "damaged-setup.exe"
    for place in (size // 20, size // 2, size - 3):
        shutil.copyfile(setup, copy)
        with copy.open("r+b") as file:
            file.seek(place)
            byte = file.read(1)[0]
            file.seek(place)
            file.write(bytes([byte ^ 0x20]))
        code(copy, f"a copy with another byte {place} is refused", CODES["damaged"])
    shutil.copyfile(setup, copy)
    with copy.open("r+b") as file:
        file.truncate(size * 2 // 3)
    code(copy, "a shortened copy is refused", CODES["damaged"])
    copy.unlink()
    models = setup.parent / "models"
    if models.is_dir():
        beside = shutil.copytree(models, work / "models")
        shutil.copyfile(setup, copy)
        model = next(path for path in sorted(beside.rglob("*.gguf")))
        with model.open("r+b") as file:
            file.seek(model.stat().st_size // 2)
            file.write(b"damage")
        code(copy, "a damaged model beside it is refused", CODES["models"])
        model.unlink()
        code(copy, "a missing model beside it is refused", CODES["models"])
        shutil.rmtree(beside)
        code(copy, "a missing folder of models is refused", CODES["models"])
        copy.unlink()
    check("nothing was installed", not PROGRAM.exists() and not PROGRAM.with_name("Edge Assistant.new").exists())


def refuse_foreign_folder(setup: Path, work: Path) -> None:
    """The folder of something else is never replaced."""
    folder = work / "somebody's"
    folder.mkdir()
    (folder / "letter.txt").write_text("mine")
    code(setup, "a folder with other files is refused", CODES["foreign folder"], f"/D={folder}")
    check("the other files are there", (folder / "letter.txt").read_text() == "mine")


def installed(setup: Path) -> None:
    """Files, menu, registry, and what the program says of itself."""
    for name in ("edge-assistant.exe", "edge-assistantw.exe", "uninstall.exe", "bom.json", "models/catalog.toml"):
        check(name, (PROGRAM / name).is_file())
    check("the menu entry", (MENU / "Edge Assistant.lnk").is_file())
    values = registry(UNINSTALL_KEY)
    check("the list of programs", values.get("QuietUninstallString") == f'"{PROGRAM}\\uninstall.exe" /S')
    check("start at login", registry(RUN_KEY).get("Edge Assistant") == f'"{PROGRAM}\\edge-assistantw.exe"')
    version = program("--version")
    check(f"it calls itself a test build or not: {version}", ("test build" in version) == ("-test" in setup.name))


def answers(folder: Path = PROGRAM) -> None:
    """A description, and doctor."""
    options = ("--no-speak", "--model", "demo", "--temperature", "0")
    described = program("describe", str(SAMPLE), *options, folder=folder)
    check(f"a description: {described}", "Music" in described and "Save" in described)
    check("a photograph in HEIC", bool(program("describe", str(PHOTO), *options, folder=folder)))
    read = program("read", str(SAMPLE), "--no-speak", folder=folder)
    check("text that is read", all(word in read for word in ("Music", "Cancel", "Save")), read)
    doctor = program("doctor", "--no-speak", folder=folder)
    check("doctor", "Engine: works" in doctor, doctor)
    check("it recognises a line of text", "Text recognition: works" in doctor, doctor)


def put_own_files() -> dict[Path, str]:
    """A model and a changed file in the program's models/, and a setting; what is where after an update."""
    models = PROGRAM / "models"
    (models / "my own").mkdir()
    (models / "my own/model.gguf").write_text("my model")
    (models / "README.md").write_text("my notes")
    program("settings", "set", "rate", "200")
    settings = DATA / "config/settings.toml"
    return {
        models / "my own/model.gguf": "my model",
        models / "README.md.old": "my notes",
        settings: settings.read_text(encoding="utf-8"),
    }


def kept(own: dict[Path, str]) -> None:
    """What is a person's is where it was; nothing is left of an update."""
    for path, text in own.items():
        check(f"{path.name} is kept", path.is_file() and path.read_text(encoding="utf-8") == text)
    left = [path.name for path in PROGRAM.parent.glob("Edge Assistant.*")]
    check("nothing is left of the update", not left, str(left))


def half_way(setup: Path, own: dict[Path, str]) -> None:
    """Updates that were ended between two steps."""
    new, old, gone = (PROGRAM.with_name(f"Edge Assistant.{each}") for each in ("new", "old", "gone"))
    process = subprocess.Popen(f'"{setup}" /S', cwd=tempfile.gettempdir())
    until((new / "_internal").exists, "the new version beside the old one")
    process.kill()
    process.wait()
    check("the old version works after a setup that was killed", "edge-assistant" in program("--version"))
    PROGRAM.rename(old)
    new.mkdir(exist_ok=True)
    (new / "half.txt").touch()
    code(setup, "an update that was ended before the new version had its name", 0)
    kept(own)
    shutil.copytree(PROGRAM, old)
    (old / "models/another.gguf").write_text("another")
    shutil.copytree(PROGRAM / "licences", gone)
    code(setup, "an update that was ended before the models were moved", 0)
    kept(own | {PROGRAM / "models/another.gguf": "another"})


def in_use(setup: Path) -> None:
    """A file that another program holds: nothing is changed. Wine renames such a folder, so it cannot be seen there."""
    if UNDER_WINE:
        print("not tried: a folder in use, which wine renames all the same", flush=True)
        return
    with (PROGRAM / "bom.json").open("rb"):
        code(setup, "a program in use is not replaced", CODES["in use"])
    check("it still works", "edge-assistant" in program("--version"))


@contextlib.contextmanager
def app(folder: Path = PROGRAM) -> Iterator[None]:
    """The app as a shortcut starts it, until it is ready."""
    process = subprocess.Popen([folder / "edge-assistantw.exe", "--no-speak"], cwd=tempfile.gettempdir())
    try:
        until(
            lambda: "Ready" in program("trigger", "status", "--no-speak", folder=folder, check_code=False),
            "the app in the tray",
        )
        print("ok: the app runs", flush=True)
        yield
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def ended() -> None:
    """Nobody answers any more."""
    answer = program("trigger", "status", "--no-speak", check_code=False) if PROGRAM.exists() else ""
    check("the app has ended", "Ready" not in answer, answer)


def removed(*, settings_stay: bool) -> None:
    """Nothing is left but, where they are to stay, the settings."""
    check("the program is removed", not PROGRAM.exists())
    left = sorted(path.relative_to(DATA).as_posix() for path in DATA.rglob("*")) if DATA.exists() else []
    wanted = ["config", "config/settings.toml"] if settings_stay else []
    check(f"left: {wanted}", left == wanted, str(left))
    check("the registry", not registry(UNINSTALL_KEY) and "Edge Assistant" not in registry(RUN_KEY))
    check("the menu", not list(MENU.glob("*Edge Assistant*")))


def pretend_windows(version: str) -> None:
    """Which Windows wine tells programs that are started from now on."""
    import winreg  # here, so that --help is told everywhere

    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, r"Software\Wine") as key:
        winreg.SetValueEx(key, "Version", 0, winreg.REG_SZ, version)


def registry(key: str) -> dict[str, object]:
    """The values of a person's key; empty where there is none."""
    import winreg

    values: dict[str, object] = {}
    with contextlib.suppress(FileNotFoundError), winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
        for index in range(winreg.QueryInfoKey(opened)[1]):
            name, value, _ = winreg.EnumValue(opened, index)
            values[name] = value
    return values


def program(*arguments: str, folder: Path = PROGRAM, check_code: bool = True) -> str:
    """What the program of a folder prints."""
    done = subprocess.run(
        [folder / "edge-assistant.exe", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE,
        cwd=tempfile.gettempdir(),
        check=False,
    )
    text = done.stdout.decode("utf-8", "replace").strip()
    if check_code and done.returncode != 0:
        raise FailedError(f"{arguments} ended with {done.returncode}: {text}")
    return text


def code(command: Path, what: str, expected: int, *arguments: str) -> None:
    """Run a setup program silently, and compare its exit code."""
    # A string, as /D= and _?= take the rest of the line without quotes
    line = " ".join((f'"{command}"', "/S", *arguments))
    start = time.monotonic()
    done = subprocess.run(line, timeout=PATIENCE, cwd=tempfile.gettempdir(), check=False)
    seconds = time.monotonic() - start
    check(f"{what} ({done.returncode}, {seconds:.0f} s)", done.returncode == expected, f"not {expected}")


def until(condition: object, what: str) -> None:
    """Wait for it. Raises FailedError."""
    deadline = time.monotonic() + PATIENCE
    while not condition():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise FailedError(f"{what} never came")
        time.sleep(0.5)


def check(what: str, right: bool, found: str = "") -> None:
    """Tell that something works. Raises FailedError where it does not."""
    if not right:
        raise FailedError(f"{what}: {found}" if found else what)
    print(f"ok: {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
