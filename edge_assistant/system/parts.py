"""The parts of others that the program is made of, each with its version and its licence."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from edge_assistant.system import paths

_PACKAGE = "edge-assistant"
_MOST_BYTES = 8 << 20
"""The largest list of parts that is read; that of a build has about 100,000 bytes."""
_LONGEST_LICENCE = 60
"""Characters; some packages have the whole text where its name belongs."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of somebody else's. `licence` is its name, "" where it is not known."""

    name: str
    version: str
    licence: str


def list_parts(program: Path | None = None) -> list[Part]:
    """Return the parts in alphabetical order: from the packed program's bom.json, else as Python has them installed.

    `program` is the packed program's folder, by default that of the running one.
    """
    folder = program or paths.program_dir()
    parts = _packed_parts(folder / "bom.json") if folder is not None else _installed_parts()
    return sorted(parts, key=lambda part: part.name.lower())


def licences_dir() -> Path | None:
    """Return the folder with the licences' texts beside the packed program; None where there is none."""
    folder = paths.program_dir()
    return folder / "licences" if folder is not None and (folder / "licences").is_dir() else None


def _packed_parts(bom: Path) -> list[Part]:
    """Read a CycloneDX list; of a damaged one return none."""
    try:
        with bom.open("rb") as file:
            content: Any = json.loads(file.read(_MOST_BYTES))
        return [
            Part(str(each["name"]), str(each.get("version", "")), str(each["licenses"][0]["license"]["name"]))
            for each in content["components"]
            if each["type"] == "library"
        ]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return []


def _installed_parts() -> list[Part]:
    try:
        wanted = metadata.requires(_PACKAGE) or []
    except metadata.PackageNotFoundError:
        return []
    names = [match[0] for each in wanted if "extra ==" not in each and (match := re.match(r"[\w.-]+", each))]
    found = []
    for name in names:
        try:
            fields = metadata.metadata(name).json
        except metadata.PackageNotFoundError:  # another system's
            continue
        found.append(Part(str(fields["name"]), str(fields["version"]), _licence(fields)))
    return found


def _licence(fields: Mapping[str, str | list[str]]) -> str:
    named = str(fields.get("license_expression") or fields.get("license") or "")
    if named and len(named) <= _LONGEST_LICENCE and "\n" not in named:
        return named
    classifiers = fields.get("classifier", [])
    return next((each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License ::")), "")
