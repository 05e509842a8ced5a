"""Writes catalogue entries as TOML: for exported folders, and for weights that a person adds to their own catalogue."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from edge_assistant.models.catalog import MOST_BYTES, CatalogFile, CatalogModel, read_catalog
from edge_assistant.models.gguf import Variant
from edge_assistant.system import own_file
from edge_assistant.system.atomic_file import replace_file
from edge_assistant.system.errors import WeightsError
from edge_assistant.system.i18n import tr
from edge_assistant.system.json_store import explained_writes, lock_beside
from edge_assistant.system.regular_file import read_regular_text

_BLOCK = "[[source]]\n"
_BEGINNING = re.compile(r"(?m)^[ \t]*\[\[[ \t]*source[ \t]*\]\]")


def block(weights: CatalogModel) -> str:
    """One set as a [[source]] of its own."""
    lines = [_BLOCK, _pair("variant", weights.variant)]
    lines += [_pair(key, value) for key in ("repository", "revision") if (value := getattr(weights, key)) is not None]
    lines += [_pair("licence", weights.licence), _pair("source", weights.source)]
    lines += ["\n[[source.model]]\n", _pair("name", weights.name), *_file(weights.model)]
    lines += [f"ram_bytes = {weights.ram_bytes}\n"]
    for mmproj in weights.mmprojs:
        lines += ["\n[[source.mmproj]]\n", *_file(mmproj)]
    return "".join(lines)


def text(sets: Iterable[CatalogModel], head: str) -> str:
    """A whole catalogue file with `head`, comment lines, at its top."""
    return head + "".join(f"\n{block(weights)}" for weights in sets)


def add(path: Path, weights: CatalogModel) -> None:
    """Append a set to the catalogue file `path`, which may not exist. Raises WeightsError or DoesNotFitError.

    What is there stays as it is, and the new text is read back before it replaces the old one.
    """
    with explained_writes(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with lock_beside(path):
            replace_file(path, with_added(path, weights).encode())


def with_added(path: Path, weights: CatalogModel) -> str:
    """What `add` would write; nothing is changed. Raises WeightsError where it cannot be added."""
    before = _text(path)
    after = f"{before.rstrip()}\n\n{block(weights)}"
    _check(path, before, after, lambda earlier: (*earlier, weights))
    return after


def _head() -> str:
    return tr("Models that were added on this computer; for what the entries mean, see catalog.toml of the program.")


def drop(path: Path, name: str, variant: Variant) -> bool:
    """Remove a set that cannot be fetched from the catalogue file `path`; whether it was there. The rest stays.

    Raises WeightsError or DoesNotFitError.
    """
    with explained_writes(path):
        if own_file.look(path) is None:
            return False
        with lock_beside(path):
            before = _text(path)
            starts = [found.start() for found in _BEGINNING.finditer(before)]
            blocks = [before[start:end] for start, end in itertools.pairwise([*starts, len(before)])]
            kept = [each for each in blocks if not _is(each, name, variant)]
            if len(kept) == len(blocks):
                return False
            after = "".join([before[: starts[0]], *kept])
            _check(
                path, before, after, lambda earlier: tuple(each for each in earlier if not _means(each, name, variant))
            )
            replace_file(path, after.encode())
    return True


def checked(path: Path, whole: str, sets: Iterable[CatalogModel]) -> bytes:
    """The text of a catalogue as it is written to `path`, when it reads as just these sets. Raises WeightsError."""
    _check(path, "", whole, lambda _: tuple(sets))
    return whole.encode()


def _text(path: Path) -> str:
    """What is in the catalogue file, or the head of a new one. Raises OSError, WeightsError."""
    if own_file.look(path) is None:
        return f"# {_head()}\n"
    try:
        return read_regular_text(path, MOST_BYTES)
    except ValueError as error:
        raise _damaged(error) from error


def _check(
    path: Path, before: str, after: str, wanted: Callable[[tuple[CatalogModel, ...]], tuple[CatalogModel, ...]]
) -> None:
    """Raise WeightsError unless `after` reads as what is `wanted` of the sets that `before` reads as."""
    try:
        due = wanted(read_catalog(before, [], own=True))
    except ValueError as error:
        raise _damaged(error) from error
    try:
        found = read_catalog(after, [], own=True)
        fits = len(after.encode()) <= MOST_BYTES
    except ValueError:
        found, fits = (), False
    if not fits or found != due:
        raise WeightsError(tr("The model list {path} cannot be changed without loss. Fix it or delete it.", path=path))


def _means(weights: CatalogModel, name: str, variant: Variant) -> bool:
    return (weights.name, weights.variant, weights.repository) == (name, variant, None)


def _is(block_text: str, name: str, variant: Variant) -> bool:
    try:
        found = read_catalog(block_text, [], own=True)
    except ValueError as error:
        raise _damaged(error) from error
    return len(found) == 1 and _means(found[0], name, variant)


def _damaged(error: ValueError) -> WeightsError:
    return WeightsError(tr("Your own model list is damaged: {error}. Fix it or delete it.", error=error))


def _file(entry: CatalogFile) -> list[str]:
    lines = [_pair("file", entry.file), _pair("quantisation", entry.quantisation)]
    lines.append(f"about_bytes = {entry.about_size}\n" if entry.size is None else f"bytes = {entry.size}\n")
    if entry.sha256 is not None:
        lines.append(_pair("sha256", entry.sha256))
    if entry.first_download:
        lines.append(_pair("trust", "first-download"))
    return lines


def _pair(key: str, value: str) -> str:
    # JSON's strings are TOML's but for DEL, which TOML wants escaped.
    return f"{key} = {json.dumps(value, ensure_ascii=False)}\n".replace("\x7f", "\\u007f")
