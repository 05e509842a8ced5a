"""What this computer can do with which weights, and whether a first run has to ask the person about that."""

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


def advise(shelf: ModelLibrary, *, commands: bool = True) -> Recommendation:
    """What suits this computer: its memory, processor and disk are looked at now. Raises WeightsError.

    `commands`: whether to name the commands to go on with.
    """
    catalog = shelf.catalog()
    here = {
        weights.name: sum(shelf.status(weights, entry).here for entry in shelf.pair(weights))
        for weights in catalog
        if weights.variant == "instruct"
    }
    return recommend(catalog, _machine(shelf), here, commands=commands)


def is_first_run(shelf: ModelLibrary) -> bool:
    """Whether the person was never asked about weights, and has none but the demo's. Raises WeightsError."""
    if _record(shelf).read().get("answered") is True:
        return False
    return not any(
        weights.folder is None
        and shelf.find(weights, weights.model) is not None
        and any(shelf.find(weights, entry) is not None for entry in weights.mmprojs)
        for weights in shelf.catalog()
    )


def first_run_is_over(shelf: ModelLibrary) -> None:
    """The person has chosen, and need not be asked again."""
    try:
        _record(shelf).update({"answered": True})
    except OSError as error:  # a read-only or full home: then it is asked again at the next start
        _log.info("the first run cannot be remembered: %s", error)


def _record(shelf: ModelLibrary) -> JsonStore:
    return JsonStore(shelf.data / "first-run.json")


def _machine(shelf: ModelLibrary) -> Machine:
    folder = next(each for each in (shelf.data_models, *shelf.data_models.parents) if each.exists())
    return Machine(
        memory=int(psutil.virtual_memory().total),
        free_disk=shutil.disk_usage(folder).free,
        cores=default_threads(),
        quick=cpu.is_quick(cpu.best_instructions()),
    )
