"""The models commands: list, recommend, pull, verify, import, export and remove models."""

from __future__ import annotations

import argparse

from edge_assistant.assistant.advice import advise
from edge_assistant.assistant.factory import text_companions
from edge_assistant.cli.command import CommandContext
from edge_assistant.cli.exit_codes import exit_code
from edge_assistant.cli.output_models import ModelsOutput
from edge_assistant.models.catalog import CatalogModel
from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.operations import (
    CANCELLED,
    ExportOperation,
    ImportOperation,
    Operation,
    RemoveOperation,
    VerifyOperation,
)
from edge_assistant.models.pull import PullOperation
from edge_assistant.models.resolver import variant_for
from edge_assistant.models.summary import model_facts, summary_line
from edge_assistant.settings import schema
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import CancelledError, WeightsError
from edge_assistant.system.i18n import tr
from edge_assistant.system.paths import expand_path
from edge_assistant.system.text_cleaning import one_line


def run(parsed: argparse.Namespace, context: CommandContext) -> int:
    """Run the command `parsed.action`; return its exit code. Raises CancelledError."""
    settings = schema.load(schema.path())
    library = ModelLibrary(settings.weights_dir)
    speak = False if parsed.action in ("list", "path") else parsed.speak
    progress, cancellation = getattr(parsed, "progress", True), context.cancellation
    with ModelsOutput(
        settings, cancellation, speak=speak, as_json=parsed.json, progress=progress, fail=context.output.fail
    ) as output:
        match parsed.action:
            case "list":
                _list(library, output)
            case "recommend":
                _recommend(library, output)
            case "path":
                _print_paths(library, parsed, output)
            case _:
                return _run_operation(_make_operation(library, parsed), output, cancellation)
    return 0


def _run_operation(operation: Operation, output: ModelsOutput, cancellation: Cancellation) -> int:
    try:
        result = operation.run(output, cancellation)
    except CancelledError as error:
        raise CancelledError(tr(CANCELLED)) from error
    for sentence in result.sentences:
        output.say(sentence)
    return exit_code(WeightsError.kind) if result.damaged else 0


def _make_operation(library: ModelLibrary, parsed: argparse.Namespace) -> Operation:
    match parsed.action:
        case "pull":
            return PullOperation(library, _find(library, parsed.name, parsed), parsed.mmproj, parsed.trust_new)
        case "verify":
            every = parsed.name is None
            return VerifyOperation(library, library.catalog() if every else (_find(library, parsed.name, parsed),))
        case "import":
            sources = [expand_path(path) for path in parsed.paths]
            return ImportOperation(library, sources, parsed.link, text_companions())
        case "export":
            models = tuple(_find(library, name, parsed) for name in parsed.names)
            return ExportOperation(library, expand_path(parsed.folder), models, text_companions())
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
