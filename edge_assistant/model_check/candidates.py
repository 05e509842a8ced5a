"""The models that a check compares: each that is here, with each vision tower that is here for it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from edge_assistant.models.gguf import describe_gguf
from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.models.vision_towers import FORMATS, VisionTowers
from edge_assistant.system.errors import AssistantError
from edge_assistant.tuning import profile


@dataclass(frozen=True, slots=True)
class Candidate:
    """A language model with one vision tower; `name` tells both apart from the others, as "qwen3-vl-4b, F16"."""

    name: str
    model: ResolvedModel

    @property
    def tower(self) -> str:
        """The number format of the vision tower."""
        return describe_gguf(self.model.mmproj).quantisation or "?"


FindModel = Callable[[str | None, str | None], ResolvedModel]
"""(model, mmproj) -> the model of the variant that is checked; as models.resolver.resolve."""


def find_candidates(
    find: FindModel,
    *,
    model: str | None,
    mmproj: str | None,
    weights_dir: Path | None,
    quick_tower: bool,
    with_made: bool,
    on_problem: Callable[[AssistantError], None],
) -> list[Candidate]:
    """Return the candidates, first the one that answers now; `quick_tower` is as for tuning.profile.load_profile.

    With `model`, only that one, with `mmproj` only that tower, and `with_made` those that were made from it; without,
    every installed model of the variant. One that is damaged or incomplete is reported by `on_problem` and left out.
    Raises UsageError, WeightsError.
    """
    first = find(model, mmproj)
    if mmproj is not None:
        return [_candidate(each) for each in (_with_made_towers([first]) if with_made else [first])]
    found = [first]
    library = ModelLibrary(weights_dir)
    if model is None:
        for entry in library.catalog():
            if entry.variant == first.variant and entry.name != first.name and library.is_installed(entry):
                try:
                    found.append(find(entry.name, None))
                except AssistantError as error:
                    on_problem(error)
    answering = profile.with_tower(first, profile.load_profile(first, quick_tower=quick_tower)).mmproj
    candidates = [_candidate(each) for model in found for each in _with_each_tower(model, library, find, on_problem)]
    return sorted(candidates, key=lambda each: (each.model.model, each.model.mmproj) != (first.model, answering))


def _candidate(model: ResolvedModel) -> Candidate:
    return Candidate(f"{model.name}, {describe_gguf(model.mmproj).quantisation or model.mmproj.stem}", model)


def _with_each_tower(
    model: ResolvedModel, library: ModelLibrary, find: FindModel, on_problem: Callable[[AssistantError], None]
) -> Iterator[ResolvedModel]:
    """Yield the model with its tower, with the others that are here, and with those made from these."""
    yield from _with_made_towers([model, *_with_published_towers(model, library, find, on_problem)])


def _with_made_towers(here: Sequence[ResolvedModel]) -> Iterator[ResolvedModel]:
    """Yield these models, and each with the towers that were made from theirs; of each format the first."""
    seen: set[str | None] = set()
    for each in here:
        tower = describe_gguf(each.mmproj).quantisation
        if tower not in seen:
            seen.add(tower)
            yield each
    for each in here:
        for name in FORMATS:
            made = VisionTowers().find(each.mmproj, name)
            if made is not None and name not in seen:
                seen.add(name)
                saved_bytes = each.mmproj.stat().st_size - made.stat().st_size
                yield replace(each, mmproj=made, mmproj_sha256=None, ram_bytes=each.ram_bytes - saved_bytes)


def _with_published_towers(
    model: ResolvedModel, library: ModelLibrary, find: FindModel, on_problem: Callable[[AssistantError], None]
) -> Iterator[ResolvedModel]:
    """Yield the model with its other towers: of the catalogue, else those beside its file that belong to it."""
    entry = next((each for each in library.catalog() if (each.name, each.variant) == (model.name, model.variant)), None)
    if entry is None:
        for path in sorted(model.model.parent.glob("*mmproj*.gguf")):
            if path != model.mmproj:
                with contextlib.suppress(AssistantError):  # it belongs to another model
                    yield find(str(model.model), str(path))
        return
    for tower in entry.mmprojs:
        published = library.find(entry, tower)
        if published is not None and published != model.mmproj:
            try:
                yield find(model.name, str(published))
            except AssistantError as error:
                on_problem(error)
