"""Writes weights with their checksums and catalogue into a folder, to be carried to a computer without a network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from edge_assistant.models import user_catalog
from edge_assistant.models.cancellation import Cancellation
from edge_assistant.models.catalog import CatalogFile, CatalogModel, load_catalog
from edge_assistant.models.copy_or_link import place
from edge_assistant.models.library import CATALOG, ModelLibrary, exists
from edge_assistant.models.partial_file import check_space, foreign, tidy
from edge_assistant.models.progress import ProgressMeter, TransferProgress
from edge_assistant.system.atomic_file import replace_file
from edge_assistant.system.errors import UsageError, WeightsError
from edge_assistant.system.i18n import tr
from edge_assistant.system.json_store import explained_writes

CHECKSUMS = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class _Copy:
    entry: CatalogFile
    source: Path
    sha256: str


class Exporter:
    """`run` blocks and belongs to one thread; `cancel.set` may come from any."""

    def __init__(
        self,
        shelf: ModelLibrary,
        folder: Path,
        sets: Sequence[CatalogModel],
        *,
        on_progress: Callable[[str, TransferProgress], None],
    ) -> None:
        """`sets`: what to write, each with all of its files that are here; none means every complete set here."""
        self.cancel = Cancellation()
        self._shelf = shelf
        self._folder = folder
        self._sets = sets or [each for each in shelf.catalog() if self._is_complete(each)]
        self._on_progress = on_progress
        self._file = ""
        self._meter = ProgressMeter(1)

    def run(self) -> list[CatalogModel]:
        """Write everything; the sets that are in the folder now. What is there already and right is left as it is.

        Raises WeightsError (ChecksumError for a damaged file here), DoesNotFitError, UsageError, CancelledError.
        """
        if not self._sets:
            raise WeightsError(
                tr("There is no model to export. Download one with models pull."), code="weights-missing"
            )
        if exists(self._folder) and not self._folder.is_dir():
            raise UsageError(tr("{folder} is not a folder. Choose a folder to export to.", folder=self._folder))
        if self._folder.resolve() in {folder.resolve() for folder in (*self._shelf.folders, self._shelf.shipped)}:
            raise UsageError(tr("The model is already in that folder. Choose another one."))
        earlier = load_catalog(self._folder / CATALOG, own=True) if exists(self._folder / CATALOG) else ()
        sets: list[CatalogModel] = []
        copies: dict[str, _Copy] = {}
        for weights in self._sets:
            found = self._copies(weights)
            copies |= {copy.entry.file: copy for copy in found}
            sets.append(self._exported(weights, found))
        self._meter = ProgressMeter(sum(copy.source.stat().st_size for copy in copies.values()))
        with explained_writes(self._folder / CATALOG):
            self._folder.mkdir(parents=True, exist_ok=True)
        missing = [copy for copy in copies.values() if not exists(self._folder / copy.entry.file)]
        if missing:
            check_space(self._folder / missing[0].entry.file, sum(copy.source.stat().st_size for copy in missing))
        ours = {entry.file.lower() for each in earlier for entry in (each.model, *each.mmprojs)}
        for copy in copies.values():
            self._copy(copy, ours)
        self._write_lists([*sets, *self._kept(earlier, sets)])
        return sets

    def _kept(self, earlier: Sequence[CatalogModel], sets: Sequence[CatalogModel]) -> list[CatalogModel]:
        """What the folder had before and still has beside the `sets`, where it is no other file by now."""
        named = {(each.name, each.variant) for each in sets}
        taken = {entry.file.lower() for each in sets for entry in (each.model, *each.mmprojs)}
        sums = {entry.sha256 for each in sets for entry in (each.model, *each.mmprojs)}
        return [
            each
            for each in earlier
            if (each.name, each.variant) not in named
            and all(
                exists(self._folder / entry.file) and (entry.file.lower() not in taken or entry.sha256 in sums)
                for entry in (each.model, *each.mmprojs)
            )
        ]

    def _is_complete(self, weights: CatalogModel) -> bool:
        find = self._shelf.find
        return (
            weights.folder is None
            and find(weights, weights.model) is not None
            and any(find(weights, entry) is not None for entry in weights.mmprojs)
        )

    def _copies(self, weights: CatalogModel) -> list[_Copy]:
        if weights.folder is not None:
            raise UsageError(tr("The demo model comes with the program; there is nothing to export."))
        if not self._is_complete(weights):
            raise WeightsError(
                tr("{name} is incomplete. Download it with models pull before you export it.", name=weights.name),
                code="weights-missing",
            )
        copies = []
        for entry in (weights.model, *weights.mmprojs):
            source = self._shelf.find(weights, entry)
            if source is None:
                continue
            expected = self._shelf.verifier.expected(entry)
            if expected is None:
                raise WeightsError(
                    tr(
                        "The checksum of {file} is not known, so it is not exported. Use models import first.",
                        file=entry.file,
                    ),
                    code="weights-unverified",
                )
            copies.append(_Copy(entry, source, expected))
        return copies

    def _exported(self, weights: CatalogModel, copies: list[_Copy]) -> CatalogModel:
        """The set as the folder's catalogue has it: only files that are there, all with their checksums."""
        sums = {copy.entry.key: (copy.sha256, copy.source.stat().st_size) for copy in copies}

        def complete(entry: CatalogFile) -> CatalogFile:
            sha256, size = sums[entry.key]
            return replace(entry, sha256=sha256, size=size, about_size=size)

        trusted = self._shelf.verifier.trusted(weights.model)
        return replace(
            weights,
            model=complete(weights.model),
            mmprojs=tuple(complete(entry) for entry in weights.mmprojs if entry.key in sums),
            revision=trusted.commit if trusted and trusted.commit else weights.revision,
        )

    def _copy(self, copy: _Copy, ours: set[str]) -> None:
        """Write a file, unless it is there; what is there instead is replaced if its name is among `ours`."""
        self._file = copy.entry.file
        target = self._folder / copy.entry.file
        if exists(target):
            try:
                known = replace(copy.entry, sha256=copy.sha256, first_download=False)
                self._shelf.verifier.check(known, target, lambda _: self.cancel.check(), again=True)
            except WeightsError as error:  # damaged, or of another version: written anew
                if copy.entry.file.lower() not in ours:
                    raise foreign(target) from error
            else:
                tidy(target)
                self._on_bytes(target.stat().st_size)
                return
        place(copy.source, target, copy.sha256, self._shelf.verifier, link=False, on_bytes=self._on_bytes)

    def _write_lists(self, sets: list[CatalogModel]) -> None:
        files = {entry.file: entry.sha256 for each in sets for entry in (each.model, *each.mmprojs) if entry.sha256}
        sums = "".join(f"{sha256}  {file}\n" for file, sha256 in files.items())
        with explained_writes(self._folder / CHECKSUMS):
            replace_file(self._folder / CHECKSUMS, sums.encode())
        with explained_writes(self._folder / CATALOG):
            head = tr("The models in this folder. To install them: edge-assistant models import THIS-FOLDER")
            path = self._folder / CATALOG
            replace_file(path, user_catalog.checked(path, user_catalog.text(sets, f"# {head}\n"), sets))

    def _on_bytes(self, count: int) -> None:
        self.cancel.check()
        self._meter.received(count)
        self._on_progress(self._file, self._meter.progress())
