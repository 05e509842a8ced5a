"""The choice of the model to use: the one that the person names, else the best that is here and verified, else the
demo.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from edge_assistant.models.catalog import CatalogFile, CatalogModel
from edge_assistant.models.compatibility import check_fit, describe_mmproj, describe_model, find_mmproj
from edge_assistant.models.gguf import GgufInfo, Variant
from edge_assistant.models.library import ModelLibrary, exists, is_folder
from edge_assistant.system.errors import UsageError, WeightsError
from edge_assistant.system.i18n import tr
from edge_assistant.system.shown_text import ShownText

_log = logging.getLogger(__name__)

Progress = Callable[[float], None]

# The demo model's name in its header, wherever its file is.
_DEMO_NAME = "tiny-qwen3vl"


@dataclass(frozen=True, slots=True)
class ResolvedModel:
    """A language model and its mmproj: whole, fitting, and verified or explicitly trusted."""

    name: str  # in the catalogue, or the file name without its ending
    model: Path
    mmproj: Path
    variant: Variant
    quantisation: str | None
    demo: bool
    ram_bytes: int  # both files; for the KV cache and buffers see memory_estimate.needed_bytes
    kv_bytes_per_token: int  # at f16
    context_length: int  # tokens the model was trained for
    mmproj_sha256: str | None = None  # None where it is not known: a file that was given by its path
    smaller: tuple[tuple[str, int], ...] = ()  # names of models of this variant that need less memory, and how much
    notices: tuple[str, ...] = ()  # sentences for the person: better models that could not be used, and why
    model_bytes: int = 0  # the model's share of ram_bytes; 0 where not known
    mmproj_chosen: bool = False  # the person chose this mmproj, and it is not the first of a catalogue

    @property
    def family(self) -> Literal["qwen3-vl", "demo"]:
        """The family in the task table, which says how the model is asked (see engine.task_table)."""
        return "demo" if self.demo else "qwen3-vl"


def resolve(
    *,
    model: str | None,
    mmproj: str | None,
    think: bool,
    preferred: str | None,
    weights_dir: Path | None,
    on_progress: Progress | None = None,
) -> ResolvedModel:
    """Find the model for a request.

    `model` is a catalogue name or a path, `mmproj` a path, both from the command line; `preferred` is the settings'
    choice, a name or a path; `weights_dir` the settings' folder. Catalogue names are looked for in `weights_dir`,
    models/ beside the frozen program, and models/ in the data folder; `demo` where it ships. A path is trusted as it
    is; a catalogue file is hashed once and remembered. `on_progress(fraction)` is called while it is hashed; what it
    raises ends the search.

    Without `model`, models that are damaged or incomplete are passed over, and the result's `notices` say so: the
    person gets an answer and knows why it is a lesser one. A model that was asked for by name or path is never replaced
    by another, and thinking harder never falls back from a large model to the demo.

    Raises UsageError for a contradiction on the command line, WeightsError when files are missing, damaged or do not
    belong together.
    """
    if model is None:
        if mmproj is not None:
            raise UsageError(tr("--mmproj needs a model. Add --model with the model it belongs to."))
        return _resolve_best(preferred, think, _Search(weights_dir, on_progress))
    return _resolve_named(model, mmproj, think, _Search(weights_dir, on_progress))


class _Search:
    """A search for a model: the library, and a callback for the progress of hashing."""

    def __init__(self, weights_dir: Path | None, on_progress: Progress | None) -> None:
        self.library = ModelLibrary(weights_dir)
        self.find = self.library.find
        self.on_progress = on_progress

    def missing(self, catalog_model: CatalogModel, entry: CatalogFile) -> WeightsError:
        if entry.ships:
            way_out = tr("Install the program again.")
        elif catalog_model.repository is not None:
            thinking = " --think" if catalog_model.variant == "thinking" else ""
            way_out = tr(
                "Download it with edge-assistant models pull {name}{thinking}.",
                name=catalog_model.name,
                thinking=thinking,
            )
        else:
            way_out = tr("Put it into {folder}.", folder=self.library.data_models)
        return WeightsError(
            tr("The file {file} is missing. {way_out}", file=entry.file, way_out=way_out), code="weights-missing"
        )

    def verify(self, files: list[tuple[CatalogFile, Path]]) -> None:
        total = sum(path.stat().st_size for _, path in files)
        done = 0

        def on_bytes(count: int) -> None:
            nonlocal done
            done += count
            if self.on_progress is not None:
                self.on_progress(min(1.0, done / total))

        for entry, path in files:
            self.library.verifier.check(entry, path, on_bytes)

    def has_no_file_of(self, catalog_model: CatalogModel) -> bool:
        """Return whether not one file of a model is here."""
        return all(self.find(catalog_model, entry) is None for entry in catalog_model.files)

    def has_real_model(self, variant: Variant) -> bool:
        """Return whether a model of this variant, other than the demo, is here."""
        return any(
            catalog_model.folder is None
            and catalog_model.variant == variant
            and self.find(catalog_model, catalog_model.model) is not None
            for catalog_model in self.library.catalog()
        )


def _resolve_named(model: str, mmproj: str | None, think: bool, search: _Search) -> ResolvedModel:
    if not _looks_like_path(model):
        try:
            catalog_model = search.library.named(model, variant_for(think))
        except WeightsError:
            if not exists(_expand(model)):
                raise
        else:
            return _resolve_catalog_model(catalog_model, mmproj, search)
    return _resolve_paths(_expand(model), mmproj, think)


def _resolve_paths(path: Path, mmproj: str | None, think: bool) -> ResolvedModel:
    info = describe_model(path)
    if think and info.variant == "instruct":
        raise UsageError(
            tr("{name} is an Instruct model, which cannot think. Use a Thinking model with --think.", name=path.name)
        )
    mmproj_info = find_mmproj(info) if mmproj is None else describe_mmproj(_expand(mmproj))
    demo = (info.name or "").startswith(_DEMO_NAME)
    resolved = _make_resolved(
        path.stem, info, mmproj_info, info.variant or variant_for(think), info.quantisation, demo=demo
    )
    return replace(resolved, mmproj_chosen=not demo)


def _resolve_catalog_model(catalog_model: CatalogModel, mmproj: str | None, search: _Search) -> ResolvedModel:
    model = search.find(catalog_model, catalog_model.model)
    if model is None:
        raise search.missing(catalog_model, catalog_model.model)
    files = [(catalog_model.model, model)]
    if mmproj is None:
        found = [
            (entry, path) for entry in catalog_model.mmprojs if (path := search.find(catalog_model, entry)) is not None
        ]
        if not found:
            raise search.missing(catalog_model, catalog_model.mmprojs[0])
        files.append(found[0])
        mmproj_path = found[0][1]
        usual = catalog_model.repository is not None or catalog_model.folder is not None
        chosen = not usual or found[0][0] != catalog_model.mmprojs[0]
        mmproj_sha256 = search.library.verifier.expected(found[0][0])
    else:
        mmproj_path, mmproj_sha256, chosen = _expand(mmproj), None, True
    search.verify(files)
    smaller = sorted(
        (
            (other.ram_bytes, other.name)
            for other in search.library.catalog()
            if other.variant == catalog_model.variant and other.ram_bytes < catalog_model.ram_bytes
        ),
        reverse=True,
    )
    resolved = _make_resolved(
        catalog_model.name,
        describe_model(model),
        describe_mmproj(mmproj_path),
        catalog_model.variant,
        catalog_model.quantisation,
        demo=catalog_model.folder is not None,
    )
    names = tuple((name, needed) for needed, name in smaller)
    return replace(resolved, mmproj_sha256=mmproj_sha256, smaller=names, mmproj_chosen=chosen)


def _make_resolved(
    name: str, model: GgufInfo, mmproj: GgufInfo, variant: Variant, quantisation: str | None, *, demo: bool
) -> ResolvedModel:
    check_fit(model, mmproj)
    return ResolvedModel(
        name=name,
        model=model.path,
        mmproj=mmproj.path,
        variant=variant,
        quantisation=quantisation,
        demo=demo,
        ram_bytes=model.file_size + mmproj.file_size,
        kv_bytes_per_token=model.kv_bytes_per_token or 0,
        context_length=model.context_length or 0,
        model_bytes=model.file_size,
    )


def _resolve_best(preferred: str | None, think: bool, search: _Search) -> ResolvedModel:
    notices: list[str] = []
    if search.library.weights_dir is not None and not is_folder(search.library.weights_dir):
        notices.append(tr("The model folder {folder} does not exist.", folder=search.library.weights_dir))
    if preferred is not None:
        try:
            return replace(_resolve_named(preferred, None, think, search), notices=tuple(notices))
        except (UsageError, WeightsError) as error:
            shown = tr("The selected model cannot be used. {error}", error=error)
            notices.append(ShownText(shown, tr("The selected model cannot be used. {error}", error=error.spoken)))
    candidates = [
        catalog_model for catalog_model in search.library.catalog() if catalog_model.variant == variant_for(think)
    ]
    notices += search.library.problems
    candidates.sort(
        key=lambda catalog_model: catalog_model.folder is not None
    )  # stable: the demo last, else best first
    for catalog_model in candidates:
        if search.find(catalog_model, catalog_model.model) is None and (
            catalog_model.folder is None or search.has_no_file_of(catalog_model)
        ):
            continue  # never fetched, or installed without: no notice
        if catalog_model.folder is not None and think and search.has_real_model("instruct"):
            # The demo's answers about real screens are worthless, and this person is used to real ones.
            raise WeightsError(
                tr("The Thinking model is not installed. Download it, or turn off think harder."),
                code="weights-missing",
            )
        try:
            return replace(_resolve_catalog_model(catalog_model, None, search), notices=tuple(dict.fromkeys(notices)))
        except WeightsError as error:
            if catalog_model.folder is not None:
                raise
            _log.info("passing over %s: %s", catalog_model.name, error)
            notices.append(ShownText(str(error), error.spoken))
    raise WeightsError(
        tr(
            "No model is installed. Import one with edge-assistant models import FOLDER, or download one with "
            "edge-assistant models pull."
        ),
        code="weights-missing",
    )


def same_mmproj(one: ResolvedModel, other: ResolvedModel) -> bool:
    """Return whether both models use the same mmproj, so that what one made of a picture holds for the other."""
    if one.mmproj_sha256 is not None and other.mmproj_sha256 is not None:
        return one.mmproj_sha256 == other.mmproj_sha256
    return one.mmproj.resolve() == other.mmproj.resolve()


def variant_for(think: bool) -> Variant:
    """Return the variant that answers with or without thinking harder."""
    return "thinking" if think else "instruct"


def _looks_like_path(model: str) -> bool:
    return model.lower().endswith(".gguf") or "/" in model or "\\" in model or model.startswith("~")


def _expand(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:  # there is no such user
        return Path(text)
