"""Import of models from files or a folder (a USB stick, say): verify, copy or link, and enter in a catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from edge_assistant.models import user_catalog
from edge_assistant.models.cancellation import Cancellation
from edge_assistant.models.catalog import OWN, CatalogFile, CatalogModel, is_commit, load_catalog, merge_catalogs
from edge_assistant.models.checksums import ChecksumError, TrustedChecksum
from edge_assistant.models.compatibility import (
    check_fit,
    describe_mmproj,
    describe_model,
    find_mmproj,
    fits,
    is_mmproj,
)
from edge_assistant.models.copy_or_link import can_link, install_file
from edge_assistant.models.custom_model import custom_model, with_checksums
from edge_assistant.models.gguf import GgufInfo, Variant, describe_gguf
from edge_assistant.models.library import CATALOG, ModelLibrary, exists
from edge_assistant.models.partial_file import check_space, locked_for_writing, remove_leftovers
from edge_assistant.models.progress import ProgressMeter, TransferProgress
from edge_assistant.system.errors import WeightsError
from edge_assistant.system.i18n import tr

OnProgress = Callable[[str, TransferProgress], None]
OnNotice = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """A model of which files were added; `complete`: language model and mmproj are both here now."""

    name: str
    variant: Variant
    files: tuple[Path, ...]
    complete: bool

    def sentence(self) -> str:
        """Return the sentence about it for the person."""
        values = {"name": self.name, "variant": self.variant.title()}
        if self.complete:
            return tr("{name}, {variant}, is installed.", **values)
        return tr("{name}, {variant}, is not complete yet: both model and mmproj are needed.", **values)


@dataclass(frozen=True, slots=True)
class _ImportFile:
    """One file to install. `entry` says what it has to be; its checksum may not be known yet."""

    source: Path
    entry: CatalogFile
    catalog_model: CatalogModel
    expected: str | None


class Importer:
    """An import of models. `run` blocks and belongs to one thread; `cancel.set` may come from any.

    `want_links` is asked once, when hard links are possible: True for links, False for copies.
    """

    def __init__(
        self,
        library: ModelLibrary,
        sources: Sequence[Path],
        *,
        want_links: Callable[[], bool],
        on_progress: OnProgress,
        on_notice: OnNotice,
    ) -> None:
        self.cancel = Cancellation()
        self._library = library
        self._sources = sources
        self._want_links = want_links
        self._on_progress = on_progress
        self._on_notice = on_notice
        self._file = ""
        self._meter = ProgressMeter(1)

    def run(self) -> list[ImportResult]:
        """Import everything. Raises WeightsError (ChecksumError for wrong bytes), DoesNotFitError, CancelledError."""
        files, given_models = self._gather()
        import_files = self._plan(files, given_models)
        self._check_catalog(import_files)
        links = self._decide_links(import_files)
        self._meter = ProgressMeter(sum(import_file.source.stat().st_size for import_file in import_files))
        copied = [
            import_file
            for import_file in import_files
            if not links.get(import_file.source, False) and not self._is_in_place(import_file)
        ]
        if copied:
            check_space(self._target(copied[0].entry), sum(import_file.source.stat().st_size for import_file in copied))
        done = {
            import_file.source: self._install(import_file, link=links.get(import_file.source, False))
            for import_file in import_files
        }
        return self._record(import_files, done)

    def _gather(self) -> tuple[list[Path], tuple[CatalogModel, ...]]:
        """Return all GGUF files of the sources, and the models in the catalogues beside them."""
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
            if exists(folder / CATALOG) and folder.resolve() != self._library.shipped.resolve():
                catalogs.append(load_catalog(folder / CATALOG, own=True))
        return list(dict.fromkeys(path.absolute() for path in files)), merge_catalogs(catalogs)

    def _plan(self, files: list[Path], given_models: tuple[CatalogModel, ...]) -> list[_ImportFile]:
        known = merge_catalogs([self._library.catalog(), given_models])
        import_files: list[_ImportFile] = []
        unknown: list[GgufInfo] = []
        for path in files:
            info = describe_gguf(path)
            found = self._known(path, known, {each.name for each in files}, given_models)
            if found is None:
                unknown.append(info)
            else:
                import_files.append(found)
        return import_files + self._custom_models(unknown, import_files)

    def _known(
        self, path: Path, known: Iterable[CatalogModel], given: set[str], given_models: tuple[CatalogModel, ...]
    ) -> _ImportFile | None:
        """Return the catalogue's model that this file belongs to: by its name, else by its size and then its checksum.

        Of several models that share the file, one whose language model is among the names `given` with it. A name that
        only an earlier import of the person's own has brought says nothing about this file.
        """
        named = {(each.name, each.variant) for each in given_models}
        size = path.stat().st_size
        candidates = [
            (catalog_model, entry)
            for catalog_model in known
            if catalog_model.folder is None
            for entry in (catalog_model.model, *catalog_model.mmprojs)
            if entry.file == path.name or (entry.size == size and entry.sha256 is not None)
        ]
        for catalog_model, entry in sorted(
            candidates, key=lambda each: (each[1].file != path.name, each[0].model.file not in given)
        ):
            expected = self._library.verifier.expected(entry)
            by_name = entry.file == path.name and (
                entry.repository is not None or (catalog_model.name, catalog_model.variant) in named
            )
            if by_name or (expected is not None and expected == self._checksum(path)):
                return _ImportFile(path, entry, catalog_model, expected)
        return None

    def _checksum(self, path: Path) -> str:
        probe = CatalogFile(str(path), path.name, "", None, 0, "", first_download=False, ships=False)
        try:
            self._library.verifier.check(probe, path, lambda _: self.cancel.check())
        except ChecksumError as error:
            return error.found
        raise AssertionError("no file has an empty checksum")

    def _custom_models(self, unknown: list[GgufInfo], import_files: list[_ImportFile]) -> list[_ImportFile]:
        """Pair the files that no catalogue knows: each model with the mmproj given with it, or else the best one beside
        it.
        """
        given = [describe_mmproj(info.path) for info in unknown if is_mmproj(info)]
        given += [info for import_file in import_files if is_mmproj(info := describe_gguf(import_file.source))]
        used: set[Path] = {import_file.source for import_file in import_files}
        made: list[_ImportFile] = []
        for info in unknown:
            if is_mmproj(info):
                continue
            model = describe_model(info.path)
            fitting = [each for each in given if fits(model, each)]
            if given and not fitting:
                check_fit(model, given[0])
            mmproj = fitting[0] if fitting else find_mmproj(model)
            used.add(mmproj.path)
            made += self._custom_model(model, mmproj)
        unmatched = next((info.path for info in unknown if is_mmproj(info) and info.path not in used), None)
        if unmatched is not None:
            raise WeightsError(
                tr(
                    "{name} is a vision file, and the model that it belongs to is missing. Give both files.",
                    name=unmatched.name,
                ),
                code="weights-mismatched",
            )
        return made

    def _custom_model(self, model: GgufInfo, mmproj: GgufInfo) -> list[_ImportFile]:
        catalog_model = custom_model(model, mmproj)
        taken = [
            each
            for each in self._library.catalog()
            if (each.name, each.variant) == (catalog_model.name, catalog_model.variant)
        ]
        if any(each.repository is not None or each.folder is not None for each in taken):
            raise WeightsError(
                tr("There is already another model called {name}. Rename the file.", name=catalog_model.name),
                code="weights-name",
            )
        pairs = ((model, catalog_model.model), (mmproj, catalog_model.mmprojs[0]))
        return [_ImportFile(info.path, entry, catalog_model, None) for info, entry in pairs]

    def _check_catalog(self, import_files: list[_ImportFile]) -> None:
        """Raise WeightsError, before anything is copied, when the person's own catalogue cannot take the new models."""
        ours = {(each.name, each.variant) for each in self._library.catalog()}
        for import_file in import_files:
            if (import_file.catalog_model.name, import_file.catalog_model.variant) not in ours:
                user_catalog.with_added(self._library.own_catalog, import_file.catalog_model)

    def _decide_links(self, import_files: list[_ImportFile]) -> dict[Path, bool]:
        possible = {
            import_file.source: can_link(import_file.source, self._library.data_models)
            for import_file in import_files
            if not self._is_in_place(import_file)
        }
        wanted = any(possible.values()) and self._want_links()
        return {path: each and wanted for path, each in possible.items()}

    def _install(self, import_file: _ImportFile, *, link: bool) -> str:
        """Install a file into the data folder; return its checksum."""
        self._file = import_file.entry.file
        target = self._target(import_file.entry)
        with locked_for_writing(target):
            if exists(target):
                if self._is_in_place(import_file):
                    link = True  # onto itself: only hashed
                elif import_file.expected is not None and self._is(target, import_file):
                    remove_leftovers(target)
                    return import_file.expected
                else:
                    self._check_replaceable(target, import_file)
            if import_file.expected is None and import_file.entry.repository is not None:
                self._on_notice(
                    "trusted-unchecked",
                    tr(
                        "The checksum of {file} is not known, so it was not checked. It is trusted from now on "
                        "because you add it.",
                        file=import_file.entry.file,
                    ),
                )
            return install_file(
                import_file.source,
                target,
                import_file.expected,
                self._library.verifier,
                link=link,
                on_bytes=self._on_bytes,
            )

    def _is(self, target: Path, import_file: _ImportFile) -> bool:
        try:
            self._library.verifier.check(
                replace(import_file.entry, sha256=import_file.expected), target, lambda _: self.cancel.check()
            )
        except WeightsError:
            return False
        self._on_bytes(target.stat().st_size)
        return True

    def _check_replaceable(self, target: Path, import_file: _ImportFile) -> None:
        """Raise WeightsError where the file at `target` is no damaged or older one of this model, but belongs to
        another.
        """
        listed = [entry for each in self._library.catalog() for entry in (each.model, *each.mmprojs)]
        wanted = {self._library.verifier.expected(entry) for entry in listed} - {import_file.expected, None}
        stranger = import_file.entry.key.startswith(f"{OWN}/") and (
            import_file.expected is None or import_file.entry.key not in {entry.key for entry in listed}
        )
        if not stranger and not wanted:
            return
        here = self._checksum(target)
        if (stranger or here in wanted) and here != self._checksum(import_file.source):
            raise WeightsError(
                tr("There is already another model file {name}. Rename the new one.", name=target.name),
                code="weights-name",
            )

    def _record(self, import_files: list[_ImportFile], done: dict[Path, str]) -> list[ImportResult]:
        """Record the checksums, and add models that the catalogues did not know to the person's own."""
        results: list[ImportResult] = []
        ours = {(each.name, each.variant) for each in self._library.catalog()}
        for key in dict.fromkeys(
            (import_file.catalog_model.name, import_file.catalog_model.variant) for import_file in import_files
        ):
            mine = [
                import_file
                for import_file in import_files
                if (import_file.catalog_model.name, import_file.catalog_model.variant) == key
            ]
            found = {import_file.entry.key: done[import_file.source] for import_file in mine}
            catalog_model = mine[0].catalog_model
            if key not in ours:
                user_catalog.add_entry(self._library.own_catalog, with_checksums(catalog_model, found))
            for import_file in mine:
                if import_file.entry.first_download and self._library.verifier.trusted(import_file.entry) is None:
                    size = import_file.source.stat().st_size
                    commit = catalog_model.revision if is_commit(catalog_model.revision) else None
                    self._library.verifier.trust(
                        import_file.entry, TrustedChecksum(done[import_file.source], commit, size)
                    )
            here = [exists(self._target(entry)) for entry in catalog_model.mmprojs]
            complete = exists(self._target(catalog_model.model)) and any(here)
            results.append(
                ImportResult(
                    catalog_model.name,
                    catalog_model.variant,
                    tuple(self._target(import_file.entry) for import_file in mine),
                    complete,
                )
            )
        return results

    def _target(self, entry: CatalogFile) -> Path:
        return self._library.data_models / entry.file

    def _is_in_place(self, import_file: _ImportFile) -> bool:
        target = self._target(import_file.entry)
        return exists(target) and target.samefile(import_file.source)

    def _on_bytes(self, count: int) -> None:
        self.cancel.check()
        self._meter.received(count)
        self._on_progress(self._file, self._meter.progress())
