"""An update by the self-extracting installer, ended before each of its steps and run again: are files lost?

A home gets the old version, and somebody's own files in its models/. Then, for each change that the new version's
installer makes below ~/.local/lib: in a copy of that home it is killed just before the change, and run once more. After
that everything there has to be as after an update that was not killed, the person's files among it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

from crash_testing.file_changes import Run, run

_OPTIONS = ("--yes", "--no-speak", "--no-start")
_MINE = ("mine.gguf", "sub/deeper/mine too.gguf", "demo/mine $x.txt", ".hidden", "-r", "*")
"""Places below models/ of the person's files; the name of a model that the installer brings comes with them."""

Listing = dict[str, str]
"""The SHA-256 of each file, or the target of each link, by its place below ~/.local/lib."""


def faults(old: Path, new: Path, work: Path, only: Sequence[str]) -> Iterator[str]:
    """What is wrong after which step; prints each step that is tried. `only` are patterns as of a shell."""
    used, home = work / "used", work / "home"
    used.mkdir()
    _finish(old, used)
    mine = _put_files(used)
    shutil.copytree(used, home, symlinks=True)
    steps = _run(new, home, None).steps
    whole = _listing(home)
    for place, digest in mine.items():
        if whole.get(place) != digest and whole.get(f"{place}.old") != digest:
            yield f"{place} is lost without a kill"
    places = [f"{step.call} {Path(step.path).relative_to(_programs(home))}" for step in steps]
    chosen = [at for at, place in enumerate(places, 1) if any(fnmatch(place, pattern) for pattern in only)]
    print(f"{len(places)} steps, {len(chosen)} of them tried", flush=True)
    for at in chosen:
        print(at, places[at - 1], flush=True)
        shutil.rmtree(home)
        shutil.copytree(used, home, symlinks=True)
        if not _run(new, home, at).killed:
            yield f"step {at} did not come again"
        _finish(new, home)
        for place in sorted({place for place, _ in _listing(home).items() ^ whole.items()}):
            yield f"{place} is another after step {at}, {places[at - 1]}"


def _programs(home: Path) -> Path:
    return home / ".local/lib"


def _put_files(home: Path) -> Listing:
    models = _programs(home) / "edge-assistant/models"
    brought = sorted(path.name for path in models.glob("*.gguf"))
    for place in (*_MINE, *brought[:1]):
        path = models / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(f"mine: {place}", encoding="utf-8")
    known = _listing(home)
    return {place: known[place] for place in (f"edge-assistant/models/{each}" for each in (*_MINE, *brought[:1]))}


def _listing(home: Path) -> Listing:
    found = {}
    for path in _programs(home).rglob("*"):
        place = str(path.relative_to(_programs(home)))
        if path.is_symlink():
            found[place] = str(path.readlink())
        elif path.is_file():
            with path.open("rb") as file:
                found[place] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _environment(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "PATH": os.environ["PATH"], "TMPDIR": str(home.parent)}


def _run(installer: Path, home: Path, at: int | None) -> Run:
    _programs(home).mkdir(parents=True, exist_ok=True)
    return run(["sh", str(installer), *_OPTIONS], [_programs(home)], at=at, env=_environment(home))


def _finish(installer: Path, home: Path) -> None:
    command = ["sh", str(installer), *_OPTIONS]
    done = subprocess.run(
        command, env=_environment(home), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise OSError(f"{installer.name} ended with {done.returncode}: {(done.stdout + done.stderr)[-2000:]}")
