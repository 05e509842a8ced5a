"""Import of models from files or a folder (a USB stick, say): verify, copy or link, and enter in a catalogue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from edge_assistant.models import user_catalog
from edge_assistant.models.catalog import OWN, CatalogFile, CatalogModel, is_commit
from edge_assistant.models.checksums import TrustedChecksum
from edge_assistant.models.copy_or_link import can_link, install_file
from edge_assistant.models.gguf import Variant
from edge_assistant.models.import_plan import ImportFile, ImportPlanner
from edge_assistant.models.library import ModelLibrary, exists
from edge_assistant.models.partial_file import check_space, locked_for_writing, remove_leftovers
from edge_assistant.models.progress import FileProgress, OnProgress
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import WeightsError
from edge_assistant.system.i18n import tr
from edge_assistant.system.shown_text import ShownText


@dataclass(frozen=True, slots=True)
class ImportResult:
    """A model of which files were added; `complete`: language model and mmproj are both here now."""

    model: CatalogModel
    files: tuple[Path, ...]
    complete: bool

    def sentence(self) -> str:
        """Return the sentence about it for the person."""
        name = self.model.display_name
        if self.complete:
            return tr("{name}, is installed.", name=name)
        return tr("{name}, is not complete yet: both model and mmproj are needed.", name=name)


class Importer:
    """An import of models.

    `want_links` is asked once, when hard links are possible: True for links, False for copies.
    """

    def __init__(
        self,
        library: ModelLibrary,
        sources: Sequence[Path],
        *,
        want_links: Callable[[], bool],
        on_progress: OnProgress,
        on_notice: Callable[[str, str], None],
        cancel: Cancellation,
    ) -> None:
        self._cancel = cancel
        self._library = library
        self._sources = sources
        self._want_links = want_links
        self._on_progress = on_progress
        self._on_notice = on_notice

    def run(self) -> list[ImportResult]:
        """Import everything. Raises WeightsError (ChecksumError for wrong bytes), DoesNotFitError, CancelledError."""
        planner = ImportPlanner(self._library, self._sources, self._cancel)
        import_files = planner.plan()
        self._check_catalog(import_files)
        for sentence in planner.choices:
            self._on_notice("vision-file", sentence)
        links = self._decide_links(import_files)
        total = sum(import_file.source.stat().st_size for import_file in import_files)
        self._progress = FileProgress(total, self._on_progress, self._cancel)
        copied = [each for each in import_files if not links.get(each.source, False) and not self._is_in_place(each)]
        if copied:
            check_space(self._target(copied[0].entry), sum(each.source.stat().st_size for each in copied))
        done = {
            import_file.source: self._install(import_file, link=links.get(import_file.source, False))
            for import_file in import_files
        }
        return self._record(import_files, done)

    def _check_catalog(self, import_files: list[ImportFile]) -> None:
        """Raise WeightsError, before anything is copied, when the person's own catalogue cannot take the new models."""
        ours = {each.key for each in self._library.catalog()}
        for import_file in import_files:
            if import_file.catalog_model.key not in ours:
                user_catalog.with_added(self._library.own_catalog, import_file.catalog_model)

    def _decide_links(self, import_files: list[ImportFile]) -> dict[Path, bool]:
        possible = {
            import_file.source: can_link(import_file.source, self._library.data_models)
            for import_file in import_files
            if not self._is_in_place(import_file)
        }
        wanted = any(possible.values()) and self._want_links()
        return {path: each and wanted for path, each in possible.items()}

    def _install(self, import_file: ImportFile, *, link: bool) -> str:
        """Install a file into the data folder; return its checksum."""
        self._progress.file = import_file.entry.file
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
                    ShownText(
                        tr(
                            "The checksum of {file} is not known, so it was not checked. It is trusted from now on "
                            "because you add it.",
                            file=import_file.entry.file,
                        ),
                        tr("The file could not be checked. It is trusted from now on, because you add it."),
                    ),
                )
            return install_file(
                import_file.source,
                target,
                import_file.expected,
                self._library.verifier,
                link=link,
                on_bytes=self._progress.received,
            )

    def _is(self, target: Path, import_file: ImportFile) -> bool:
        try:
            self._library.verifier.check(
                replace(import_file.entry, sha256=import_file.expected), target, lambda _: self._cancel.check()
            )
        except WeightsError:
            return False
        self._progress.received(target.stat().st_size)
        return True

    def _check_replaceable(self, target: Path, import_file: ImportFile) -> None:
        """Raise WeightsError where the file at `target` is no damaged or older one of this model, but belongs to
        another.
        """
        listed = [entry for each in self._library.catalog() for entry in each.files]
        wanted = {self._library.verifier.expected(entry) for entry in listed} - {import_file.expected, None}
        stranger = import_file.entry.key.startswith(f"{OWN}/") and (
            import_file.expected is None or import_file.entry.key not in {entry.key for entry in listed}
        )
        if not stranger and not wanted:
            return
        here = self._hash(target)
        if (stranger or here in wanted) and here != self._hash(import_file.source):
            raise WeightsError(
                tr("There is already another model file {name}. Rename the new one.", name=target.name),
                code="weights-name",
            )

    def _record(self, import_files: list[ImportFile], done: dict[Path, str]) -> list[ImportResult]:
        """Record the checksums, and add models that the catalogues did not know to the person's own."""
        verifier, results = self._library.verifier, []
        ours = {each.key for each in self._library.catalog()}
        models: dict[tuple[str, Variant], CatalogModel] = {}
        for each in import_files:
            models.setdefault(each.catalog_model.key, each.catalog_model)
        for catalog_model in models.values():
            mine = [each for each in import_files if each.catalog_model.key == catalog_model.key]
            if catalog_model.key not in ours:
                sums = {each.entry.key: done[each.source] for each in mine}
                user_catalog.add_entry(self._library.own_catalog, _with_checksums(catalog_model, sums))
            commit = catalog_model.revision if is_commit(catalog_model.revision) else None
            for each in mine:
                if each.entry.first_download and verifier.trusted(each.entry) is None:
                    trusted = TrustedChecksum(done[each.source], commit, each.source.stat().st_size)
                    verifier.trust(each.entry, trusted)
            complete = exists(self._target(catalog_model.model)) and any(
                exists(self._target(entry)) for entry in catalog_model.mmprojs
            )
            files = tuple(self._target(each.entry) for each in mine)
            results.append(ImportResult(catalog_model, files, complete))
        return results

    def _hash(self, path: Path) -> str:
        return self._library.verifier.hash_file(path, lambda _: self._cancel.check())

    def _target(self, entry: CatalogFile) -> Path:
        return self._library.data_models / entry.file

    def _is_in_place(self, import_file: ImportFile) -> bool:
        target = self._target(import_file.entry)
        return exists(target) and target.samefile(import_file.source)


def _with_checksums(catalog_model: CatalogModel, sums: dict[str, str]) -> CatalogModel:
    """Return the model with these SHA-256 sums, by the keys of its files."""
    return catalog_model.with_files(lambda entry: replace(entry, sha256=sums.get(entry.key, entry.sha256)))
