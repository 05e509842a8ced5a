"""What a person needs to know about all models at once: what each is like, which suits this computer, which is used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from edge_assistant.assistant.advice import advise
from edge_assistant.models.catalog import CatalogModel
from edge_assistant.models.gguf import Variant
from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.recommend import Recommendation, plain_size
from edge_assistant.models.summary import SummaryRow, summary_rows
from edge_assistant.system.i18n import tr

NextStep = Literal["download", "resume", "use", "none"]
"""What a person can do with the recommended model."""


@dataclass(frozen=True, slots=True)
class ModelOverview:
    """All models, the recommendation for this computer, and the models that answer without and with thinking harder.

    `problems` are sentences about what could not be read.
    """

    rows: tuple[SummaryRow, ...]
    recommendation: Recommendation
    used: dict[Variant, CatalogModel]
    problems: tuple[str, ...] = ()

    @property
    def listed_rows(self) -> tuple[SummaryRow, ...]:
        """The rows as a list shows them: those on this computer first, and a model that comes along only once, with
        what it has for thinking harder."""
        return tuple(sorted((row for row in self.rows if not self._is_part(row)), key=lambda row: not row.is_complete))

    def parts(self, row: SummaryRow) -> tuple[CatalogModel, ...]:
        """Return the models that a row of `listed_rows` stands for."""
        own = (each.model for each in self.rows if self._is_part(each) and each.model.name == row.model.name)
        return (row.model, *(own if row.model.folder is not None else ()))

    def describe_group(self, row: SummaryRow) -> str:
        """Return the title of the group of `listed_rows` that a row belongs to."""
        return tr("On this computer") if row.is_complete else tr("Available")

    def _is_part(self, row: SummaryRow) -> bool:
        """Return whether a model comes along as the thinking half of another one."""
        model = row.model
        return (
            model.folder is not None
            and model.variant == "thinking"
            and any(
                each.model.key == (model.name, "instruct") and each.model.folder == model.folder for each in self.rows
            )
        )

    @property
    def recommended_row(self) -> SummaryRow | None:
        """The row of the recommended model; None where none suits this computer."""
        model = self.recommendation.model
        return None if model is None else next((row for row in self.rows if row.model.key == model.key), None)

    @property
    def next_step(self) -> NextStep:
        """What can be done with the recommended model."""
        row = self.recommended_row
        if row is None:
            return "none"
        if row.is_complete:
            return "none" if self.is_used(row) else "use"
        return "resume" if row.state == "partial" else "download"

    def recommendation_sentences(self) -> list[str]:
        """Tell in plain words which model is recommended, what it takes to have it, and which other one is used."""
        row = self.recommended_row
        if row is None:
            return [self.recommendation.need]
        size = plain_size(self.recommendation.download_bytes)
        states = {
            "download": tr("{size} to download.", size=size),
            "resume": tr("{size} still to download.", size=size),
            "use": tr("Installed."),
            "none": tr("Installed and in use."),
        }
        sentences = [tr("The best for this computer."), states[self.next_step]]
        if not row.is_complete and self.recommendation.short_bytes:
            sentences.append(self.recommendation.room_sentence)
        used = self.used.get("instruct")
        if used is not None and not self.is_used(row):
            words = describe_plainly(used, row.model)
            sentences.append(tr("In use now is {name}: {words}.", name=used.name, words=words))
        return sentences

    def is_used(self, row: SummaryRow) -> bool:
        """Return whether a model is the one that answers, or that thinks harder."""
        return self.used.get(row.model.variant) == row.model

    def describe(self, row: SummaryRow) -> str:
        """Describe what a model is like beside the recommended one, in plain words without a full stop."""
        return describe_plainly(row.model, self.recommendation.model)

    def describe_state(self, row: SummaryRow) -> str:
        """Describe whether a model is installed and used, without a full stop."""
        if self.is_used(row):
            return tr("in use")
        return tr("installed") if row.is_complete else row.words


def read_overview(library: ModelLibrary, preferred: str | None) -> ModelOverview:
    """Read what there is; `preferred` is the model of the settings. Raises WeightsError."""
    rows = tuple(summary_rows(library))
    recommendation = advise(library, commands=False)
    return ModelOverview(rows, recommendation, find_used(rows, preferred), tuple(library.problems))


def find_used(rows: Sequence[SummaryRow], preferred: str | None) -> dict[Variant, CatalogModel]:
    """Return the models that are used, as models.resolver chooses: the preferred one, else the best, else the demo.

    Only complete ones count; whether their files are whole is found out when they are loaded.
    """
    used: dict[Variant, CatalogModel] = {}
    in_order = sorted(rows, key=lambda row: (row.model.name != preferred, row.model.folder is not None))
    for row in in_order:
        if row.is_complete:
            used.setdefault(row.model.variant, row.model)
    return used


def describe_plainly(model: CatalogModel, recommended: CatalogModel | None) -> str:
    """Describe what a model is like beside the recommended one, in plain words without a full stop."""
    parts = []
    if model.folder is not None:
        parts.append(tr("only for trying out, knows only sample screens"))
    elif model.repository is None:
        parts.append(tr("your own model"))
    elif recommended is None:
        parts.append(tr("needs more memory than this computer has"))
    elif model.key == recommended.key:
        parts.append(tr("the best for this computer"))
    elif model.ram_bytes > recommended.ram_bytes:
        parts.append(tr("better, larger, slower"))
    elif model.ram_bytes < recommended.ram_bytes:
        parts.append(tr("quicker, smaller, less exact"))
    if model.variant == "thinking":
        parts.append(tr("thinks before it answers"))
    return ", ".join(parts)
