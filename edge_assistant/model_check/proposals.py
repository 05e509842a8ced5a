"""Proposes entries of the task table from what a check has seen; where it saw too little, it proposes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from edge_assistant.engine.task_entries import EntryValue, Family, Task, Variant
from edge_assistant.engine.task_table import TaskTable
from edge_assistant.model_check.summary import ENOUGH, Share, SummaryRow
from edge_assistant.model_check.trials import (
    PLACE_TOKENS,
    PRESENCE_PENALTIES,
    Measure,
    place_condition,
    presence_condition,
)
from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import format_number, tr

_MANY_CUTS = 0.1
"""A limit is raised where surely more than this share of the answers are cut off."""
_LONGER = 1.5


@dataclass(frozen=True, slots=True)
class Proposal:
    """Another value for an entry of the task table, by its full name, and why, as a sentence."""

    entry: str
    value: EntryValue
    reason: str


@dataclass(frozen=True, slots=True)
class Proposals:
    """What is proposed; `undecided` are sentences about what could not be decided."""

    changes: tuple[Proposal, ...] = ()
    undecided: tuple[str, ...] = ()

    @property
    def entries(self) -> dict[str, EntryValue]:
        """The proposed values by the full names of their entries."""
        return {each.entry: each.value for each in self.changes}


def propose(
    rows: Sequence[SummaryRow], candidate: str, tasks: TaskTable, family: Family, variant: Variant
) -> Proposals:
    """Propose entries for the model that answers, called `candidate` in the rows.

    Something is proposed only where it is better beyond chance, or as good as what holds and quicker.
    """
    own = [row for row in rows if row.candidate == candidate]
    changes: list[Proposal] = []
    undecided: list[str] = []
    found = [
        *_presence_penalty(own, tasks, family, variant, "number", "question"),
        *_presence_penalty(own, tasks, family, variant, "reading-number", "read"),
        *_place_tokens(own, tasks, family, variant),
        *_limits(own, tasks, family, variant),
    ]
    for each in found:
        if isinstance(each, Proposal):
            changes.append(each)
        else:
            undecided.append(each)
    proposals = Proposals(tuple(changes), tuple(undecided))
    try:
        tasks.with_entries(proposals.entries)
    except UsageError as error:
        undecided.append(tr("What was found does not go together with the table: {reason}.", reason=error))
        return Proposals((), tuple(undecided))
    return proposals


def _presence_penalty(
    rows: list[SummaryRow], tasks: TaskTable, family: Family, variant: Variant, measure: Measure, task: Task
) -> Iterator[Proposal | str]:
    """Propose the penalty that surely more numbers of 12 digits are right with than with the present one."""
    present = tasks.settings(family, task, variant, None).sampling.presence_penalty
    shares = _by_condition(rows, measure, "numbers", PRESENCE_PENALTIES, presence_condition)
    if shares is None:
        words = {
            "question": tr("Too few numbers were asked for to choose the presence penalty of questions."),
            "read": tr("Too few numbers were read to choose the presence penalty of readings."),
        }
        yield words[task]
        return
    # Of a penalty that was not tried, the nearest that was tells most.
    before = shares[min(shares, key=lambda value: abs(value - present))]
    best = max(shares, key=lambda value: (shares[value].value, -abs(value - present)))
    if shares[best].bounds()[0] > before.value:
        yield Proposal(
            f"{family}.{task}.{variant}.presence_penalty",
            best,
            tr(
                "With a presence penalty of {new}, {right} of {all} numbers of 12 digits were right, "
                "with {old} {before} of {before_all}.",
                new=format_number(best, 1),
                right=round(shares[best].right),
                all=round(shares[best].of),
                old=format_number(present, 1),
                before=round(before.right),
                before_all=round(before.of),
            ),
        )


def _place_tokens(
    rows: list[SummaryRow], tasks: TaskTable, family: Family, variant: Variant
) -> Iterator[Proposal | str]:
    """Propose fewer image tokens that places are as good with, or more that they are surely better with."""
    if family == "demo":
        return
    settings = tasks.settings(family, "places", variant, None)
    shares = _by_condition(rows, "place", "places", PLACE_TOKENS, place_condition)
    if shares is None:
        yield tr("Too few places were asked for to choose the image tokens for places.")
        return
    if not any(share.right for share in shares.values()):
        yield tr("No place was right with any number of image tokens.")
        return
    held = max((value for value in shares if value <= settings.image_tokens), default=min(shares))
    before = shares[held]
    best = max(shares, key=lambda value: (shares[value].value, -value))
    if best > held and shares[best].bounds()[0] > before.value:
        chosen = best
    else:
        chosen = min(value for value, share in shares.items() if value <= held and share.value >= before.value)
    if chosen == held:
        return
    reason = tr(
        "With {tokens} image tokens, {right} of {all} places were right, with {old} {before} of {before_all}.",
        tokens=round(chosen),
        right=round(shares[chosen].right),
        all=round(shares[chosen].of),
        old=round(held),
        before=round(before.right),
        before_all=round(before.of),
    )
    if settings.min_image_tokens > chosen:
        yield Proposal(f"{family}.places.{variant}.min_image_tokens", round(chosen), reason)
    yield Proposal(f"{family}.places.{variant}.image_tokens", round(chosen), reason)


def _limits(rows: list[SummaryRow], tasks: TaskTable, family: Family, variant: Variant) -> Iterator[Proposal | str]:
    """Propose longer limits for answers that are often cut off."""
    measures: tuple[tuple[Measure, Task], ...] = (("glance", "glance"), ("detail", "detail"), ("read", "read"))
    for measure, task in measures:
        row = next((row for row in rows if row.measure == measure), None)
        if row is None or row.answered < ENOUGH:
            continue
        cut = row.flag("cut")
        if cut.bounds()[0] <= _MANY_CUTS:
            continue
        present = tasks.settings(family, task, variant, None).max_tokens
        yield Proposal(
            f"{family}.{task}.{variant}.max_tokens",
            round(present * _LONGER),
            tr(
                "{cut} of {all} answers of the task {task} were cut off at their limit.",
                cut=round(cut.right),
                all=round(cut.of),
                task=task,
            ),
        )


def _by_condition(
    rows: list[SummaryRow],
    measure: Measure,
    score: str,
    values: Sequence[float],
    name: Callable[[float], str],
) -> dict[float, Share] | None:
    """Return the shares under each condition; None where there are too few trials under any of them."""
    found = {
        value: row.shares[score]
        for value in values
        for row in rows
        if row.measure == measure and row.condition == name(value) and score in row.shares
    }
    return found if len(found) == len(values) and all(share.enough for share in found.values()) else None
