"""The Muon optimizer (https://kellerjordan.github.io/posts/muon/): momentum, made orthogonal before it is applied.

torch has one, too, but it multiplies in bfloat16, which takes some forty times as long where a processor emulates it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from edge_assistant.system.cpu import has_bf16

_STEPS = 5
# The polynomial's coefficients, by the author of the method: steepest at 0, so that few steps are enough.
_LINEAR, _CUBIC, _QUINTIC = 3.4445, -4.7750, 2.0315
_LEAST = 1e-7


class Muon(torch.optim.Optimizer):
    """For matrices; the rate is that of AdamW, as the update's root mean square is made the same (arXiv 2502.16982)."""

    def __init__(
        self, groups: list[dict[str, object]], rate: float, *, momentum: float = 0.95, decay: float = 0.01
    ) -> None:
        super().__init__(groups, {"lr": rate, "momentum": momentum, "decay": decay})
        self._has_bf16 = has_bf16()

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        """One step with the gradients that are there (Nesterov's momentum, decoupled weight decay)."""
        for group in self.param_groups:
            alike: dict[torch.Size, list[nn.Parameter]] = {}
            for parameter in group["params"]:
                if parameter.grad is not None:
                    alike.setdefault(parameter.shape, []).append(parameter)
            for parameters in alike.values():
                self._update(parameters, group["lr"], group["momentum"], group["decay"])

    def _update(self, parameters: list[nn.Parameter], rate: float, momentum: float, decay: float) -> None:
        """All matrices of one shape together: they are many and small."""
        gradients = torch.stack([parameter.grad for parameter in parameters])
        state = self.state[parameters[0]]
        if not state:
            state["momentum"] = torch.zeros_like(gradients)
        state["momentum"].lerp_(gradients, 1 - momentum)
        directions = gradients.lerp(state["momentum"], momentum)
        if gradients.is_cuda or self._has_bf16:
            directions = directions.bfloat16()
        size = 0.2 * max(gradients.shape[1:]) ** 0.5
        torch._foreach_mul_(parameters, 1 - rate * decay)
        torch._foreach_add_(parameters, list(orthogonal(directions).to(gradients.dtype)), alpha=-rate * size)


def orthogonal(matrices: Tensor) -> Tensor:
    """About the nearest matrices with singular values of 1: they come out between 0.5 and 1.5 (Newton and Schulz)."""
    if matrices.shape[-2] > matrices.shape[-1]:
        return orthogonal(matrices.mT).mT
    x = matrices / matrices.norm(dim=(-2, -1), keepdim=True).clamp(min=_LEAST)
    for _ in range(_STEPS):
        squared = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(squared, squared, squared, beta=_CUBIC, alpha=_QUINTIC), x, beta=_LINEAR)
    return x
