"""Checks while the program is idle, once for each driver, whether the GPU computes what the CPU computes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Protocol

from edge_assistant.engine import failures
from edge_assistant.engine.device_checks import Comparison, DeviceChecks, Part, compare
from edge_assistant.engine.gpu_offload import Device, GpuOffload
from edge_assistant.engine.messages import EngineConfig, MeasureDevice, Measurement
from edge_assistant.models.memory_estimate import needed_bytes
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.system import memory
from edge_assistant.system.errors import AssistantError, CancelledError, run_safely
from edge_assistant.tuning.device_check_sample import make_request
from edge_assistant.tuning.reference_process import measure_on_cpu

_log = logging.getLogger(__name__)

REST_S = 60.0
"""How long the program must have been idle before a check, and the time between two looks, in seconds."""

_POLL_S = 0.02  # between two looks whether somebody asks while the GPU computes
_CONTEXT = 512  # tokens; the reference engine needs hardly any
_IMAGE_TOKENS = 256  # at most, of a picture of the check
_HEADROOM_BYTES = 1_000_000_000  # memory left to other programs
_DEVICE_LIMIT_S = 30.0  # a GPU that was still at it after this time when somebody asked may hang: not tried again
_JOIN_TIMEOUT_S = 2.0

MeasureOnCpu = Callable[[EngineConfig, Callable[[int], MeasureDevice], Callable[[], bool]], Measurement]


class CheckedModel(Protocol):
    """A model in an engine that may be checked; `measure_device` belongs to the thread that asks."""

    @property
    def loaded(self) -> bool:
        """Whether the model is in memory."""

    @property
    def offload(self) -> GpuOffload:
        """Which part of it is on which device."""

    @property
    def gpu_layers(self) -> int | None:
        """The layers that the person wants there; None: as many as fit."""

    @property
    def model(self) -> ResolvedModel:
        """The model's files."""

    def measure_device(self, make_request: Callable[[int], MeasureDevice]) -> Measurement | None:
        """Compute on the device; None when it was cancelled. Raises AssistantError."""

    def cancel_measuring(self) -> None:
        """Stop `measure_device`."""

    def reference_config(self, context: int) -> EngineConfig:
        """Return the configuration of an engine that computes the same on the CPU."""


class IdleDeviceCheck:
    """Compares one sample computed by the loaded engine, on the GPU, with the same computed by another on the CPU.

    The first takes as long as a glance's encode there, and is cancelled by any request. The second may take a minute in
    a process of its own, with low priority, which any request ends at once; it begins only where memory is left.
    """

    def __init__(
        self,
        idle_seconds: Callable[[], float],
        is_allowed: Callable[[], bool],
        current: Callable[[], CheckedModel | None],
        run_on_worker: Callable[[Callable[[], object]], None],
        on_wrong: Callable[[str, bool], None],
        *,
        measure_on_cpu: MeasureOnCpu = measure_on_cpu,
        free_memory: Callable[[], int] = memory.available_bytes,
    ) -> None:
        """`idle_seconds` returns 0 while something is asked; nothing begins, or goes on, unless `is_allowed`.

        `current` returns the model that answers. `run_on_worker` runs a function on the thread that asks, in its turn.
        `on_wrong` is called on a thread of this class's own when a device was found to compute wrongly, with a sentence
        about that, and whether it is to be used no longer.
        """
        self._idle_seconds = idle_seconds
        self._is_allowed = is_allowed
        self._current = current
        self._run_on_worker = run_on_worker
        self._on_wrong = on_wrong
        self._measure_on_cpu = measure_on_cpu
        self._free_memory = free_memory
        self._tried: set[tuple[str, Part]] = set()
        self._device_seconds = 0.0  # how long the last measurement on the GPU took
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="device-check", daemon=True)

    def start(self) -> None:
        """Begin to look for something to check."""
        self._thread.start()

    def close(self) -> None:
        """Stop; a check that runs is dropped."""
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join(_JOIN_TIMEOUT_S)

    def _run(self) -> None:
        while not self._closed.wait(REST_S):
            if self._is_allowed() and self._idle_seconds() >= REST_S:
                run_safely(self._check, "the graphics processor was not checked")

    def _check(self) -> None:
        checked = self._current()
        if checked is None or not checked.loaded or checked.offload.device is None:
            return
        device = checked.offload.device
        device_key = device.driver_key + device.model_key
        unchecked = DeviceChecks().unchecked_parts(checked.offload)
        parts = [part for part in unchecked if (device_key, part) not in self._tried]
        if not parts or not self._fits(checked.model):
            return
        attempt = {(device_key, part) for part in parts}
        self._tried |= attempt  # whatever it fails at would fail again
        try:
            comparisons = self._compare(checked, parts)
        except CancelledError:
            comparisons = None
        if comparisons is None and self._device_seconds < _DEVICE_LIMIT_S:
            self._tried -= attempt  # tried again when the program is idle again
        elif comparisons is not None:
            self._conclude(checked, device, comparisons)

    def _compare(self, checked: CheckedModel, parts: list[Part]) -> list[Comparison] | None:
        make = partial(make_request, parts=parts)
        measured = self._measure_on_device(checked, make)
        if measured is None:
            return None
        reference = self._measure_on_cpu(checked.reference_config(_CONTEXT), make, self._must_stop)
        return compare(measured, reference)

    def _measure_on_device(self, checked: CheckedModel, make: Callable[[int], MeasureDevice]) -> Measurement | None:
        """Let the worker thread compute; None where somebody asked meanwhile. Raises AssistantError."""
        ended = threading.Event()
        found: list[Measurement | None] = []
        errors: list[AssistantError | None] = []

        def measure() -> None:
            try:
                if checked.loaded and not self._must_stop():
                    errors.append(run_safely(lambda: found.append(checked.measure_device(make)), "a check failed"))
            finally:
                ended.set()

        start = time.monotonic()
        self._run_on_worker(measure)
        while not ended.wait(_POLL_S):
            if self._closed.is_set():
                checked.cancel_measuring()
                return None
            if self._must_stop():
                checked.cancel_measuring()
        self._device_seconds = time.monotonic() - start
        for error in filter(None, errors):
            raise error
        return found[0] if found else None

    def _conclude(self, checked: CheckedModel, device: Device, comparisons: list[Comparison]) -> None:
        for each in comparisons:
            _log.info("%s, %s: median %.5f, least %.5f", device.name, each.part, each.median, each.least)
        try:
            DeviceChecks().record(device, comparisons)
        except OSError as error:
            _log.info("the result of the check cannot be kept: %s", error)
        if not all(each.agrees for each in comparisons):
            message = failures.wrong_device_message(device.name, checked.gpu_layers)
            self._on_wrong(message, checked.gpu_layers is None)

    def _fits(self, model: ResolvedModel) -> bool:
        return needed_bytes(model, _CONTEXT, _IMAGE_TOKENS) + _HEADROOM_BYTES <= self._free_memory()

    def _must_stop(self) -> bool:
        return self._closed.is_set() or not self._is_allowed() or self._idle_seconds() == 0.0
