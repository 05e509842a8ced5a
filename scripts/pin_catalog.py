#!/usr/bin/env python3
"""Fills into a catalogue of models what only the hub knows: commits, exact sizes, checksums. Needs the network.

Every file of the catalogue that the hub has is asked for by one HEAD request; nothing is downloaded. Entries with
trust = "first-download" get the hub's size and SHA-256, and are sure from then on. Entries that are sure already are
compared: if one differs, everything that differs is listed, nothing is written, and the exit code is 3.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from edge_assistant.cli.exit_codes import exit_code
from edge_assistant.models.catalog import CatalogFile, CatalogModel, load_catalog
from edge_assistant.models.hub import Hub, RemoteFile
from edge_assistant.system.errors import AssistantError, NetworkError

_TABLE = re.compile(r"\[\[source(\.model|\.mmproj)?\]\]")
_DIFFERENT = 3
_CATALOG = Path(__file__).resolve().parent.parent / "models" / "catalog.toml"


@dataclass(frozen=True, slots=True)
class Pin:
    """What the hub says about the file `entry`."""

    entry: CatalogFile
    remote: RemoteFile


def main() -> int:
    """Pin one catalogue; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "catalog", metavar="CATALOG", type=Path, nargs="?", default=_CATALOG, help=f"default: {_CATALOG}"
    )
    path: Path = parser.parse_args().catalog
    try:
        pins = look_up(load_catalog(path), Hub())
    except AssistantError as error:
        print(error, file=sys.stderr)
        return exit_code(error.kind)
    differences = [words for pin in pins.values() for words in _differences(pin)]
    if differences:
        print("\n".join(["The hub differs from sure entries, so nothing was changed:", *differences]), file=sys.stderr)
        return _DIFFERENT
    before = path.read_text(encoding="utf-8")
    after = pinned(before, pins)
    path.write_text(after, encoding="utf-8")
    load_catalog(path)
    print(f"{len(pins)} files were looked up; {path.name} {'is as it was' if before == after else 'was changed'}.")
    return 0


def look_up(catalog: tuple[CatalogModel, ...], hub: Hub) -> dict[tuple[str, str], Pin]:
    """Every file that the hub has, by repository and file name. Raises NetworkError."""
    pins: dict[tuple[str, str], Pin] = {}
    for weights in catalog:
        if weights.repository is None or weights.revision is None:
            continue
        for entry in (weights.model, *weights.mmprojs):
            key = weights.repository, entry.file
            if key not in pins:
                remote = hub.look_up(weights.repository, weights.revision, entry.file)
                if remote.sha256 is None or remote.size is None:
                    raise NetworkError(f"The hub does not tell checksum and size of {entry.file}.")
                pins[key] = Pin(entry, remote)
    commits: dict[str, set[str]] = {}
    for (repository, _), pin in pins.items():
        commits.setdefault(repository, set()).add(pin.remote.commit)
    for repository, found in commits.items():
        if len(found) > 1:
            raise NetworkError(f"{repository} has changed while it was asked about. Run this again.")
    return pins


def pinned(text: str, pins: dict[tuple[str, str], Pin]) -> str:
    """The catalogue's text with commits, sizes and checksums in place; comments and order stay."""
    result: list[str] = []
    repository = None
    for table in _tables(text):
        first = table[0].strip()
        if first == "[[source]]":
            repository = _value(table, "repository")
            commit = next((pin.remote.commit for (place, _), pin in pins.items() if place == repository), None)
            result += table if commit is None else [_revised(line, commit) for line in table]
            continue
        pin = pins.get((repository or "", _value(table, "file") or ""))
        result += table if pin is None else _pinned_entry(table, pin.remote)
    return "".join(result)


def _tables(text: str) -> list[list[str]]:
    """The lines, each table's together; what stands before the first table is the first element."""
    tables: list[list[str]] = [[""]]
    for line in text.splitlines(keepends=True):
        if _TABLE.match(line.strip()):
            tables.append([])
        tables[-1].append(line)
    return tables


def _value(table: list[str], key: str) -> str | None:
    found = (re.match(rf'{key} = "([^"]*)"', line) for line in table)
    return next((match[1] for match in found if match), None)


def _revised(line: str, commit: str) -> str:
    return re.sub(r'^revision = "[^"]*".*', f'revision = "{commit}"', line)


def _pinned_entry(table: list[str], remote: RemoteFile) -> list[str]:
    kept = [line for line in table if not re.match(r"(bytes|about_bytes|sha256|trust) = ", line)]
    at = next(number for number, line in enumerate(kept) if line.startswith("file = ")) + 1
    return [*kept[:at], f"bytes = {remote.size:_}\n", f'sha256 = "{remote.sha256}"\n', *kept[at:]]


def _differences(pin: Pin) -> list[str]:
    entry, remote = pin.entry, pin.remote
    if entry.first_download:
        return []
    found = []
    if entry.sha256 != remote.sha256:
        found.append(f"{entry.file}: SHA-256 {entry.sha256} is listed, {remote.sha256} is the hub's")
    if entry.size is not None and entry.size != remote.size:
        found.append(f"{entry.file}: {entry.size:,} bytes are listed, {remote.size:,} are the hub's")
    return found


if __name__ == "__main__":
    sys.exit(main())
