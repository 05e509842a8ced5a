"""What the windows about weights do with them, each as work for a task: the same parts that the commands use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from edge_assistant.models.catalog import CatalogModel
from edge_assistant.models.exporter import Exporter
from edge_assistant.models.gguf_header import gigabytes
from edge_assistant.models.hub import Hub
from edge_assistant.models.importer import Importer
from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.operations import PullOperation, VerifyOperation, VerifyResult, files_here, remove_set
from edge_assistant.system.i18n import tr, tr_count
from edge_assistant.ui.models.background_task import BackgroundTask

Work = Callable[[BackgroundTask], str]
"""Returns the sentence that tells what was done."""


def full_name(weights: CatalogModel) -> str:
    """As people say it."""
    return f"{weights.name}, {weights.variant.title()}"


def download(shelf: ModelLibrary, weights: CatalogModel, mmproj: str | None = None, *, trust_new: bool = False) -> Work:
    """Fetch a set, or go on with that."""

    def work(task: BackgroundTask) -> str:
        pull = PullOperation(
            shelf,
            weights,
            shelf.pair(weights, mmproj),
            hub=Hub(),
            on_progress=task.progress,
            on_notice=lambda _, message: task.tell(message),
        )
        task.obeys(pull.cancel)
        pull.run(trust_new=trust_new)
        return tr("{name}, is installed and verified.", name=full_name(weights))

    return work


def verify(shelf: ModelLibrary, weights: CatalogModel) -> Work:
    """Read a set's files again."""

    def tell(task: BackgroundTask, checked: VerifyResult) -> None:
        if checked.error is not None:
            task.tell(str(checked.error))

    def work(task: BackgroundTask) -> str:
        files = files_here(shelf, [weights])
        verification = VerifyOperation(
            shelf, files, on_progress=task.progress, on_checked=lambda checked: tell(task, checked)
        )
        task.obeys(verification.cancel)
        bad = verification.run()
        if bad:
            return tr_count("{number} file is damaged.", "{number} files are damaged.", bad)
        return tr("{name}, is OK.", name=full_name(weights))

    return work


def bring_in(shelf: ModelLibrary, paths: Sequence[Path]) -> Work:
    """Add weights from files or a folder."""

    def work(task: BackgroundTask) -> str:
        bringing = Importer(
            shelf,
            paths,
            want_links=lambda: task.ask(
                tr(
                    "A hard link takes no extra space, but shares its data with your file; a copy is independent. "
                    "Make a link?"
                )
            ),
            on_progress=task.progress,
            on_notice=lambda _, message: task.tell(message),
        )
        task.obeys(bringing.cancel)
        return " ".join(each.sentence() for each in bringing.run())

    return work


def carry_out(shelf: ModelLibrary, folder: Path, weights: CatalogModel) -> Work:
    """Write a set into a folder for another computer."""

    def work(task: BackgroundTask) -> str:
        export = Exporter(shelf, folder, [weights], on_progress=task.progress)
        task.obeys(export.cancel)
        export.run()
        return tr("{name}, was exported to {folder}.", name=full_name(weights), folder=folder)

    return work


def remove(shelf: ModelLibrary, weights: CatalogModel) -> Work:
    """Delete a set from the program's own folder."""

    def work(_: BackgroundTask) -> str:
        freed = remove_set(shelf, weights)
        return tr("{name}, was removed. {size} freed.", name=full_name(weights), size=gigabytes(freed))

    return work
