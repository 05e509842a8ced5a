"""The models commands: what is here, what suits, and getting, checking, carrying and removing weights."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from edge_assistant.assistant.advice import advise, first_run_is_over
from edge_assistant.cli.output_models import ModelsOutput
from edge_assistant.models.cancellation import Cancellation
from edge_assistant.models.exporter import Exporter
from edge_assistant.models.gguf_header import gigabytes
from edge_assistant.models.hub import Hub
from edge_assistant.models.importer import Importer
from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.operations import PullOperation, VerifyOperation, VerifyResult, files_here, remove_set
from edge_assistant.models.resolver import wanted
from edge_assistant.models.summary import facts, line
from edge_assistant.settings import schema
from edge_assistant.system import paths, signals, terminal
from edge_assistant.system.errors import AssistantError, CancelledError, UsageError, WeightsError, explained
from edge_assistant.system.i18n import tr, tr_count
from edge_assistant.system.outside_text import one_line
from edge_assistant.system.terminal import complain, print_line

_log = logging.getLogger(__name__)
_POLL = 0.02  # seconds between two looks whether a signal came
_PATIENCE = 3.0  # seconds that a cancelled task has to bring what arrived onto the disk
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ModelsOptions:
    """What every models command takes; `speak` None leaves it to the settings."""

    speak: bool | None
    as_json: bool


class _Task(Protocol):
    cancel: Cancellation


def list_models(options: ModelsOptions) -> int:
    """Every set that is known, one a line, the largest facts first."""
    chosen, shelf = _open()
    teller = ModelsOutput(chosen, speak=False, as_json=options.as_json)
    for weights in shelf.catalog():
        teller.event("weights", **facts(shelf, weights))
        if not options.as_json:
            print_line(line(shelf, weights))
    for problem in shelf.problems:
        teller.notice("catalog-damaged", problem)
    return 0


def recommend_models(options: ModelsOptions) -> int:
    """What suits this computer, and why."""
    chosen, shelf = _open()
    advice = advise(shelf)
    with _telling(chosen, options) as teller:
        teller.event(
            "recommendation",
            name=advice.weights.name if advice.weights else None,
            variant=advice.weights.variant if advice.weights else None,
            download_bytes=advice.download_bytes,
            sentences=list(advice.sentences),
        )
        for sentence in advice.sentences:
            teller.say(sentence)
    return 0


def first_run(options: ModelsOptions) -> int:
    """What suits this computer, and the choice: at a terminal the same as the window of the first run."""
    if options.as_json or not terminal.is_terminal(sys.stdin):
        raise UsageError(tr("This is not a terminal, so you cannot be asked. Leave out --ask."))
    recommend_models(options)
    chosen, shelf = _open()
    weights = advise(shelf).weights
    while True:
        with _telling(chosen, options) as teller:
            download = tr("d to download, ") if weights is not None else ""
            answer = _ask(
                teller,
                tr(
                    "Type {download}f to choose a file or folder, w to use the demo model for now, or n for not now.",
                    download=download,
                ),
            )
            path = _ask(teller, tr("Type the path of a file or folder.")) if answer == "f" else ""
        if answer == "d" and weights is not None:
            pull_models(weights.name, options, think=False, mmproj=None, trust_new=False)
            break
        if path:
            import_models([paths.expanded(path)], options, link=None)
            break
        if answer in ("w", "n"):
            break
    first_run_is_over(shelf)
    return 0


def _ask(teller: ModelsOutput, question: str) -> str:
    teller.say(question)
    # Not through sys.stdin, whose lock a thread that waits here would still hold when a cancel ends the program.
    line = os.read(sys.stdin.fileno(), 4096)
    if not line:
        raise CancelledError  # the terminal is gone
    return line.decode(errors="replace").strip()


def pull_models(name: str, options: ModelsOptions, *, think: bool, mmproj: str | None, trust_new: bool) -> int:
    """Fetch a set from the hub."""
    chosen, shelf = _open()
    weights = shelf.named(name, wanted(think))
    entries = shelf.pair(weights, mmproj)
    with _telling(chosen, options) as teller:
        task = PullOperation(
            shelf,
            weights,
            entries,
            hub=Hub(),
            on_progress=lambda file, progress: teller.progress("pull", file, progress),
            on_notice=teller.notice,
        )
        files = _run(task, lambda: task.run(trust_new=trust_new))
        for entry in entries:
            trusted = shelf.verifier.trusted(entry)
            if trusted is not None:
                teller.event("trusted", file=entry.file, sha256=trusted.sha256, commit=trusted.commit)
        teller.event(
            "done", action="pull", name=weights.name, variant=weights.variant, files=[str(each) for each in files]
        )
        teller.say(tr("{name}, {title}, is installed and verified.", name=weights.name, title=weights.variant.title()))
    return 0


def verify_models(name: str | None, options: ModelsOptions, *, think: bool) -> int:
    """Hash what is here again, all of it or one set; exit code 3 when something is damaged or cannot be checked."""
    chosen, shelf = _open()
    sets = [shelf.named(name, wanted(think))] if name is not None else list(shelf.catalog())
    found = files_here(shelf, sets)
    if not found:
        raise WeightsError(tr("There is nothing to verify. Download a model with models pull."), code="weights-missing")
    with _telling(chosen, options) as teller:
        task = VerifyOperation(
            shelf,
            found,
            on_progress=lambda file, progress: teller.progress("verify", file, progress),
            on_checked=lambda checked: _tell_checked(teller, checked),
        )
        bad = _run(task, task.run)
        teller.event("done", action="verify", files=len(found), damaged=bad)
        if bad == 0:
            teller.say(
                tr("Everything is OK: {found} files were checked.", found=len(found))
                if len(found) > 1
                else tr("Everything is OK.")
            )
    return WeightsError.exit_code if bad else 0


def import_models(sources: Sequence[Path], options: ModelsOptions, *, link: bool | None) -> int:
    """Add weights from files and folders; `link` None: ask whether a hard link or a copy is wanted."""
    chosen, shelf = _open()
    with _telling(chosen, options) as teller:
        task = Importer(
            shelf,
            sources,
            want_links=(lambda: _ask_for_links(teller, options)) if link is None else (lambda: bool(link)),
            on_progress=lambda file, progress: teller.progress("import", file, progress),
            on_notice=teller.notice,
        )
        for result in _run(task, task.run):
            teller.event(
                "done",
                action="import",
                name=result.name,
                variant=result.variant,
                complete=result.complete,
                files=[str(each) for each in result.files],
            )
            teller.say(result.sentence())
    return 0


def export_models(folder: Path, names: Sequence[str], options: ModelsOptions, *, think: bool) -> int:
    """Write sets into a folder for another computer; without names, all that are complete here."""
    chosen, shelf = _open()
    sets = [shelf.named(name, wanted(think)) for name in names]
    with _telling(chosen, options) as teller:
        task = Exporter(
            shelf, folder, sets, on_progress=lambda file, progress: teller.progress("export", file, progress)
        )
        written = _run(task, task.run)
        teller.event("done", action="export", folder=str(folder), names=[each.name for each in written])
        teller.say(
            tr_count(
                "{number} model was exported. On the other computer, use edge-assistant models import {folder}.",
                "{number} models were exported. On the other computer, use edge-assistant models import {folder}.",
                len(written),
                folder=folder,
            )
        )
    return 0


def remove_models(name: str, options: ModelsOptions, *, think: bool) -> int:
    """Delete a set's files from the program's own folder."""
    chosen, shelf = _open()
    weights = shelf.named(name, wanted(think))
    with _telling(chosen, options) as teller:
        freed = remove_set(shelf, weights)
        teller.event("done", action="remove", name=weights.name, variant=weights.variant, freed_bytes=freed)
        teller.say(
            tr(
                "{name}, {title}, was removed. {gigabytes} freed.",
                name=weights.name,
                title=weights.variant.title(),
                gigabytes=gigabytes(freed),
            )
        )
    return 0


def print_path(name: str | None, options: ModelsOptions, *, think: bool) -> int:
    """The folder of downloads, or the files of a set, one a line."""
    chosen, shelf = _open()
    teller = ModelsOutput(chosen, speak=False, as_json=options.as_json)
    found = [shelf.data_models]
    if name is not None:
        weights = shelf.named(name, wanted(think))
        statuses = [shelf.status(weights, entry) for entry in shelf.pair(weights)]
        found = [status.path for status in statuses if status.path is not None]
        if not found:
            raise WeightsError(tr("{name} is not installed.", name=weights.name), code="weights-missing")
    for path in found:
        teller.event("path", path=str(path))
        if not options.as_json:
            print_line(one_line(str(path)))
    return 0


def _tell_checked(teller: ModelsOutput, checked: VerifyResult) -> None:
    sentence, result = tr("{name} is OK.", name=checked.path.name), "whole"
    if checked.error is None:
        teller.say(sentence)
    else:
        sentence, result = str(checked.error), checked.error.code
        teller.error(checked.error)
        complain(sentence)
    teller.event("file", path=str(checked.path), result=result, message=sentence)


class _telling:
    """A Teller for the time of a command; an error that ends the command is said before it is passed on."""

    def __init__(self, chosen: schema.Settings, options: ModelsOptions) -> None:
        self._teller = ModelsOutput(chosen, speak=options.speak, as_json=options.as_json)

    def __enter__(self) -> ModelsOutput:
        return self._teller

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, AssistantError) and not isinstance(error, CancelledError):
            self._teller.error(error)
        self._teller.close(wait=not isinstance(error, CancelledError | KeyboardInterrupt | OSError))


def _run(task: _Task, work: Callable[[], T]) -> T:
    """Do the work on a thread of its own, so that a signal can cancel it at any moment."""
    outcome: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(work())
        except BaseException as error:  # noqa: BLE001 (it is raised again on the main thread)
            failure.append(error)

    signals.only_remember()
    thread = threading.Thread(target=run, name="models", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(_POLL)
        if signals.arrived():
            task.cancel.set()
            thread.join(_PATIENCE)
            raise CancelledError(tr("Cancelled. Progress is kept: run the command again to resume."))
    if failure and isinstance(failure[0], AssistantError | BrokenPipeError):
        raise failure[0]
    if failure:
        _log.error("a models command failed", exc_info=failure[0])
        raise explained(failure[0]) from failure[0]
    return outcome[0]


def _open() -> tuple[schema.Settings, ModelLibrary]:
    chosen = schema.load(schema.path())
    return chosen, ModelLibrary(chosen.weights_dir)


def _ask_for_links(teller: ModelsOutput, options: ModelsOptions) -> bool:
    """Whether the person wants hard links; where nobody can be asked, copies are made."""
    if options.as_json or not terminal.is_terminal(sys.stdin):
        return False
    question = tr(
        "A hard link takes no extra space, but shares its data with your file; a copy is independent. Link or copy?"
    )
    return _ask(teller, question).lower().startswith("l")
