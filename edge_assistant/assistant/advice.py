"""Recommends a model for this computer, and remembers what the first run and the first answer have told the user."""

from __future__ import annotations

import logging
import shutil

import psutil

from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.recommend import WARNING, Machine, Recommendation, recommend
from edge_assistant.system import cpu, paths
from edge_assistant.system.i18n import tr
from edge_assistant.system.json_store import JsonStore
from edge_assistant.tuning.profile import default_threads

_log = logging.getLogger(__name__)


def advise(library: ModelLibrary, *, commands: bool = True) -> Recommendation:
    """Inspect this computer's memory, processor and disk, and recommend a model. Raises WeightsError.

    With `commands`, the sentences name the commands to continue with.
    """
    catalog = library.catalog()
    present_bytes = {
        model.name: sum(library.status(model, entry).here for entry in library.pair(model))
        for model in catalog
        if model.variant == "instruct"
    }
    return recommend(catalog, _inspect_machine(library), present_bytes, commands=commands)


def is_first_run(library: ModelLibrary) -> bool:
    """Return whether the user was never asked about models and has only the demo model. Raises WeightsError."""
    if _first_run_store().read().get("answered") is True:
        return False
    return not any(library.is_installed(model) for model in library.catalog())


def finish_first_run() -> None:
    """Remember that the user has answered, so that the next start does not ask again."""
    _remember("answered")


class FirstWarning:
    """The sentence that answers can be wrong: due once for each user, before the first answer. It
    belongs to one thread.
    """

    def __init__(self) -> None:
        self._due = _first_run_store().read().get("warned") is not True

    def take(self) -> str:
        """Return the sentence to say now, and remember that it was said; "" where it was said before."""
        if not self._due:
            return ""
        self._due = False
        _remember("warned")
        return tr(WARNING)


def _remember(entry: str) -> None:
    try:
        _first_run_store().update({entry: True})
    except OSError as error:  # a read-only or full home: it is asked, or said, again at the next start
        _log.info("what the first run has told cannot be remembered: %s", error)


def _first_run_store() -> JsonStore:
    return JsonStore(paths.data_dir() / "first-run.json")


def _inspect_machine(library: ModelLibrary) -> Machine:
    folder = next(each for each in (library.data_models, *library.data_models.parents) if each.exists())
    return Machine(
        memory=int(psutil.virtual_memory().total),
        free_disk=shutil.disk_usage(folder).free,
        cores=default_threads(),
        quick=cpu.is_fast(cpu.best_instructions()),
    )
