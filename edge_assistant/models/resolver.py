"""Which weights to use: what the person names, else the best that are here and verified, else the demo."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from edge_assistant.models.catalog import CatalogFile, CatalogModel
from edge_assistant.models.compatibility import check_fit, describe_mmproj, describe_model, find_mmproj
from edge_assistant.models.gguf import GgufInfo, Variant
from edge_assistant.models.library import ModelLibrary, exists, is_folder
from edge_assistant.system.errors import UsageError, WeightsError
from edge_assistant.system.i18n import tr

_log = logging.getLogger(__name__)

Progress = Callable[[float], None]

# How the demo weights call themselves in their headers, wherever they lie.
_DEMO_NAME = "tiny-qwen3vl"


@dataclass(frozen=True, slots=True)
class ResolvedModel:
    """A model and its mmproj: whole, fitting, and verified or explicitly trusted."""

    name: str  # in the catalogue, or the file name without its ending
    model: Path
    mmproj: Path
    variant: Variant
    quantisation: str | None
    demo: bool
    ram_bytes: int  # both files; the KV cache and buffers come on top, see memory.needed_bytes
    kv_bytes_per_token: int  # at f16
    context_length: int  # tokens the model was trained for
    mmproj_sha256: str | None = None  # None where nobody knows it: a file that was given by its path
    smaller: tuple[tuple[str, int], ...] = ()  # names of sets of this variant that need less memory, and how much
    notices: tuple[str, ...] = ()  # sentences for the person: better weights that could not be used, and why
    model_bytes: int = 0  # the model's share of ram_bytes; 0 where nobody told


def resolve(
    *,
    model: str | None,
    mmproj: str | None,
    think: bool,
    preferred: str | None,
    weights_dir: Path | None,
    on_progress: Progress | None = None,
) -> ResolvedModel:
    """Find the weights for a request.

    `model` is a catalogue name or a path, `mmproj` a path, both from the command line; `preferred` is the settings'
    choice, a name or a path; `weights_dir` the settings' folder. Catalogue names are looked for in `weights_dir`,
    models/ beside the frozen program, and models/ in the data folder; `demo` where it ships. A path is trusted as it
    is; a catalogue file is hashed once and remembered. `on_progress(fraction)` is called while it is hashed; what it
    raises ends the search.

    Without `model`, weights that are damaged or incomplete are passed over, and the result's `notices` say so: the
    person gets an answer and knows why it is a lesser one. Weights that were asked for by name or path are never
    replaced by others, and thinking harder never falls from large weights to the demo.

    Raises UsageError for a contradiction on the command line, WeightsError when weights are missing, damaged or do
    not belong together.
    """
    if model is None:
        if mmproj is not None:
            raise UsageError(tr("--mmproj needs a model. Add --model with the model it belongs to."))
        return _best(preferred, think, _Search(weights_dir, on_progress))
    return _named(model, mmproj, think, _Search(weights_dir, on_progress))


class _Search:
    """Where to look, and how to tell that it takes a while."""

    def __init__(self, weights_dir: Path | None, on_progress: Progress | None) -> None:
        self.shelf = ModelLibrary(weights_dir)
        self.find = self.shelf.find
        self.on_progress = on_progress

    def missing(self, weights: CatalogModel, entry: CatalogFile) -> WeightsError:
        if entry.ships:
            way_out = tr("Install the program again.")
        elif weights.repository is not None:
            thinking = " --think" if weights.variant == "thinking" else ""
            way_out = tr(
                "Download it with edge-assistant models pull {name}{thinking}.", name=weights.name, thinking=thinking
            )
        else:
            way_out = tr("Put it into {folder}.", folder=self.shelf.data_models)
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
            self.shelf.verifier.check(entry, path, on_bytes)

    def lacks_all_of(self, weights: CatalogModel) -> bool:
        """Whether not one file of a set is here."""
        return all(self.find(weights, entry) is None for entry in (weights.model, *weights.mmprojs))

    def has_large(self, variant: Variant) -> bool:
        """Whether a model of this variant, other than the demo's, is here."""
        return any(
            weights.folder is None and weights.variant == variant and self.find(weights, weights.model) is not None
            for weights in self.shelf.catalog()
        )


def _named(model: str, mmproj: str | None, think: bool, search: _Search) -> ResolvedModel:
    if not _looks_like_path(model):
        try:
            weights = search.shelf.named(model, wanted(think))
        except WeightsError:
            if not exists(_path(model)):
                raise
        else:
            return _from_catalog(weights, mmproj, search)
    return _from_paths(_path(model), mmproj, think)


def _from_paths(path: Path, mmproj: str | None, think: bool) -> ResolvedModel:
    info = describe_model(path)
    if think and info.variant == "instruct":
        raise UsageError(
            tr("{name} is an Instruct model, which cannot think. Use a Thinking model with --think.", name=path.name)
        )
    vision = find_mmproj(info) if mmproj is None else describe_mmproj(_path(mmproj))
    demo = (info.name or "").startswith(_DEMO_NAME)
    return _weights(path.stem, info, vision, info.variant or wanted(think), info.quantisation, demo=demo)


def _from_catalog(weights: CatalogModel, mmproj: str | None, search: _Search) -> ResolvedModel:
    model = search.find(weights, weights.model)
    if model is None:
        raise search.missing(weights, weights.model)
    files = [(weights.model, model)]
    if mmproj is None:
        found = [(entry, path) for entry in weights.mmprojs if (path := search.find(weights, entry)) is not None]
        if not found:
            raise search.missing(weights, weights.mmprojs[0])
        files.append(found[0])
        vision_path = found[0][1]
        vision_sha256 = search.shelf.verifier.expected(found[0][0])
    else:
        vision_path, vision_sha256 = _path(mmproj), None
    search.verify(files)
    smaller = sorted(
        (
            (other.ram_bytes, other.name)
            for other in search.shelf.catalog()
            if other.variant == weights.variant and other.ram_bytes < weights.ram_bytes
        ),
        reverse=True,
    )
    found_weights = _weights(
        weights.name,
        describe_model(model),
        describe_mmproj(vision_path),
        weights.variant,
        weights.quantisation,
        demo=weights.folder is not None,
    )
    names = tuple((name, needed) for needed, name in smaller)
    return replace(found_weights, mmproj_sha256=vision_sha256, smaller=names)


def _weights(
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


def _best(preferred: str | None, think: bool, search: _Search) -> ResolvedModel:
    notices: list[str] = []
    if search.shelf.weights_dir is not None and not is_folder(search.shelf.weights_dir):
        notices.append(tr("The model folder {folder} does not exist.", folder=search.shelf.weights_dir))
    if preferred is not None:
        try:
            return replace(_named(preferred, None, think, search), notices=tuple(notices))
        except (UsageError, WeightsError) as error:
            notices.append(tr("The selected model cannot be used. {error}", error=error))
    candidates = [weights for weights in search.shelf.catalog() if weights.variant == wanted(think)]
    notices += search.shelf.problems
    candidates.sort(key=lambda weights: weights.folder is not None)  # stable: the demo last, else best first
    for weights in candidates:
        if search.find(weights, weights.model) is None and (weights.folder is None or search.lacks_all_of(weights)):
            continue  # never fetched, or installed without: nothing to tell
        if weights.folder is not None and think and search.has_large("instruct"):
            # The demo's answers about real screens are worthless, and this person is used to real ones.
            raise WeightsError(
                tr("The Thinking model is not installed. Download it, or turn off think harder."),
                code="weights-missing",
            )
        try:
            return replace(_from_catalog(weights, None, search), notices=tuple(dict.fromkeys(notices)))
        except WeightsError as error:
            if weights.folder is not None:
                raise
            _log.info("passing over %s: %s", weights.name, error)
            notices.append(str(error))
    raise WeightsError(
        tr(
            "No model is installed. Import one with edge-assistant models import FOLDER, or download one with "
            "edge-assistant models pull."
        ),
        code="weights-missing",
    )


def same_mmproj(one: ResolvedModel, other: ResolvedModel) -> bool:
    """Whether both see with the same file, so that what one made of a picture holds for the other."""
    if one.mmproj_sha256 is not None and other.mmproj_sha256 is not None:
        return one.mmproj_sha256 == other.mmproj_sha256
    return one.mmproj.resolve() == other.mmproj.resolve()


def wanted(think: bool) -> Variant:
    """The variant that answers with or without thinking harder."""
    return "thinking" if think else "instruct"


def _looks_like_path(model: str) -> bool:
    return model.lower().endswith(".gguf") or "/" in model or "\\" in model or model.startswith("~")


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:  # there is no such person
        return Path(text)
