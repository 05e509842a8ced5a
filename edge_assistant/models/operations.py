"""The operations on whole models, for commands and windows alike: verify, import, export and remove; see pull.py, too.

An operation is made with what it is to do. `run` does it on the calling thread, reports to a listener, and ends with
CancelledError when it is cancelled; it may be run again, and goes on where it was. What people are told is said here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Protocol

from edge_assistant.models.catalog import CatalogModel
from edge_assistant.models.companions import Companion, copy_companions, with_companions
from edge_assistant.models.exporter import Exporter
from edge_assistant.models.gguf_header import format_size
from edge_assistant.models.importer import Importer
from edge_assistant.models.library import FileStatus, ModelLibrary
from edge_assistant.models.progress import FileProgress, TransferProgress
from edge_assistant.models.user_catalog import remove_entry
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import WeightsError
from edge_assistant.system.i18n import tr, tr_count, tr_noop

CANCELLED = tr_noop("Cancelled. Progress is kept; you can resume later.")
"""The sentence about an operation that the person has cancelled, before `tr`."""


class OperationListener(Protocol):
    """Receives what an operation reports, on the thread that runs it."""

    def progress(self, action: str, file: str, progress: TransferProgress, /) -> None:
        """Show how far the action is; called for every piece of a file."""

    def notice(self, code: str, message: str, /) -> None:
        """Tell the person something on the way."""

    def checked(self, path: Path, error: WeightsError | None, /) -> None:
        """Tell the person the result for one file: `error` says what is wrong with it, None: it is whole."""

    @property
    def can_ask(self) -> bool:
        """Whether a person is there to answer `ask`."""

    def ask(self, question: str, yes: str, no: str, /) -> bool:
        """Ask the person, and return whether the answer is `yes`; False where nobody can be asked."""

    def event(self, kind: str, /, **fields: object) -> None:
        """Tell a program what was done."""


@dataclass(frozen=True, slots=True)
class OperationResult:
    """What was done, in sentences for the person; `damaged`: how many files were found to be bad."""

    sentences: tuple[str, ...]
    damaged: int = 0


class Operation(Protocol):
    """An operation on models."""

    @property
    def start_sentence(self) -> str:
        """The sentence that says what is being done."""

    def run(self, listener: OperationListener, cancel: Cancellation, /) -> OperationResult:
        """Do it. Raises AssistantError, CancelledError."""


@dataclass(frozen=True, slots=True)
class VerifyOperation:
    """The verification of all files of these models that are on this computer, each read again."""

    library: ModelLibrary
    models: tuple[CatalogModel, ...]

    @property
    def start_sentence(self) -> str:
        """The sentence that says what is being done."""
        return tr("Checking {name}.", name=", ".join(each.display_name for each in self.models))

    def run(self, listener: OperationListener, cancel: Cancellation) -> OperationResult:
        """Verify the files. Raises WeightsError when there are none, CancelledError."""
        files = _present_files(self.library, self.models)
        if not files:
            raise WeightsError(
                tr("There is nothing to verify. Download a model with models pull."), code="weights-missing"
            )
        progress = FileProgress(
            sum(each.here for each in files),
            lambda file, progress: listener.progress("verify", file, progress),
            cancel,
        )
        damaged = 0
        for path, entry in ((each.path, each.entry) for each in files):
            assert path is not None
            progress.file, error = path.name, None
            try:
                self.library.verifier.check(entry, path, progress.received, again=True)
            except WeightsError as found:
                error = found
                damaged += 1
            listener.checked(path, error)
        listener.event("done", action="verify", files=len(files), damaged=damaged)
        if damaged:
            sentence = tr_count("{number} file is damaged.", "{number} files are damaged.", damaged)
        elif len(self.models) == 1:
            sentence = tr("{name}, is OK.", name=self.models[0].display_name)
        else:
            sentence = tr("Everything is OK: {found} files were checked.", found=len(files))
        return OperationResult((sentence,), damaged)


def _present_files(library: ModelLibrary, models: Iterable[CatalogModel]) -> list[FileStatus]:
    """Return all files of these models that are on this computer, each once."""
    statuses = [library.status(model, entry) for model in models for entry in model.files]
    found = {status.path: status for status in reversed(statuses) if status.path is not None}
    return list(reversed(found.values()))


@dataclass(frozen=True, slots=True)
class ImportOperation:
    """The import of models from files and folders, as hard links or copies; with `link` None, the person is asked.

    `companions` that lie in the folders come along.
    """

    library: ModelLibrary
    sources: Sequence[Path]
    link: bool | None = None
    companions: Sequence[Companion] = ()

    @property
    def start_sentence(self) -> str:
        """The sentence that says what is being done."""
        return tr("Importing.")

    def run(self, listener: OperationListener, cancel: Cancellation) -> OperationResult:
        """Import everything. Raises WeightsError (ChecksumError for wrong bytes), DoesNotFitError, CancelledError."""
        found = {source: with_companions(source, self.companions) for source in self.sources if source.is_dir()}
        # A folder that has only them is no mistake.
        sources = [each for each in self.sources if not found.get(each) or any(each.glob("*.gguf"))]
        results = []
        if sources:
            results = Importer(
                self.library,
                sources,
                want_links=lambda: _ask_for_links(listener) if self.link is None else self.link,
                on_progress=lambda file, progress: listener.progress("import", file, progress),
                on_notice=listener.notice,
                cancel=cancel,
            ).run()
        for result in results:
            listener.event(
                "done",
                action="import",
                name=result.model.name,
                variant=result.model.variant,
                complete=result.complete,
                files=[str(each) for each in result.files],
            )
        sentences = [each.sentence() for each in results]
        along = list({each.place: each for each in chain.from_iterable(found.values())}.values())
        if along:
            copy_companions(
                along,
                self.library.data_models,
                self.library,
                lock=True,
                on_progress=lambda file, progress: listener.progress("import", file, progress),
                cancel=cancel,
            )
            sentences.append(tr("The files that recognise text are installed."))
        return OperationResult(tuple(sentences))


def _ask_for_links(listener: OperationListener) -> bool:
    question = tr(
        "A hard link takes no extra space, but shares its data with your file; a copy is independent. Link or copy?"
    )
    return listener.ask(question, tr("&Link"), tr("&Copy"))


@dataclass(frozen=True, slots=True)
class ExportOperation:
    """The export of models into a folder, for another computer; without `models`, of all complete ones.

    The `companions` that are here go along.
    """

    library: ModelLibrary
    folder: Path
    models: tuple[CatalogModel, ...] = ()
    companions: Sequence[Companion] = ()

    @property
    def start_sentence(self) -> str:
        """The sentence that says what is being done."""
        return tr("Exporting.")

    def run(self, listener: OperationListener, cancel: Cancellation) -> OperationResult:
        """Write everything. Raises WeightsError, DoesNotFitError, UsageError, CancelledError."""
        written = Exporter(
            self.library,
            self.folder,
            self.models,
            on_progress=lambda file, progress: listener.progress("export", file, progress),
            cancel=cancel,
            companions=self.companions,
        ).run()
        listener.event("done", action="export", folder=str(self.folder), names=[each.name for each in written])
        sentence = tr_count(
            "{number} model was exported to {folder}. On the other computer, import this folder.",
            "{number} models were exported to {folder}. On the other computer, import this folder.",
            len(written),
            folder=self.folder,
        )
        return OperationResult((sentence,))


@dataclass(frozen=True, slots=True)
class RemoveOperation:
    """The removal of a model's files from the program's own folder, and of its entry in the person's own catalogue."""

    library: ModelLibrary
    model: CatalogModel

    @property
    def start_sentence(self) -> str:
        """The sentence that says what is being done."""
        return tr("Removing.")

    def run(self, listener: OperationListener, _: Cancellation) -> OperationResult:
        """Remove it. Raises WeightsError as `ModelLibrary.remove` does, or when the catalogue cannot be written.

        It can be repeated where it was interrupted: an entry whose files are gone already goes too.
        """
        name, variant, catalog = self.model.name, self.model.variant, self.library.own_catalog
        freed = 0
        try:
            freed = self.library.remove(self.model)
        except WeightsError as error:
            if error.code != "weights-missing" or not remove_entry(catalog, name, variant):
                raise
        remove_entry(catalog, name, variant)
        listener.event("done", action="remove", name=name, variant=variant, freed_bytes=freed)
        return OperationResult(
            (tr("{name}, was removed. {size} freed.", name=self.model.display_name, size=format_size(freed)),)
        )
