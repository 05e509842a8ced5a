"""The spoken end of a check: what is good, what is bad, how sure that is, and what is proposed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from edge_assistant.engine.task_entries import Family
from edge_assistant.model_check.proposals import Proposals
from edge_assistant.model_check.style import FLAGS
from edge_assistant.model_check.summary import Share, SummaryRow, total_flag
from edge_assistant.model_check.towers import TowerDifference
from edge_assistant.model_check.wording import measure_words
from edge_assistant.system.i18n import format_number, tr, tr_count, tr_noop
from edge_assistant.system.text_cleaning import Unshortened

_GOOD = 0.8
"""Right surely more often than _BAD_BELOW, and in the trials at least this often."""
_BAD_BELOW = 0.5
_MAIN_SCORES = ("facts", "answers", "numbers", "places", "texts", "refused", "honest")
_FLAGS_SPOKEN = 3
_FLAWS = {
    "introduction": tr_noop("introductions"),
    "markup": tr_noop("markup"),
    "markup-heard": tr_noop("markup that is heard"),
    "cut": tr_noop("cut off"),
    "loop": tr_noop("repetitions"),
    "language": tr_noop("in another language"),
    "claim": tr_noop("with things that are not there"),
}
"""What each flag is called before a number of answers."""
_TOWER_FAR = 0.98
"""The median cosine below which another number format's encoder is said to differ."""


def verdict(
    rows: Sequence[SummaryRow],
    candidate: str,
    family: Family,
    towers: Sequence[TowerDifference],
    proposals: Proposals,
) -> tuple[str, ...]:
    """Return the sentences about the candidate that answers; the report has all the others and the numbers."""
    own = [row for row in rows if row.candidate == candidate]
    return tuple(_sentences(own, candidate, family, towers, proposals))


def _sentences(
    rows: Sequence[SummaryRow],
    candidate: str,
    family: Family,
    towers: Sequence[TowerDifference],
    proposals: Proposals,
) -> Iterator[str]:
    trials = sum(row.trials for row in rows)
    if not trials:
        yield tr("Nothing was measured.")
        return
    yield tr_count("{number} trial with {name}.", "{number} trials with {name}.", trials, name=candidate)
    if family == "demo":
        yield tr("The demo model is not made for these screens; only its own samples tell something.")
    yield from _marks(rows)
    yield _flags(rows)
    yield from _cost(rows)
    far = [each for each in towers if each.median < _TOWER_FAR]
    for each in far[:1]:
        yield tr(
            "The vision encoder of {name} differs from {reference}: the median cosine is {cosine}.",
            name=each.candidate,
            reference=each.reference,
            cosine=format_number(each.median, 3),
        )
    if proposals.changes:
        yield tr_count(
            "{number} change of the table of tasks is proposed.",
            "{number} changes of the table of tasks are proposed.",
            len(proposals.changes),
        )
    else:
        yield tr("No change is proposed.")


def _cost(rows: Sequence[SummaryRow]) -> Iterator[str]:
    """Say what a glance takes."""
    glance = next((row for row in rows if row.measure == "glance"), None)
    peak = max((row.peak_bytes for row in rows if row.peak_bytes), default=None)
    if glance is not None and glance.first_token is not None and peak is not None:
        yield tr(
            "The first word of a glance came after {seconds} seconds, and {size} GB of memory were used at most.",
            seconds=format_number(glance.first_token.median, 1),
            size=format_number(peak / 1e9, 1),
        )


def _marks(rows: Sequence[SummaryRow]) -> Iterator[str]:
    good, mixed, bad, too_few = [], [], [], []
    for measure in dict.fromkeys(row.measure for row in rows):
        share = _share([row for row in rows if row.measure == measure])
        if share is None:
            continue
        words = tr(
            "{what} ({right} of {all})", what=measure_words(measure), right=round(share.right), all=round(share.of)
        )
        low, high = share.bounds()
        if not share.enough:
            too_few.append(words)
        elif share.value >= _GOOD and low > _BAD_BELOW:
            good.append(words)
        elif high < _BAD_BELOW:
            bad.append(words)
        else:
            mixed.append(words)
    if good:
        yield tr("Mostly right: {list}.", list=_list(good))
    if mixed:
        yield tr("Sometimes right: {list}.", list=_list(mixed))
    if bad:
        yield tr("Mostly wrong: {list}.", list=_list(bad))
    if too_few:
        yield tr("Too few trials to tell: {list}.", list=_list(too_few))


def _list(words: Iterable[str]) -> Unshortened:
    """Return what a sentence lists, all of it."""
    return Unshortened(", ".join(words))


def _share(rows: Sequence[SummaryRow]) -> Share | None:
    """Return the main score of a measure over all its conditions; None where it has none."""
    for name in _MAIN_SCORES:
        found = [row.shares[name] for row in rows if name in row.shares]
        if found:
            return Share(
                sum(each.right for each in found), sum(each.of for each in found), sum(each.trials for each in found)
            )
    return None


def _flags(rows: Sequence[SummaryRow]) -> str:
    shares = {flag: total_flag(rows, flag) for flag in FLAGS}
    seen = sorted((flag for flag in shares if shares[flag].right), key=lambda flag: -shares[flag].right)
    answers = round(next(iter(shares.values())).of)
    if not seen:
        return tr_count(
            "Nothing was wrong with the form of {number} answer.",
            "Nothing was wrong with the form of {number} answers.",
            answers,
        )
    found = _list(f"{tr(_FLAWS[flag])} {round(shares[flag].right)}" for flag in seen[:_FLAGS_SPOKEN])
    return tr_count("Of {number} answer: {list}.", "Of {number} answers: {list}.", answers, list=found)
