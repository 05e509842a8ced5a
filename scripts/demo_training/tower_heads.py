"""What the vision tower is asked in training only."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from .batches import Pictures
from .cells import LETTERS
from .lexicon import CLASSES, SLOTS
from .network import Network

_BACKGROUND_WEIGHT = 0.2
_RARE = -4.0  # most patches hold no letter, and of these few a certain one
_THINNEST = 1e-3
# How far off a side is, in lengths of its thing, up to which a smaller error counts less and less; and the length in
# cells that is the least for that.
_CLOSE, _SHORTEST = 0.1, 0.5


class TowerHeads(nn.Module):
    """What the vision tower is asked in training only: the letters in a patch half way up the tower, and at its end
    the name of what a cell shows, and the place of its thing: in fractions of the picture, how far its sides are, and
    which of a dialog's buttons it is."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        size = network.text["hidden_size"]
        self.letters = nn.Linear(network.model.visual.config["hidden_size"], len(LETTERS))
        nn.init.constant_(self.letters.bias, _RARE)
        self.names = nn.Linear(size, len(CLASSES))
        self.sides = nn.Linear(size, 4)
        self.corners = nn.Linear(size, 4)
        self.slots = nn.Linear(size, len(SLOTS))
        weight = torch.ones(len(CLASSES))
        weight[0] = _BACKGROUND_WEIGHT
        self.register_buffer("weight", weight, persistent=False)

    def loss(
        self, image: Tensor, middle: Tensor, pictures: Pictures, *, boxes: float = 1.0
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Loss; and the share of letters found, of named cells with the right name, of cells whose sides make a box
        that overlaps by half, of those whose corners do, and of buttons whose slot is right.

        `boxes` is the weight of all that tells the place.
        """
        image = image.float()
        spelled = self.letters(middle.float())
        letters = pictures.letters.float()
        letter_loss = functional.binary_cross_entropy_with_logits(spelled, letters, weight=1 + 3 * letters)
        scores = self.names(image)
        shares = pictures.names * self.weight * pictures.named[..., None]
        loss = -(shares * scores.log_softmax(-1)).sum() / shares.sum() + 0.5 * len(LETTERS) * letter_loss
        best = pictures.names.argmax(-1)
        told, true = pictures.told, pictures.sides
        sides = self.sides(image)
        length = (true[..., :2] + true[..., 2:]).clamp(min=_SHORTEST).repeat(1, 1, 2)
        loss = loss + boxes * _mean(_off((sides - true) / length), told)
        corners = pictures.corners
        cells = (true[..., :2] + true[..., 2:]) / (corners[..., 2:] - corners[..., :2]).clamp(min=_THINNEST)
        off = (self.corners(image) - corners) * cells.repeat(1, 1, 2)
        loss = loss + boxes * _mean(_off(off / length), told)
        known = pictures.slots >= 0
        guess = self.slots(image)
        slot_loss = functional.cross_entropy(guess.flatten(0, 1), pictures.slots.flatten(), reduction="sum")
        loss = loss + 0.5 * boxes * slot_loss / known.sum().clamp(min=1)
        return loss, {
            "letters": _share(spelled > 0, pictures.letters),
            "named": _share(scores.argmax(-1) == best, pictures.named & (best > 0)),
            "placed": _share(_overlap(sides, true) >= 0.5, told),
            "cornered": _share(_overlap(true + torch.cat((-off[..., :2], off[..., 2:]), -1), true) >= 0.5, told),
            "slots": _share(guess.argmax(-1) == pictures.slots, known),
        }


def _mean(values: Tensor, counts: Tensor) -> Tensor:
    """The mean of the values that count; 0 where none does. A choice of rows would have to wait for the device."""
    return torch.where(counts, values, 0).sum() / counts.sum().clamp(min=1)


def _share(right: Tensor, counts: Tensor) -> Tensor:
    """The share of what counts that is right; 1 where nothing does."""
    return ((right & counts).sum() + ~counts.any()) / counts.sum().clamp(min=1)


def _off(differences: Tensor) -> Tensor:
    """How much the differences of four sides count (..., 4): those up to _CLOSE less and less."""
    return functional.smooth_l1_loss(differences, torch.zeros_like(differences), beta=_CLOSE, reduction="none").mean(-1)


def _overlap(one: Tensor, other: Tensor) -> Tensor:
    """Intersection over union of boxes (..., 4) that are given by how far their sides are from one place."""
    shared = torch.minimum(one, other)
    both = [(sides[..., 0] + sides[..., 2]).clamp(min=0) * (sides[..., 1] + sides[..., 3]).clamp(min=0)
            for sides in (shared, one, other)]  # fmt: skip
    return both[0] / (both[1] + both[2] - both[0])
