"""Whether a language model and an mmproj are Qwen3-VL files that belong together, and which mmproj fits best."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from edge_assistant.models.gguf import QUANTISATION, GgufInfo, architecture_of, describe_gguf
from edge_assistant.system.errors import WeightsError
from edge_assistant.system.i18n import tr

# llama.cpp's names
_TEXT_ARCHITECTURE, _MIXTURE_ARCHITECTURE = "qwen3vl", "qwen3vlmoe"
_VISION_ARCHITECTURE, _PROJECTOR = "clip", "qwen3vl_merger"
# Embedding lengths of the dense Qwen3-VL models (their config.json).
_SIZE_BY_EMBEDDING_LENGTH = {2048: "2B", 2560: "4B", 4096: "8B", 5120: "32B"}
# Preferred quantisations, best first: Q8_0 is the fastest on most processors. These formats are published.
_PREFERRED = ("Q8_0", "F16", "BF16", "F32")


def describe_model(path: Path) -> GgufInfo:
    """Read a language model's header. Raises WeightsError when it is not a whole Qwen3-VL language model."""
    info = describe_gguf(path)
    if info.architecture == _VISION_ARCHITECTURE:
        raise WeightsError(
            tr(
                "{name} is an mmproj, the vision part. Give the language model first, and this file as the mmproj.",
                name=path.name,
            )
        )
    if info.architecture == _MIXTURE_ARCHITECTURE:
        raise WeightsError(
            tr(
                "{name} is a Qwen3-VL model of the kind MoE (mixture of experts), which is not supported. Use one with "
                "2, 4, 8 or 32 billion parameters.",
                name=path.name,
            )
        )
    if info.architecture != _TEXT_ARCHITECTURE:
        raise WeightsError(
            tr(
                "{name} is a {architecture} model, but only Qwen3-VL models are supported.",
                name=path.name,
                architecture=info.architecture,
            )
        )
    if not info.writes_text:
        raise WeightsError(
            tr(
                "{name} cannot describe pictures: it is an embedding or reranking model, or an adapter. Use an "
                "Instruct or Thinking model.",
                name=path.name,
            )
        )
    if info.shard_count > 1 or re.search(r"-\d{5}-of-\d{5}$", path.stem):
        raise WeightsError(
            tr(
                "{name} is one part of a model split into several files, which is not supported. Join the parts with "
                "llama-gguf-split.",
                name=path.name,
            )
        )
    if not info.embedding_length or not info.kv_bytes_per_token or not info.context_length:
        raise WeightsError(tr("{name} is damaged: its header lacks the model's dimensions.", name=path.name))
    return info


def describe_mmproj(path: Path) -> GgufInfo:
    """Read an mmproj's header. Raises WeightsError when it is not a whole Qwen3-VL mmproj."""
    info = describe_gguf(path)
    if info.architecture in (_TEXT_ARCHITECTURE, _MIXTURE_ARCHITECTURE):
        raise WeightsError(tr("{name} is a language model, not an mmproj.", name=path.name))
    if info.architecture != _VISION_ARCHITECTURE or info.projector_type != _PROJECTOR:
        kind = info.projector_type or info.architecture
        raise WeightsError(tr("{name} is not a Qwen3-VL mmproj: its type is {kind}.", name=path.name, kind=kind))
    if not info.projection_dim:
        raise WeightsError(tr("{name} is damaged: its header lacks the dimensions.", name=path.name))
    return info


def is_mmproj(info: GgufInfo) -> bool:
    """Return whether the file is an mmproj, of whatever model."""
    return info.architecture == _VISION_ARCHITECTURE


def fits(model: GgufInfo, mmproj: GgufInfo) -> bool:
    """Return whether the two belong together."""
    return _mismatch_reason(model, mmproj) is None


def check_fit(model: GgufInfo, mmproj: GgufInfo) -> None:
    """Raise WeightsError with the reason when the two do not belong together."""
    reason = _mismatch_reason(model, mmproj)
    if reason is not None:
        raise WeightsError(
            tr("The mmproj does not fit the model {name}: {reason}.", name=model.path.name, reason=reason),
            code="weights-mismatched",
        )


def find_mmproj(model: GgufInfo) -> GgufInfo:
    """Return the mmproj beside `model` that fits it best. Raises WeightsError where none or two fit equally well.

    It fits when the dimensions match and no name mentions the other variant; then the longest common beginning of the
    file names counts, then the quantisation.
    """
    fitting: list[GgufInfo] = []
    reasons: list[str] = []
    for path in sorted(model.path.parent.glob("*.gguf")):
        try:
            if architecture_of(path) != _VISION_ARCHITECTURE:
                continue
            candidate = describe_mmproj(path)
        except WeightsError as error:
            if "mmproj" in path.name.lower():
                reasons.append(str(error).rstrip("."))
            continue
        reason = _mismatch_reason(model, candidate)
        if reason is None:
            fitting.append(candidate)
        else:
            reasons.append(reason)
    if not fitting:
        found = f" {reasons[0]}." if reasons else ""
        raise WeightsError(
            tr(
                "There is no matching mmproj next to {name}.{found} Put it there, or name it with --mmproj.",
                name=model.path.name,
                found=found,
            ),
            code="weights-mismatched" if reasons else "weights-missing",
        )
    best = best_mmprojs(model, fitting)
    if len(best) > 1:
        raise WeightsError(
            tr(
                "{name} and {name2} fit {name3} equally well. Name one of them with --mmproj.",
                name=best[0].path.name,
                name2=best[1].path.name,
                name3=model.path.name,
            ),
            code="weights-ambiguous",
        )
    return best[0]


def best_mmprojs(model: GgufInfo, fitting: Sequence[GgufInfo]) -> list[GgufInfo]:
    """Return the best of the mmproj files that fit: those whose names begin like the model's, then by quantisation."""
    ranks = [_rank(model, candidate) for candidate in fitting]
    return [candidate for candidate, rank in zip(fitting, ranks, strict=True) if rank == max(ranks)]


def _mismatch_reason(model: GgufInfo, mmproj: GgufInfo) -> str | None:
    name = mmproj.path.name
    if mmproj.projection_dim != model.embedding_length:
        theirs, ours = (
            _SIZE_BY_EMBEDDING_LENGTH.get(length or 0) for length in (mmproj.projection_dim, model.embedding_length)
        )
        if theirs is not None and ours is not None:
            return tr(
                "{name} belongs to the {theirs} model, and this is the {ours} model",
                name=name,
                theirs=theirs,
                ours=ours,
            )
        return tr(
            "{name} is for models of width {theirs}, but this one has {ours}",
            name=name,
            theirs=mmproj.projection_dim,
            ours=model.embedding_length,
        )
    if mmproj.deepstack_layers != model.deepstack_layers:
        return tr(
            "{name} has {theirs} deepstack layers, but {ours} are needed",
            name=name,
            theirs=mmproj.deepstack_layers,
            ours=model.deepstack_layers,
        )
    if model.variant and mmproj.variant and model.variant != mmproj.variant:
        return tr(
            "{name} belongs to {theirs} models, and this is {ours}",
            name=name,
            theirs=mmproj.variant.title(),
            ours=model.variant.title(),
        )
    return None


def _rank(model: GgufInfo, mmproj: GgufInfo) -> tuple[int, int]:
    common = 0
    for ours, theirs in zip(_name_words(model.path), _name_words(mmproj.path), strict=False):
        if ours != theirs:
            break
        common += 1
    known = mmproj.quantisation in _PREFERRED
    return common, -_PREFERRED.index(mmproj.quantisation or "") if known else -len(_PREFERRED)


def _name_words(path: Path) -> list[str]:
    """Return the words of a file name that say which model it is: without mmproj and the quantisation."""
    words = re.split(r"[-_. ]+", QUANTISATION.sub("", path.stem.lower()))
    return [word for word in words if word not in ("", "mmproj", "model")]
