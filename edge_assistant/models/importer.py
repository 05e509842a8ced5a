"""Adds weights from files or a folder (a USB stick, say): verified, copied or linked, and entered in a catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from edge_assistant.models import user_catalog
from edge_assistant.models.cancellation import Cancellation
from edge_assistant.models.catalog import OWN, CatalogFile, CatalogModel, is_commit, load_catalog, merged
from edge_assistant.models.checksums import ChecksumError, TrustedChecksum
from edge_assistant.models.compatibility import (
    check_fit,
    describe_mmproj,
    describe_model,
    find_mmproj,
    fits,
    is_mmproj,
)
from edge_assistant.models.copy_or_link import can_link, place
from edge_assistant.models.custom_model import own_pair, with_checksums
from edge_assistant.models.gguf import GgufInfo, Variant, describe_gguf
from edge_assistant.models.library import CATALOG, ModelLibrary, exists
from edge_assistant.models.partial_file import check_space, only_one, tidy
from edge_assistant.models.progress import ProgressMeter, TransferProgress
from edge_assistant.system.errors import WeightsError
from edge_assistant.system.i18n import tr

OnProgress = Callable[[str, TransferProgress], None]
OnNotice = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """A set of which files were added; `complete`: model and mmproj are both here now."""

    name: str
    variant: Variant
    files: tuple[Path, ...]
    complete: bool

    def sentence(self) -> str:
        """What a person is told of it."""
        values = {"name": self.name, "variant": self.variant.title()}
        if self.complete:
            return tr("{name}, {variant}, is installed.", **values)
        return tr("{name}, {variant}, is not complete yet: both model and mmproj are needed.", **values)


@dataclass(frozen=True, slots=True)
class _Job:
    """One file to be installed. `entry` says what it has to be; its checksum may not be known yet."""

    source: Path
    entry: CatalogFile
    weights: CatalogModel
    expected: str | None


class Importer:
    """`run` blocks and belongs to one thread; `cancel.set` may come from any.

    `want_links` is asked once, when hard links are possible: True for links, False for copies.
    """

    def __init__(
        self,
        shelf: ModelLibrary,
        sources: Sequence[Path],
        *,
        want_links: Callable[[], bool],
        on_progress: OnProgress,
        on_notice: OnNotice,
    ) -> None:
        self.cancel = Cancellation()
        self._shelf = shelf
        self._sources = sources
        self._want_links = want_links
        self._on_progress = on_progress
        self._on_notice = on_notice
        self._file = ""
        self._meter = ProgressMeter(1)

    def run(self) -> list[ImportResult]:
        """Install everything. Raises WeightsError (ChecksumError for wrong bytes), DoesNotFitError, CancelledError."""
        files, theirs = self._gather()
        jobs = self._jobs(files, theirs)
        self._check_list(jobs)
        links = self._decide_links(jobs)
        self._meter = ProgressMeter(sum(job.source.stat().st_size for job in jobs))
        copied = [job for job in jobs if not links.get(job.source, False) and not self._in_place(job)]
        if copied:
            check_space(self._target(copied[0].entry), sum(job.source.stat().st_size for job in copied))
        done = {job.source: self._install(job, link=links.get(job.source, False)) for job in jobs}
        return self._enter(jobs, done)

    def _gather(self) -> tuple[list[Path], tuple[CatalogModel, ...]]:
        """All GGUF files that are meant, and what catalogues beside them say."""
        files: list[Path] = []
        catalogs: list[tuple[CatalogModel, ...]] = []
        for source in self._sources:
            if not exists(source):
                raise WeightsError(
                    tr("There is no {source}. Give GGUF files, or a folder with some.", source=source),
                    code="weights-missing",
                )
            folder = source if source.is_dir() else source.parent
            inside = sorted(folder.glob("*.gguf")) if source.is_dir() else [source]
            if not inside:
                raise WeightsError(
                    tr("There are no GGUF files in the folder {source}.", source=source), code="weights-missing"
                )
            files += inside
            if exists(folder / CATALOG) and folder.resolve() != self._shelf.shipped.resolve():
                catalogs.append(load_catalog(folder / CATALOG, own=True))
        return list(dict.fromkeys(path.absolute() for path in files)), merged(catalogs)

    def _jobs(self, files: list[Path], theirs: tuple[CatalogModel, ...]) -> list[_Job]:
        known = merged([self._shelf.catalog(), theirs])
        jobs: list[_Job] = []
        strangers: list[GgufInfo] = []
        for path in files:
            info = describe_gguf(path)
            found = self._known(path, known, {each.name for each in files}, theirs)
            if found is None:
                strangers.append(info)
            else:
                jobs.append(found)
        return jobs + self._own_pairs(strangers, jobs)

    def _known(
        self, path: Path, known: Iterable[CatalogModel], given: set[str], theirs: tuple[CatalogModel, ...]
    ) -> _Job | None:
        """What the catalogues say about this file: by its name, else by its size and then its checksum.

        Of several sets that share the file, one whose model is among the names `given` with it. A name that only an
        earlier import of the person's own has brought says nothing about this file.
        """
        named = {(each.name, each.variant) for each in theirs}
        size = path.stat().st_size
        candidates = [
            (weights, entry)
            for weights in known
            if weights.folder is None
            for entry in (weights.model, *weights.mmprojs)
            if entry.file == path.name or (entry.size == size and entry.sha256 is not None)
        ]
        for weights, entry in sorted(
            candidates, key=lambda each: (each[1].file != path.name, each[0].model.file not in given)
        ):
            expected = self._shelf.verifier.expected(entry)
            by_name = entry.file == path.name and (
                entry.repository is not None or (weights.name, weights.variant) in named
            )
            if by_name or (expected is not None and expected == self._checksum(path)):
                return _Job(path, entry, weights, expected)
        return None

    def _checksum(self, path: Path) -> str:
        probe = CatalogFile(str(path), path.name, "", None, 0, "", first_download=False, ships=False)
        try:
            self._shelf.verifier.check(probe, path, lambda _: self.cancel.check())
        except ChecksumError as error:
            return error.found
        raise AssertionError("no file has an empty checksum")

    def _own_pairs(self, strangers: list[GgufInfo], jobs: list[_Job]) -> list[_Job]:
        """Pairs that no catalogue knows: each model with the mmproj given with it, or else the best one beside it."""
        given = [describe_mmproj(info.path) for info in strangers if is_mmproj(info)]
        given += [info for job in jobs if is_mmproj(info := describe_gguf(job.source))]
        used: set[Path] = {job.source for job in jobs}
        made: list[_Job] = []
        for info in strangers:
            if is_mmproj(info):
                continue
            model = describe_model(info.path)
            fitting = [each for each in given if fits(model, each)]
            if given and not fitting:
                check_fit(model, given[0])
            mmproj = fitting[0] if fitting else find_mmproj(model)
            used.add(mmproj.path)
            made += self._own_pair(model, mmproj)
        lonely = next((info.path for info in strangers if is_mmproj(info) and info.path not in used), None)
        if lonely is not None:
            raise WeightsError(
                tr(
                    "{name} is a vision file, and the model that it belongs to is missing. Give both files.",
                    name=lonely.name,
                ),
                code="weights-mismatched",
            )
        return made

    def _own_pair(self, model: GgufInfo, mmproj: GgufInfo) -> list[_Job]:
        weights = own_pair(model, mmproj)
        taken = [each for each in self._shelf.catalog() if (each.name, each.variant) == (weights.name, weights.variant)]
        if any(each.repository is not None or each.folder is not None for each in taken):
            raise WeightsError(
                tr("There is already another model called {name}. Rename the file.", name=weights.name),
                code="weights-name",
            )
        pairs = ((model, weights.model), (mmproj, weights.mmprojs[0]))
        return [_Job(info.path, entry, weights, None) for info, entry in pairs]

    def _check_list(self, jobs: list[_Job]) -> None:
        """Raise WeightsError before anything is copied when the person's own list could not take the new sets."""
        ours = {(each.name, each.variant) for each in self._shelf.catalog()}
        for job in jobs:
            if (job.weights.name, job.weights.variant) not in ours:
                user_catalog.with_added(self._shelf.own_catalog, job.weights)

    def _decide_links(self, jobs: list[_Job]) -> dict[Path, bool]:
        possible = {
            job.source: can_link(job.source, self._shelf.data_models) for job in jobs if not self._in_place(job)
        }
        wanted = any(possible.values()) and self._want_links()
        return {path: each and wanted for path, each in possible.items()}

    def _install(self, job: _Job, *, link: bool) -> str:
        """The checksum of what is now in the data folder."""
        self._file = job.entry.file
        target = self._target(job.entry)
        with only_one(target):
            if exists(target):
                if self._in_place(job):
                    link = True  # onto itself: only read
                elif job.expected is not None and self._is(target, job):
                    tidy(target)
                    return job.expected
                else:
                    self._check_replaceable(target, job)
            if job.expected is None and job.entry.repository is not None:
                self._on_notice(
                    "trusted-unchecked",
                    tr(
                        "The checksum of {file} is not known, so it was not checked. It is trusted from now on "
                        "because you add it.",
                        file=job.entry.file,
                    ),
                )
            return place(job.source, target, job.expected, self._shelf.verifier, link=link, on_bytes=self._on_bytes)

    def _is(self, target: Path, job: _Job) -> bool:
        try:
            self._shelf.verifier.check(replace(job.entry, sha256=job.expected), target, lambda _: self.cancel.check())
        except WeightsError:
            return False
        self._on_bytes(target.stat().st_size)
        return True

    def _check_replaceable(self, target: Path, job: _Job) -> None:
        """Raise WeightsError where the file that is here is no damaged or older one of these, but a model by itself."""
        listed = [entry for each in self._shelf.catalog() for entry in (each.model, *each.mmprojs)]
        wanted = {self._shelf.verifier.expected(entry) for entry in listed} - {job.expected, None}
        stranger = job.entry.key.startswith(f"{OWN}/") and (
            job.expected is None or job.entry.key not in {entry.key for entry in listed}
        )
        if not stranger and not wanted:
            return
        here = self._checksum(target)
        if (stranger or here in wanted) and here != self._checksum(job.source):
            raise WeightsError(
                tr("There is already another model file {name}. Rename the new one.", name=target.name),
                code="weights-name",
            )

    def _enter(self, jobs: list[_Job], done: dict[Path, str]) -> list[ImportResult]:
        """Record the checksums, and put sets that the catalogues did not know into the person's own."""
        results: list[ImportResult] = []
        ours = {(each.name, each.variant) for each in self._shelf.catalog()}
        for key in dict.fromkeys((job.weights.name, job.weights.variant) for job in jobs):
            mine = [job for job in jobs if (job.weights.name, job.weights.variant) == key]
            found = {job.entry.key: done[job.source] for job in mine}
            weights = mine[0].weights
            if key not in ours:
                user_catalog.add(self._shelf.own_catalog, with_checksums(weights, found))
            for job in mine:
                if job.entry.first_download and self._shelf.verifier.trusted(job.entry) is None:
                    size = job.source.stat().st_size
                    commit = weights.revision if is_commit(weights.revision) else None
                    self._shelf.verifier.trust(job.entry, TrustedChecksum(done[job.source], commit, size))
            here = [exists(self._target(entry)) for entry in weights.mmprojs]
            complete = exists(self._target(weights.model)) and any(here)
            results.append(
                ImportResult(weights.name, weights.variant, tuple(self._target(job.entry) for job in mine), complete)
            )
        return results

    def _target(self, entry: CatalogFile) -> Path:
        return self._shelf.data_models / entry.file

    def _in_place(self, job: _Job) -> bool:
        target = self._target(job.entry)
        return exists(target) and target.samefile(job.source)

    def _on_bytes(self, count: int) -> None:
        self.cancel.check()
        self._meter.received(count)
        self._on_progress(self._file, self._meter.progress())
