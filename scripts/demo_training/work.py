"""What one process does of a stage: its share of each step, on which device, and what it reports."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeVar

import torch
import torch.distributed as distributed
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from edge_assistant.system.cpu import has_bf16

from .batches import Batch, Share

_Batch = TypeVar("_Batch", bound=Batch)
# Seats of a step, one for each process, and in how many parts its conversations go through the network; and both on a
# graphics processor, where one process has all seats.
SEATS, PARTS = 2, 4
_GPU_SEATS, _GPU_PARTS = 8, 1
# Processors that make no batches then, since two of them are often one; and how many batches each of the others is
# ahead.
_LEFT, _AHEAD = 4, 4
_REPORT_EVERY = 100


class Report:
    """Prints the mean of what is measured, from the first process only."""

    def __init__(self, stage: str, steps: int, work: Work) -> None:
        self._stage, self._steps, self._loud = stage, steps, work.rank == 0
        self._sums: dict[str, Tensor] = {}
        self._count = 0
        self._start = time.monotonic()

    def add(self, step: int, **values: Tensor) -> None:
        """Take what was measured of a step, and print the means when it is time."""
        for name, value in values.items():
            self._sums[name] = self._sums.get(name, 0.0) + value.detach()
        self._count += 1
        if self._loud and ((step + 1) % _REPORT_EVERY == 0 or step + 1 == self._steps):
            means = "  ".join(f"{name} {value.item() / self._count:.4f}" for name, value in self._sums.items())
            print(
                f"{self._stage} {step + 1}/{self._steps}  {time.monotonic() - self._start:.0f} s  {means}", flush=True
            )
            self._sums, self._count = {}, 0


@dataclass(frozen=True, slots=True)
class Work:
    """What one process does of a stage: its number of `ranks` that share every step, on which device, its share of a
    step, and how many processes make its batches (0: itself)."""

    rank: int
    ranks: int
    device: torch.device
    share: Share
    makers: int

    def batches(self, make: Callable[[int], _Batch], steps: int) -> Iterator[tuple[int, _Batch]]:
        """Steps, and what `make` gives for each, on the device."""
        loader = DataLoader(
            _Steps(make, steps),
            batch_size=None,
            num_workers=self.makers,
            prefetch_factor=_AHEAD if self.makers else None,
            multiprocessing_context="fork" if self.makers else None,
            pin_memory=self.device.type == "cuda",
        )
        for step, batch in enumerate(loader):
            yield step, batch.to(self.device)


class _Steps(Dataset[_Batch]):
    """The batches of a stage, by their steps."""

    def __init__(self, make: Callable[[int], _Batch], steps: int) -> None:
        self._make, self._steps = make, steps

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, step: int) -> _Batch:
        return self._make(step)


def make_work(rank: int, rendezvous: str, *, gpu: bool, each_alone: bool = False) -> Work:
    """Make a process ready. `each_alone`: there are two, and they share nothing."""
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # it fills every tensor once more
    if gpu:
        torch.set_float32_matmul_precision("high")
        cores = len(os.sched_getaffinity(0)) - _LEFT
        share = Share(0, _GPU_SEATS, _GPU_SEATS, _GPU_PARTS)
        if each_alone:
            cores //= 2
            half = _GPU_SEATS // 2
            share = Share(rank * half, (rank + 1) * half, _GPU_SEATS, _GPU_PARTS)
        return Work(rank, 1, torch.device("cuda"), share, max(1, cores))
    torch.set_num_threads(1)
    ranks = 1 if each_alone else 2
    if ranks > 1:
        distributed.init_process_group("gloo", init_method=f"file://{rendezvous}", rank=rank, world_size=ranks)
    return Work(rank, ranks, torch.device("cpu"), Share(rank, rank + 1, SEATS, PARTS), 0)


def quick_arithmetic() -> AbstractContextManager[object]:
    """On a processor, bfloat16 where it multiplies that; elsewhere float32, which is far quicker there."""
    return torch.autocast("cpu", torch.bfloat16, enabled=has_bf16())
