"""The Muon optimizer (https://kellerjordan.github.io/posts/muon/): momentum, made orthogonal before it is applied.

torch has one, too, but it multiplies in bfloat16, which takes some forty times as long where a processor emulates it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from edge_assistant.processor import has_bf16

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
        self._dtype = torch.bfloat16 if has_bf16() else torch.float32

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        """One step with the gradients that are there (Nesterov's momentum, decoupled weight decay)."""
        for group in self.param_groups:
            for parameter in group["params"]:
                self._update(parameter, group["lr"], group["momentum"], group["decay"])

    def _update(self, parameter: nn.Parameter, rate: float, momentum: float, decay: float) -> None:
        if parameter.grad is None:
            return
        state = self.state[parameter]
        if not state:
            state["momentum"] = torch.zeros_like(parameter)
        state["momentum"].lerp_(parameter.grad, 1 - momentum)
        direction = parameter.grad.lerp(state["momentum"], momentum)
        parameter.mul_(1 - rate * decay)
        size = 0.2 * max(parameter.shape) ** 0.5
        parameter.add_(orthogonal(direction.to(self._dtype)).to(parameter.dtype), alpha=-rate * size)


def orthogonal(matrix: Tensor) -> Tensor:
    """About the nearest matrix with singular values of 1: they come out between 0.5 and 1.5 (Newton and Schulz)."""
    if matrix.shape[0] > matrix.shape[1]:
        return orthogonal(matrix.T).T
    x = matrix / matrix.norm().clamp(min=_LEAST)
    for _ in range(_STEPS):
        squared = x @ x.T
        x = torch.addmm(x, torch.addmm(squared, squared, squared, beta=_CUBIC, alpha=_QUINTIC), x, beta=_LINEAR)
    return x
