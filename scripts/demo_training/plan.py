"""How many steps the stages of the training have, and at which learning rates."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .questions import Variant

VARIANTS: tuple[Variant, ...] = ("instruct", "thinking")
STAGES = ("see", "sharpen", "tell", "variants")


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps of the stages.

    `first` is the number of the first batch; `seeing`, `sharpening` and `rate` (of telling) are learning rates; from
    the share `hard` of telling on, every other batch has more to be counted and found.
    """

    see: int
    sharpen: int
    tell: int
    variant: int
    first: int = 0
    seeing: float = 2e-3
    sharpening: float = 2e-3
    rate: float = 3e-3
    hard: float = 0.4

    def scaled(self, factor: float) -> Plan:
        """The same with fewer or more steps."""
        steps = {name: getattr(self, name) for name in ("see", "sharpen", "tell", "variant")}
        return replace(self, **{name: max(1, round(n * factor)) if n else 0 for name, n in steps.items()})


FROM_NOTHING = Plan(see=1800, sharpen=975, tell=1200, variant=900)
ON_GPU = Plan(see=2000, sharpen=1800, tell=1600, variant=800, seeing=3e-3, sharpening=3e-3)
"""From nothing as well, on a graphics processor, with steps that are four times as large."""
GOING_ON = Plan(see=0, sharpen=0, tell=1600, variant=1400, first=60_000, rate=1.5e-3, hard=0.0)
"""For weights that have been trained before: other batches, at a lower rate."""
