"""Drawing of screens in a process of its own: no running window is disturbed, and its memory is freed at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection

from edge_assistant.drawn_screens.jobs import Job, plan_jobs
from edge_assistant.drawn_screens.truth import KINDS, DrawnScreen, Kind, SkippedLanguage
from edge_assistant.system.errors import (
    AssistantError,
    CancelledError,
    EngineError,
    InputError,
    is_out_of_memory_message,
    out_of_memory_error,
    rebuild_error,
)
from edge_assistant.system.i18n import tr
from edge_assistant.system.installation import reinstall_advice
from edge_assistant.system.worker_process import WorkerDiedError, WorkerProcess

_POLL_S = 0.1
_TIMEOUT_S = 60.0
"""Seconds for one screen: the first needs Python and Qt to start, and fonts to be looked through."""


def draw_screens(
    kinds: Sequence[Kind] = KINDS,
    *,
    seed: int = 0,
    languages: Sequence[str] = ("en",),
    count: int = 1,
    scale: float | None = None,
    on_skip: Callable[[SkippedLanguage], None] = lambda _: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[DrawnScreen]:
    """Draw `count` screens of each kind in each language, one of every kind and language before the second of any.

    The same seed gives the same screens, to the pixel on one computer; they differ from one seed to the next. A
    screen is drawn when it is asked for, or one or two ahead. `scale`, from 1 to 2, is the system's enlargement, which
    the seed decides where it is None; photographs have their own. `on_skip` is called once for each language that no
    font here has the letters of, or that there are no phrases for (phrases.LANGUAGES).

    Raises InputError (code `not-installed` without Qt, `no-fonts` without any font), EngineError (code `no-screens`)
    when the drawing process fails, and CancelledError.
    """
    jobs = plan_jobs(kinds, languages, seed, count, scale)
    if not jobs:
        return
    worker = WorkerProcess(_serve, tuple(jobs), name="screens")
    try:
        deadline = time.monotonic() + _TIMEOUT_S
        while True:
            if is_cancelled():
                raise CancelledError
            message = worker.receive(_POLL_S)
            if message is None:
                if time.monotonic() > deadline:
                    raise _failed_error()
            elif message == "done":
                return
            elif isinstance(message, SkippedLanguage):
                on_skip(message)
            elif isinstance(message, DrawnScreen):
                yield message
                deadline = time.monotonic() + _TIMEOUT_S
            else:
                raise rebuild_error(*message)
    except WorkerDiedError as error:
        if is_out_of_memory_message(" ".join(error.last_lines)):
            raise out_of_memory_error() from error
        raise _failed_error() from error
    finally:
        worker.kill()


def draw_screen(kind: Kind, *, language: str = "en", seed: int = 0, scale: float | None = None) -> DrawnScreen:
    """Draw one screen; see `draw_screens`. Raises InputError as well where its language cannot be drawn here."""
    skipped: list[SkippedLanguage] = []
    for screen in draw_screens((kind,), seed=seed, languages=(language,), scale=scale, on_skip=skipped.append):
        return screen
    raise InputError(skipped[0].reason, code="no-fonts")


def _failed_error() -> AssistantError:
    return EngineError(tr("The screens for the check could not be drawn. Try again."), code="no-screens")


def _serve(connection: Connection, jobs: Sequence[Job]) -> None:
    try:
        try:
            from edge_assistant.drawn_screens.qt import worker
        except ImportError as error:
            if is_out_of_memory_message(str(error)):
                raise out_of_memory_error() from error
            library = str(error).partition(":")[0]
            what = library if ".so" in library else "PySide6"
            raise InputError(
                tr("{what} is missing and needed here. {advice}", what=what, advice=reinstall_advice()),
                code="not-installed",
            ) from error
        worker.serve(connection, jobs)
    except AssistantError as error:
        connection.send((error.kind, error.code, str(error)))
        return
    connection.send("done")
