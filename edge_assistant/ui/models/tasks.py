"""The operations of the windows about models, for background tasks; they use the same parts as the commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from edge_assistant.models.catalog import CatalogModel
from edge_assistant.models.exporter import Exporter
from edge_assistant.models.gguf_header import format_size
from edge_assistant.models.hub import Hub
from edge_assistant.models.importer import Importer
from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.operations import PullOperation, VerifyOperation, VerifyResult, present_files, remove_model
from edge_assistant.system.i18n import tr, tr_count
from edge_assistant.ui.models.background_task import BackgroundTask

Operation = Callable[[BackgroundTask], str]
"""An operation; returns a sentence that says what was done."""


def display_name(model: CatalogModel) -> str:
    """Return a model's name and variant as people say them."""
    return f"{model.name}, {model.variant.title()}"


def download(
    library: ModelLibrary, model: CatalogModel, mmproj: str | None = None, *, trust_new: bool = False
) -> Operation:
    """Return the operation that downloads a model, or resumes its download."""

    def operation(task: BackgroundTask) -> str:
        pull = PullOperation(
            library,
            model,
            library.pair(model, mmproj),
            hub=Hub(),
            on_progress=task.progress,
            on_notice=lambda _, message: task.report(message),
        )
        task.set_cancellation(pull.cancel)
        pull.run(trust_new=trust_new)
        return tr("{name}, is installed and verified.", name=display_name(model))

    return operation


def verify(library: ModelLibrary, model: CatalogModel) -> Operation:
    """Return the operation that verifies the files of a model."""

    def report_damage(task: BackgroundTask, result: VerifyResult) -> None:
        if result.error is not None:
            task.report(str(result.error))

    def operation(task: BackgroundTask) -> str:
        files = present_files(library, [model])
        verification = VerifyOperation(
            library, files, on_progress=task.progress, on_checked=lambda result: report_damage(task, result)
        )
        task.set_cancellation(verification.cancel)
        damaged = verification.run()
        if damaged:
            return tr_count("{number} file is damaged.", "{number} files are damaged.", damaged)
        return tr("{name}, is OK.", name=display_name(model))

    return operation


def import_models(library: ModelLibrary, paths: Sequence[Path]) -> Operation:
    """Return the operation that imports models from files or folders."""

    def operation(task: BackgroundTask) -> str:
        importer = Importer(
            library,
            paths,
            want_links=lambda: task.ask(
                tr(
                    "A hard link takes no extra space, but shares its data with your file; a copy is independent. "
                    "Make a link?"
                )
            ),
            on_progress=task.progress,
            on_notice=lambda _, message: task.report(message),
        )
        task.set_cancellation(importer.cancel)
        return " ".join(each.sentence() for each in importer.run())

    return operation


def export_model(library: ModelLibrary, folder: Path, model: CatalogModel) -> Operation:
    """Return the operation that exports a model to a folder, for another computer."""

    def operation(task: BackgroundTask) -> str:
        exporter = Exporter(library, folder, [model], on_progress=task.progress)
        task.set_cancellation(exporter.cancel)
        exporter.run()
        return tr("{name}, was exported to {folder}.", name=display_name(model), folder=folder)

    return operation


def remove(library: ModelLibrary, model: CatalogModel) -> Operation:
    """Return the operation that removes a model from the program's own folder."""

    def operation(_: BackgroundTask) -> str:
        freed = remove_model(library, model)
        return tr("{name}, was removed. {size} freed.", name=display_name(model), size=format_size(freed))

    return operation
