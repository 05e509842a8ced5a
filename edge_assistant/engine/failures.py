"""The errors of an engine whose worker died, or whose GPU failed: why, and what the person can do."""

from __future__ import annotations

from pathlib import Path

from edge_assistant.engine.messages import DEVICE_FAILED
from edge_assistant.system.errors import (
    AssistantError,
    EngineError,
    EngineUnfitError,
    WeightsError,
    is_out_of_memory_message,
    out_of_memory_error,
)
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.system.worker_process import WorkerDiedError, was_killed

STUCK = "engine-stuck"
"""The code of errors about an engine from which nothing more came."""

_ILLEGAL_INSTRUCTION = (-4, 0xC000001D)  # exit codes: SIGILL, and Windows' STATUS_ILLEGAL_INSTRUCTION


_STUCK = tr_noop("The engine no longer responded, so it was ended. Ask again.")
_STUCK_LOADING = tr_noop(
    "The engine no longer responded while loading the model, so it was ended. Close some programs and try again."
)


class EngineStoppedError(EngineError):
    """The engine died, or was killed because it was stuck; the question may be asked again, of a new engine."""

    def __init__(self, message: str, *, stuck: bool) -> None:
        super().__init__(message, code=STUCK if stuck else "engine-died")
        self.stuck = stuck


class DeviceFailedError(EngineError):
    """A GPU failed while a question was answered; the next load is on the CPU only."""

    code = DEVICE_FAILED


def load_error(error: WorkerDiedError, model: Path, *, started: bool) -> AssistantError:
    """Return the error of a worker that died while loading; `started`: it had come as far as to open the model."""
    if _ran_out_of_memory(error):
        return out_of_memory_error()
    if error.stuck:
        return EngineStoppedError(tr(_STUCK_LOADING), stuck=True)
    if was_killed(error.exit_code):
        return EngineError(
            tr("The engine was stopped while loading, perhaps for lack of memory. Close some programs and try again."),
            code="engine-killed",
        )
    if not started or error.exit_code in _ILLEGAL_INSTRUCTION:
        return EngineUnfitError()
    return WeightsError(
        tr(
            "The engine crashed while loading {name}: the model is damaged, or its files do not match. Download "
            "it again.",
            name=model.name,
        ),
        code="weights-abort",
    )


def worker_error(error: WorkerDiedError, *, has_answered: bool = True) -> AssistantError:
    """Return the error of a worker that died after it had loaded the model; with `has_answered` False, at its first
    question.
    """
    if _ran_out_of_memory(error):
        return out_of_memory_error()
    if error.stuck:
        return EngineStoppedError(tr(_STUCK), stuck=True)
    if was_killed(error.exit_code):
        reason = tr("It was stopped from outside, perhaps for lack of memory.")
    else:
        reason = tr("It ended unexpectedly.")
        if not has_answered:  # as at a header with which nothing can be computed
            first = tr(
                "The engine stopped at its first question. Ask again. If it stops again, the model is damaged: "
                "download it again."
            )
            return EngineStoppedError(first, stuck=False)
    return EngineStoppedError(tr("The engine stopped. {reason} Ask again.", reason=reason), stuck=False)


def device_error(gpu_layers: int | None) -> DeviceFailedError:
    """Return the error of a GPU that failed at a question; `gpu_layers` as in Tuning."""
    if gpu_layers is None:
        return DeviceFailedError(
            tr("The engine failed on the graphics processor, so everything runs on the processor from now on.")
        )
    return DeviceFailedError(
        tr(
            "The engine failed on the graphics processor with --gpu-layers {layers}, so everything runs on the "
            "processor from now on.",
            layers=gpu_layers,
        )
    )


def device_load_message(gpu_layers: int | None) -> str:
    """Return the sentence about a GPU that failed while the model was loaded; `gpu_layers` as in Tuning."""
    if gpu_layers is None:
        return tr(
            "The model could not be loaded on the graphics processor, so everything runs on the processor from now on."
        )
    return tr(
        "The model could not be loaded on the graphics processor with --gpu-layers {layers}, so everything runs "
        "on the processor from now on.",
        layers=gpu_layers,
    )


def wrong_device_message(device: str, gpu_layers: int | None) -> str:
    """Return the sentence about a GPU that was found to compute wrongly; `gpu_layers` as in Tuning."""
    if gpu_layers is None:
        return tr(
            "A check found that the graphics processor {device} computes wrongly, so earlier answers may be wrong, "
            "and everything runs on the processor from now on.",
            device=device,
        )
    return tr(
        "A check found that the graphics processor {device} computes wrongly, so answers may be wrong. It is used all "
        "the same because of --gpu-layers {layers}; 0 would keep everything on the processor.",
        device=device,
        layers=gpu_layers,
    )


def _ran_out_of_memory(error: WorkerDiedError) -> bool:
    return any(is_out_of_memory_message(line) for line in error.last_lines)
