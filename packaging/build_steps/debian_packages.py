"""The Debian packages of the building machine from which something goes along."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass

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


def owners(files: Iterable[str]) -> list[Package]:
    """The packages that have files of these names."""
    names: set[str] = set()
    for file in files:
        found = subprocess.run(["dpkg", "-S", f"*/{file}"], check=False, capture_output=True, text=True)
        names |= {line.partition(":")[0] for line in found.stdout.splitlines()}
    return installed(sorted(names)) if names else []
