"""The report of a check as Markdown: every measure under every condition, the candidates side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from edge_assistant.model_check.proposals import Proposals
from edge_assistant.model_check.results import TrialResult
from edge_assistant.model_check.style import FLAGS
from edge_assistant.model_check.summary import SummaryRow, total_flag
from edge_assistant.model_check.towers import TowerDifference
from edge_assistant.model_check.wording import SCORES, condition_words, measure_words, share_words, spread_words
from edge_assistant.system.i18n import format_number, tr, tr_count

_EXAMPLES = 3  # of each kind of flag
_EXAMPLE_CHARACTERS = 160

_Cells = Callable[[SummaryRow], Iterator[tuple[str, str]]]
"""What a row of the summary tells: pairs of a name, which may be "", and words."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Everything that a check has found. `notes` are sentences on what could not be checked, or not as planned.

    `conditions` are pairs of a name and a value: the computer, the versions, what was asked for.
    """

    conditions: tuple[tuple[str, str], ...]
    candidates: tuple[str, ...]
    results: tuple[TrialResult, ...]
    rows: tuple[SummaryRow, ...]
    towers: tuple[TowerDifference, ...]
    proposals: Proposals
    notes: tuple[str, ...] = ()
    verdict: tuple[str, ...] = ()


def to_markdown(report: CheckReport) -> str:
    """Return the report as Markdown."""
    return "\n".join(_lines(report)).rstrip() + "\n"


def _lines(report: CheckReport) -> Iterator[str]:
    title = tr("Check of a model")
    yield f"# {title}"
    for lines in (report.verdict, [f"- {note}" for note in report.notes]):
        if lines:
            yield from ("", *lines)
    yield from _section(tr("Conditions"), _table(("", ""), report.conditions))
    ranges = tr(
        "Counts are of all things that were asked for. The range is that of the true share, with 95 percent, by the "
        "number of answers."
    )
    yield from _section(tr("What was right"), _side_by_side(report, _score_cells), ranges)
    yield from _section(tr("What went wrong"), _flag_table(report))
    yield from _section(
        tr("Seconds to the first word"),
        _side_by_side(report, _first_token_cells),
        tr("The median, the least and the most; only of pictures that were not in memory yet."),
    )
    yield from _section(tr("Seconds to the end"), _side_by_side(report, _total_cells))
    yield from _section(tr("Memory"), _memory_table(report))
    yield from _section(tr("Vision encoders"), _tower_table(report))
    yield from _section(tr("Proposals"), _proposal_lines(report.proposals))
    yield from _section(tr("Examples of what went wrong"), _examples(report))


def _section(title: str, lines: Iterator[str] | Sequence[str], note: str = "") -> Iterator[str]:
    found = list(lines)
    if found:
        yield from ("", f"## {title}", "", *([note, ""] if note else []), *found)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if rows:
        yield _row(head)
        yield _row(["---"] * len(head))
        yield from map(_row, rows)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _side_by_side(report: CheckReport, cells: _Cells) -> Iterator[str]:
    """Return a table with a row for what `cells` names, and a column for each candidate."""
    keys: dict[tuple[str, str, str], dict[str, str]] = {}
    for row in report.rows:
        for name, words in cells(row):
            keys.setdefault((row.measure, row.condition, name), {})[row.candidate] = words
    rows = [
        [_title(measure, condition, name), *(found.get(candidate, "") for candidate in report.candidates)]
        for (measure, condition, name), found in keys.items()
    ]
    return _table(("", *report.candidates), rows)


def _title(measure: str, condition: str, name: str) -> str:
    words = ", ".join(filter(None, (measure_words(measure), condition_words(condition))))
    words = words[:1].upper() + words[1:]
    return f"{words}: {name}" if name else words


def _score_cells(row: SummaryRow) -> Iterator[tuple[str, str]]:
    for name, share in row.shares.items():
        yield tr(SCORES[name]), share_words(share)
    for name, spread in row.rates.items():
        yield tr(SCORES[name]), spread_words(spread, 2)
    if row.errors:
        yield tr("no answer, but an error"), str(row.errors)


def _first_token_cells(row: SummaryRow) -> Iterator[tuple[str, str]]:
    if row.first_token:
        yield "", spread_words(row.first_token)


def _total_cells(row: SummaryRow) -> Iterator[tuple[str, str]]:
    if row.total:
        yield "", spread_words(row.total)


def _flag_table(report: CheckReport) -> Iterator[str]:
    seen: list[list[str]] = []
    answers = 0.0
    for measure in dict.fromkeys(row.measure for row in report.rows):
        own = [row for row in report.rows if row.measure == measure]
        for flag, words in FLAGS.items():
            shares = [total_flag([row for row in own if row.candidate == each], flag) for each in report.candidates]
            answers += sum(share.of for share in shares)
            if any(share.right for share in shares):
                cells = (share_words(share) if share.of else "" for share in shares)
                seen.append([_title(measure, "", tr(words)), *cells])
    if seen:
        yield from _table(("", *report.candidates), seen)
    elif answers:
        yield tr("Nothing: no introduction, markup, cut, loop, other language or invention was seen.")


def _memory_table(report: CheckReport) -> Iterator[str]:
    rows = []
    for candidate in report.candidates:
        peaks = [row.peak_bytes for row in report.rows if row.candidate == candidate and row.peak_bytes]
        if peaks:
            rows.append([candidate, tr("{size} GB at most", size=format_number(max(peaks) / 1e9, 1))])
    return _table(("", tr("of the whole program")), rows)


def _tower_table(report: CheckReport) -> Iterator[str]:
    rows = [
        [
            each.candidate,
            each.reference,
            format_number(each.median, 5),
            format_number(each.least, 5),
            tr_count(
                "{tokens} image tokens of {number} picture",
                "{tokens} image tokens of {number} pictures",
                each.pictures,
                tokens=each.tokens,
            ),
        ]
        for each in report.towers
    ]
    head = ("", tr("against"), tr("median cosine"), tr("least cosine"), tr("measured on"))
    return _table(head, rows)


def _proposal_lines(proposals: Proposals) -> Iterator[str]:
    for each in proposals.changes:
        yield f"- `{each.entry} = {each.value}`: {each.reason}"
    yield from (f"- {sentence}" for sentence in proposals.undecided)
    if not proposals.changes:
        nothing = tr("No change is proposed.")
        yield f"- {nothing}"


def _examples(report: CheckReport) -> Iterator[str]:
    for flag, words in FLAGS.items():
        found = [result for result in report.results if flag in result.flags][:_EXAMPLES]
        for result in found:
            text = result.text if flag == "markup-heard" else result.raw
            if flag in ("cut", "loop"):
                text = text[-_EXAMPLE_CHARACTERS:]
            quoted = " ".join(text[:_EXAMPLE_CHARACTERS].replace("`", "'").split())
            yield f"- {result.screen}, {measure_words(result.measure)}, {tr(words)}: `{quoted}`"
