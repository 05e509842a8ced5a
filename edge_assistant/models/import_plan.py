"""The plan of an import: which of the given files belong to which model, of the catalogues or of the person's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_assistant.models.catalog import CatalogFile, CatalogModel, load_catalog, merge_catalogs
from edge_assistant.models.compatibility import (
    best_mmprojs,
    check_fit,
    describe_mmproj,
    describe_model,
    find_mmproj,
    fits,
    is_mmproj,
)
from edge_assistant.models.custom_model import custom_model
from edge_assistant.models.gguf import GgufInfo, describe_gguf, is_importance_matrix
from edge_assistant.models.library import CATALOG, ModelLibrary, exists
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import WeightsError
from edge_assistant.system.i18n import tr


@dataclass(frozen=True, slots=True)
class ImportFile:
    """One file to install. `entry` says what it has to be; its checksum may not be known yet."""

    source: Path
    entry: CatalogFile
    catalog_model: CatalogModel
    expected: str | None


class ImportPlanner:
    """Finds out what to import from the files and folders `sources`.

    `choices` has a sentence for each model that several mmproj files would fit.
    """

    def __init__(self, library: ModelLibrary, sources: Sequence[Path], cancel: Cancellation) -> None:
        self._library = library
        self._sources = sources
        self._cancel = cancel
        self.choices: list[str] = []

    def plan(self) -> list[ImportFile]:
        """Return the files to install. Raises WeightsError, CancelledError."""
        files, given_models = self._gather()
        known = merge_catalogs([self._library.catalog(), given_models])
        import_files: list[ImportFile] = []
        unknown: list[GgufInfo] = []
        for path in files:
            info = describe_gguf(path)
            found = self._known(path, known, {each.name for each in files}, given_models)
            if found is None:
                unknown.append(info)
            else:
                import_files.append(found)
        return import_files + self._custom_models(unknown, import_files)

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
            if source.is_dir():
                inside = [path for path in inside if not is_importance_matrix(path)]
            if not inside:
                raise WeightsError(
                    tr("There are no GGUF files in the folder {source}.", source=source), code="weights-missing"
                )
            files += inside
            if exists(folder / CATALOG) and folder.resolve() != self._library.shipped.resolve():
                catalogs.append(load_catalog(folder / CATALOG, own=True))
        return list(dict.fromkeys(path.absolute() for path in files)), merge_catalogs(catalogs)

    def _known(
        self, path: Path, known: Iterable[CatalogModel], given: set[str], given_models: tuple[CatalogModel, ...]
    ) -> ImportFile | None:
        """Return the catalogue's model that this file belongs to: by its name, else by its size and then its checksum.

        Of several models that share the file, one whose language model is among the names `given` with it. A name that
        only an earlier import of the person's own has brought says nothing about this file.
        """
        named = {each.key for each in given_models}
        size = path.stat().st_size
        candidates = [
            (catalog_model, entry)
            for catalog_model in known
            if catalog_model.folder is None
            for entry in catalog_model.files
            if entry.file == path.name or (entry.size == size and entry.sha256 is not None)
        ]
        for catalog_model, entry in sorted(
            candidates, key=lambda each: (each[1].file != path.name, each[0].model.file not in given)
        ):
            expected = self._library.verifier.expected(entry)
            by_name = entry.file == path.name and (entry.repository is not None or catalog_model.key in named)
            if by_name or (
                expected is not None
                and expected == self._library.verifier.hash_file(path, lambda _: self._cancel.check())
            ):
                return ImportFile(path, entry, catalog_model, expected)
        return None

    def _custom_models(self, unknown: list[GgufInfo], import_files: list[ImportFile]) -> list[ImportFile]:
        """Pair the files that no catalogue knows: each model with the mmproj given with it, or else the best one beside
        it.
        """
        given = [describe_mmproj(info.path) for info in unknown if is_mmproj(info)]
        given += [info for import_file in import_files if is_mmproj(info := describe_gguf(import_file.source))]
        used: set[Path] = {import_file.source for import_file in import_files}
        made: list[ImportFile] = []
        for info in unknown:
            if is_mmproj(info):
                continue
            model = describe_model(info.path)
            fitting = [each for each in given if fits(model, each)]
            if given and not fitting:
                check_fit(model, given[0])
            mmproj = self._choose(model, fitting) if fitting else find_mmproj(model)
            used.update(each.path for each in fitting)
            made += self._custom_model(model, mmproj)
        for model in self._models_with_mmproj(import_files):
            used.update(each.path for each in given if fits(model, each))
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

    def _choose(self, model: GgufInfo, fitting: list[GgufInfo]) -> GgufInfo:
        """Return the best of several mmproj files that fit, and say which it is. Raises WeightsError between equals."""
        best = best_mmprojs(model, fitting)
        if len(best) > 1:
            raise WeightsError(
                tr(
                    "{name} and {name2} fit {name3} equally well. Give only one of them.",
                    name=best[0].path.name,
                    name2=best[1].path.name,
                    name3=model.path.name,
                ),
                code="weights-ambiguous",
            )
        if len(fitting) > 1:
            self.choices.append(
                tr(
                    "Several vision files fit {model}: {name} is added, as the best one.",
                    model=model.path.name,
                    name=best[0].path.name,
                )
            )
        return best[0]

    @staticmethod
    def _models_with_mmproj(import_files: list[ImportFile]) -> list[GgufInfo]:
        """Return the language models of the catalogues that are given with an mmproj of theirs."""
        complete = {each.catalog_model.key for each in import_files if each.entry.key != each.catalog_model.model.key}
        return [
            describe_gguf(each.source)
            for each in import_files
            if each.catalog_model.key in complete and each.entry.key == each.catalog_model.model.key
        ]

    def _custom_model(self, model: GgufInfo, mmproj: GgufInfo) -> list[ImportFile]:
        catalog_model = custom_model(model, mmproj)
        taken = [each for each in self._library.catalog() if each.key == catalog_model.key]
        if any(each.repository is not None or each.folder is not None for each in taken):
            raise WeightsError(
                tr("There is already another model called {name}. Rename the file.", name=catalog_model.name),
                code="weights-name",
            )
        pairs = ((model, catalog_model.model), (mmproj, catalog_model.mmprojs[0]))
        return [ImportFile(info.path, entry, catalog_model, None) for info, entry in pairs]
