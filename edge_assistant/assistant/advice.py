"""Recommends a model for this computer, and remembers whether the first run has asked the user about it."""

from __future__ import annotations

import logging
import shutil

import psutil

from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.recommend import Machine, Recommendation, recommend
from edge_assistant.system import cpu
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
    if _first_run_store(library).read().get("answered") is True:
        return False
    return not any(library.is_installed(model) for model in library.catalog())


def finish_first_run(library: ModelLibrary) -> None:
    """Remember that the user has answered, so that the next start does not ask again."""
    try:
        _first_run_store(library).update({"answered": True})
    except OSError as error:  # a read-only or full home: the next start asks again
        _log.info("the first run cannot be remembered: %s", error)


def _first_run_store(library: ModelLibrary) -> JsonStore:
    return JsonStore(library.data / "first-run.json")


def _inspect_machine(library: ModelLibrary) -> Machine:
    folder = next(each for each in (library.data_models, *library.data_models.parents) if each.exists())
    return Machine(
        memory=int(psutil.virtual_memory().total),
        free_disk=shutil.disk_usage(folder).free,
        cores=default_threads(),
        quick=cpu.is_fast(cpu.best_instructions()),
    )
