"""Files that go with models to another computer: those of another part of the program, each with its checksum."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_assistant.models.copy_or_link import install_file
from edge_assistant.models.library import ModelLibrary, exists
from edge_assistant.models.partial_file import check_space, locked_for_writing
from edge_assistant.models.progress import FileProgress, OnProgress
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.json_store import explain_write_errors


@dataclass(frozen=True, slots=True)
class Companion:
    """A file that goes along. `place` is its path below a folder of models, `path` where it is here, if it is."""

    place: str
    sha256: str
    path: Path | None

    @property
    def name(self) -> str:
        """The file's name."""
        return Path(self.place).name


def with_companions(folder: Path, companions: Sequence[Companion]) -> list[Companion]:
    """Return those that lie in a folder, or in its folder for them, with the paths that they have there."""
    found = []
    for each in companions:
        places = (folder / each.place, folder / each.name)
        path = next((path for path in places if path.is_file()), None)
        if path is not None:
            found.append(Companion(each.place, each.sha256, path))
    return found


def copy_companions(
    companions: Sequence[Companion],
    folder: Path,
    library: ModelLibrary,
    *,
    lock: bool,
    on_progress: OnProgress,
    cancel: Cancellation,
) -> None:
    """Copy those that are here into a folder of models. What is there and right stays.

    With `lock` other programs that write there are kept out, or told of.

    Raises WeightsError (ChecksumError for a damaged one), DoesNotFitError, CancelledError.
    """
    here = [(each, each.path) for each in companions if each.path is not None]
    progress = FileProgress(sum(path.stat().st_size for _, path in here), on_progress, cancel)
    for each, source in here:
        target = folder / each.place
        progress.file = each.name
        with explain_write_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
        with locked_for_writing(target) if lock else contextlib.nullcontext():
            if exists(target) and library.verifier.hash_file(target, lambda _: cancel.check()) == each.sha256:
                progress.received(target.stat().st_size)
            else:
                check_space(target, source.stat().st_size)
                install_file(source, target, each.sha256, library.verifier, link=False, on_bytes=progress.received)
