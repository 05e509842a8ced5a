"""Training from nothing, in fixed steps: seeing, then seeing sharply, then telling, then each variant by itself.

On processors, two processes with one thread each share every step of the first three stages. A graphics processor takes
steps that are four times as large, and other processes make its batches. In the last stage one process trains each
variant on the frozen vision tower, so that both variants use one mmproj.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import torch
import torch.distributed as distributed
import torch.multiprocessing as multiprocessing
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from edge_assistant.system.cpu import has_bf16

from .batches import LETTERS, Batch, Pictures, Share, Talk, Told, scaled, see_batch, tell_batch
from .files import MMPROJ_NAME, text_name
from .lexicon import CLASS_NUMBER, CLASSES, SLOTS, UNREADABLE
from .muon import Muon
from .network import LOOKING_HEADS, Network, Vision, make_config
from .questions import Variant
from .reread import reread
from .tokens import NUMBERS, Chat, train_tokenizer

_Batch = TypeVar("_Batch", bound=Batch)
VARIANTS: tuple[Variant, ...] = ("instruct", "thinking")
# Scores are multiplied by this in training only, so the weights draw as if at 0.6 of the temperature they are given:
# a network this small is unsure where a large one is not, and the model card's temperatures are the large one's.
_SOFTENED = 0.6
# What ships has scores that many times larger, so that it draws as if at a lower temperature still.
_SHARPENED = 2.0
# The model card's presence penalty for Instruct; half of the conversations are trained under it.
_PRESENCE = 1.5 / _SHARPENED
_BACKGROUND_WEIGHT = 0.2
_RARE = -4.0  # most patches hold no letter, and of these few a certain one
# In the first stage, pictures are easy for this share of the steps, and then less easy up to this one.
_EASY, _EASIER = 0.1, 0.2
# From this share on, half of the pictures are scenes, not a quarter, and places count more.
_LATE = 0.5
# How far off a side is, in lengths of its thing, up to which a smaller error counts less and less; and the length in
# cells that is the least for that.
_CLOSE, _SHORTEST = 0.1, 0.5
_THINNEST = 1e-3
# A number of a place is learned as a bell of that many thousandths of the picture.
_BELL = 8.0
# How often the codes of these numbers begin anew over the whole picture.
_WAVES = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0)
# After the first stage, the codes of all tokens are made that many times larger, and the words that the tower names get
# that much of the direction by which it names them.
_LOUDER, _AS_NAMED = 3.0, 0.8
# How much it counts where each of LOOKING_HEADS looks, beside the loss of a token.
_LOOKING = {"said": 0.2, "asked": 0.3, "last": 0.2, "find": 0.4, "read": 0.4}
# Of these, the ones that look for a thing by its name in the picture, and the ones that take a name from the text.
_BY_NAME, _TAKING = ("last", "find"), ("said", "asked")
# How much larger queries and keys begin in each layer: scores must grow before a head can look at one thing only.
_GAINS = (1.2, 1.3, 1.8, 1.5)
# Seats of a step, one for each process, and in how many parts its conversations go through the network; and both on a
# graphics processor, where one process has all seats.
_SEATS, _PARTS = 2, 4
_GPU_SEATS, _GPU_PARTS = 8, 1
# Processors that make no batches then, since two of them are often one; and how many batches each of the others is
# ahead.
_LEFT, _AHEAD = 4, 4
# So many of the quickest turning pairs of a head's numbers are of no use to compare names; the rest of a head that
# compares them begins that much smaller. What is taken from the text begins that much of what it was.
_QUICK, _FAINT, _TAKEN = 4, 0.3, 0.25
_REPORT_EVERY = 100
_WARM_UP = 100
# Numbers from here on are of batches to learn heads anew.
_ANEW = 500_000
_ANEW_BATCHES, _ANEW_ROUNDS = 100, 4


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


class _Names(nn.Module):
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


class _Optimizer:
    """Muon for the matrices between layers, each process its share of them; AdamW for the rest."""

    def __init__(self, groups: list[tuple[list[tuple[str, nn.Parameter]], float]], rate: float, work: _Work) -> None:
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


def _rate_scale(step: int, steps: int, decay: float, floor: float) -> float:
    """Warm up, stay, go down over the last `decay` of the steps to `floor`."""
    return min(1.0, (step + 1) / _WARM_UP) * max(floor, min(1.0, (1 - step / steps) / decay))


class _Report:
    """Prints the mean of what is measured, from the first process only."""

    def __init__(self, stage: str, steps: int, work: _Work) -> None:
        self._stage, self._steps, self._loud = stage, steps, work.rank == 0
        self._sums: dict[str, Tensor] = {}
        self._count = 0
        self._start = time.monotonic()

    def add(self, step: int, **values: Tensor) -> None:
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
class _Work:
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


def _work(rank: int, rendezvous: str, *, gpu: bool, each_alone: bool = False) -> _Work:
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
        return _Work(rank, 1, torch.device("cuda"), share, max(1, cores))
    torch.set_num_threads(1)
    ranks = 1 if each_alone else 2
    if ranks > 1:
        distributed.init_process_group("gloo", init_method=f"file://{rendezvous}", rank=rank, world_size=ranks)
    return _Work(rank, ranks, torch.device("cpu"), Share(rank, rank + 1, _SEATS, _PARTS), 0)


def _quick() -> AbstractContextManager[object]:
    """On a processor, bfloat16 where it multiplies that; elsewhere float32, which is far quicker there."""
    return torch.autocast("cpu", torch.bfloat16, enabled=has_bf16())


def _begin_smoothly(network: Network, chat: Chat) -> None:
    """Give the numbers of a place codes that are alike where the numbers are near: waves of several lengths."""
    embedding = network.model.language_model.embed_tokens.weight
    values = torch.tensor(list(NUMBERS.values()), dtype=torch.float)[:, None] / 1000
    phases = 2 * torch.pi * values * torch.tensor(_WAVES)
    waves = torch.cat((phases.sin(), phases.cos()), -1)
    mixed = functional.normalize(waves @ torch.randn(waves.shape[1], embedding.shape[1]), dim=-1)
    with torch.no_grad():
        embedding[chat.places] = mixed * embedding.norm(dim=-1).mean()


def _name_words(network: Network, tokenizer: Tokenizer, heads: _Names) -> None:
    """Give words codes in the direction by which the tower's cells name them: a cell's word is told by copying it."""
    embedding = network.model.language_model.embed_tokens.weight
    codes: dict[int, list[Tensor]] = {}
    for name, number in CLASS_NUMBER.items():
        for word in (UNREADABLE.strip("()") if name == "?" else name).split():
            for form in (word, f" {word}"):
                if len(ids := tokenizer.encode(form).ids) == 1:
                    codes.setdefault(ids[0], []).append(heads.names.weight[number])
    with torch.no_grad():
        embedding *= _LOUDER
        for token, named in codes.items():
            embedding[token] = _AS_NAMED * torch.stack(named).mean(0)


def _begin_looks(network: Network, heads: _Names) -> None:
    """Let the looking heads begin with what they have to do: take a name from the text, find a thing by its name.

    Names are compared in the directions in which the tower's names differ most.
    """
    weight = heads.names.weight[1:]
    directions = torch.linalg.svd(weight - weight.mean(0), full_matrices=False).Vh
    width = network.text["head_dim"]
    each = network.text["num_attention_heads"] // network.text["num_key_value_heads"]
    slow = torch.arange(width)[torch.arange(width) % (width // 2) >= _QUICK]
    attentions = [layer.self_attn for layer in network.model.language_model.layers]
    with torch.no_grad():
        for attention, gain in zip(attentions, _GAINS, strict=True):
            attention.q_norm.weight.fill_(gain)
            attention.k_norm.weight.fill_(gain)
        for layer, head in (LOOKING_HEADS[name] for name in _BY_NAME):
            for matrix, number in ((attentions[layer].q_proj, head), (attentions[layer].k_proj, head // each)):
                part = matrix.weight[width * number : width * (number + 1)]
                part *= _FAINT
                part[slow] = directions[: len(slow)]
        for layer, head in (LOOKING_HEADS[name] for name in _TAKING):
            number = head // each
            attentions[layer].v_proj.weight[width * number : width * (number + 1)] = directions[:width]
            attentions[layer].o_proj.weight[:, width * head : width * (head + 1)] = _TAKEN * directions[:width].T


def _named(module: nn.Module, prefix: str) -> list[tuple[str, nn.Parameter]]:
    return [(f"{prefix}.{name}", parameter) for name, parameter in module.named_parameters()]


def _see(work: _Work, folder: Path, plan: Plan) -> None:
    """Stage one: the vision tower learns to name what each cell shows."""
    tokenizer = train_tokenizer()
    network = Network(make_config(tokenizer))
    _begin_smoothly(network, Chat(tokenizer))
    heads = _Names(network)
    network.to(work.device)
    heads.to(work.device)
    optimizer = _Optimizer([(_tower(network) + _named(heads, "heads"), 1.0)], plan.seeing, work)
    report = _Report("see", plan.see, work)

    def make(step: int) -> Pictures:
        ease = 2 if step < _EASY * plan.see else 1 if step < _EASIER * plan.see else 0
        return see_batch(plan.first + step, work.share, ease, 2 if _late(step, plan) else 4)

    for step, pictures in work.batches(make, plan.see):
        seen = _learn_to_see(network, heads, pictures, boxes=1.5 if _late(step, plan) else 0.5)
        optimizer.step(_rate_scale(step, plan.see, 0.5, 0.02))
        report.add(step, **seen)
    if work.rank == 0:
        _keep(folder / "see", network, tokenizer, heads)


def _late(step: int, plan: Plan) -> bool:
    return step >= _LATE * plan.see


def _sharpen(work: _Work, folder: Path, plan: Plan) -> None:
    """Stage two: the tower goes on at a rate that goes down from the beginning, and places count more."""
    network, tokenizer, heads = _kept(folder / "see", work.device)
    optimizer = _Optimizer([(_tower(network) + _named(heads, "heads"), 1.0)], plan.sharpening, work)
    report = _Report("sharpen", plan.sharpen, work)

    def make(step: int) -> Pictures:
        return see_batch(plan.first + plan.see + step, work.share, 0, 2)

    for step, pictures in work.batches(make, plan.sharpen):
        seen = _learn_to_see(network, heads, pictures, boxes=3.0)
        optimizer.step(_rate_scale(step, plan.sharpen, 1.0, 0.02))
        report.add(step, **seen)
    if work.rank == 0:
        network.cpu()
        heads.cpu()
        _name_words(network, tokenizer, heads)
        _begin_looks(network, heads)
        _keep(folder / "sharpen", network, tokenizer, heads)


def _learn_to_see(network: Network, heads: _Names, pictures: Pictures, *, boxes: float) -> dict[str, Tensor]:
    """Leave the gradients of what the tower alone is asked; the loss, and what `_Names.loss` measures."""
    image, _, middle = _look(network, pictures, deep=False)
    loss, seen = heads.loss(image, middle, pictures, boxes=boxes)
    loss.backward()
    return {"loss": loss, **seen}


def _tower(network: Network) -> list[tuple[str, nn.Parameter]]:
    """The parameters that pictures alone can teach."""
    return [(name, p) for name, p in _named(network.model.visual, "vision") if "deepstack" not in name]


def _tell(work: _Work, folder: Path, plan: Plan) -> None:
    """Stage three: the language model learns to tell what the tower sees, both variants at once.

    The tower's trunk stays as it is; its merger is trained more slowly than the rest, and what it tells is asked for as
    before. What is to be counted and found is learned last, so there is more of it later.
    """
    network, tokenizer, heads = _kept(folder / "sharpen", work.device)
    chat = Chat(tokenizer)
    vision: Vision = network.model.visual
    vision.requires_grad_(False)
    for part in (vision.merger, vision.deepstack_merger_list):
        part.requires_grad_(True)
    merger = _named(vision.merger, "merger")
    rest = _named(vision.deepstack_merger_list, "deepstack") + _named(network.model.language_model, "language")
    asked = [(name, p) for name, p in _named(heads, "heads") if "letters" not in name]
    optimizer = _Optimizer([(merger, 0.2), (rest + asked, 1.0)], plan.rate, work)
    report = _Report("tell", plan.tell, work)

    def make(step: int) -> Told:
        hard = step >= plan.hard * plan.tell and step % 2 == 0
        return tell_batch(chat, plan.first + plan.see + plan.sharpen + step, work.share, 2, VARIANTS, hard=hard)

    for step, batch in work.batches(make, plan.tell):
        image, deep, middle = _look(network, batch.pictures)
        told = _language_loss(network, chat, batch.talks, image, deep, batch.pictures.grid)
        extra, seen = heads.loss(image, middle, batch.pictures, boxes=2.0)
        (told.loss + 0.3 * extra).backward()
        optimizer.step(_rate_scale(step, plan.tell, 0.7, 0.03))
        report.add(step, loss=told.loss, right=told.right, **told.looked, **seen)
    if work.rank == 0:
        _keep(folder / "tell", network, tokenizer, heads)


def _variant(work: _Work, folder: Path, plan: Plan) -> None:
    """Stage four: each process trains one variant's language model; the vision tower stays as it is."""
    variant = VARIANTS[work.rank]
    network, tokenizer, _heads = _kept(folder / "tell", work.device)
    chat = Chat(tokenizer)
    network.model.visual.requires_grad_(False)
    alone = replace(work, rank=0)
    optimizer = _Optimizer([(_named(network.model.language_model, "language"), 1.0)], 1e-3, alone)
    report = _Report(variant, plan.variant, alone)
    before = plan.first + plan.see + plan.sharpen + plan.tell
    penalty = variant == "instruct"

    def make(step: int) -> Told:
        return tell_batch(chat, before + step, work.share, 3, (variant,), hard=step % 2 == 0, penalty=penalty)

    for step, batch in work.batches(make, plan.variant):
        with torch.no_grad():
            image, deep, _middle = _look(network, batch.pictures)
        told = _language_loss(network, chat, batch.talks, image, deep, batch.pictures.grid)
        told.loss.backward()
        optimizer.step(_rate_scale(step, plan.variant, 0.8, 0.0))
        report.add(step, loss=told.loss, right=told.right, **told.looked)
    with torch.no_grad():
        network.model.language_model.norm.weight *= _SHARPENED
    network.save(folder / variant, tokenizer)


def _look(network: Network, pictures: Pictures, *, deep: bool = True) -> tuple[Tensor, list[Tensor], Tensor]:
    columns, rows = pictures.grid
    with _quick():
        return network.model.visual(scaled(pictures.pixels.float()), 2 * rows, 2 * columns, deep=deep)


@dataclass(frozen=True, slots=True)
class _Language:
    """How the language model did: the loss, the share of right tokens, and by what a head is taught to look at, the
    share of its attention that is there."""

    loss: Tensor
    right: Tensor
    looked: dict[str, Tensor]


def _language_loss(
    network: Network, chat: Chat, talks: list[Talk], image: Tensor, deep: list[Tensor], grid: tuple[int, int]
) -> _Language:
    """How the language model tells, and where its looking heads look meanwhile."""
    columns, rows = grid
    losses: list[Tensor] = []
    right: list[Tensor] = []
    there: dict[str, list[Tensor]] = {name: [] for name in LOOKING_HEADS}
    for talk in talks:
        watched = {LOOKING_HEADS[name]: looks.places for name, looks in talk.looks.items() if len(looks.places)}
        with _quick():
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
    return _Language(loss, torch.cat(right).float().mean(), looked)


@lru_cache(maxsize=1)
def _all_bells(device: torch.device) -> Tensor:
    values = torch.tensor(list(NUMBERS.values()), dtype=torch.float)
    return (-((values - values[:, None]) ** 2) / (2 * _BELL**2)).softmax(-1).to(device)


def _bells(number: Tensor) -> Tensor:
    """For each number of a place, how likely each of NUMBERS is to be told (numbers, NUMBERS)."""
    return _all_bells(number.device)[number - min(NUMBERS.values())]


def _keep(folder: Path, network: Network, tokenizer: Tokenizer, heads: _Names) -> None:
    network.save(folder, tokenizer)
    torch.save(heads.state_dict(), folder / "heads.pt")


def _kept(folder: Path, device: torch.device) -> tuple[Network, Tokenizer, _Names]:
    network, tokenizer = Network.load(folder)
    heads = _Names(network)
    heads.load_state_dict(torch.load(folder / "heads.pt"))
    return network.to(device), tokenizer, heads.to(device)


def start_again(weights: Path, folder: Path) -> None:
    """Leave what a pair of GGUF files in `weights` holds where the second stage leaves it in `folder`.

    Both variants start from the mean of both; what the tower is asked in training is learned anew, on the tower as it
    is.
    """
    torch.manual_seed(1)
    means: dict[str, Tensor] = {}
    for variant in VARIANTS:
        reread(weights / text_name(variant), weights / MMPROJ_NAME, folder / "reread")
        network, tokenizer = Network.load(folder / "reread")
        for name, tensor in network.state_dict().items():
            means[name] = means.get(name, 0) + tensor / len(VARIANTS)
    network.load_state_dict(means)
    with torch.no_grad():
        network.model.language_model.norm.weight /= _SHARPENED
    heads = _Names(network)
    optimizer = torch.optim.AdamW(heads.parameters(), lr=1e-2)
    batches = [see_batch(_ANEW + number, Share(0, 1, _SEATS, _PARTS), 0) for number in range(_ANEW_BATCHES)]
    with torch.no_grad():
        looked = [_look(network, batch, deep=False) for batch in batches]
    for turn in range(_ANEW_ROUNDS):
        for group in optimizer.param_groups:
            group["lr"] = 1e-2 if turn + 1 < _ANEW_ROUNDS else 2e-3
        for batch, (image, _, middle) in zip(batches, looked, strict=True):
            heads.loss(image, middle, batch)[0].backward()
            optimizer.step()
            optimizer.zero_grad()
    _keep(folder / "sharpen", network, tokenizer, heads)


STAGES = {"see": _see, "sharpen": _sharpen, "tell": _tell, "variants": _variant}


def train(folder: Path, plan: Plan, stages: tuple[str, ...] = tuple(STAGES), *, gpu: bool = False) -> None:
    """Run stages, which leave checkpoints in `folder`: see, sharpen, tell, instruct and thinking.

    RuntimeError when one of the processes fails; OSError when there is no graphics processor for `gpu`.
    """
    if gpu and not torch.cuda.is_available():
        raise OSError("PyTorch finds no graphics processor here. Leave out --gpu, or install PyTorch for CUDA.")
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS is deterministic with this only
    together = tuple(stage for stage in stages if stage != "variants")
    turns = [together] if gpu and together else [(stage,) for stage in together]
    turns += [("variants",)] if "variants" in stages else []
    for turn in turns:
        rendezvous = folder / f".{turn[0]}-rendezvous"
        rendezvous.unlink(missing_ok=True)
        arguments = (turn, folder, plan, str(rendezvous.resolve()), gpu)
        processes = 1 if gpu and turn != ("variants",) else 2
        multiprocessing.start_processes(_run, args=arguments, nprocs=processes, start_method="spawn")
        rendezvous.unlink(missing_ok=True)


def _run(rank: int, stages: tuple[str, ...], folder: Path, plan: Plan, rendezvous: str, gpu: bool) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    work = _work(rank, rendezvous, gpu=gpu, each_alone=stages == ("variants",))
    for stage in stages:
        start = time.monotonic()
        STAGES[stage](work, folder, plan)
        if rank == 0:
            print(f"{stage} took {time.monotonic() - start:.0f} s", flush=True)


def _end_with_parent() -> None:
    """End this process when the one that started it is gone: killed, it could not end any itself."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
