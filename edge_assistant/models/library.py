"""The model library: all known models, and what of them is on this computer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from edge_assistant.models.catalog import CatalogFile, CatalogModel, load_catalog, merge_catalogs
from edge_assistant.models.checksums import ChecksumVerifier
from edge_assistant.models.gguf import Variant
from edge_assistant.models.partial_file import arrived_bytes, has_part, locked_for_writing, remove_leftovers
from edge_assistant.models.vision_towers import VisionTowers
from edge_assistant.system import file_retry, own_file, paths
from edge_assistant.system.errors import WeightsError
from edge_assistant.system.i18n import tr
from edge_assistant.system.json_store import explain_write_errors
from edge_assistant.system.similar_words import did_you_mean
from edge_assistant.system.text_cleaning import Unshortened, shorten

CATALOG = "catalog.toml"

# verified: its checksum was right; unchecked: it is here, and will be hashed before its first use; partial: a
# download or copy of it has begun.
FileState = Literal["verified", "unchecked", "partial", "missing"]


@dataclass(frozen=True, slots=True)
class FileStatus:
    """The state of one file of a model. `here` is how many bytes of it are on this computer."""

    entry: CatalogFile
    path: Path | None
    state: FileState
    here: int


class ModelLibrary:
    """The catalogues and the model folders, in the order in which they are searched.

    Folders: `weights_dir` (the settings'), models/ beside the frozen program, models/ in the data folder. Catalogues:
    the one that ships, the person's own in the data folder, and one in `weights_dir`. `problems` are sentences about
    catalogues that could not be read.
    """

    def __init__(self, weights_dir: Path | None) -> None:
        self.weights_dir = weights_dir
        self.data = paths.data_dir()
        self.data_models = self.data / "models"
        self.shipped = paths.shipped_models_dir()
        places = (weights_dir, paths.program_models_dir(), self.data_models)
        self.folders = tuple(dict.fromkeys(folder for folder in places if folder is not None))
        self.verifier = ChecksumVerifier(self.data)
        self.problems: list[str] = []
        self._catalog: tuple[CatalogModel, ...] | None = None
        self._pins: dict[str, str] = {}

    @property
    def own_catalog(self) -> Path:
        """The person's own catalogue file, which may not exist."""
        return self.data / CATALOG

    def catalog(self) -> tuple[CatalogModel, ...]:
        """Return all models, best first. Raises WeightsError when the catalogue that ships cannot be read."""
        if self._catalog is None:
            shipped = load_catalog(self.shipped / CATALOG)
            self._pins = {
                entry.key: entry.sha256
                for catalog_model in shipped
                for entry in catalog_model.files
                if entry.sha256 is not None and not entry.first_download
            }
            catalogs = [shipped]
            for path in (self.own_catalog, *([self.weights_dir / CATALOG] if self.weights_dir else [])):
                if exists(path):
                    try:
                        catalogs.append(load_catalog(path, own=True, problems=self.problems))
                    except WeightsError as error:
                        self.problems.append(str(error))
            self._catalog = merge_catalogs(catalogs)
        return self._catalog

    def is_pinned(self, entry: CatalogFile) -> bool:
        """Return whether the catalogue that ships is sure of the checksum of this file. Raises WeightsError."""
        self.catalog()
        is_sure = entry.sha256 is not None and not entry.first_download
        return is_sure and self._pins.get(entry.key) == entry.sha256

    def named(self, name: str, variant: Variant) -> CatalogModel:
        """Return the model of that name and variant; a name may also end in -instruct or -thinking. Raises
        WeightsError.
        """
        catalog = self.catalog()
        wanted = name.lower()
        for catalog_model in catalog:
            if f"{catalog_model.name}-{catalog_model.variant}".lower() == wanted:
                return catalog_model
        for catalog_model in catalog:
            if catalog_model.name.lower() == wanted and catalog_model.variant == variant:
                return catalog_model
        if any(catalog_model.name.lower() == wanted for catalog_model in catalog):
            raise WeightsError(
                tr("There is no {title} model called {name}.", title=variant.title(), name=name), code="weights-name"
            )
        known = tuple(dict.fromkeys(shorten(catalog_model.name) for catalog_model in catalog))
        sentence = tr(
            "There is no model called {name}. The known names are {names}.",
            name=name,
            names=Unshortened(", ".join(known)),
        )
        raise WeightsError(f"{sentence} {did_you_mean(name, known)}".strip(), code="weights-name")

    def find(self, catalog_model: CatalogModel, entry: CatalogFile) -> Path | None:
        """Return where the file is; None: nowhere."""
        folders = self.folders if catalog_model.folder is None else (self.shipped / catalog_model.folder,)
        return next((folder / entry.file for folder in folders if exists(folder / entry.file)), None)

    def is_installed(self, catalog_model: CatalogModel) -> bool:
        """Return whether the model and one of its mmprojs are here, and not because they ship with the program."""
        return (
            catalog_model.folder is None
            and self.find(catalog_model, catalog_model.model) is not None
            and any(self.find(catalog_model, entry) is not None for entry in catalog_model.mmprojs)
        )

    def status(self, catalog_model: CatalogModel, entry: CatalogFile) -> FileStatus:
        """Return the status of a file of the model. Nothing is hashed."""
        path = self.find(catalog_model, entry)
        if path is not None:
            state: FileState = "verified" if self.verifier.is_verified(entry, path) else "unchecked"
            return FileStatus(entry, path, state, _size(path))
        here = arrived_bytes(self.data_models / entry.file)
        return FileStatus(entry, None, "partial" if here else "missing", here)

    def pair(self, catalog_model: CatalogModel, quantisation: str | None = None) -> tuple[CatalogFile, CatalogFile]:
        """Return the model and the mmproj to use: of that quantisation, else the first that is here, else the first.

        Raises WeightsError when the model has no such mmproj.
        """
        if quantisation is not None:
            for entry in catalog_model.mmprojs:
                if entry.quantisation.lower() == quantisation.lower():
                    return catalog_model.model, entry
            known = Unshortened(", ".join(shorten(entry.quantisation) for entry in catalog_model.mmprojs))
            raise WeightsError(
                tr(
                    "{name} has no mmproj {quantisation}. There are {known}.",
                    name=catalog_model.name,
                    quantisation=quantisation,
                    known=known,
                ),
                code="weights-name",
            )
        here = (entry for entry in catalog_model.mmprojs if self.find(catalog_model, entry) is not None)
        return catalog_model.model, next(here, catalog_model.mmprojs[0])

    def remove(self, catalog_model: CatalogModel) -> int:
        """Delete a model's files from the data folder; return how many bytes are freed.

        An mmproj that another model here needs stays, and so do files in other folders. A linked file stays under the
        person's own name, and so frees nothing. Raises WeightsError when nothing of it is in the data folder, or when a
        file cannot be deleted.
        """
        entries = catalog_model.files
        needed = {
            mmproj.file
            for other in self.catalog()
            if other.key != catalog_model.key and self.find(other, other.model) is not None
            for mmproj in other.mmprojs
        }
        targets = [
            self.data_models / entry.file
            for entry in entries
            if catalog_model.folder is None and entry.file not in needed and _is_present(self.data_models / entry.file)
        ]
        if not targets:
            raise self._nothing_to_remove(catalog_model)
        freed = 0
        for path in targets:
            with locked_for_writing(path), explain_write_errors(path):
                freed += _removable_size(path) + remove_leftovers(path) + VisionTowers().remove_all(path)
                file_retry.unlink(path, missing_ok=True)
        return freed

    def _nothing_to_remove(self, catalog_model: CatalogModel) -> WeightsError:
        if catalog_model.folder is not None:
            return WeightsError(tr("The demo model is part of the program and stays."), code="weights-ships")
        path = self.find(catalog_model, catalog_model.model)
        if path is not None:
            return WeightsError(
                tr("{path} is not in the program's own folder. Delete it yourself.", path=path),
                code="weights-elsewhere",
            )
        return WeightsError(tr("{name} is not installed.", name=catalog_model.name), code="weights-missing")


def exists(path: Path) -> bool:
    """Return whether there is such a file; False also for invalid names, and where one may not look."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Return whether there is such a folder; False as for `exists`."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _is_present(path: Path) -> bool:
    """Return whether there is anything under this name, even a dangling link, or a partial file of it. Raises
    WeightsError.
    """
    with explain_write_errors(path):
        try:
            return own_file.lstat_or_none(path) is not None or has_part(path)
        except (NotADirectoryError, ValueError):
            return False


def _removable_size(path: Path) -> int:
    status = own_file.lstat_or_none(path)
    return status.st_size if status is not None and own_file.is_plain_file(status) else 0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
