"""The models that a check compares: each that is here, with each vision tower that is here for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from edge_assistant.models.gguf import describe_gguf
from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.resolver import ResolvedModel, resolve
from edge_assistant.models.vision_towers import FORMATS, VisionTowers
from edge_assistant.system.errors import AssistantError


@dataclass(frozen=True, slots=True)
class Candidate:
    """A language model with one vision tower; `name` tells both apart from the others, as "qwen3-vl-4b, F16"."""

    name: str
    model: ResolvedModel

    @property
    def tower(self) -> str:
        """The number format of the vision tower."""
        return describe_gguf(self.model.mmproj).quantisation or "?"


def find_candidates(
    *,
    model: str | None,
    mmproj: str | None,
    think: bool,
    preferred: str | None,
    weights_dir: Path | None,
    on_progress: Callable[[float], None],
    on_problem: Callable[[AssistantError], None],
) -> list[Candidate]:
    """Return the candidates, the one that would answer first; the arguments are as for models.resolver.resolve.

    With `model`, only that one, with `mmproj` only that tower; without, every installed model of the variant. One
    that is damaged or incomplete is reported by `on_problem` and left out. Raises UsageError, WeightsError.
    """

    def find(name: str | None, tower: str | None) -> ResolvedModel:
        return resolve(
            model=name,
            mmproj=tower,
            think=think,
            preferred=preferred,
            weights_dir=weights_dir,
            on_progress=on_progress,
        )

    first = find(model, mmproj)
    found = [first]
    library = ModelLibrary(weights_dir)
    if model is None:
        for entry in library.catalog():
            if entry.variant == first.variant and entry.name != first.name and library.is_installed(entry):
                try:
                    found.append(find(entry.name, None))
                except AssistantError as error:
                    on_problem(error)
    return [
        Candidate(f"{each.name}, {describe_gguf(each.mmproj).quantisation or each.mmproj.stem}", each)
        for resolved in found
        for each in (_with_each_tower(resolved, library, on_problem, find) if mmproj is None else [resolved])
    ]


def _with_each_tower(
    model: ResolvedModel,
    library: ModelLibrary,
    on_problem: Callable[[AssistantError], None],
    find: Callable[[str | None, str | None], ResolvedModel],
) -> Iterator[ResolvedModel]:
    """Yield the model with its tower, with the other published ones that are here, and with those made from these."""
    published = [model]
    for entry in library.catalog():
        if (entry.name, entry.variant) != (model.name, model.variant):
            continue
        for tower in entry.mmprojs:
            path = library.find(entry, tower)
            if path is None or path == model.mmproj:
                continue
            try:
                published.append(find(model.name, str(path)))
            except AssistantError as error:
                on_problem(error)
    seen: set[str | None] = set()
    for each in published:
        seen.add(describe_gguf(each.mmproj).quantisation)
        yield each
    for each in published:
        for name in FORMATS:
            made = VisionTowers().find(each.mmproj, name)
            if made is not None and name not in seen:
                seen.add(name)
                yield replace(each, mmproj=made, mmproj_sha256=None)
