"""The weights that the program knows, as listed in catalog.toml: names, files, sizes, checksums, memory, licences."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from edge_assistant.errors import WeightsError
from edge_assistant.models.gguf import Variant
from edge_assistant.text import tr

# What stands in a key for the place of files that neither ship nor can be fetched: imported ones.
OWN = "own"


@dataclass(frozen=True, slots=True)
class CatalogFile:
    """One file. `key` names it for ever; `size` (bytes) and `sha256` (lower-case hex) are None when not known."""

    key: str
    file: str
    quantisation: str
    size: int | None
    about_size: int  # bytes, for display: `size`, or an estimate
    sha256: str | None
    first_download: bool  # the hub's checksum at the first download decides, not `sha256`
    ships: bool  # comes with the program
    repository: str | None = None  # on the model hub; None: it cannot be fetched


@dataclass(frozen=True, slots=True)
class CatalogWeights:
    """A model and the mmproj files that fit it, best first. `name` and `variant` together are unique."""

    name: str
    variant: Variant
    quantisation: str
    model: CatalogFile
    mmprojs: tuple[CatalogFile, ...]
    ram_bytes: int  # with the first mmproj and 4,096 tokens of context
    licence: str
    source: str
    repository: str | None  # on the model hub
    revision: str | None  # a commit, or a name such as main
    folder: str | None  # beside the catalogue, for the demo weights that ship with the program


def load_catalog(path: Path, *, own: bool = False) -> tuple[CatalogWeights, ...]:
    """All weights in the catalogue file `path`, best first. Raises WeightsError when it is missing or damaged.

    `own` is for a catalogue that did not come with the program: nothing in it can ship with the program.
    """
    way_out = tr("Mend it or delete it.") if own else tr("Install the program again.")
    try:
        with path.open("rb") as file:
            sources = tomllib.load(file)["source"]
        if own and any("folder" in source for source in sources):
            raise ValueError(tr("folder is only for what ships with the program"))
        return tuple(weights for source in sources for weights in _weights(source))
    except OSError as error:
        raise WeightsError(
            tr(
                "The list of weights cannot be read: {path}: {strerror}. {way_out}",
                path=path,
                strerror=error.strerror,
                way_out=way_out,
            )
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(
            tr("The list of weights {path} is damaged: {error}. {way_out}", path=path, error=error, way_out=way_out)
        ) from error


def merged(catalogs: Iterable[tuple[CatalogWeights, ...]]) -> tuple[CatalogWeights, ...]:
    """Several catalogues as one. On conflicts the earlier one holds; where it knows no checksum, a later one's does."""
    result: dict[tuple[str, Variant], CatalogWeights] = {}
    for weights in (each for catalog in catalogs for each in catalog):
        key = weights.name, weights.variant
        known = result.get(key)
        result[key] = weights if known is None else _completed(known, weights)
    return tuple(result.values())


def _completed(known: CatalogWeights, other: CatalogWeights) -> CatalogWeights:
    theirs = {entry.key: entry for entry in (other.model, *other.mmprojs)}

    def complete(entry: CatalogFile) -> CatalogFile:
        match = theirs.get(entry.key)
        if entry.sha256 is not None or match is None or match.sha256 is None:
            return entry
        return replace(entry, sha256=match.sha256, size=match.size, about_size=match.about_size)

    completed = replace(known, model=complete(known.model), mmprojs=tuple(map(complete, known.mmprojs)))
    if completed == known or is_commit(known.revision):
        return completed
    return replace(completed, revision=other.revision)


def is_commit(revision: str | None) -> bool:
    """Whether a revision can never mean something else later."""
    return revision is not None and re.fullmatch(r"[0-9a-f]{40}", revision) is not None


def _weights(source: dict[str, Any]) -> list[CatalogWeights]:
    variant = source["variant"]
    if variant not in ("instruct", "thinking"):
        raise ValueError(tr("unknown variant {variant}", variant=variant))
    mmprojs = tuple(_file(source, entry) for entry in source["mmproj"])
    return [
        CatalogWeights(
            name=model["name"],
            variant=variant,
            quantisation=model["quantisation"],
            model=_file(source, model),
            mmprojs=mmprojs,
            ram_bytes=model["ram_bytes"],
            licence=source["licence"],
            source=source["source"],
            repository=source.get("repository"),
            revision=source.get("revision"),
            folder=source.get("folder"),
        )
        for model in source["model"]
    ]


def _file(source: dict[str, Any], entry: dict[str, Any]) -> CatalogFile:
    name = entry["file"]
    if Path(name).name != name:
        raise ValueError(tr("{name} is not a plain file name", name=name))
    size = entry.get("bytes")
    return CatalogFile(
        key=f"{source.get('repository') or source.get('folder') or OWN}/{name}",
        file=name,
        quantisation=entry["quantisation"],
        size=size,
        about_size=size or entry["about_bytes"],
        sha256=entry.get("sha256"),
        first_download=_first_download(source, entry),
        ships="folder" in source,
        repository=source.get("repository"),
    )


def _first_download(source: dict[str, Any], entry: dict[str, Any]) -> bool:
    """What has no checksum and can be fetched cannot be decided otherwise, also where a person did not write it."""
    return entry.get("trust") == "first-download" or ("repository" in source and "sha256" not in entry)
