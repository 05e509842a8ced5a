"""Catalogues as TOML: for exported folders, and for models that a person adds to their own catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from edge_assistant.models.catalog import MAX_BYTES, CatalogFile, CatalogModel, models_of_source, read_catalog
from edge_assistant.models.gguf import Variant
from edge_assistant.system import own_file
from edge_assistant.system.atomic_file import replace_file
from edge_assistant.system.bounded_read import read_regular_text
from edge_assistant.system.errors import WeightsError
from edge_assistant.system.i18n import tr
from edge_assistant.system.json_store import explain_write_errors, file_lock

_SOURCE = "source"


def catalog_text(path: Path, models: Sequence[CatalogModel], head: str) -> str:
    """Return the text of a whole catalogue, for the file `path`, with `head` as the comment at its top.

    Raises WeightsError unless it reads as just these models.
    """
    text = f"# {head}\n\n{_sources(models)}"
    _check_models(path, text, tuple(models))
    return text


def add_entry(path: Path, catalog_model: CatalogModel) -> None:
    """Append a model to the catalogue file `path`, which may not exist. Raises WeightsError or DoesNotFitError.

    What is there stays as it is, and the new text is read back before it replaces the old one.
    """
    with explain_write_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with file_lock(path):
            replace_file(path, with_added(path, catalog_model).encode())


def with_added(path: Path, catalog_model: CatalogModel) -> str:
    """Return what `add_entry` would write; nothing is changed. Raises WeightsError where the model cannot be added."""
    text, models = _read(path)
    after = f"{text.rstrip()}\n\n{_sources([catalog_model])}"
    _check_models(path, after, (*models, catalog_model))
    return after


def remove_entry(path: Path, name: str, variant: Variant) -> bool:
    """Remove a model that cannot be fetched from the catalogue file `path`; return whether it was there. The rest
    stays.

    Raises WeightsError or DoesNotFitError.
    """
    with explain_write_errors(path):
        if own_file.lstat_or_none(path) is None:
            return False
        with file_lock(path):
            text, models = _read(path)
            remaining = tuple(each for each in models if not _is_model(each, name, variant))
            if remaining == models:
                return False
            after = _without(text, name, variant)
            _check_models(path, after, remaining)
            replace_file(path, after.encode())
    return True


def _read(path: Path) -> tuple[str, tuple[CatalogModel, ...]]:
    """Return the text of the person's own catalogue, or the head of a new one, and its models. Raises OSError and
    WeightsError.
    """
    if own_file.lstat_or_none(path) is None:
        head = tr(
            "Models that were added on this computer; for what the entries mean, see catalog.toml of the program."
        )
        return f"# {head}\n", ()
    try:
        text = read_regular_text(path, MAX_BYTES)
        return text, read_catalog(text, [], own=True)
    except ValueError as error:
        raise WeightsError(tr("Your own model list is damaged: {error}. Fix it or delete it.", error=error)) from error


def _without(text: str, name: str, variant: Variant) -> str:
    """Return the text without the [[source]] of this model; without any change where it cannot be taken out."""
    try:
        document = tomlkit.parse(text)
        sources: Any = document[_SOURCE]
        for number in reversed(range(len(sources))):
            if _is_source_of(sources[number].unwrap(), name, variant):
                del sources[number]
        if not sources:
            del document[_SOURCE]
        return tomlkit.dumps(document)
    except (TOMLKitError, ValueError, RecursionError):
        return text


def _is_source_of(source: dict[str, Any], name: str, variant: Variant) -> bool:
    try:
        found = models_of_source(source)
    except ValueError:
        return False
    return len(found) == 1 and _is_model(found[0], name, variant)


def _is_model(catalog_model: CatalogModel, name: str, variant: Variant) -> bool:
    return (catalog_model.name, catalog_model.variant, catalog_model.repository) == (name, variant, None)


def _check_models(path: Path, text: str, expected: tuple[CatalogModel, ...]) -> None:
    """Raise WeightsError unless the text may be written into the catalogue file: it reads as the expected models."""
    try:
        fits = read_catalog(text, [], own=True) == expected and len(text.encode()) <= MAX_BYTES
    except ValueError:
        fits = False
    if not fits:
        raise WeightsError(tr("The model list {path} cannot be changed without loss. Fix it or delete it.", path=path))


def _sources(models: Iterable[CatalogModel]) -> str:
    """Return the models in TOML, each as a [[source]] of its own."""
    return tomlkit.dumps({_SOURCE: [_source(each) for each in models]})


def _source(catalog_model: CatalogModel) -> dict[str, Any]:
    model = {"name": catalog_model.name, **_file(catalog_model.model), "ram_bytes": catalog_model.ram_bytes}
    values = {
        "variant": catalog_model.variant,
        "repository": catalog_model.repository,
        "revision": catalog_model.revision,
        "licence": catalog_model.licence,
        "source": catalog_model.source,
        "model": [model],
        "mmproj": [_file(each) for each in catalog_model.mmprojs],
    }
    return {key: value for key, value in values.items() if value is not None}


def _file(entry: CatalogFile) -> dict[str, Any]:
    values = {
        "file": entry.file,
        "quantisation": entry.quantisation,
        "bytes": entry.size,
        "about_bytes": entry.about_size if entry.size is None else None,
        "sha256": entry.sha256,
        "trust": "first-download" if entry.first_download else None,
    }
    return {key: value for key, value in values.items() if value is not None}
