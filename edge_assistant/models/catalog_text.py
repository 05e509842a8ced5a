"""Writes catalogue entries as TOML: for exported folders, and for weights that a person adds to their own catalogue."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from pathlib import Path

from edge_assistant.errors import WeightsError
from edge_assistant.models.catalog import CatalogFile, CatalogWeights
from edge_assistant.models.gguf import Variant
from edge_assistant.models.records import explained_writes
from edge_assistant.replacing import replace_file
from edge_assistant.text import tr

_BLOCK = "[[source]]\n"


def block(weights: CatalogWeights) -> str:
    """One set as a [[source]] of its own."""
    lines = [_BLOCK, _pair("variant", weights.variant)]
    lines += [_pair(key, value) for key in ("repository", "revision") if (value := getattr(weights, key)) is not None]
    lines += [_pair("licence", weights.licence), _pair("source", weights.source)]
    lines += ["\n[[source.model]]\n", _pair("name", weights.name), *_file(weights.model)]
    lines += [f"ram_bytes = {weights.ram_bytes}\n"]
    for mmproj in weights.mmprojs:
        lines += ["\n[[source.mmproj]]\n", *_file(mmproj)]
    return "".join(lines)


def text(sets: Iterable[CatalogWeights], head: str) -> str:
    """A whole catalogue file with `head`, comment lines, at its top."""
    return head + "".join(f"\n{block(weights)}" for weights in sets)


def add(path: Path, weights: CatalogWeights) -> None:
    """Append a set to the catalogue file `path`, which may not exist. Raises WeightsError or DoesNotFitError."""
    with explained_writes(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") if path.exists() else f"# {_head()}"
        replace_file(path, f"{before.rstrip()}\n\n{block(weights)}".encode())


def _head() -> str:
    return tr("Weights that were added on this computer; see catalog.toml of the program for what the entries mean.")


def drop(path: Path, name: str, variant: Variant) -> bool:
    """Remove a set that cannot be fetched from the catalogue file `path`; whether it was there. The rest stays.

    Raises WeightsError or DoesNotFitError.
    """
    with explained_writes(path):
        if not path.exists():
            return False
        head, *blocks = f"\n{path.read_text(encoding='utf-8')}".split(f"\n{_BLOCK}")
        kept = [each for each in blocks if not _is(f"{_BLOCK}{each}", name, variant)]
        if len(kept) == len(blocks):
            return False
        replace_file(path, "".join([head[1:], *(f"\n{_BLOCK}{each}" for each in kept)]).encode())
        return True


def _is(block_text: str, name: str, variant: Variant) -> bool:
    try:
        (source,) = tomllib.loads(block_text)["source"]
        names = [model["name"] for model in source["model"]]
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsError(
            tr("The person's own list of weights is damaged: {error}. Mend it or delete it.", error=error)
        ) from error
    return bool(names == [name] and source.get("variant") == variant and "repository" not in source)


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
