"""The summary of a model for lists: its facts, what of it is here, and who decides about its checksums."""

from __future__ import annotations

from dataclasses import dataclass

from edge_assistant.models.catalog import UNKNOWN, CatalogFile, CatalogModel
from edge_assistant.models.gguf_header import format_size
from edge_assistant.models.library import FileStatus, ModelLibrary
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.system.text_cleaning import Unshortened


def model_facts(library: ModelLibrary, catalog_model: CatalogModel) -> dict[str, object]:
    """Return a model's facts for programs."""
    statuses = _statuses(library, catalog_model)
    return {
        "name": catalog_model.name,
        "variant": catalog_model.variant,
        "quantisation": catalog_model.quantisation,
        "licence": catalog_model.licence,
        "source": catalog_model.source,
        "repository": catalog_model.repository,
        "revision": catalog_model.revision,
        "ram_bytes": catalog_model.ram_bytes,
        "download_bytes": sum(entry.about_size for entry in library.pair(catalog_model)),
        "state": _state(statuses),
        "files": [
            {
                "file": status.entry.file,
                "quantisation": status.entry.quantisation,
                "bytes": status.entry.about_size,
                "here_bytes": status.here,
                "state": status.state,
                "path": None if status.path is None else str(status.path),
                "sha256": library.verifier.expected(status.entry),
                "trust": _trust(library, status.entry),
                "commit": trusted.commit
                if (trusted := library.verifier.trusted(status.entry))
                else catalog_model.revision,
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
    "verified": tr_noop("installed and verified"),
    "unchecked": tr_noop("installed, verified before its first use"),
    "missing": tr_noop("not installed"),
}


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One model as a table shows it; sizes in bytes. `state` is the word in `model_facts`, `words` the one for people.

    `trust` says who decides about its checksums, "" where the catalogue does. `sentence` is everything in one.
    """

    model: CatalogModel
    size: int
    state: str
    words: str
    trust: str
    sentence: str
    paths: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether everything that the model needs is on this computer."""
        return self.state in ("verified", "unchecked")


def summary_rows(library: ModelLibrary) -> list[SummaryRow]:
    """Return the rows of all models, best first. Raises WeightsError."""
    return [_row(library, catalog_model) for catalog_model in library.catalog()]


def summary_line(library: ModelLibrary, catalog_model: CatalogModel) -> str:
    """Return one sentence about a model, for people."""
    return _row(library, catalog_model).sentence


def _row(library: ModelLibrary, catalog_model: CatalogModel) -> SummaryRow:
    statuses = _statuses(library, catalog_model)
    state = _state(statuses)
    if state in _STATES:
        words = tr(_STATES[state])
    else:
        pair = {entry.file for entry in library.pair(catalog_model)}
        mine = [each for each in statuses if each.entry.file in pair]
        percent = 100 * sum(each.here for each in mine) // max(1, sum(each.entry.about_size for each in mine))
        words = tr("incomplete, {percent} percent", percent=min(99, percent))
    trust = _describe_trust(library, [status.entry for status in statuses if status.entry.first_download])
    size = sum(entry.about_size for entry in library.pair(catalog_model))
    sentence = tr(
        "{name}, {variant}, {quantisation}, {size}, needs {memory} of memory, licence {licence}: {state}.",
        name=catalog_model.name,
        variant=catalog_model.variant.title(),
        quantisation=translate_value(catalog_model.quantisation),
        size=format_size(size),
        memory=format_size(catalog_model.ram_bytes),
        licence=translate_value(catalog_model.licence),
        state=Unshortened(f"{words}; {trust}" if trust else words),
    )
    paths = tuple(str(status.path) for status in statuses if status.path is not None)
    return SummaryRow(catalog_model, size, state, words, trust, sentence, paths)


SHIPPED_SOURCES = (
    tr_noop("trained from nothing by this project on pictures it draws itself"),
    tr_noop("Qwen team, Alibaba Cloud: official conversion of Qwen3-VL-4B-Instruct"),
    tr_noop("Qwen team, Alibaba Cloud: official conversion of Qwen3-VL-4B-Thinking"),
)
"""The sources of the models in the catalogues that come along."""


def translate_value(value: str) -> str:
    """Return a licence, a quantisation or a source for people: what the program itself says, in their language."""
    return tr(value) if value in (UNKNOWN, *SHIPPED_SOURCES) else value


def _describe_trust(library: ModelLibrary, firsts: list[CatalogFile]) -> str:
    """Describe who decides about the files whose first download decides; "" where there are none."""
    if not firsts:
        return ""
    recorded = [trusted for entry in firsts if (trusted := library.verifier.trusted(entry)) is not None]
    if not recorded:
        return tr("checksums come from the first download")
    unknown = tr("unknown")
    commits = [each.commit[:8] if each.commit else unknown for each in recorded]
    told = [
        tr("{checksum} from commit {commit}", checksum=each.sha256[:8], commit=commit)
        for each, commit in zip(recorded, commits, strict=True)
    ]
    return tr("checksums come from the first download, recorded: {told}", told=Unshortened(", ".join(told)))


def _trust(library: ModelLibrary, entry: CatalogFile) -> str:
    if not entry.first_download:
        return "pinned"
    return "first-download-recorded" if library.verifier.trusted(entry) else "first-download"


def _statuses(library: ModelLibrary, catalog_model: CatalogModel) -> list[FileStatus]:
    return [library.status(catalog_model, entry) for entry in catalog_model.files]
