"""The errors that a person can meet: one spoken sentence that says what is wrong and what to do."""

from __future__ import annotations

import errno
import logging
import os
import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import TypeVar

from edge_assistant.system import text_cleaning
from edge_assistant.system.file_retry import is_in_use
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.system.installation import reinstall_advice
from edge_assistant.system.shown_text import heard

_log = logging.getLogger(__name__)

INTERNAL_ERROR = tr_noop("Something went wrong in the program. Please try again.")
"""The sentence about a bug, before `tr`."""


class AssistantError(Exception):
    """Base of the errors that are shown and spoken.

    `str(error)` is a short message in plain language: what is wrong, with which input, what to do. `spoken` is what is
    heard of it: the same, or less of a ShownText.
    `kind` names what sort of error it is: the class, or the one that it is derived from, also in another process (see
    rebuild_error). `code` is a stable slug for machines (kebab case).
    """

    kind: str = "engine"
    code: str = "failed"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(text_cleaning.clean_message(message))
        self.spoken = text_cleaning.clean_message(heard(message))
        if code is not None:
            self.code = code


class UsageError(AssistantError):
    """The command line asks for something that is not possible."""

    kind = code = "usage"


class WeightsError(AssistantError):
    """A model's files are missing, damaged or do not belong together."""

    kind = code = "weights"


class NothingToSeeError(AssistantError):
    """The picture is blank, or the session locked, so the model is not asked."""

    kind = code = "nothing-to-see"


class InputError(AssistantError):
    """No such file, not a picture, no permission, no display, no camera."""

    kind = code = "input"


class EngineError(AssistantError):
    """The engine process died or failed while answering."""

    kind = code = "engine"


class EngineUnfitError(EngineError):
    """llama.cpp's libraries are missing, or cannot be loaded or run here."""

    code = "engine-unfit"

    def __init__(self) -> None:
        super().__init__(
            tr(
                "The engine does not run on this computer: a part of it is missing, or made for a different one. "
                "{advice}",
                advice=reinstall_advice(),
            )
        )


class DoesNotFitError(AssistantError):
    """Memory, context or disk is too small."""

    kind = code = "does-not-fit"


class NetworkError(AssistantError):
    """The network or the model hub failed."""

    kind = code = "network"


class NotRunningError(AssistantError):
    """There is no running app to connect to."""

    kind = code = "not-running"


class CancelledError(AssistantError):
    """The person cancelled the request."""

    kind = code = "cancelled"

    def __init__(self, message: str | None = None, *, code: str | None = None) -> None:
        super().__init__(tr("Cancelled.") if message is None else message, code=code)


_BY_KIND: dict[str, type[AssistantError]] = {
    each.kind: each
    for each in (
        UsageError,
        WeightsError,
        NothingToSeeError,
        InputError,
        EngineError,
        DoesNotFitError,
        NetworkError,
        NotRunningError,
        CancelledError,
    )
}


def rebuild_error(kind: str, code: str, message: str) -> AssistantError:
    """Return the error that a worker process described by these three plain values."""
    return _BY_KIND.get(kind, EngineError)(message, code=code)


_FULL = frozenset((errno.ENOSPC, errno.EDQUOT))
_FORBIDDEN = frozenset((errno.EACCES, errno.EPERM, errno.EROFS))
_NO_MEMORY = (
    "MemoryError",
    "bad_alloc",
    "allocate memory",
    "failed to allocate",
    "insufficient memory",
    "failed to map segment",
)
"""Parts of the messages of Python, C++, the C library, llama.cpp and the dynamic loader."""


def is_out_of_memory_message(text: str) -> bool:
    """Return whether the last output of a process, or an error of the dynamic loader, says that memory was refused."""
    return any(each in text for each in _NO_MEMORY)


def out_of_memory_error() -> DoesNotFitError:
    """Return the error for memory that the system refused."""
    return DoesNotFitError(tr("There is not enough memory. Close some programs and try again."), code="memory")


def in_use_error(path: Path | str) -> InputError:
    """Return the error for a file that another program has open; see `file_retry.is_in_use`."""
    return InputError(
        tr("The file {path} is in use by another program. Close that program and try again.", path=path), code="in-use"
    )


def weights_in_use_error(path: Path) -> WeightsError:
    """Return the error for a model's file that a program has open, perhaps this one: Windows keeps loaded files."""
    return WeightsError(
        tr(
            "The file {name} is in use. Close the programs that use it, Edge Assistant too, and try again.",
            name=path.name,
        ),
        code="weights-in-use",
    )


_AnyError = TypeVar("_AnyError", bound=BaseException)


def without_traceback(error: _AnyError) -> _AnyError:
    """Return an error that is going to be kept, rid of all that it was on its way through, and of its causes.

    A traceback holds the functions that were left, and what these had: a picture that could not be decoded, say.
    """
    error.__traceback__ = error.__cause__ = error.__context__ = None
    return error


def run_safely(run: Callable[[], object], what_failed: str) -> AssistantError | None:
    """Call `run`; return None, or the error that it ended with, logged as `what_failed`, and fit to be kept.

    A bug is explained.
    """
    try:
        run()
    except AssistantError as error:
        _log.info("%s: %s", what_failed, error)
        return without_traceback(error)
    except Exception as error:  # noqa: BLE001 (the one place where a bug becomes a sentence instead of an end)
        _log.exception(what_failed)
        return without_traceback(explain_error(error))
    return None


def explain_error(error: BaseException) -> AssistantError:
    """Turn an unexpected error into one that a person can use: the reason and what to do, where the system gave one.

    Everything else is a bug, and becomes INTERNAL (code `internal`). The caller logs the error itself.
    """
    if isinstance(error, AssistantError):
        return error
    if isinstance(error, MemoryError) or (
        isinstance(error, ImportError | OSError) and is_out_of_memory_message(str(error))
    ):
        return out_of_memory_error()
    if isinstance(error, OSError):
        found = _explain_errno(error)
        if found is not None:
            return found
    if isinstance(error, BrokenExecutor) or (isinstance(error, RuntimeError) and "start new thread" in str(error)):
        return _process_limit_error()
    return EngineError(tr(INTERNAL_ERROR), code="internal")


def _explain_errno(error: OSError) -> AssistantError | None:
    """Return the error for an operating system's error number; None where the number says nothing helpful."""
    path = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else None
    if path is not None and is_in_use(error):
        return in_use_error(path)
    match error.errno:
        case errno.ENOMEM:
            return out_of_memory_error()
        case errno.ENOENT if _is_cwd_removed():
            return InputError(
                tr("The current folder was removed. Change to another one and try again."), code="no-folder"
            )
        case errno.EAGAIN:  # from fork; non-blocking reads and writes handle it themselves
            return _process_limit_error()
        case errno.EMFILE if sys.platform == "win32":
            return DoesNotFitError(tr("The program has too many files open. Quit it and start it again."), code="files")
        case errno.EMFILE:
            return DoesNotFitError(
                tr(
                    "The program needs more open files than allowed. Raise the limit, as with ulimit -n 1024, and "
                    "start it again."
                ),
                code="files",
            )
        case errno.ENFILE:
            return DoesNotFitError(
                tr("Too many files are open on this computer. Close some programs and try again."), code="files"
            )
        case number if number in _FULL:
            return DoesNotFitError(tr("The disk is full. Free up space and try again."), code="disk")
        case number if number in _FORBIDDEN and path is not None:
            return InputError(
                tr(
                    "The program cannot use {path}: {reason}. Change its permissions, or choose another place.",
                    path=path,
                    reason=error.strerror,
                ),
                code="no-permission",
            )
        case errno.ENAMETOOLONG if path is not None:
            return InputError(
                tr("The name {path} is too long for this computer. Choose a shorter one.", path=path), code="too-long"
            )
        case errno.ELOOP if path is not None:
            return InputError(
                tr("{path} is a link to itself. Remove it, or choose another place.", path=path),
                code="no-file",
            )
        case errno.ENOTDIR if path is not None:
            return InputError(
                tr(
                    "{path} cannot exist: a part of it is not a folder. Check the home folder and the settings.",
                    path=path,
                ),
                code="no-folder",
            )
    return None


def _is_cwd_removed() -> bool:
    """Return whether the current folder of this process was removed."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return True
    return False


def _process_limit_error() -> DoesNotFitError:
    return DoesNotFitError(
        tr(
            "The system cannot start anything more: memory, processes or open files are at their limit. Close some "
            "programs, or raise the limit, and try again."
        ),
        code="processes",
    )
