"""The optimizer of all stages, and how its rate goes up and down."""

from __future__ import annotations

import torch
import torch.distributed as distributed
from torch import nn

from .muon import Muon
from .work import Work

_WARM_UP = 100


class Optimizer:
    """Muon for the matrices between layers, each process its share of them; AdamW for the rest."""

    def __init__(self, groups: list[tuple[list[tuple[str, nn.Parameter]], float]], rate: float, work: Work) -> None:
        self.parameters = [parameter for named, _ in groups for _, parameter in named]
        ranks = self._ranks = work.ranks
        self._rate = rate
        muon: list[dict] = []
        rest: list[dict] = []
        self._shares: list[list[nn.Parameter]] = [[] for _ in range(ranks)]
        load = [0] * ranks
        for named, factor in groups:
            matrices = [p for name, p in named if p.ndim == 2 and "embed" not in name and "heads." not in name]
            chosen = {id(p) for p in matrices}
            mine = []
            for parameter in sorted(matrices, key=lambda p: -p.numel() * min(p.shape)):
                owner = load.index(min(load))
                load[owner] += parameter.numel() * min(parameter.shape)
                self._shares[owner].append(parameter)
                if owner == work.rank:
                    mine.append(parameter)
            muon.append({"params": mine, "factor": factor})
            rest.append({"params": [p for _, p in named if id(p) not in chosen], "factor": factor})
        self._optimizers = [
            Muon([group for group in muon if group["params"]], rate),
            torch.optim.AdamW(
                [group for group in rest if group["params"]],
                lr=rate, betas=(0.9, 0.98), weight_decay=0.0, fused=work.device.type == "cuda",
            ),
        ]  # fmt: skip

    def step(self, scale: float) -> None:
        """One step with the learning rate at `scale`; gradients are averaged over the processes first."""
        for parameter in self.parameters:
            if parameter.grad is None:  # nothing of its kind was in this process's part
                parameter.grad = torch.zeros_like(parameter)
        if self._ranks > 1:
            flat = torch.cat([parameter.grad.flatten() for parameter in self.parameters])
            distributed.all_reduce(flat)
            flat /= self._ranks
            for parameter, part in zip(self.parameters, flat.split([p.numel() for p in self.parameters]), strict=True):
                parameter.grad.copy_(part.view_as(parameter))
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        for optimizer in self._optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self._rate * scale * group["factor"]
            optimizer.step()
        if self._ranks > 1:
            for owner, share in enumerate(self._shares):
                flat = torch.cat([parameter.detach().flatten() for parameter in share])
                distributed.broadcast(flat, owner)
                for parameter, part in zip(share, flat.split([p.numel() for p in share]), strict=True):
                    parameter.data.copy_(part.view_as(parameter))
        for parameter in self.parameters:
            parameter.grad = None


def rate_scale(step: int, steps: int, decay: float, floor: float) -> float:
    """Warm up, stay, go down over the last `decay` of the steps to `floor`."""
    return min(1.0, (step + 1) / _WARM_UP) * max(floor, min(1.0, (1 - step / steps) / decay))
