"""What the windows about weights do with them, each as work for a task: the same parts that the commands use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from edge_assistant.models.catalog import CatalogWeights
from edge_assistant.models.exporter import Export
from edge_assistant.models.gguf_header import gigabytes
from edge_assistant.models.hub import Hub
from edge_assistant.models.importer import Import
from edge_assistant.models.library import Shelf
from edge_assistant.models.operations import Checked, Pull, Verification, files_here, remove_set
from edge_assistant.system.i18n import tr, tr_count
from edge_assistant.ui.models.background_task import Task

Work = Callable[[Task], str]
"""Returns the sentence that tells what was done."""


def full_name(weights: CatalogWeights) -> str:
    """As people say it."""
    return f"{weights.name}, {weights.variant.title()}"


def download(shelf: Shelf, weights: CatalogWeights, mmproj: str | None = None, *, trust_new: bool = False) -> Work:
    """Fetch a set, or go on with that."""

    def work(task: Task) -> str:
        pull = Pull(
            shelf,
            weights,
            shelf.pair(weights, mmproj),
            hub=Hub(),
            on_progress=task.progress,
            on_notice=lambda _, message: task.tell(message),
        )
        task.obeys(pull.cancel)
        pull.run(trust_new=trust_new)
        return tr("{name}, is here and whole.", name=full_name(weights))

    return work


def verify(shelf: Shelf, weights: CatalogWeights) -> Work:
    """Read a set's files again."""

    def tell(task: Task, checked: Checked) -> None:
        if checked.error is not None:
            task.tell(str(checked.error))

    def work(task: Task) -> str:
        files = files_here(shelf, [weights])
        verification = Verification(
            shelf, files, on_progress=task.progress, on_checked=lambda checked: tell(task, checked)
        )
        task.obeys(verification.cancel)
        bad = verification.run()
        if bad:
            return tr_count("{number} file is damaged.", "{number} files are damaged.", bad)
        return tr("{name}, is whole.", name=full_name(weights))

    return work


def bring_in(shelf: Shelf, paths: Sequence[Path]) -> Work:
    """Add weights from files or a folder."""

    def work(task: Task) -> str:
        bringing = Import(
            shelf,
            paths,
            want_links=lambda: task.ask(
                tr(
                    "A hard link takes no more room, but shares its bytes with your file; a copy is independent. "
                    "Make a link?"
                )
            ),
            on_progress=task.progress,
            on_notice=lambda _, message: task.tell(message),
        )
        task.obeys(bringing.cancel)
        return " ".join(each.sentence() for each in bringing.run())

    return work


def carry_out(shelf: Shelf, folder: Path, weights: CatalogWeights) -> Work:
    """Write a set into a folder for another computer."""

    def work(task: Task) -> str:
        export = Export(shelf, folder, [weights], on_progress=task.progress)
        task.obeys(export.cancel)
        export.run()
        return tr("{name}, can be carried in {folder}.", name=full_name(weights), folder=folder)

    return work


def remove(shelf: Shelf, weights: CatalogWeights) -> Work:
    """Delete a set from the program's own folder."""

    def work(_: Task) -> str:
        freed = remove_set(shelf, weights)
        return tr("{name}, is removed. {size} are free again.", name=full_name(weights), size=gigabytes(freed))

    return work
