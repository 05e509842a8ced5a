"""How well the language model tells what is asked, and where its looking heads look meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

from .batches import Talk
from .network import LOOKING_HEADS, Network
from .tokens import NUMBERS, Chat
from .work import quick_arithmetic

# Scores are multiplied by this in training only, so the weights draw as if at 0.6 of the temperature they are given:
# a network this small is unsure where a large one is not, and the model card's temperatures are the large one's.
_SOFTENED = 0.6
# What ships has scores that many times larger, so that it draws as if at a lower temperature still.
SHARPENED = 2.0
# The model card's presence penalty for Instruct; half of the conversations are trained under it.
_PRESENCE = 1.5 / SHARPENED
# A number of a place is learned as a bell of that many thousandths of the picture.
_BELL = 8.0
# How much it counts where each of LOOKING_HEADS looks, beside the loss of a token.
_LOOKING = {"said": 0.2, "asked": 0.3, "last": 0.2, "find": 0.4, "read": 0.4}


@dataclass(frozen=True, slots=True)
class LanguageResult:
    """How the language model did: the loss, the share of right tokens, and by what a head is taught to look at, the
    share of its attention that is there."""

    loss: Tensor
    right: Tensor
    looked: dict[str, Tensor]


def language_loss(
    network: Network, chat: Chat, talks: list[Talk], image: Tensor, deep: list[Tensor], grid: tuple[int, int]
) -> LanguageResult:
    """How the language model tells, and where its looking heads look meanwhile."""
    columns, rows = grid
    losses: list[Tensor] = []
    right: list[Tensor] = []
    there: dict[str, list[Tensor]] = {name: [] for name in LOOKING_HEADS}
    for talk in talks:
        watched = {LOOKING_HEADS[name]: looks.places for name, looks in talk.looks.items() if len(looks.places)}
        with quick_arithmetic():
            hidden, seen = network(
                talk.ids, talk.start, image[talk.about], [level[talk.about] for level in deep], (rows, columns), watched
            )
        scores = network.logits(hidden[talk.learned[:, 0], talk.learned[:, 1]].float())
        if len(talk.used):
            used = torch.zeros_like(scores).index_put((talk.used[:, 0], talk.used[:, 1]), scores.new_tensor(_PRESENCE))
            scores = scores - used
        each = functional.cross_entropy(scores * _SOFTENED, talk.next, reduction="none")
        if len(talk.placed):
            likely = (scores[talk.placed] * _SOFTENED).log_softmax(-1)[:, chat.places]
            each = each.index_copy(0, talk.placed, -(_bells(talk.number) * likely).sum(-1))
        losses.append(each)
        right.append(scores.argmax(-1) == talk.next)
        for name, looks in talk.looks.items():
            if len(looks.places):
                there[name].append(seen[LOOKING_HEADS[name]].masked_fill(~looks.right, float("-inf")).logsumexp(-1))
    loss = torch.cat(losses).mean()
    looked = {}
    for name, parts in there.items():
        looked[name] = loss.new_tensor(1.0)
        if parts:
            mine = torch.cat(parts)
            loss = loss - _LOOKING[name] * mine.mean()
            looked[name] = mine.exp().mean()
    return LanguageResult(loss, torch.cat(right).float().mean(), looked)


@lru_cache(maxsize=1)
def _all_bells(device: torch.device) -> Tensor:
    values = torch.tensor(list(NUMBERS.values()), dtype=torch.float)
    return (-((values - values[:, None]) ** 2) / (2 * _BELL**2)).softmax(-1).to(device)


def _bells(number: Tensor) -> Tensor:
    """For each number of a place, how likely each of NUMBERS is to be told (numbers, NUMBERS)."""
    return _all_bells(number.device)[number - min(NUMBERS.values())]
