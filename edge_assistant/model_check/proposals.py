"""Proposes entries of the task table from what a check has seen; where it saw too little, it proposes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from edge_assistant.engine.task_entries import EntryValue, Family, Variant
from edge_assistant.engine.task_table import TaskTable
from edge_assistant.model_check.summary import Share, SummaryRow
from edge_assistant.model_check.trials import PLACE_TOKENS, PRESENCE_PENALTIES
from edge_assistant.system.i18n import format_number, tr

_GOOD_ENOUGH = 0.05
"""A cheaper choice is taken where its share is at most this much below the best one's."""
_MANY_CUTS = 0.1
"""From this share of answers that are cut off on, the limit is raised."""
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

    changes: tuple[Proposal, ...]
    undecided: tuple[str, ...]


def propose(
    rows: Sequence[SummaryRow], candidate: str, tasks: TaskTable, family: Family, variant: Variant
) -> Proposals:
    """Propose entries for the model that answers, called `candidate` in the rows."""
    own = [row for row in rows if row.candidate == candidate]
    changes: list[Proposal] = []
    undecided: list[str] = []
    for make in (_presence_penalty, _place_tokens, _limits):
        for each in make(own, tasks, family, variant):
            if isinstance(each, Proposal):
                changes.append(each)
            else:
                undecided.append(each)
    return Proposals(tuple(changes), tuple(undecided))


def _presence_penalty(
    rows: list[SummaryRow], tasks: TaskTable, family: Family, variant: Variant
) -> Iterator[Proposal | str]:
    """Propose the penalty that the most numbers of 12 digits are right with."""
    present = tasks.settings(family, "question", variant, None).sampling.presence_penalty
    shares = _by_condition(rows, "number", "numbers", PRESENCE_PENALTIES, lambda value: f"presence {value:g}")
    if shares is None:
        yield tr("Too few numbers were read to choose the presence penalty.")
        return
    best = max(shares, key=lambda value: (shares[value].value, -abs(value - present)))
    if best != present and shares[best].bounds()[0] > shares.get(present, shares[best]).value:
        yield Proposal(
            f"{family}.question.{variant}.presence_penalty",
            best,
            tr(
                "With a presence penalty of {new}, {right} of {all} numbers were right, with {old} only {before}.",
                new=format_number(best, 1),
                right=round(shares[best].right),
                all=round(shares[best].of),
                old=format_number(present, 1),
                before=round(shares[present].right),
            ),
        )


def _place_tokens(
    rows: list[SummaryRow], tasks: TaskTable, family: Family, variant: Variant
) -> Iterator[Proposal | str]:
    """Propose the fewest image tokens that places are about as good with as with the best number."""
    present = tasks.settings(family, "places", variant, None).image_tokens
    shares = _by_condition(rows, "place", "places", PLACE_TOKENS, lambda value: f"{value:g} image tokens")
    if shares is None:
        yield tr("Too few places were asked for to choose the image tokens for places.")
        return
    best = max(share.value for share in shares.values())
    if not best:
        yield tr("No place was right with any number of image tokens.")
        return
    fewest = min(value for value, share in shares.items() if share.value >= best - _GOOD_ENOUGH)
    if fewest == present:
        return
    reason = tr(
        "With {tokens} image tokens, {right} of {all} places were right; no other number of tokens did much better.",
        tokens=round(fewest),
        right=round(shares[fewest].right),
        all=round(shares[fewest].of),
    )
    least = tasks.settings(family, "places", variant, None).min_image_tokens
    if least > fewest:
        yield Proposal(f"{family}.places.{variant}.min_image_tokens", round(fewest), reason)
    yield Proposal(f"{family}.places.{variant}.image_tokens", round(fewest), reason)


def _limits(rows: list[SummaryRow], tasks: TaskTable, family: Family, variant: Variant) -> Iterator[Proposal | str]:
    """Propose longer limits for answers that are often cut off."""
    for task in ("glance", "detail"):
        row = next((row for row in rows if row.measure == task), None)
        cut = row.flags.get("cut") if row else None
        if cut is None or cut.bounds()[0] <= _MANY_CUTS:
            continue
        present = tasks.settings(family, task, variant, None).max_tokens
        yield Proposal(
            f"{family}.{task}.{variant}.max_tokens",
            round(present * _LONGER),
            tr(
                "{cut} of {all} answers of the task {task} were cut off.",
                cut=round(cut.right),
                all=round(cut.of),
                task=task,
            ),
        )


def _by_condition(
    rows: list[SummaryRow],
    measure: str,
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
