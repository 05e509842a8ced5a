"""Catalogues as TOML: for exported folders, and for models that a person adds to their own catalogue."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from edge_assistant.models.catalog import MAX_BYTES, CatalogFile, CatalogModel, read_catalog
from edge_assistant.models.gguf import Variant
from edge_assistant.system import own_file
from edge_assistant.system.atomic_file import replace_file
from edge_assistant.system.bounded_read import read_regular_text
from edge_assistant.system.errors import WeightsError
from edge_assistant.system.i18n import tr
from edge_assistant.system.json_store import explain_write_errors, file_lock

_BLOCK = "[[source]]\n"
_SOURCE_HEADER = re.compile(r"(?m)^[ \t]*\[\[[ \t]*source[ \t]*\]\]")


def source_block(catalog_model: CatalogModel) -> str:
    """Return one model as a [[source]] of its own."""
    lines = [_BLOCK, _assignment("variant", catalog_model.variant)]
    lines += [
        _assignment(key, value)
        for key in ("repository", "revision")
        if (value := getattr(catalog_model, key)) is not None
    ]
    lines += [_assignment("licence", catalog_model.licence), _assignment("source", catalog_model.source)]
    lines += ["\n[[source.model]]\n", _assignment("name", catalog_model.name), *_file(catalog_model.model)]
    lines += [f"ram_bytes = {catalog_model.ram_bytes}\n"]
    for mmproj in catalog_model.mmprojs:
        lines += ["\n[[source.mmproj]]\n", *_file(mmproj)]
    return "".join(lines)


def catalog_text(sets: Iterable[CatalogModel], head: str) -> str:
    """Return a whole catalogue file with `head`, comment lines, at its top."""
    return head + "".join(f"\n{source_block(catalog_model)}" for catalog_model in sets)


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
    before = _read_or_head(path)
    after = f"{before.rstrip()}\n\n{source_block(catalog_model)}"
    _check_models(path, before, after, lambda earlier: (*earlier, catalog_model))
    return after


def _head() -> str:
    return tr("Models that were added on this computer; for what the entries mean, see catalog.toml of the program.")


def remove_entry(path: Path, name: str, variant: Variant) -> bool:
    """Remove a model that cannot be fetched from the catalogue file `path`; return whether it was there. The rest
    stays.

    Raises WeightsError or DoesNotFitError.
    """
    with explain_write_errors(path):
        if own_file.lstat_or_none(path) is None:
            return False
        with file_lock(path):
            before = _read_or_head(path)
            starts = [found.start() for found in _SOURCE_HEADER.finditer(before)]
            blocks = [before[start:end] for start, end in itertools.pairwise([*starts, len(before)])]
            kept = [each for each in blocks if not _is_block_of(each, name, variant)]
            if len(kept) == len(blocks):
                return False
            after = "".join([before[: starts[0]], *kept])
            _check_models(
                path,
                before,
                after,
                lambda earlier: tuple(each for each in earlier if not _is_model(each, name, variant)),
            )
            replace_file(path, after.encode())
    return True


def checked_text(path: Path, whole: str, sets: Iterable[CatalogModel]) -> bytes:
    """Return a catalogue's text, encoded. Raises WeightsError, with `path`, unless it reads as just these models."""
    _check_models(path, "", whole, lambda _: tuple(sets))
    return whole.encode()


def _read_or_head(path: Path) -> str:
    """Return the content of the catalogue file, or the head of a new one. Raises OSError, WeightsError."""
    if own_file.lstat_or_none(path) is None:
        return f"# {_head()}\n"
    try:
        return read_regular_text(path, MAX_BYTES)
    except ValueError as error:
        raise _damaged(error) from error


def _check_models(
    path: Path, before: str, after: str, expected_models: Callable[[tuple[CatalogModel, ...]], tuple[CatalogModel, ...]]
) -> None:
    """Raise WeightsError unless `after` reads as what `expected_models` makes of the models that `before` reads as."""
    try:
        expected = expected_models(read_catalog(before, [], own=True))
    except ValueError as error:
        raise _damaged(error) from error
    try:
        found = read_catalog(after, [], own=True)
        fits = len(after.encode()) <= MAX_BYTES
    except ValueError:
        found, fits = (), False
    if not fits or found != expected:
        raise WeightsError(tr("The model list {path} cannot be changed without loss. Fix it or delete it.", path=path))


def _is_model(catalog_model: CatalogModel, name: str, variant: Variant) -> bool:
    return (catalog_model.name, catalog_model.variant, catalog_model.repository) == (name, variant, None)


def _is_block_of(block_text: str, name: str, variant: Variant) -> bool:
    try:
        found = read_catalog(block_text, [], own=True)
    except ValueError as error:
        raise _damaged(error) from error
    return len(found) == 1 and _is_model(found[0], name, variant)


def _damaged(error: ValueError) -> WeightsError:
    return WeightsError(tr("Your own model list is damaged: {error}. Fix it or delete it.", error=error))


def _file(entry: CatalogFile) -> list[str]:
    lines = [_assignment("file", entry.file), _assignment("quantisation", entry.quantisation)]
    lines.append(f"about_bytes = {entry.about_size}\n" if entry.size is None else f"bytes = {entry.size}\n")
    if entry.sha256 is not None:
        lines.append(_assignment("sha256", entry.sha256))
    if entry.first_download:
        lines.append(_assignment("trust", "first-download"))
    return lines


def _assignment(key: str, value: str) -> str:
    # JSON's strings are valid TOML, except for DEL, which TOML wants escaped.
    return f"{key} = {json.dumps(value, ensure_ascii=False)}\n".replace("\x7f", "\\u007f")
