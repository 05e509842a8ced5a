"""What the list of weights says about a set: its facts, what of it is here, and whose word holds for its checksums."""

from __future__ import annotations

from dataclasses import dataclass

from edge_assistant.models.catalog import CatalogFile, CatalogModel
from edge_assistant.models.custom_model import UNKNOWN
from edge_assistant.models.gguf_header import gigabytes
from edge_assistant.models.library import FileStatus, ModelLibrary
from edge_assistant.system.i18n import later, tr
from edge_assistant.system.outside_text import Whole


def facts(shelf: ModelLibrary, weights: CatalogModel) -> dict[str, object]:
    """For programs."""
    statuses = _statuses(shelf, weights)
    return {
        "name": weights.name,
        "variant": weights.variant,
        "quantisation": weights.quantisation,
        "licence": weights.licence,
        "source": weights.source,
        "repository": weights.repository,
        "revision": weights.revision,
        "ram_bytes": weights.ram_bytes,
        "download_bytes": sum(entry.about_size for entry in shelf.pair(weights)),
        "state": _state(statuses),
        "files": [
            {
                "file": status.entry.file,
                "quantisation": status.entry.quantisation,
                "bytes": status.entry.about_size,
                "here_bytes": status.here,
                "state": status.state,
                "path": None if status.path is None else str(status.path),
                "sha256": shelf.verifier.expected(status.entry),
                "trust": _trust(shelf, status.entry),
                "commit": trusted.commit if (trusted := shelf.verifier.trusted(status.entry)) else weights.revision,
            }
            for status in statuses
        ],
    }


def _state(statuses: list[FileStatus]) -> str:
    model, mmprojs = statuses[0], statuses[1:]
    here = [each for each in mmprojs if each.path is not None]
    if model.path is not None and here:
        return "verified" if {model.state, here[0].state} == {"verified"} else "unchecked"
    return "partial" if any(each.here for each in statuses) else "missing"


_STATES = {
    "verified": later("installed and verified"),
    "unchecked": later("installed, verified before its first use"),
    "missing": later("not installed"),
}


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One set as a table has it; sizes in bytes. `state` is what facts call it, `words` says it to people.

    `sentence` is everything in one.
    """

    weights: CatalogModel
    size: int
    state: str
    words: str
    trust: str
    sentence: str
    paths: tuple[str, ...]


def rows(shelf: ModelLibrary) -> list[SummaryRow]:
    """All sets, best first. Raises WeightsError."""
    return [_row(shelf, weights) for weights in shelf.catalog()]


def line(shelf: ModelLibrary, weights: CatalogModel) -> str:
    """For people: one sentence."""
    return _row(shelf, weights).sentence


def _row(shelf: ModelLibrary, weights: CatalogModel) -> SummaryRow:
    statuses = _statuses(shelf, weights)
    state = _state(statuses)
    if state in _STATES:
        words = tr(_STATES[state])
    else:
        pair = {entry.file for entry in shelf.pair(weights)}
        mine = [each for each in statuses if each.entry.file in pair]
        percent = 100 * sum(each.here for each in mine) // max(1, sum(each.entry.about_size for each in mine))
        words = tr("incomplete, {percent} percent", percent=min(99, percent))
    trust = _trust_in_words(shelf, [status.entry for status in statuses if status.entry.first_download])
    size = sum(entry.about_size for entry in shelf.pair(weights))
    sentence = tr(
        "{name}, {variant}, {quantisation}, {size}, needs {memory} of memory, licence {licence}: {state}.",
        name=weights.name,
        variant=weights.variant.title(),
        quantisation=in_words(weights.quantisation),
        size=gigabytes(size),
        memory=gigabytes(weights.ram_bytes),
        licence=in_words(weights.licence),
        state=Whole(f"{words}; {trust}" if trust else words),
    )
    paths = tuple(str(status.path) for status in statuses if status.path is not None)
    return SummaryRow(weights, size, state, words, trust, sentence, paths)


def in_words(value: str) -> str:
    """A licence or a quantisation as people read it: what is not known is said in their language."""
    return tr(UNKNOWN) if value == UNKNOWN else value


def _trust_in_words(shelf: ModelLibrary, firsts: list[CatalogFile]) -> str:
    """Whose word holds for the files whose first download decides; "" where there are none."""
    if not firsts:
        return ""
    recorded = [trusted for entry in firsts if (trusted := shelf.verifier.trusted(entry)) is not None]
    if not recorded:
        return tr("checksums come from the first download")
    told = [
        tr("{checksum} from commit {commit}", checksum=each.sha256[:8], commit=(each.commit or tr("unknown"))[:8])
        for each in recorded
    ]
    return tr("checksums come from the first download, recorded: {told}", told=Whole(", ".join(told)))


def _trust(shelf: ModelLibrary, entry: CatalogFile) -> str:
    if not entry.first_download:
        return "pinned"
    return "first-download-recorded" if shelf.verifier.trusted(entry) else "first-download"


def _statuses(shelf: ModelLibrary, weights: CatalogModel) -> list[FileStatus]:
    return [shelf.status(weights, entry) for entry in (weights.model, *weights.mmprojs)]
