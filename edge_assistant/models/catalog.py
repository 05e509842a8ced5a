"""The catalogue of known models, as in catalog.toml: names, files, sizes, checksums, memory, licences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from edge_assistant.models import catalog_validation
from edge_assistant.models.gguf import Variant
from edge_assistant.system.bounded_read import read_regular_text
from edge_assistant.system.errors import DoesNotFitError, WeightsError, explain_error
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.system.toml_reader import parse_toml

# Takes the repository's place in the key of files that neither ship nor can be fetched: imported ones.
OWN = "own"
UNKNOWN = tr_noop("not known")
"""The value in the catalogue where a person's own file does not give one; see summary.translate_value."""

_MAX_PROBLEMS = 5  # reported of one catalogue
_MAX_REASON = 300  # characters
MAX_BYTES = 200_000  # of a catalogue file


@dataclass(frozen=True, slots=True)
class CatalogFile:
    """One file of a model. `key` names it for ever; `size` (bytes) and `sha256` (lower-case hex) are None when not
    known.
    """

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
    """A language model and the mmproj files that fit it, best first."""

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
    folder: str | None  # beside the catalogue, for the demo model that ships with the program

    @property
    def display_name(self) -> str:
        """The name and variant as people say them."""
        return f"{self.name}, {self.variant.title()}"

    @property
    def key(self) -> tuple[str, Variant]:
        """The name and variant, which no other model of the catalogues has."""
        return self.name, self.variant

    @property
    def files(self) -> tuple[CatalogFile, ...]:
        """The language model and all its mmproj files."""
        return self.model, *self.mmprojs

    def with_files(self, change: Callable[[CatalogFile], CatalogFile]) -> CatalogModel:
        """Return the model with each of its files changed."""
        return replace(self, model=change(self.model), mmprojs=tuple(map(change, self.mmprojs)))


def load_catalog(path: Path, *, own: bool = False, problems: list[str] | None = None) -> tuple[CatalogModel, ...]:
    """Read the catalogue file `path`; its models, best first. Raises WeightsError when it is missing or damaged.

    `own` is for a catalogue that did not come with the program: nothing in it can ship with the program. With
    `problems`, a bad [[source]] is reported there, in a sentence, and the others are taken.
    """
    way_out = tr("Fix it or delete it.") if own else tr("Install the program again.")
    wrong: list[str] = []
    try:
        catalog_model = read_catalog(read_regular_text(path, MAX_BYTES), wrong, own=own)
        if wrong and problems is None:
            raise ValueError(wrong[0])
    except OSError as error:
        if isinstance(lack := explain_error(error), DoesNotFitError):  # of memory, or of open files
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
        raise WeightsError(_damaged_message(path, str(error)[:_MAX_REASON], way_out)) from error
    if problems is not None:
        problems += [_damaged_message(path, each, way_out) for each in wrong]
    return catalog_model


def _damaged_message(path: Path, error: str, way_out: str) -> str:
    return tr("The model list {path} is damaged: {error}. {way_out}", path=path, error=error, way_out=way_out)


def read_catalog(text: str, problems: list[str], *, own: bool) -> tuple[CatalogModel, ...]:
    """Parse the text of a catalogue. A bad [[source]] is left out, and a sentence about it added to `problems`.

    Raises ValueError when it is no TOML that could be a catalogue.
    """
    content = parse_toml(text)
    found: list[CatalogModel] = []
    for number, source in enumerate(catalog_validation.tables(content, "source"), 1):
        try:
            if own and "folder" in source:
                raise ValueError(tr("folder is only for what comes with the program"))
            found += models_of_source(source)
        except ValueError as error:
            if len(problems) < _MAX_PROBLEMS:
                problems.append(tr("[[source]] number {number}: {error}", number=number, error=error))
    return tuple(found)


def merge_catalogs(catalogs: Iterable[tuple[CatalogModel, ...]]) -> tuple[CatalogModel, ...]:
    """Merge several catalogues. On conflicts the earlier one wins; where it has no checksum, a later one's is taken."""
    result: dict[tuple[str, Variant], CatalogModel] = {}
    for catalog_model in (each for catalog in catalogs for each in catalog):
        known = result.get(catalog_model.key)
        result[catalog_model.key] = catalog_model if known is None else _complete(known, catalog_model)
    return tuple(result.values())


def _complete(known: CatalogModel, other: CatalogModel) -> CatalogModel:
    theirs = {entry.key: entry for entry in other.files}

    def complete(entry: CatalogFile) -> CatalogFile:
        match = theirs.get(entry.key)
        if entry.sha256 is not None or match is None or match.sha256 is None:
            return entry
        return replace(entry, sha256=match.sha256, size=match.size, about_size=match.about_size)

    completed = known.with_files(complete)
    if completed == known or is_commit(known.revision):
        return completed
    return replace(completed, revision=other.revision)


def is_commit(revision: str | None) -> bool:
    """Return whether a revision is a commit, which can never mean something else later."""
    return revision is not None and re.fullmatch(r"[0-9a-f]{40}", revision) is not None


def models_of_source(source: catalog_validation.Table) -> list[CatalogModel]:
    """Return the models of one [[source]] of a catalogue. Raises ValueError where it is not valid."""
    variant = catalog_validation.word(source, "variant")
    if variant not in ("instruct", "thinking"):
        raise ValueError(tr("unknown variant {variant}", variant=variant))
    mmprojs = tuple(_file(source, entry) for entry in catalog_validation.non_empty_tables(source, "mmproj"))
    return [
        CatalogModel(
            name=catalog_validation.name(model, "name"),
            variant="thinking" if variant == "thinking" else "instruct",
            quantisation=catalog_validation.word(model, "quantisation"),
            model=_file(source, model),
            mmprojs=mmprojs,
            ram_bytes=catalog_validation.count(model, "ram_bytes"),
            licence=catalog_validation.text(source, "licence"),
            source=catalog_validation.text(source, "source"),
            repository=catalog_validation.optional_repository(source, "repository"),
            revision=catalog_validation.optional_revision(source, "revision"),
            folder=catalog_validation.optional_word(source, "folder"),
        )
        for model in catalog_validation.non_empty_tables(source, "model")
    ]


def _file(source: catalog_validation.Table, entry: catalog_validation.Table) -> CatalogFile:
    name = catalog_validation.file_name(entry, "file")
    size = catalog_validation.optional_count(entry, "bytes")
    repository = catalog_validation.optional_word(source, "repository")
    return CatalogFile(
        key=f"{repository or source.get('folder') or OWN}/{name}",
        file=name,
        quantisation=catalog_validation.word(entry, "quantisation"),
        size=size,
        about_size=catalog_validation.count(entry, "about_bytes") if size is None else size,
        sha256=catalog_validation.optional_sha256(entry, "sha256"),
        first_download=_first_download(source, entry),
        ships="folder" in source,
        repository=repository,
    )


def _first_download(source: catalog_validation.Table, entry: catalog_validation.Table) -> bool:
    """Return whether the first download decides: what has no checksum and can be fetched leaves no other way."""
    return entry.get("trust") == "first-download" or ("repository" in source and "sha256" not in entry)
