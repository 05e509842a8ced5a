"""The Debian packages of the building machine from which something goes along."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# Where the loader looks; a library of the same name elsewhere is another program's own.
_PLACES = ("/lib", "/usr/lib", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu")
_FORM = "${Package}\t${Version}\t${source:Package}\t${source:Version}\n"


@dataclass(frozen=True, slots=True)
class Package:
    """A Debian package that something is taken from."""

    name: str
    version: str
    source: str
    source_version: str


def installed(names: Iterable[str]) -> list[Package]:
    """These packages in the versions that are installed here. Raises CalledProcessError when one is not."""
    command = ["dpkg-query", "-W", "-f", _FORM, *names]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [Package(*line.split("\t")) for line in found.splitlines()]


def owners(files: Iterable[str]) -> dict[str, set[str]]:
    """The packages that have files of these names; an empty set for a file of none."""
    found: dict[str, set[str]] = {}
    for file in files:
        told = subprocess.run(["dpkg", "-S", f"*/{file}"], check=False, capture_output=True, text=True).stdout
        lines = [line.rpartition(": ") for line in told.splitlines() if not line.startswith("diversion ")]
        found[file] = {
            package.partition(":")[0]
            for packages, _, place in lines
            for package in packages.split(", ")
            if Path(place).parent.as_posix() in _PLACES
        }
    return found
