"""All weights that are known, and what of them is on this computer: where, how much, and whether it is verified."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from edge_assistant.models.catalog import CatalogFile, CatalogModel, load_catalog, merged
from edge_assistant.models.checksums import ChecksumVerifier
from edge_assistant.models.gguf import Variant
from edge_assistant.models.partial_file import arrived, has_part, only_one, tidy
from edge_assistant.models.vision_towers import VisionTowers
from edge_assistant.system import own_file, paths
from edge_assistant.system.errors import WeightsError
from edge_assistant.system.i18n import tr
from edge_assistant.system.json_store import explained_writes
from edge_assistant.system.outside_text import Whole, short

CATALOG = "catalog.toml"

# verified: its checksum was found right; unchecked: it is here, and will be hashed before its first use; partial: a
# download or copy of it was begun.
FileState = Literal["verified", "unchecked", "partial", "missing"]


@dataclass(frozen=True, slots=True)
class FileStatus:
    """One file of a set. `here` is how many bytes of it are on this computer."""

    entry: CatalogFile
    path: Path | None
    state: FileState
    here: int


class ModelLibrary:
    """The catalogues and the folders, in the order in which they are searched.

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

    @property
    def own_catalog(self) -> Path:
        """The person's own catalogue file, which may not exist."""
        return self.data / CATALOG

    def catalog(self) -> tuple[CatalogModel, ...]:
        """All sets, best first. Raises WeightsError when the catalogue that ships cannot be read."""
        if self._catalog is None:
            catalogs = [load_catalog(self.shipped / CATALOG)]
            for path in (self.own_catalog, *([self.weights_dir / CATALOG] if self.weights_dir else [])):
                if exists(path):
                    try:
                        catalogs.append(load_catalog(path, own=True, problems=self.problems))
                    except WeightsError as error:
                        self.problems.append(str(error))
            self._catalog = merged(catalogs)
        return self._catalog

    def named(self, name: str, variant: Variant) -> CatalogModel:
        """The set of that name and variant; a name may also end in -instruct or -thinking. Raises WeightsError."""
        catalog = self.catalog()
        wanted = name.lower()
        for weights in catalog:
            if f"{weights.name}-{weights.variant}".lower() == wanted:
                return weights
        for weights in catalog:
            if weights.name.lower() == wanted and weights.variant == variant:
                return weights
        if any(weights.name.lower() == wanted for weights in catalog):
            raise WeightsError(
                tr("There is no {title} model called {name}.", title=variant.title(), name=name), code="weights-name"
            )
        names = Whole(", ".join(dict.fromkeys(short(weights.name) for weights in catalog)))
        raise WeightsError(
            tr("There is no model called {name}. The known names are {names}.", name=name, names=names),
            code="weights-name",
        )

    def find(self, weights: CatalogModel, entry: CatalogFile) -> Path | None:
        """Where the file is; None: nowhere."""
        folders = self.folders if weights.folder is None else (self.shipped / weights.folder,)
        return next((folder / entry.file for folder in folders if exists(folder / entry.file)), None)

    def status(self, weights: CatalogModel, entry: CatalogFile) -> FileStatus:
        """What of a file is here. Nothing is hashed."""
        path = self.find(weights, entry)
        if path is not None:
            state: FileState = "verified" if self.verifier.is_verified(entry, path) else "unchecked"
            return FileStatus(entry, path, state, _size(path))
        here = arrived(self.data_models / entry.file)
        return FileStatus(entry, None, "partial" if here else "missing", here)

    def pair(self, weights: CatalogModel, quantisation: str | None = None) -> tuple[CatalogFile, CatalogFile]:
        """The model and the mmproj to use: of that quantisation, else the first that is here, else the first.

        Raises WeightsError when the set has no such mmproj.
        """
        if quantisation is not None:
            for entry in weights.mmprojs:
                if entry.quantisation.lower() == quantisation.lower():
                    return weights.model, entry
            known = Whole(", ".join(short(entry.quantisation) for entry in weights.mmprojs))
            raise WeightsError(
                tr(
                    "{name} has no mmproj {quantisation}. There are {known}.",
                    name=weights.name,
                    quantisation=quantisation,
                    known=known,
                ),
                code="weights-name",
            )
        here = (entry for entry in weights.mmprojs if self.find(weights, entry) is not None)
        return weights.model, next(here, weights.mmprojs[0])

    def remove(self, weights: CatalogModel) -> int:
        """Delete a set's files from the data folder, but for those that another set anywhere needs; the bytes freed.

        What was linked stays under the person's own name, and so frees nothing.

        Files in other folders are the person's own affair. Raises WeightsError when nothing of it is in the data
        folder, or when a file cannot be deleted.
        """
        entries = (weights.model, *weights.mmprojs)
        needed = {
            mmproj.file
            for other in self.catalog()
            if (other.name, other.variant) != (weights.name, weights.variant)
            and self.find(other, other.model) is not None
            for mmproj in other.mmprojs
        }
        targets = [
            self.data_models / entry.file
            for entry in entries
            if weights.folder is None and entry.file not in needed and _lies(self.data_models / entry.file)
        ]
        if not targets:
            raise self._nothing_to_remove(weights)
        freed = 0
        for path in targets:
            with only_one(path), explained_writes(path):
                freed += _freed_with(path) + tidy(path) + VisionTowers().remove_all(path)
                path.unlink(missing_ok=True)
        return freed

    def _nothing_to_remove(self, weights: CatalogModel) -> WeightsError:
        if weights.folder is not None:
            return WeightsError(tr("The demo model is part of the program and stays."), code="weights-ships")
        path = self.find(weights, weights.model)
        if path is not None:
            return WeightsError(
                tr("{path} is not in the program's own folder. Delete it yourself.", path=path),
                code="weights-elsewhere",
            )
        return WeightsError(tr("{name} is not installed.", name=weights.name), code="weights-missing")


def exists(path: Path) -> bool:
    """Whether there is such a file; False also for names that no file can have, or where one may not look."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Whether there is such a folder; False as for `exists`."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _lies(path: Path) -> bool:
    """Whether anything has this name, be it a link to nothing, or is a part of it. Raises WeightsError: cannot look."""
    with explained_writes(path):
        try:
            return own_file.look(path) is not None or has_part(path)
        except (NotADirectoryError, ValueError):
            return False


def _freed_with(path: Path) -> int:
    status = own_file.look(path)
    return status.st_size if status is not None and own_file.has_one_name(status) else 0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
