"""The weights that the program knows, as listed in catalog.toml: names, files, sizes, checksums, memory, licences."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from edge_assistant.models import catalog_values
from edge_assistant.models.gguf import Variant
from edge_assistant.system.errors import DoesNotFitError, WeightsError, explained
from edge_assistant.system.i18n import tr
from edge_assistant.system.regular_file import read_regular_text
from edge_assistant.system.toml_reader import parse_toml

# What stands in a key for the place of files that neither ship nor can be fetched: imported ones.
OWN = "own"
_MOST_PROBLEMS = 5  # told of one catalogue
_MOST_REASON = 300  # characters
MOST_BYTES = 200_000  # of a catalogue file


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
class CatalogModel:
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


def load_catalog(path: Path, *, own: bool = False, problems: list[str] | None = None) -> tuple[CatalogModel, ...]:
    """All weights in the catalogue file `path`, best first. Raises WeightsError when it is missing or damaged.

    `own` is for a catalogue that did not come with the program: nothing in it can ship with the program. With
    `problems`, a bad [[source]] is told there, in a sentence, and the others are taken.
    """
    way_out = tr("Fix it or delete it.") if own else tr("Install the program again.")
    wrong: list[str] = []
    try:
        weights = read_catalog(read_regular_text(path, MOST_BYTES), wrong, own=own)
        if wrong and problems is None:
            raise ValueError(wrong[0])
    except OSError as error:
        if isinstance(lack := explained(error), DoesNotFitError):  # of memory, or of open files
            raise lack from error
        raise WeightsError(
            tr(
                "The model list cannot be read: {path}: {strerror}. {way_out}",
                path=path,
                strerror=error.strerror,
                way_out=way_out,
            )
        ) from error
    except ValueError as error:
        raise WeightsError(_damaged(path, str(error)[:_MOST_REASON], way_out)) from error
    if problems is not None:
        problems += [_damaged(path, each, way_out) for each in wrong]
    return weights


def _damaged(path: Path, error: str, way_out: str) -> str:
    return tr("The model list {path} is damaged: {error}. {way_out}", path=path, error=error, way_out=way_out)


def read_catalog(text: str, problems: list[str], *, own: bool) -> tuple[CatalogModel, ...]:
    """All weights in the text of a catalogue. What is wrong with a [[source]] is added to `problems`, without it.

    Raises ValueError when it is no TOML that could be a catalogue.
    """
    content = parse_toml(text)
    found: list[CatalogModel] = []
    for number, source in enumerate(catalog_values.tables(content, "source"), 1):
        try:
            if own and "folder" in source:
                raise ValueError(tr("folder is only for what comes with the program"))
            found += _weights(source)
        except ValueError as error:
            if len(problems) < _MOST_PROBLEMS:
                problems.append(tr("[[source]] number {number}: {error}", number=number, error=error))
    return tuple(found)


def merged(catalogs: Iterable[tuple[CatalogModel, ...]]) -> tuple[CatalogModel, ...]:
    """Several catalogues as one. On conflicts the earlier one holds; where it knows no checksum, a later one's does."""
    result: dict[tuple[str, Variant], CatalogModel] = {}
    for weights in (each for catalog in catalogs for each in catalog):
        key = weights.name, weights.variant
        known = result.get(key)
        result[key] = weights if known is None else _completed(known, weights)
    return tuple(result.values())


def _completed(known: CatalogModel, other: CatalogModel) -> CatalogModel:
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


def _weights(source: catalog_values.Table) -> list[CatalogModel]:
    variant = catalog_values.word(source, "variant")
    if variant not in ("instruct", "thinking"):
        raise ValueError(tr("unknown variant {variant}", variant=variant))
    mmprojs = tuple(_file(source, entry) for entry in catalog_values.some_tables(source, "mmproj"))
    return [
        CatalogModel(
            name=catalog_values.name(model, "name"),
            variant="thinking" if variant == "thinking" else "instruct",
            quantisation=catalog_values.word(model, "quantisation"),
            model=_file(source, model),
            mmprojs=mmprojs,
            ram_bytes=catalog_values.count(model, "ram_bytes"),
            licence=catalog_values.text(source, "licence"),
            source=catalog_values.text(source, "source"),
            repository=catalog_values.optional_word(source, "repository"),
            revision=catalog_values.optional_word(source, "revision"),
            folder=catalog_values.optional_word(source, "folder"),
        )
        for model in catalog_values.some_tables(source, "model")
    ]


def _file(source: catalog_values.Table, entry: catalog_values.Table) -> CatalogFile:
    name = catalog_values.file_name(entry, "file")
    size = catalog_values.optional_count(entry, "bytes")
    repository = catalog_values.optional_word(source, "repository")
    return CatalogFile(
        key=f"{repository or source.get('folder') or OWN}/{name}",
        file=name,
        quantisation=catalog_values.word(entry, "quantisation"),
        size=size,
        about_size=catalog_values.count(entry, "about_bytes") if size is None else size,
        sha256=catalog_values.optional_sha256(entry, "sha256"),
        first_download=_first_download(source, entry),
        ships="folder" in source,
        repository=repository,
    )


def _first_download(source: catalog_values.Table, entry: catalog_values.Table) -> bool:
    """What has no checksum and can be fetched cannot be decided otherwise, also where a person did not write it."""
    return entry.get("trust") == "first-download" or ("repository" in source and "sha256" not in entry)
