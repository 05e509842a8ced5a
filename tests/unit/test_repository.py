"""What the repository may hold: its top level, no address of a package registry, no path of one machine."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

TOP_LEVEL = {
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "docs",
    "edge_assistant",
    "models",
    "packaging",
    "pyproject.toml",
    "scripts",
    "tests",
}
# Written apart, so that this file does not find itself.
FORBIDDEN = {
    "a package registry's address": r"(?:pypi|pythonhosted|debian|npmjs|anaconda|ubuntu)\.(?:org|com|net)\b",
    "a path of one machine": r"(?<![\w.$}~/-])/(?:home|Users|root|work)/[\w.-]+",
}


@pytest.fixture(scope="module")
def files(repository: Path) -> list[Path]:
    """Every file that is or would be committed, relative to the root."""
    if shutil.which("git") is None or not (repository / ".git").exists():
        made = [".git", *(line.rstrip("/") for line in (repository / ".gitignore").read_text("utf-8").split())]
        return sorted(
            file.relative_to(repository)
            for file in repository.rglob("*")
            if file.is_file()
            and not any(fnmatch(part, name) for part in file.relative_to(repository).parts for name in made)
        )
    listing = subprocess.run(
        ["git", "-C", repository, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=True,
    )
    names = listing.stdout.decode().split("\0")
    return sorted(Path(name) for name in set(names) if name and (repository / name).is_file())


def test_the_top_level_is_the_agreed_one(files: list[Path]) -> None:
    seen = {file.parts[0] for file in files}
    assert {name for name in seen if not name.startswith(".")} == TOP_LEVEL


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_text_names_registries_or_one_machine(what: str, files: list[Path], repository: Path) -> None:
    pattern = re.compile(FORBIDDEN[what], re.IGNORECASE)
    found = []
    for file in files:
        try:
            text = (repository / file).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{file}: {match.group()}" for match in pattern.finditer(text)]
    assert not found, f"{what}: {found}"


def test_every_dependency_is_pinned_for_the_set_up(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["build-system"]["requires"] + project["project"]["dependencies"]
    for extra in project["project"].get("optional-dependencies", {}).values():
        wanted += extra
    constraints = (repository / "scripts" / "constraints.txt").read_text(encoding="utf-8")
    pinned = {normal(line.split("==")[0]) for line in constraints.splitlines() if "==" in line}
    names = {normal(match.group()) for line in wanted if (match := re.match(r"[\w.-]+", line))}
    assert names <= pinned


def normal(name: str) -> str:
    """A distribution's name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_no_two_test_files_have_one_name(repository: Path) -> None:
    names = [path.name for path in (repository / "tests").rglob("test_*.py")]
    assert {name for name in names if names.count(name) > 1} == set(), "pytest imports only one of them"
