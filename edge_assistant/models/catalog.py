"""The weights that the program knows, as listed in catalog.toml: names, files, sizes, checksums, memory, licences."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_assistant.errors import WeightsError
from edge_assistant.models.gguf import Variant


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
    revision: str | None
    folder: str | None  # beside the catalogue, for the demo weights that ship with the program


def load_catalog(path: Path) -> tuple[CatalogWeights, ...]:
    """All weights in the catalogue file `path`, best first. Raises WeightsError when it is missing or damaged."""
    try:
        with path.open("rb") as file:
            sources = tomllib.load(file)["source"]
        return tuple(weights for source in sources for weights in _weights(source))
    except OSError as error:
        raise WeightsError(
            f"The list of weights cannot be read: {path}: {error.strerror}. Install the program again."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(f"The list of weights {path} is damaged: {error}. Install the program again.") from error


def _weights(source: dict[str, Any]) -> list[CatalogWeights]:
    variant = source["variant"]
    if variant not in ("instruct", "thinking"):
        raise ValueError(f"unknown variant {variant}")
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
        raise ValueError(f"{name} is not a plain file name")
    size = entry.get("bytes")
    return CatalogFile(
        key=f"{source.get('repository') or source['folder']}/{name}",
        file=name,
        quantisation=entry["quantisation"],
        size=size,
        about_size=size or entry["about_bytes"],
        sha256=entry.get("sha256"),
        first_download=entry.get("trust") == "first-download",
        ships="folder" in source,
    )
