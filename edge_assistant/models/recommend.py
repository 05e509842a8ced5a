"""Which weights suit this computer, and why, in sentences that are fit to be spoken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge_assistant.models.catalog import CatalogModel
from edge_assistant.models.gguf_header import gigabytes
from edge_assistant.system.i18n import later, tr, tr_count

NOT_FOR = later(
    "Answers can be wrong. Do not use it for medicine, traffic or money, or where a mistake could hurt someone."
)

# The system, a desktop and a browser want the rest of the memory.
_COMFORTABLE = 0.6
# What the system itself takes when everything else is closed, in bytes.
_BARE_SYSTEM = 1_200_000_000
# Twice the bytes to read for every word: below this many cores the larger weights keep people waiting.
_CORES_FOR_LARGER = 4
_DISK_RESERVE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Machine:
    """`memory` and `free_disk` in bytes; `cores` that compute; `quick`: with modern vector instructions."""

    memory: int
    free_disk: int
    cores: int
    quick: bool


@dataclass(frozen=True, slots=True)
class Recommendation:
    """`weights`: the recommended set, None when none suits. `download_bytes` are still to be fetched for it."""

    weights: CatalogModel | None
    download_bytes: int
    sentences: tuple[str, ...]


def recommend(
    catalog: Sequence[CatalogModel], machine: Machine, here: dict[str, int], *, commands: bool = True
) -> Recommendation:
    """Choose among the Instruct sets of `catalog` that can be fetched, the demo's aside.

    `here` maps names of sets to the bytes of them that are on this computer already; `commands` says whether the
    sentences name the commands to go on with.
    """
    sets = [each for each in catalog if each.variant == "instruct" and each.repository is not None]
    sets.sort(key=lambda each: each.ram_bytes, reverse=True)
    facts = tr(
        "This computer has {memory} gigabytes of memory, {cores}, and {disk} of free disk space.",
        memory=round(machine.memory / 2**30),
        cores=_cores(machine),
        disk=gigabytes(machine.free_disk),
    )
    fitting = [each for each in sets if each.ram_bytes <= machine.memory * _COMFORTABLE]
    reason = tr("the best that fits well into this memory")
    if not fitting:
        fitting = [each for each in sets if each.ram_bytes + _BARE_SYSTEM <= machine.memory][-1:]
        reason = tr("but memory is tight: close other programs before you ask")
    if not fitting:
        least = min((each.ram_bytes for each in sets), default=0)
        return Recommendation(
            None,
            0,
            (
                facts,
                tr(
                    "There is too little memory: the smallest model needs {least}. The demo model works, but it "
                    "understands only simple sample screens.",
                    least=gigabytes(least),
                ),
                tr(NOT_FOR),
            ),
        )
    if len(fitting) > 1 and not (machine.quick and machine.cores >= _CORES_FOR_LARGER):
        fitting = fitting[-1:]
        reason = tr("since larger ones would be slow on this processor")
    affordable = [each for each in fitting if _missing(each, here) + _DISK_RESERVE <= machine.free_disk]
    if affordable and affordable[0] is not fitting[0]:
        reason = tr("since larger ones do not fit on the disk")
    chosen = (affordable or fitting[-1:])[0]
    missing = _missing(chosen, here)
    sentences = [facts, _choice(chosen, missing, reason)]
    if missing and not affordable:
        short = missing + _DISK_RESERVE - machine.free_disk
        sentences.append(tr("First free up {room} of disk space.", room=gigabytes(short)))
    if missing and commands:
        sentences.append(
            tr(
                "Download it with edge-assistant models pull {name}, or import a file with models import.",
                name=chosen.name,
            )
        )
    sentences.append(tr(NOT_FOR))
    return Recommendation(chosen, missing, tuple(sentences))


def _choice(weights: CatalogModel, missing: int, reason: str) -> str:
    fetch = tr("{size} to download", size=gigabytes(missing)) if missing else tr("already installed")
    return tr(
        "I recommend {name}, {quantisation}, {fetch}, which needs {memory} of memory, {reason}.",
        name=weights.name,
        quantisation=weights.quantisation,
        fetch=fetch,
        memory=gigabytes(weights.ram_bytes),
        reason=reason,
    )


def _missing(weights: CatalogModel, here: dict[str, int]) -> int:
    whole = weights.model.about_size + weights.mmprojs[0].about_size
    return max(0, whole - here.get(weights.name, 0))


def _cores(machine: Machine) -> str:
    cores = tr_count("{number} processor core", "{number} processor cores", machine.cores)
    return cores if machine.quick else tr("{cores} of an older kind", cores=cores)
