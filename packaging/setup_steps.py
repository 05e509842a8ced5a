"""Steps of Windows' setup that are the frozen program's own work: `edge-assistant.exe setup-step STEP ...`.

    start                       does nothing: whether the program starts on this computer at all
    stop FOLDER                 ends the programs that run from FOLDER: asks, waits, and ends what is still there
    copy-models FROM PROGRESS   fills models/ beside this program with the files of its SHA256SUMS that are not there,
                                each compared with its checksum. PROGRESS: a file for the percentage, and beside it
                                PROGRESS.cancel, with which it is cancelled
    keep-models FROM TO         moves what people have put into FROM, the models/ of an older version, to TO, that of a
                                newer one

The exit code tells how it went; setup has the sentences.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from edge_assistant.system import file_retry

OK, FAILED, USAGE, DAMAGED, DISK, IN_USE, CANCELLED = 0, 1, 2, 3, 4, 5, 130

SUMS = "SHA256SUMS"
_BLOCK = 4 * 2**20
_QUIT_S = 15.0
"""Seconds that a program has to end after it was asked; an answer that is being made is ended much sooner."""
_KILL_S = 5.0


class StepError(Exception):
    """The step failed; the first argument is its exit code."""


def main(arguments: Sequence[str]) -> int:
    """Do one step; return its exit code."""
    steps: dict[str, tuple[int, Callable[..., None]]] = {
        "start": (0, lambda: None),
        "stop": (1, _stop),
        "copy-models": (2, _copy_models),
        "keep-models": (2, _keep_models),
    }
    name, *values = arguments or [""]
    count, step = steps.get(name, (-1, lambda: None))
    if len(values) != count:
        return USAGE
    try:
        step(*values)
    except StepError as error:
        return int(error.args[0])
    except OSError as error:
        print(error, file=sys.stderr)
        return FAILED
    return OK


def models_beside() -> Path:
    """The folder models/ beside the frozen program."""
    return Path(sys.executable).parent / "models"


def _stop(folder: str) -> None:
    stop(folder)


def _copy_models(source: str, progress: str) -> None:
    file = Path(progress)
    cancel = file.with_name(f"{file.name}.cancel")

    def on_percent(percent: int) -> None:
        with contextlib.suppress(OSError):  # setup is just reading it
            file.write_text(str(percent), encoding="ascii")

    copy_models(Path(source), models_beside(), on_percent, cancel.exists)


def _keep_models(old: str, new: str) -> None:
    if not keep_models(Path(old), Path(new)):
        raise StepError(IN_USE)


def stop(folder: str) -> None:
    """End the programs that run from `folder`. Raises StepError (IN_USE) where one still runs."""
    from edge_assistant.system.errors import AssistantError
    from edge_assistant.system.ipc import default_endpoint, send
    from edge_assistant.system.windows_processes import processes_in

    with processes_in(folder) as running:
        if not running:
            return
        with contextlib.suppress(AssistantError):  # only commands run, or it does not answer
            send(default_endpoint(), "quit")
        if running.wait(_QUIT_S):
            return
    with processes_in(folder) as left:  # workers may have come and gone
        left.terminate()
        if not left.wait(_KILL_S):
            raise StepError(IN_USE)


def copy_models(source: Path, models: Path, on_percent: Callable[[int], None], cancelled: Callable[[], bool]) -> None:
    """Copy what SHA256SUMS of `models` lists and is not there. Raises StepError (DAMAGED, DISK, CANCELLED).

    Also raises it, DAMAGED, where a file is missing in `source`. `on_percent` is told how far it is.
    """
    wanted = [(place, checksum) for place, checksum in read_sums(models).items() if not (models / place).exists()]
    for place, _ in wanted:
        if not (source / place).is_file():
            raise StepError(DAMAGED, f"{place} is missing")
    total = max(1, sum((source / place).stat().st_size for place, _ in wanted))
    done = 0
    for place, expected in wanted:
        target = models / place
        part = target.with_name(f"{target.name}.part")
        checksum = hashlib.sha256()
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                for block in _blocks(source / place):
                    if cancelled():
                        raise StepError(CANCELLED)
                    checksum.update(block)
                    file.write(block)
                    done += len(block)
                    on_percent(100 * done // total)
                file.flush()
                os.fsync(file.fileno())
            if checksum.hexdigest() != expected:
                raise StepError(DAMAGED, f"{place} is damaged")
            file_retry.replace(part, target)  # a scanner looks at what was just written
        except BaseException as error:
            with contextlib.suppress(OSError):  # setup removes the whole folder
                file_retry.unlink(part, missing_ok=True)
            if isinstance(error, OSError):  # of writing: closing a file may be what meets the full disk
                raise StepError(DISK, str(error)) from error
            raise


def _blocks(path: Path) -> Iterator[bytes]:
    """The file's bytes. Raises StepError (DAMAGED) where the medium cannot be read."""
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block
    except OSError as error:
        raise StepError(DAMAGED, str(error)) from error


def keep_models(old: Path, new: Path) -> bool:
    """Move what is in the models/ of the old version and not in that of the new one; return whether all was moved.

    A file whose name the new version has too is dropped if an installer brought it, and else kept as NAME.old. It may
    be ended at any moment, and done again.
    """
    if not old.is_dir():
        return True
    known = set(read_sums(old).items()) | set(read_sums(new).items())
    return _keep_all(old, old, new, known)


def _keep_all(folder: Path, old: Path, new: Path, known: set[tuple[str, str]]) -> bool:
    kept = True
    for path in sorted(folder.iterdir()):
        kept = _keep(path, old, new, known) and kept  # the others, even where one cannot be moved
    return kept


def _keep(path: Path, old: Path, new: Path, known: set[tuple[str, str]]) -> bool:
    place = path.relative_to(old)
    target = new / place
    if path.is_dir() and not _is_link(path) and target.is_dir():
        return _keep_all(path, old, new, known)
    if os.path.lexists(target):
        if _is_installers(path, place.as_posix(), known):
            return True
        while os.path.lexists(target):
            target = target.with_name(f"{target.name}.old")
    try:
        file_retry.rename(path, target)
    except OSError as error:
        print(error, file=sys.stderr)
        return False
    return True


def _is_link(path: Path) -> bool:
    return path.is_symlink() or bool(getattr(path.lstat(), "st_reparse_tag", 0))


def _is_installers(path: Path, place: str, known: set[tuple[str, str]]) -> bool:
    """Whether the file is as some installer brought it."""
    if place == SUMS:
        return True
    if not any(place == each for each, _ in known) or _is_link(path) or not path.is_file():
        return False
    with path.open("rb") as file:
        return (place, hashlib.file_digest(file, "sha256").hexdigest()) in known


def read_sums(models: Path) -> dict[str, str]:
    """Read SHA256SUMS of a folder: place -> checksum; empty where there is none."""
    try:
        lines = (models / SUMS).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    return {line[66:]: line[:64] for line in lines if len(line) > 66}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
