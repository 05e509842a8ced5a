"""The words of a check's report and spoken end: names of measures and scores, shares and numbers."""

from __future__ import annotations

from edge_assistant.model_check.summary import Share, Spread
from edge_assistant.model_check.trials import Measure
from edge_assistant.system.i18n import format_number, tr, tr_noop

MEASURES: dict[Measure, str] = {
    "sample": tr_noop("the demo model's own samples"),
    "glance": tr_noop("glances"),
    "detail": tr_noop("details"),
    "question": tr_noop("questions"),
    "absent": tr_noop("questions about what is not there"),
    "number": tr_noop("questions about numbers of 12 digits"),
    "reading-number": tr_noop("numbers of 12 digits that are read"),
    "place": tr_noop("places"),
    "read": tr_noop("readings"),
    "blank": tr_noop("blank screens"),
    "unreadable": tr_noop("unreadable screens"),
}
"""What each measure is called within a sentence."""

SCORES: dict[str, str] = {
    "facts": tr_noop("key facts named"),
    "answers": tr_noop("right answers"),
    "numbers": tr_noop("whole numbers right"),
    "digits": tr_noop("digits right"),
    "places": tr_noop("places right"),
    "texts": tr_noop("texts found word for word"),
    "character-errors": tr_noop("character error rate"),
    "refused": tr_noop("refused, as it should be"),
    "honest": tr_noop("said to be unreadable, nothing invented"),
}
"""What each score is called."""


def measure_words(measure: str) -> str:
    """Return what a measure is called."""
    return tr(MEASURES[measure])  # type: ignore[index]  # all results have one of them


def condition_words(condition: str) -> str:
    """Return what a condition is called (see trials.presence_condition and place_condition); "" for none."""
    name, _, value = condition.rpartition("-")
    if name == "presence":
        return tr("presence penalty {value}", value=format_number(float(value), 1))
    if name == "image-tokens":
        return tr("{number} image tokens", number=value)
    return condition


def share_words(share: Share) -> str:
    """Return a share in words: the count, its range, and whether the trials are too few."""
    count = tr("{right} of {all}", right=round(share.right), all=round(share.of))
    if not share.enough:
        return tr("{count}, too few to tell", count=count)
    low, high = (round(100 * bound) for bound in share.bounds())
    return tr("{count}, {low} to {high} percent", count=count, low=low, high=high)


def spread_words(spread: Spread | None, places: int = 1) -> str:
    """Return a median with its range in words; "" where nothing was measured."""
    if spread is None:
        return ""
    values = (format_number(value, places) for value in (spread.median, spread.least, spread.most))
    median, least, most = values
    return median if spread.count == 1 else tr("{median} ({least} to {most})", median=median, least=least, most=most)
