"""Gathers what a check has found into its report, with the conditions that it was found under."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence

import psutil

from edge_assistant import __version__
from edge_assistant.engine.task_table import TaskTable
from edge_assistant.model_check.candidates import Candidate
from edge_assistant.model_check.check import CheckPlan, ModelCheck
from edge_assistant.model_check.proposals import propose
from edge_assistant.model_check.report import CheckReport
from edge_assistant.model_check.summary import summarise
from edge_assistant.model_check.verdict import verdict
from edge_assistant.system import cpu
from edge_assistant.system.i18n import format_number, tr
from edge_assistant.tuning import profile


def gather(
    check: ModelCheck,
    candidates: Sequence[Candidate],
    plan: CheckPlan,
    tasks: TaskTable,
    notes: Sequence[str],
    *,
    with_towers: bool = True,
) -> CheckReport:
    """Return the report of a check, also of one that was cancelled: without `with_towers` it takes no seconds."""
    rows, first = summarise(check.results), candidates[0]
    towers = tuple(check.towers.differences()) if with_towers else ()
    proposals = propose(rows, first.name, tasks, first.model.family, first.model.variant)
    return CheckReport(
        tuple(_conditions(candidates, plan)),
        tuple(each.name for each in candidates),
        tuple(check.results),
        tuple(rows),
        towers,
        proposals,
        tuple(notes),
        verdict(rows, first.name, first.model.family, towers, proposals),
    )


def _conditions(candidates: Sequence[Candidate], plan: CheckPlan) -> Iterator[tuple[str, str]]:
    machine = profile.machine_key()
    gigabytes = format_number(psutil.virtual_memory().total / 1e9)
    yield tr("program"), f"edge_assistant {__version__}, llama-cpp-python {machine['llama_cpp']}"
    yield tr("computer"), f"{cpu.processor_name()}, {gigabytes} GB, {platform.system()} {platform.machine()}"
    yield tr("time"), tr("{number} minutes", number=format_number(plan.minutes, 0 if plan.minutes >= 2 else 1))
    yield tr("languages"), ", ".join(plan.languages)
    yield tr("seed"), str(plan.seed)
    for each in candidates:
        yield each.name, f"{each.model.model.name}, {each.model.mmproj.name}"
