"""Export of models with their checksums and catalogue into a folder, to be carried to a computer without a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from edge_assistant.models import user_catalog
from edge_assistant.models.catalog import CatalogFile, CatalogModel, load_catalog
from edge_assistant.models.companions import Companion, copy_companions
from edge_assistant.models.copy_or_link import install_file
from edge_assistant.models.library import CATALOG, ModelLibrary, exists
from edge_assistant.models.partial_file import check_space, foreign_file_error, remove_leftovers
from edge_assistant.models.progress import FileProgress, OnProgress
from edge_assistant.system.atomic_file import replace_file
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import UsageError, WeightsError
from edge_assistant.system.i18n import tr
from edge_assistant.system.json_store import explain_write_errors

CHECKSUMS = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class _Copy:
    entry: CatalogFile
    source: Path
    sha256: str


class Exporter:
    """An export of models."""

    def __init__(
        self,
        library: ModelLibrary,
        folder: Path,
        models: Sequence[CatalogModel],
        *,
        on_progress: OnProgress,
        cancel: Cancellation,
        companions: Sequence[Companion] = (),
    ) -> None:
        """`models`: those to export, each with all of its files that are here; empty means every complete model.

        `companions`: what goes along, as far as it is here.
        """
        self._companions = [each for each in companions if each.path is not None]
        self._cancel = cancel
        self._library = library
        self._folder = folder
        self._models = models or [each for each in library.catalog() if library.is_installed(each)]
        self._on_progress = on_progress

    def run(self) -> list[CatalogModel]:
        """Write everything; return the models that are in the folder now. What is there already and right is not
        copied.

        Raises WeightsError (ChecksumError for a damaged file here), DoesNotFitError, UsageError, CancelledError.
        """
        if not self._models:
            raise WeightsError(
                tr("There is no model to export. Download one with models pull."), code="weights-missing"
            )
        if exists(self._folder) and not self._folder.is_dir():
            raise UsageError(tr("{folder} is not a folder. Choose a folder to export to.", folder=self._folder))
        if self._folder.resolve() in {folder.resolve() for folder in (*self._library.folders, self._library.shipped)}:
            raise UsageError(tr("The model is already in that folder. Choose another one."))
        earlier = load_catalog(self._folder / CATALOG, own=True) if exists(self._folder / CATALOG) else ()
        exported: list[CatalogModel] = []
        copies: dict[str, _Copy] = {}
        for catalog_model in self._models:
            found = self._copies(catalog_model)
            copies |= {copy.entry.file: copy for copy in found}
            exported.append(self._exported_model(catalog_model, found))
        total = sum(copy.source.stat().st_size for copy in copies.values())
        self._progress = FileProgress(total, self._on_progress, self._cancel)
        with explain_write_errors(self._folder / CATALOG):
            self._folder.mkdir(parents=True, exist_ok=True)
        missing = [copy for copy in copies.values() if not exists(self._folder / copy.entry.file)]
        if missing:
            check_space(self._folder / missing[0].entry.file, sum(copy.source.stat().st_size for copy in missing))
        ours = {entry.file.lower() for each in earlier for entry in each.files}
        for copy in copies.values():
            self._copy(copy, ours)
        listed = [*exported, *self._remaining(earlier, exported)]
        self._write_lists(listed)
        if self._companions:  # last, so that a damaged one costs nothing of the models
            copy_companions(
                self._companions,
                self._folder,
                self._library,
                lock=False,
                on_progress=self._on_progress,
                cancel=self._cancel,
            )
            self._write_lists(listed, self._companions)
        return exported

    def _remaining(self, earlier: Sequence[CatalogModel], exported: Sequence[CatalogModel]) -> list[CatalogModel]:
        """Return the models of an earlier export that the folder still has, where none of their files was replaced."""
        named = {each.key for each in exported}
        taken = {entry.file.lower() for each in exported for entry in each.files}
        sums = {entry.sha256 for each in exported for entry in each.files}
        return [
            each
            for each in earlier
            if each.key not in named
            and all(
                exists(self._folder / entry.file) and (entry.file.lower() not in taken or entry.sha256 in sums)
                for entry in each.files
            )
        ]

    def _copies(self, catalog_model: CatalogModel) -> list[_Copy]:
        if catalog_model.folder is not None:
            raise UsageError(tr("The demo model comes with the program; there is nothing to export."))
        if not self._library.is_installed(catalog_model):
            raise WeightsError(
                tr("{name} is incomplete. Download it with models pull before you export it.", name=catalog_model.name),
                code="weights-missing",
            )
        copies = []
        for entry in catalog_model.files:
            source = self._library.find(catalog_model, entry)
            if source is None:
                continue
            expected = self._library.verifier.expected(entry)
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

    def _exported_model(self, catalog_model: CatalogModel, copies: list[_Copy]) -> CatalogModel:
        """Return the model for the folder's catalogue: only files that are there, all with their checksums."""
        sums = {copy.entry.key: (copy.sha256, copy.source.stat().st_size) for copy in copies}

        def complete(entry: CatalogFile) -> CatalogFile:
            sha256, size = sums[entry.key]
            return replace(entry, sha256=sha256, size=size, about_size=size)

        trusted = self._library.verifier.trusted(catalog_model.model)
        return replace(
            catalog_model,
            model=complete(catalog_model.model),
            mmprojs=tuple(complete(entry) for entry in catalog_model.mmprojs if entry.key in sums),
            revision=trusted.commit if trusted and trusted.commit else catalog_model.revision,
        )

    def _copy(self, copy: _Copy, ours: set[str]) -> None:
        """Copy a file, unless it is there; another file in its place is replaced if its name is among `ours`."""
        self._progress.file = copy.entry.file
        target = self._folder / copy.entry.file
        if exists(target):
            try:
                known = replace(copy.entry, sha256=copy.sha256, first_download=False)
                self._library.verifier.check(known, target, lambda _: self._cancel.check(), again=True)
            except WeightsError as error:  # damaged, or of another version: written anew
                if copy.entry.file.lower() not in ours:
                    raise foreign_file_error(target) from error
            else:
                remove_leftovers(target)
                self._progress.received(target.stat().st_size)
                return
        install_file(
            copy.source, target, copy.sha256, self._library.verifier, link=False, on_bytes=self._progress.received
        )

    def _write_lists(self, models: list[CatalogModel], companions: Sequence[Companion] = ()) -> None:
        files = {entry.file: entry.sha256 for each in models for entry in each.files if entry.sha256}
        files |= {each.place: each.sha256 for each in companions}
        sums = "".join(f"{sha256}  {file}\n" for file, sha256 in files.items())
        with explain_write_errors(self._folder / CHECKSUMS):
            replace_file(self._folder / CHECKSUMS, sums.encode())
        with explain_write_errors(self._folder / CATALOG):
            head = tr("The models in this folder. To install them: edge-assistant models import THIS-FOLDER")
            path = self._folder / CATALOG
            replace_file(path, user_catalog.catalog_text(path, models, head).encode())
