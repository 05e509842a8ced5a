"""The catalogue entry of a pair that a person adds and that no catalogue knows."""

from __future__ import annotations

import re
from dataclasses import replace

from edge_assistant.models.catalog import OWN, CatalogFile, CatalogModel
from edge_assistant.models.file_names import is_plain, made_plain, one_line
from edge_assistant.models.gguf import GgufInfo
from edge_assistant.models.memory_estimate import needed_bytes
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.system.errors import WeightsError
from edge_assistant.system.i18n import later, tr
from edge_assistant.system.outside_text import is_unicode

_CONTEXT = 4096  # tokens, for the memory that the list of weights gives
_MOST_LICENCE = 200  # characters; some files hold the whole text of one
UNKNOWN = later("not known")
"""What a catalogue says where a file does not tell; see listing.in_words."""


def own_pair(model: GgufInfo, mmproj: GgufInfo) -> CatalogModel:
    """Named after the model's file; the checksums are not known yet. The two have to fit.

    Raises WeightsError where that name cannot be written into a catalogue.
    """
    if not is_unicode(model.path.name):
        raise WeightsError(
            tr("The file name {name} contains invalid characters. Rename the file.", name=model.path.name),
            code="weights-name",
        )
    name = re.sub(r"[^a-z0-9._-]+", "-", model.path.stem.lower()).strip("-") or "own"
    file = model.path.name if is_plain(model.path.name) else made_plain(model.path.stem, ".gguf")
    variant = model.variant or "instruct"
    estimate = ResolvedModel(
        name=name,
        model=model.path,
        mmproj=mmproj.path,
        variant=variant,
        quantisation=model.quantisation,
        demo=False,
        ram_bytes=model.file_size + mmproj.file_size,
        kv_bytes_per_token=model.kv_bytes_per_token or 0,
        context_length=model.context_length or 0,
    )
    # People's mmproj files are often just called mmproj-F16, and those of several models have to lie side by side.
    eye = made_plain(f"mmproj-{model.path.stem}-{mmproj.quantisation or 'own'}", ".gguf")
    return CatalogModel(
        name=name,
        variant=variant,
        quantisation=model.quantisation or UNKNOWN,
        model=_entry(model, file),
        mmprojs=(_entry(mmproj, eye),),
        ram_bytes=needed_bytes(estimate, _CONTEXT),
        licence=(model.licence or UNKNOWN)[:_MOST_LICENCE],
        source=tr("added from {folder}", folder=one_line(str(model.path.parent))),
        repository=None,
        revision=None,
        folder=None,
    )


def with_checksums(weights: CatalogModel, found: dict[str, str]) -> CatalogModel:
    """The set with the SHA-256 sums `found`, by key, in place."""

    def complete(entry: CatalogFile) -> CatalogFile:
        return replace(entry, sha256=found.get(entry.key, entry.sha256))

    return replace(weights, model=complete(weights.model), mmprojs=tuple(map(complete, weights.mmprojs)))


def _entry(info: GgufInfo, file: str) -> CatalogFile:
    return CatalogFile(
        key=f"{OWN}/{file}",
        file=file,
        quantisation=info.quantisation or UNKNOWN,
        size=info.file_size,
        about_size=info.file_size,
        sha256=None,
        first_download=False,
        ships=False,
    )
