"""The models commands: list, recommend, pull, verify, import, export and remove models."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from edge_assistant.assistant.advice import advise, finish_first_run
from edge_assistant.cli.output_models import ModelsOutput
from edge_assistant.models.cancellation import Cancellation
from edge_assistant.models.exporter import Exporter
from edge_assistant.models.gguf_header import format_size
from edge_assistant.models.hub import Hub
from edge_assistant.models.importer import Importer
from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.operations import PullOperation, VerifyOperation, VerifyResult, present_files, remove_model
from edge_assistant.models.resolver import variant_for
from edge_assistant.models.summary import model_facts, summary_line
from edge_assistant.settings import schema
from edge_assistant.system import paths, signals, terminal
from edge_assistant.system.errors import AssistantError, CancelledError, UsageError, WeightsError, explain_error
from edge_assistant.system.i18n import tr, tr_count
from edge_assistant.system.terminal import print_error, print_line
from edge_assistant.system.text_cleaning import one_line

_log = logging.getLogger(__name__)
_POLL = 0.02  # seconds between two checks for a signal
_CANCEL_TIMEOUT = 3.0  # seconds for a cancelled task to write the received data to the disk
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ModelsOptions:
    """The options of every models command; `speak` None leaves it to the settings."""

    speak: bool | None
    as_json: bool


class _Task(Protocol):
    cancel: Cancellation


def list_models(options: ModelsOptions) -> int:
    """Print every known model, one a line."""
    settings, library = _open_library()
    output = ModelsOutput(settings, speak=False, as_json=options.as_json)
    for model in library.catalog():
        output.event("weights", **model_facts(library, model))
        if not options.as_json:
            print_line(summary_line(library, model))
    for problem in library.problems:
        output.notice("catalog-damaged", problem)
    return 0


def recommend_models(options: ModelsOptions) -> int:
    """Recommend a model for this computer, and say why."""
    settings, library = _open_library()
    recommendation = advise(library)
    with _CommandOutput(settings, options) as output:
        output.event(
            "recommendation",
            name=recommendation.model.name if recommendation.model else None,
            variant=recommendation.model.variant if recommendation.model else None,
            download_bytes=recommendation.download_bytes,
            sentences=list(recommendation.sentences),
        )
        for sentence in recommendation.sentences:
            output.say(sentence)
    return 0


def run_first_run(options: ModelsOptions) -> int:
    """Recommend a model and ask what to do: the first-run dialog, at a terminal."""
    if options.as_json or not terminal.is_terminal(sys.stdin):
        raise UsageError(tr("This is not a terminal, so you cannot be asked. Leave out --ask."))
    recommend_models(options)
    settings, library = _open_library()
    model = advise(library).model
    while True:
        with _CommandOutput(settings, options) as output:
            download = tr("d to download, ") if model is not None else ""
            answer = _ask(
                output,
                tr(
                    "Type {download}f to choose a file or folder, w to use the demo model for now, or n for not now.",
                    download=download,
                ),
            )
            path = _ask(output, tr("Type the path of a file or folder.")) if answer == "f" else ""
        if answer == "d" and model is not None:
            pull_models(model.name, options, think=False, mmproj=None, trust_new=False)
            break
        if path:
            import_models([paths.expand_path(path)], options, link=None)
            break
        if answer in ("w", "n"):
            break
    finish_first_run(library)
    return 0


def _ask(output: ModelsOutput, question: str) -> str:
    output.say(question)
    # Not sys.stdin: a thread waiting here would hold its lock when a cancel exits the program.
    line = os.read(sys.stdin.fileno(), 4096)
    if not line:
        raise CancelledError  # the terminal was closed
    return line.decode(errors="replace").strip()


def pull_models(name: str, options: ModelsOptions, *, think: bool, mmproj: str | None, trust_new: bool) -> int:
    """Download a model from the hub."""
    settings, library = _open_library()
    model = library.named(name, variant_for(think))
    entries = library.pair(model, mmproj)
    with _CommandOutput(settings, options) as output:
        task = PullOperation(
            library,
            model,
            entries,
            hub=Hub(),
            on_progress=lambda file, progress: output.progress("pull", file, progress),
            on_notice=output.notice,
        )
        files = _run_cancellable(task, lambda: task.run(trust_new=trust_new))
        for entry in entries:
            trusted = library.verifier.trusted(entry)
            if trusted is not None:
                output.event("trusted", file=entry.file, sha256=trusted.sha256, commit=trusted.commit)
        output.event("done", action="pull", name=model.name, variant=model.variant, files=[str(each) for each in files])
        output.say(tr("{name}, {title}, is installed and verified.", name=model.name, title=model.variant.title()))
    return 0


def verify_models(name: str | None, options: ModelsOptions, *, think: bool) -> int:
    """Verify the files of one model or of all; return 3 if a file is damaged or cannot be checked."""
    settings, library = _open_library()
    models = [library.named(name, variant_for(think))] if name is not None else list(library.catalog())
    found = present_files(library, models)
    if not found:
        raise WeightsError(tr("There is nothing to verify. Download a model with models pull."), code="weights-missing")
    with _CommandOutput(settings, options) as output:
        task = VerifyOperation(
            library,
            found,
            on_progress=lambda file, progress: output.progress("verify", file, progress),
            on_checked=lambda result: _report_result(output, result),
        )
        bad = _run_cancellable(task, task.run)
        output.event("done", action="verify", files=len(found), damaged=bad)
        if bad == 0:
            output.say(
                tr("Everything is OK: {found} files were checked.", found=len(found))
                if len(found) > 1
                else tr("Everything is OK.")
            )
    return WeightsError.exit_code if bad else 0


def import_models(sources: Sequence[Path], options: ModelsOptions, *, link: bool | None) -> int:
    """Import models from files and folders, as hard links or copies; with `link` None, ask which."""
    settings, library = _open_library()
    with _CommandOutput(settings, options) as output:
        task = Importer(
            library,
            sources,
            want_links=(lambda: _ask_for_links(output, options)) if link is None else (lambda: bool(link)),
            on_progress=lambda file, progress: output.progress("import", file, progress),
            on_notice=output.notice,
        )
        for result in _run_cancellable(task, task.run):
            output.event(
                "done",
                action="import",
                name=result.name,
                variant=result.variant,
                complete=result.complete,
                files=[str(each) for each in result.files],
            )
            output.say(result.sentence())
    return 0


def export_models(folder: Path, names: Sequence[str], options: ModelsOptions, *, think: bool) -> int:
    """Export models into a folder for another computer; without names, all complete ones."""
    settings, library = _open_library()
    models = [library.named(name, variant_for(think)) for name in names]
    with _CommandOutput(settings, options) as output:
        task = Exporter(
            library, folder, models, on_progress=lambda file, progress: output.progress("export", file, progress)
        )
        written = _run_cancellable(task, task.run)
        output.event("done", action="export", folder=str(folder), names=[each.name for each in written])
        output.say(
            tr_count(
                "{number} model was exported. On the other computer, use edge-assistant models import {folder}.",
                "{number} models were exported. On the other computer, use edge-assistant models import {folder}.",
                len(written),
                folder=folder,
            )
        )
    return 0


def remove_models(name: str, options: ModelsOptions, *, think: bool) -> int:
    """Delete a model's files from the program's own folder."""
    settings, library = _open_library()
    model = library.named(name, variant_for(think))
    with _CommandOutput(settings, options) as output:
        freed = remove_model(library, model)
        output.event("done", action="remove", name=model.name, variant=model.variant, freed_bytes=freed)
        output.say(
            tr(
                "{name}, {title}, was removed. {gigabytes} freed.",
                name=model.name,
                title=model.variant.title(),
                gigabytes=format_size(freed),
            )
        )
    return 0


def print_path(name: str | None, options: ModelsOptions, *, think: bool) -> int:
    """Print the folder of downloads, or the files of a model, one a line."""
    settings, library = _open_library()
    output = ModelsOutput(settings, speak=False, as_json=options.as_json)
    found = [library.data_models]
    if name is not None:
        model = library.named(name, variant_for(think))
        statuses = [library.status(model, entry) for entry in library.pair(model)]
        found = [status.path for status in statuses if status.path is not None]
        if not found:
            raise WeightsError(tr("{name} is not installed.", name=model.name), code="weights-missing")
    for path in found:
        output.event("path", path=str(path))
        if not options.as_json:
            print_line(one_line(str(path)))
    return 0


def _report_result(output: ModelsOutput, checked: VerifyResult) -> None:
    sentence, result = tr("{name} is OK.", name=checked.path.name), "whole"
    if checked.error is None:
        output.say(sentence)
    else:
        sentence, result = str(checked.error), checked.error.code
        output.error(checked.error)
        print_error(sentence)
    output.event("file", path=str(checked.path), result=result, message=sentence)


class _CommandOutput:
    """A context manager for the output of a command; speaks an error that ends the command."""

    def __init__(self, settings: schema.Settings, options: ModelsOptions) -> None:
        self._output = ModelsOutput(settings, speak=options.speak, as_json=options.as_json)

    def __enter__(self) -> ModelsOutput:
        return self._output

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, AssistantError) and not isinstance(error, CancelledError):
            self._output.error(error)
        self._output.close(wait=not isinstance(error, CancelledError | KeyboardInterrupt | OSError))


def _run_cancellable(task: _Task, work: Callable[[], T]) -> T:
    """Run `work` on a thread of its own, so that a signal can cancel it at any time."""
    outcome: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(work())
        except BaseException as error:  # noqa: BLE001 (raised again on the main thread)
            failure.append(error)

    signals.stop_raising()
    thread = threading.Thread(target=run, name="models", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(_POLL)
        if signals.arrived():
            task.cancel.set()
            thread.join(_CANCEL_TIMEOUT)
            raise CancelledError(tr("Cancelled. Progress is kept: run the command again to resume."))
    if failure and isinstance(failure[0], AssistantError | BrokenPipeError):
        raise failure[0]
    if failure:
        _log.error("a models command failed", exc_info=failure[0])
        raise explain_error(failure[0]) from failure[0]
    return outcome[0]


def _open_library() -> tuple[schema.Settings, ModelLibrary]:
    settings = schema.load(schema.path())
    return settings, ModelLibrary(settings.weights_dir)


def _ask_for_links(output: ModelsOutput, options: ModelsOptions) -> bool:
    """Ask whether to make hard links; return False (copies) where nobody can be asked."""
    if options.as_json or not terminal.is_terminal(sys.stdin):
        return False
    question = tr(
        "A hard link takes no extra space, but shares its data with your file; a copy is independent. Link or copy?"
    )
    return _ask(output, question).lower().startswith("l")
