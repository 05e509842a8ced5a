"""The models commands: list, recommend, pull, verify, import, export and remove models."""

from __future__ import annotations

import argparse
import logging
import threading

from edge_assistant.assistant.advice import advise
from edge_assistant.cli.output_models import ModelsOutput
from edge_assistant.models.cancellation import Cancellation
from edge_assistant.models.catalog import CatalogModel
from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.operations import (
    CANCELLED,
    ExportOperation,
    ImportOperation,
    Operation,
    OperationResult,
    RemoveOperation,
    VerifyOperation,
)
from edge_assistant.models.pull import PullOperation
from edge_assistant.models.resolver import variant_for
from edge_assistant.models.summary import model_facts, summary_line
from edge_assistant.settings import schema
from edge_assistant.system import signals
from edge_assistant.system.errors import AssistantError, CancelledError, WeightsError, explain_error
from edge_assistant.system.i18n import tr
from edge_assistant.system.paths import expand_path
from edge_assistant.system.text_cleaning import one_line

_log = logging.getLogger(__name__)
_POLL = 0.02  # seconds between two checks for a signal
_CANCEL_TIMEOUT = 3.0  # seconds for a cancelled operation to write the received data to the disk


def run(parsed: argparse.Namespace) -> int:
    """Run the command `parsed.action`; return its exit code."""
    settings = schema.load(schema.path())
    library = ModelLibrary(settings.weights_dir)
    speak = False if parsed.action in ("list", "path") else parsed.speak
    with ModelsOutput(settings, speak=speak, as_json=parsed.json) as output:
        match parsed.action:
            case "list":
                _list(library, output)
            case "recommend":
                _recommend(library, output)
            case "path":
                _print_paths(library, parsed, output)
            case _:
                result = _run_cancellable(_make_operation(library, parsed), output)
                for sentence in result.sentences:
                    output.say(sentence)
                return WeightsError.exit_code if result.damaged else 0
    return 0


def _make_operation(library: ModelLibrary, parsed: argparse.Namespace) -> Operation:
    match parsed.action:
        case "pull":
            return PullOperation(library, _find(library, parsed.name, parsed), parsed.mmproj, parsed.trust_new)
        case "verify":
            every = parsed.name is None
            return VerifyOperation(library, library.catalog() if every else (_find(library, parsed.name, parsed),))
        case "import":
            return ImportOperation(library, [expand_path(path) for path in parsed.paths], parsed.link)
        case "export":
            models = tuple(_find(library, name, parsed) for name in parsed.names)
            return ExportOperation(library, expand_path(parsed.folder), models)
        case _:
            return RemoveOperation(library, _find(library, parsed.name, parsed))


def _find(library: ModelLibrary, name: str, parsed: argparse.Namespace) -> CatalogModel:
    return library.named(name, variant_for(parsed.think))


def _list(library: ModelLibrary, output: ModelsOutput) -> None:
    """Print every known model, one a line."""
    for model in library.catalog():
        output.event("weights", **model_facts(library, model))
        output.show_line(summary_line(library, model))
    for problem in library.problems:
        output.notice("catalog-damaged", problem)


def _recommend(library: ModelLibrary, output: ModelsOutput) -> None:
    """Recommend a model for this computer, and say why."""
    recommendation = advise(library)
    output.event(
        "recommendation",
        name=recommendation.model.name if recommendation.model else None,
        variant=recommendation.model.variant if recommendation.model else None,
        download_bytes=recommendation.download_bytes,
        sentences=list(recommendation.sentences),
    )
    for sentence in recommendation.sentences:
        output.say(sentence)


def _print_paths(library: ModelLibrary, parsed: argparse.Namespace, output: ModelsOutput) -> None:
    """Print the folder of downloads, or the files of a model, one a line."""
    found = [library.data_models]
    if parsed.name is not None:
        model = _find(library, parsed.name, parsed)
        statuses = [library.status(model, entry) for entry in library.pair(model)]
        found = [status.path for status in statuses if status.path is not None]
        if not found:
            raise WeightsError(tr("{name} is not installed.", name=model.name), code="weights-missing")
    for path in found:
        output.event("path", path=str(path))
        output.show_line(one_line(str(path)))


def _run_cancellable(operation: Operation, output: ModelsOutput) -> OperationResult:
    """Run the operation on a thread of its own, so that a signal can cancel it at any time."""
    outcome: list[OperationResult] = []
    failure: list[BaseException] = []
    cancel = Cancellation()

    def work() -> None:
        try:
            outcome.append(operation.run(output, cancel))
        except BaseException as error:  # noqa: BLE001 (raised again on the main thread)
            failure.append(error)

    signals.stop_raising()
    thread = threading.Thread(target=work, name="models", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(_POLL)
        if signals.arrived():
            cancel.set()
            thread.join(_CANCEL_TIMEOUT)
            raise CancelledError(tr(CANCELLED))
    if failure and isinstance(failure[0], AssistantError | BrokenPipeError):
        raise failure[0]
    if failure:
        _log.error("a models command failed", exc_info=failure[0])
        raise explain_error(failure[0]) from failure[0]
    return outcome[0]
