"""Catalogue entries for a person's own files, which no catalogue knows."""

from __future__ import annotations

import re

from edge_assistant.models.catalog import OWN, UNKNOWN, CatalogFile, CatalogModel
from edge_assistant.models.file_names import is_valid_name, make_valid_name, replace_invisible
from edge_assistant.models.gguf import GgufInfo
from edge_assistant.models.memory_estimate import needed_bytes
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.system.errors import WeightsError
from edge_assistant.system.i18n import tr
from edge_assistant.system.text_cleaning import is_encodable

_CONTEXT = 4096  # tokens, for the memory in the list of models
_MAX_LICENCE = 200  # characters; some files hold a licence's whole text


def custom_model(model: GgufInfo, mmproj: GgufInfo) -> CatalogModel:
    """Return the entry for a model and its mmproj, named after the model's file; the checksums are not known yet.

    The two have to fit. Raises WeightsError where the file's name cannot be written into a catalogue.
    """
    if not is_encodable(model.path.name):
        raise WeightsError(
            tr("The file name {name} contains invalid characters. Rename the file.", name=model.path.name),
            code="weights-name",
        )
    name = re.sub(r"[^a-z0-9._-]+", "-", model.path.stem.lower()).strip("-") or "own"
    file = model.path.name if is_valid_name(model.path.name) else make_valid_name(model.path.stem, ".gguf")
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
    # People's mmproj files are often just called mmproj-F16, and those of several models share one folder.
    mmproj_file = make_valid_name(f"mmproj-{model.path.stem}-{mmproj.quantisation or 'own'}", ".gguf")
    return CatalogModel(
        name=name,
        variant=variant,
        quantisation=model.quantisation or UNKNOWN,
        model=_entry(model, file),
        mmprojs=(_entry(mmproj, mmproj_file),),
        ram_bytes=needed_bytes(estimate, _CONTEXT),
        licence=(model.licence or UNKNOWN)[:_MAX_LICENCE],
        source=tr("added from {folder}", folder=replace_invisible(str(model.path.parent))),
        repository=None,
        revision=None,
        folder=None,
    )


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
