"""The recommendation of a model for this computer, with reasons, in sentences that are fit to be spoken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge_assistant.models.catalog import CatalogModel
from edge_assistant.models.gguf_header import format_size
from edge_assistant.system.i18n import tr, tr_count, tr_noop

WARNING = tr_noop(
    "Answers can be wrong. Do not use it for medicine, traffic or money, or where a mistake could hurt someone."
)

# The share of the memory for the model; the system, a desktop and a browser need the rest.
_COMFORTABLE_SHARE = 0.6
# Bytes that the system itself takes when everything else is closed.
_SYSTEM_BYTES = 1_200_000_000
# Larger models read twice the bytes for every word: below this many cores they are too slow.
_MIN_CORES_FOR_LARGER = 4
_DISK_RESERVE_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Machine:
    """What the recommendation depends on.

    `memory` and `free_disk` in bytes; `cores`: those that compute; `quick`: with modern vector instructions.
    """

    memory: int
    free_disk: int
    cores: int
    quick: bool


@dataclass(frozen=True, slots=True)
class Recommendation:
    """`model`: the recommended model, None when none fits. `download_bytes` are still to be fetched for it, and
    `short_bytes` of disk space have to be freed for that. `sentences` tell all of it, and end with WARNING.
    """

    model: CatalogModel | None
    download_bytes: int
    sentences: tuple[str, ...]
    short_bytes: int = 0

    @property
    def need(self) -> str:
        """What has to be done, in plain words: no name and no figures but the size of the download."""
        if self.model is None:
            return tr("This computer has too little memory for a model. I can still read text.")
        if not self.download_bytes:
            return tr("A model is here already.")
        need = tr("Edge Assistant needs one download of {size}.", size=plain_size(self.download_bytes))
        return f"{need} {self.room_sentence}".rstrip()

    @property
    def room_sentence(self) -> str:
        """What has to be freed on the disk before the download; "" where there is room."""
        return _room_sentence(self.short_bytes) if self.short_bytes else ""

    @property
    def details(self) -> tuple[str, ...]:
        """Why it is this model, its name, what it needs, and its licence."""
        reasons = self.sentences[:-1]
        if self.model is None:
            return reasons
        return (*reasons, tr("Its licence is {licence}.", licence=self.model.licence))


def recommend(
    catalog: Sequence[CatalogModel], machine: Machine, here: dict[str, int], *, commands: bool = True
) -> Recommendation:
    """Choose among the Instruct models of `catalog` that can be fetched, the demo aside.

    `here` maps names of models to the bytes of them that are on this computer already; `commands` says whether the
    sentences name the commands to go on with.
    """
    models = [each for each in catalog if each.variant == "instruct" and each.repository is not None]
    models.sort(key=lambda each: each.ram_bytes, reverse=True)
    facts = tr(
        "This computer has {memory} gigabytes of memory, {cores}, and {disk} of free disk space.",
        memory=round(machine.memory / 2**30),
        cores=_describe_cores(machine),
        disk=format_size(machine.free_disk),
    )
    fitting = [each for each in models if each.ram_bytes <= machine.memory * _COMFORTABLE_SHARE]
    reason = tr("the best that fits well into this memory")
    if not fitting:
        fitting = [each for each in models if each.ram_bytes + _SYSTEM_BYTES <= machine.memory][-1:]
        reason = tr("but memory is tight: close other programs before you ask")
    if not fitting:
        least = min((each.ram_bytes for each in models), default=0)
        return Recommendation(
            None,
            0,
            (
                facts,
                tr(
                    "There is too little memory: the smallest model needs {least}. The demo model works, but it "
                    "understands only simple sample screens.",
                    least=format_size(least),
                ),
                tr(WARNING),
            ),
        )
    if len(fitting) > 1 and not (machine.quick and machine.cores >= _MIN_CORES_FOR_LARGER):
        fitting = fitting[-1:]
        reason = tr("since larger ones would be slow on this processor")
    affordable = [each for each in fitting if _missing_bytes(each, here) + _DISK_RESERVE_BYTES <= machine.free_disk]
    if affordable and affordable[0] is not fitting[0]:
        reason = tr("since larger ones do not fit on the disk")
    chosen = (affordable or fitting[-1:])[0]
    missing = _missing_bytes(chosen, here)
    sentences = [facts, _recommendation_sentence(chosen, missing, reason)]
    short = missing + _DISK_RESERVE_BYTES - machine.free_disk if missing and not affordable else 0
    if short:
        sentences.append(_room_sentence(short))
    if missing and commands:
        sentences.append(
            tr(
                "Download it with edge-assistant models pull {name}, or import a file with models import.",
                name=chosen.name,
            )
        )
    sentences.append(tr(WARNING))
    return Recommendation(chosen, missing, tuple(sentences), short)


def plain_size(size: int) -> str:
    """Return `size` in bytes as people say it, without a fraction from one gigabyte on."""
    if size < 0.95e9:
        return format_size(size)
    return tr_count("{number} gigabyte", "{number} gigabytes", round(size / 1e9))


def _room_sentence(short_bytes: int) -> str:
    return tr("First free up {room} of disk space.", room=format_size(short_bytes))


def _recommendation_sentence(catalog_model: CatalogModel, missing: int, reason: str) -> str:
    fetch = tr("{size} to download", size=format_size(missing)) if missing else tr("already installed")
    return tr(
        "I recommend {name}, {reason}. It is {fetch}, and needs {memory} of memory.",
        name=catalog_model.name,
        fetch=fetch,
        memory=format_size(catalog_model.ram_bytes),
        reason=reason,
    )


def _missing_bytes(catalog_model: CatalogModel, here: dict[str, int]) -> int:
    whole = catalog_model.model.about_size + catalog_model.mmprojs[0].about_size
    return max(0, whole - here.get(catalog_model.name, 0))


def _describe_cores(machine: Machine) -> str:
    cores = tr_count("{number} processor core", "{number} processor cores", machine.cores)
    return cores if machine.quick else tr("{cores} of an older kind", cores=cores)
