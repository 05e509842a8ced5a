"""The commands that write model files, ended before every one of their changes: is anything lost or left half?

Each case prepares a person's folders: files of their own, an earlier model in the list. Its command is ended before its
first change, its second, and so on. Every time the person's files have to be what they were, the list has to be
readable with all earlier models in it, and under the name of a model there must be the whole of it or nothing. Then the
next command runs to its end, and has to bring the right files. The hub is one on loopback, from tests/support.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from support.local_hub import COMMIT, LocalHub, local_hub
from support.person import MMPROJ, MODEL, REPOSITORY, pair_files

from crash_testing import file_changes
from edge_assistant.models.catalog import load_catalog

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0  # seconds for one command


@dataclass
class Home:
    """The folders of a person; `mine` and `stick` are theirs, `models` is the program's."""

    place: Path
    endpoint: str

    @property
    def mine(self) -> Path:
        """A folder of model files of the person's."""
        return self.place / "mine"

    @property
    def stick(self) -> Path:
        """Where models are exported to."""
        return self.place / "stick"

    @property
    def data(self) -> Path:
        """The program's folder."""
        return self.place / "data/edge-assistant"

    @property
    def models(self) -> Path:
        """The program's models."""
        return self.data / "models"

    def command(self, *arguments: str) -> list[str]:
        """A command about models."""
        return [sys.executable, "-m", "edge_assistant", "models", *arguments, "--no-speak", "--json"]

    def environment(self) -> dict[str, str]:
        """That of a program of this person's."""
        folders = {"XDG_DATA_HOME": "data", "XDG_CONFIG_HOME": "config", "XDG_CACHE_HOME": "cache", "HOME": "home"}
        return {
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(ROOT),
            "HF_ENDPOINT": self.endpoint,
            **{name: str(self.place / folder) for name, folder in folders.items()},
        }

    def run(self, *arguments: str) -> None:
        """To its end, or RuntimeError."""
        done = subprocess.run(
            self.command(*arguments), env=self.environment(), cwd=self.place, capture_output=True, timeout=PATIENCE
        )
        if done.returncode:
            raise RuntimeError(
                f"{arguments} ended with {done.returncode}: {done.stdout[-500:]!r} {done.stderr[-500:]!r}"
            )


@dataclass(frozen=True)
class Case:
    """`command` is ended, `then` runs to its end. `present`: whether the pair is in `into` afterwards."""

    name: str
    prepare: Callable[[Home], None]
    command: tuple[str, ...]
    then: tuple[str, ...]
    into: str = "data/edge-assistant/models"
    present: bool = True


@dataclass
class Report:
    """What was seen of one case."""

    case: str
    steps: int = 0
    kills: int = 0
    faults: list[str] = field(default_factory=list)


def _files(home: Home) -> None:
    home.mine.mkdir(parents=True)
    for name, data in pair_files().items():
        (home.mine / name).write_bytes(data)


def _earlier(home: Home) -> None:
    """Another pair of the person's, imported before."""
    _files(home)
    other = home.place / "other"
    other.mkdir()
    for name, data in pair_files().items():
        (other / name.replace("pair", "earlier")).write_bytes(data[:-1] + b"!")
    home.run("import", "other", "--copy")


def _listed(home: Home) -> None:
    """The pair is known from a hub."""
    _earlier(home)
    text = f'[[source]]\nvariant = "instruct"\nrepository = "{REPOSITORY}"\nrevision = "{COMMIT}"\n'
    text += 'licence = "Apache-2.0"\nsource = "here"\n'
    for kind, file, extra in (("model", MODEL, 'name = "pair"\nram_bytes = 1\n'), ("mmproj", MMPROJ, "")):
        data = (home.mine / file).read_bytes()
        text += f'[[source.{kind}]]\n{extra}file = "{file}"\nquantisation = "Q4_K_M"\n'
        text += f'bytes = {len(data)}\nsha256 = "{hashlib.sha256(data).hexdigest()}"\n'
    path = home.data / "catalog.toml"
    path.write_text(f"{path.read_text()}\n{text}")


def _copied(home: Home) -> None:
    _earlier(home)
    home.run("import", "mine", "--copy")


def _linked(home: Home) -> None:
    _earlier(home)
    home.run("import", "mine", "--link")


def _left(home: Home) -> None:
    """What a link that was broken off has left: another name of the person's files where our parts are."""
    _listed(home)
    for name in (MODEL, MMPROJ):
        (home.models / f"{name}.part").hardlink_to(home.mine / name)


_IMPORT, _LINK = ("import", "mine", "--copy"), ("import", "mine", "--link")
_NAME = Path(MODEL).stem.lower()  # of the pair where no catalogue knows it
CASES = (
    Case("import --copy", _earlier, _IMPORT, _IMPORT),
    Case("import --link", _earlier, _LINK, _LINK),
    Case("import --link, then --copy", _earlier, _LINK, _IMPORT),
    Case("import --link over a damaged file, then --copy", lambda home: _damaged(home), _LINK, _IMPORT),
    Case("import --copy beside a left link", _left, _IMPORT, _IMPORT),
    Case("pull", _listed, ("pull", "pair"), ("pull", "pair")),
    Case("pull beside a left link", _left, ("pull", "pair"), ("pull", "pair")),
    Case("import --link, then pull", _listed, _LINK, ("pull", "pair")),
    Case("export", _copied, ("export", "stick", _NAME), ("export", "stick", _NAME), into="stick"),
    Case("remove", _copied, ("remove", _NAME), ("remove", _NAME), present=False),
    Case("remove what was linked", _linked, ("remove", _NAME), ("remove", _NAME), present=False),
)


def _damaged(home: Home) -> None:
    _listed(home)
    (home.models / MODEL).write_bytes(b"GGUF, but no more")


def run_cases(names: Sequence[str], calls: Sequence[str]) -> Iterator[Report]:
    """Every kill of the cases with these names; with `calls` only those before and after such system calls."""
    with local_hub() as hub:
        hub.files = {(REPOSITORY, name): data for name, data in pair_files().items()}
        for case in CASES:
            if case.name in names:
                yield _run_case(case, hub, calls)


def _run_case(case: Case, hub: LocalHub, calls: Sequence[str]) -> Report:
    report = Report(case.name)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        template = Home(place / "template", hub.endpoint)
        template.place.mkdir()
        case.prepare(template)
        watched = {path: _sum(path) for path in sorted(template.place.glob("mine/*")) + _own(template, case)}
        number, due = 0, {1}
        while number < max(due, default=0):
            number += 1
            if calls and number not in due:
                continue
            home = Home(place / "home", hub.endpoint)
            shutil.rmtree(home.place, ignore_errors=True)
            subprocess.run(["cp", "-a", template.place, home.place], check=True)
            at = None if calls and number == 1 else number
            done = file_changes.run(
                home.command(*case.command), [home.place], at=at, env=home.environment(), cwd=home.place
            )
            if at is None:
                report.steps = len(done.steps)
                due = {n + after for n, step in enumerate(done.steps, 1) if step.call in calls for after in (0, 1)}
                continue
            report.faults += [f"step {number}: {fault}" for fault in _look(case, template, home, watched, done)]
            if done.killed:
                report.kills += 1
                due = due if calls else {number + 1}
            report.steps = max(report.steps, len(done.steps))
    return report


def _own(home: Home, case: Case) -> list[Path]:
    """Models that the command has no business with."""
    return sorted(path for path in home.models.glob("*.gguf") if "earlier" in path.name or case.name == "export")


def _look(
    case: Case, template: Home, home: Home, watched: dict[Path, tuple[int, str]], done: file_changes.Run
) -> Iterator[str]:
    """What is wrong after a kill, and after the next command."""
    last = f"{done.steps[-1].call} {done.steps[-1].path.removeprefix(str(home.place))}" if done.steps else "nothing"
    if not done.killed and done.returncode:
        yield f"the command itself ended with {done.returncode}: {done.output[-300:]}"
    yield from _losses(template, home, watched, f"killed at {last}")
    for name, data in pair_files().items():
        path = home.place / case.into / name
        if path.exists() and path.read_bytes() not in (data, b"GGUF, but no more"):
            yield f"killed at {last}: {name} is there and not whole"
    try:
        home.run(*case.then)
    except RuntimeError as error:
        if done.killed or case.present:  # what was removed to the end cannot be removed once more
            yield f"after {last}: {error}"
    yield from _losses(template, home, watched, f"after {last} and the next command")
    names = {each.name for each in load_catalog(home.data / "catalog.toml", own=True)}
    if not case.present and _NAME in names:
        yield f"after {last}: {_NAME} is still in the list"
    for name, data in pair_files().items():
        path = _found(home.place / case.into, name)
        if (path is not None and path.read_bytes() == data) != case.present:
            yield f"after {last} and the next command: {name} is {'not' if case.present else 'still'} there"
    left = [path.name for path in (home.place / case.into).iterdir() if path.name.endswith((".part", ".part.json"))]
    if left:
        yield f"after {last} and the next command: left over {left}"


def _found(folder: Path, name: str) -> Path | None:
    """The file, which has a longer name where no catalogue knows it and it is the part that sees."""
    words = "mmproj" if name == MMPROJ else Path(MODEL).stem
    fitting = [path for path in folder.glob("*.gguf") if path.name.startswith(words) and "earlier" not in path.name]
    return next(iter(fitting), None)


def _losses(template: Home, home: Home, watched: dict[Path, tuple[int, str]], when: str) -> Iterator[str]:
    for path, before in watched.items():
        now = home.place / path.relative_to(template.place)
        if not now.exists() or _sum(now) != before:
            yield f"LOST, {when}: {now.name} has {now.stat().st_size if now.exists() else 'no'} bytes"
    try:
        names = {each.name for each in load_catalog(home.data / "catalog.toml", own=True)}
    except Exception as error:  # noqa: BLE001 (it is told)
        yield f"LOST, {when}: {error}"
    else:
        if not any(name.startswith("earlier") for name in names):
            yield f"LOST, {when}: the earlier model is not in the list"


def _sum(path: Path) -> tuple[int, str]:
    data = path.read_bytes()
    return len(data), hashlib.sha256(data).hexdigest()
