"""Training from nothing, in fixed steps: first seeing, then telling, then counting and finding, then each variant.

Two processes with one thread each share every step of the first three stages; in the last, each trains one variant on
the frozen vision tower, so that both variants use one mmproj.
"""

from __future__ import annotations

import os
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.distributed as distributed
import torch.multiprocessing as multiprocessing
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from edge_assistant.processor import has_bf16

from .batches import BOX_DIGITS, LETTERS, Lesson, Pictures, Talk, see_batch, tell_batch
from .lexicon import CLASSES
from .network import Network, Vision, make_config
from .questions import Variant
from .tokens import Chat, train_tokenizer

RANKS = 2
SMALL = 16  # pictures of 40 cells, or what takes as long, in each process's part of a step
VARIANTS: tuple[Variant, ...] = ("instruct", "thinking")
# Scores are multiplied by this in training only, so the weights draw as if at 0.6 of the temperature they are given:
# a network this small is unsure where a large one is not, and the model card's temperatures are the large one's.
_SOFTENED = 0.6
# The scores of what is saved are that many times larger, so that it draws as if at a lower temperature still.
_SHARPENED = 2.0
# The model card's presence penalty for Instruct; half of the conversations are trained under it, before the scores are
# larger.
_PRESENCE = 1.5
_BACKGROUND_WEIGHT = 0.2
_RARE = -4.0  # most patches hold no letter, and of these few a certain one
# In the first stage, pictures are easy for this share of the steps, and then less easy up to this one.
_EASY, _EASIER = 0.1, 0.2
# How much it counts where a head looks, beside the loss of a token.
_LOOKING = 0.3
_REPORT_EVERY = 100
_WARM_UP = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps of the stages."""

    see: int = 3000
    tell: int = 4500
    point: int = 3000
    variant: int = 2000

    def scaled(self, factor: float) -> Plan:
        """The same with fewer or more steps."""
        return Plan(*(max(1, round(steps * factor)) for steps in (self.see, self.tell, self.point, self.variant)))


class _Names(nn.Module):
    """What the vision tower is asked in training only: the letters in a patch half way up the tower, and at its end
    the name of what a cell shows, and the place of its thing."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        size = network.text["hidden_size"]
        self.letters = nn.Linear(network.model.visual.config["hidden_size"], len(LETTERS))
        nn.init.constant_(self.letters.bias, _RARE)
        self.names = nn.Linear(size, len(CLASSES))
        self.boxes = nn.Linear(size, BOX_DIGITS * 10)
        weight = torch.ones(len(CLASSES))
        weight[0] = _BACKGROUND_WEIGHT
        self.register_buffer("weight", weight, persistent=False)

    def loss(
        self, image: Tensor, middle: Tensor, pictures: Pictures, *, boxes: float = 1.0
    ) -> tuple[Tensor, float, float, float]:
        """Loss, share of letters found, of named cells with the right name, of the right digits.

        `boxes` is the weight of the digits.
        """
        image = image.float()
        spelled = self.letters(middle.float())
        weight = 1 + 3 * pictures.letters
        letter_loss = functional.binary_cross_entropy_with_logits(spelled, pictures.letters, weight=weight)
        written = pictures.letters > 0
        found = (spelled[written] > 0).float().mean().item() if written.any() else 1.0
        scores = self.names(image)[pictures.named]
        shares = pictures.names[pictures.named]
        each = -(shares * self.weight * scores.log_softmax(-1)).sum(-1)
        loss = each.sum() / (shares * self.weight).sum() + 0.5 * len(LETTERS) * letter_loss
        best = shares.argmax(-1)
        shown = best > 0
        named = (scores.argmax(-1) == best)[shown].float().mean().item() if shown.any() else 1.0
        told = pictures.boxes[..., 0] >= 0
        digits = 1.0
        if told.any():
            wanted = pictures.boxes[told].flatten()
            guess = self.boxes(image[told]).view(-1, 10)
            loss = loss + boxes * functional.cross_entropy(guess, wanted)
            digits = (guess.argmax(-1) == wanted).float().mean().item()
        return loss, found, named, digits


class _Optimizer:
    """Muon for the matrices between layers, each process its share of them; AdamW for the rest."""

    def __init__(
        self, groups: list[tuple[list[tuple[str, nn.Parameter]], float]], rate: float, rank: int, ranks: int
    ) -> None:
        self.parameters = [parameter for named, _ in groups for _, parameter in named]
        self._ranks, self._rate = ranks, rate
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
                if owner == rank:
                    mine.append(parameter)
            muon.append({"params": mine, "factor": factor})
            rest.append({"params": [p for _, p in named if id(p) not in chosen], "factor": factor})
        self._optimizers = [
            torch.optim.Muon(
                [group for group in muon if group["params"]], lr=rate, weight_decay=0.01, momentum=0.95,
                adjust_lr_fn="match_rms_adamw",
            ),
            torch.optim.AdamW(
                [group for group in rest if group["params"]], lr=rate, betas=(0.9, 0.98), weight_decay=0.0
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

    def __init__(self, stage: str, steps: int, rank: int) -> None:
        self._stage, self._steps, self._loud = stage, steps, rank == 0
        self._sums: dict[str, float] = {}
        self._count = 0
        self._start = time.monotonic()

    def add(self, step: int, **values: float) -> None:
        for name, value in values.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
        self._count += 1
        if self._loud and ((step + 1) % _REPORT_EVERY == 0 or step + 1 == self._steps):
            means = "  ".join(f"{name} {value / self._count:.4f}" for name, value in self._sums.items())
            print(
                f"{self._stage} {step + 1}/{self._steps}  {time.monotonic() - self._start:.0f} s  {means}", flush=True
            )
            self._sums, self._count = {}, 0


def _prepare(rank: int, ranks: int, rendezvous: str) -> None:
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    torch.use_deterministic_algorithms(True)
    if ranks > 1:
        distributed.init_process_group("gloo", init_method=f"file://{rendezvous}", rank=rank, world_size=ranks)


def _quick() -> AbstractContextManager[object]:
    """bfloat16 where the processor multiplies it; elsewhere float32, which is far quicker there."""
    return torch.autocast("cpu", torch.bfloat16, enabled=has_bf16())


def _named(module: nn.Module, prefix: str) -> list[tuple[str, nn.Parameter]]:
    return [(f"{prefix}.{name}", parameter) for name, parameter in module.named_parameters()]


def _see(rank: int, folder: Path, plan: Plan, rendezvous: str) -> None:
    """Stage one: the vision tower learns to name what each cell shows."""
    _prepare(rank, RANKS, rendezvous)
    tokenizer = train_tokenizer()
    network = Network(make_config(tokenizer))
    heads = _Names(network)
    vision: Vision = network.model.visual
    used = [(name, p) for name, p in _named(vision, "vision") if "deepstack" not in name]
    optimizer = _Optimizer([(used + _named(heads, "heads"), 1.0)], 2e-3, rank, RANKS)
    report = _Report("see", plan.see, rank)
    for step in range(plan.see):
        ease = 2 if step < _EASY * plan.see else 1 if step < _EASIER * plan.see else 0
        pictures = see_batch(step, rank, SMALL, ease)
        columns, rows = pictures.grid
        with _quick():
            image, _, middle = vision(pictures.pixels, 2 * rows, 2 * columns, deep=False)
        loss, letters, named, digits = heads.loss(image, middle, pictures, boxes=0.5)
        loss.backward()
        optimizer.step(_rate_scale(step, plan.see, 0.3, 0.15))
        report.add(step, loss=loss.item(), letters=letters, named=named, digits=digits)
    if rank == 0:
        _keep(folder / "see", network, tokenizer, heads)


def _tell(rank: int, folder: Path, plan: Plan, rendezvous: str) -> None:
    """Stage two: the language model learns to tell what the tower sees, both variants at once."""
    _prepare(rank, RANKS, rendezvous)
    kept = _kept(folder / "see")
    numbers = range(plan.see, plan.see + plan.tell)
    _tell_on("tell", rank, kept, numbers, Lesson(hard=False, later=False), rate=2e-3, decay=0.5)
    if rank == 0:
        _keep(folder / "tell", *kept)


def _point(rank: int, folder: Path, plan: Plan, rendezvous: str) -> None:
    """Stage three: the same with more to be counted and found, which is learned last."""
    _prepare(rank, RANKS, rendezvous)
    kept = _kept(folder / "tell")
    numbers = range(plan.see + plan.tell, plan.see + plan.tell + plan.point)
    _tell_on("point", rank, kept, numbers, Lesson(hard=True, later=True), rate=1.5e-3, decay=0.7)
    if rank == 0:
        _keep(folder / "point", *kept)


def _tell_on(
    stage: str,
    rank: int,
    kept: tuple[Network, Tokenizer, _Names],
    numbers: range,
    lesson: Lesson,
    *,
    rate: float,
    decay: float,
) -> None:
    """Train everything at once on the batches with these numbers; the tower's trunk more slowly than the rest."""
    network, tokenizer, heads = kept
    chat = Chat(tokenizer)
    vision: Vision = network.model.visual
    trunk = [(name, p) for name, p in _named(vision, "vision") if "merger" not in name]
    merger = [(name, p) for name, p in _named(vision, "vision") if "merger" in name]
    language = _named(network.model.language_model, "language")
    optimizer = _Optimizer([(trunk, 0.4), (merger + language + _named(heads, "heads"), 1.0)], rate, rank, RANKS)
    report = _Report(stage, len(numbers), rank)
    for step, number in enumerate(numbers):
        pictures, talk = tell_batch(chat, number, rank, SMALL, 2, VARIANTS, lesson)
        image, deep, middle = _look(network, pictures)
        told = _language_loss(network, talk, image, deep, pictures.grid, looks=lesson.later)
        extra, letters, named, digits = heads.loss(image, middle, pictures, boxes=2.0 if lesson.later else 1.0)
        (told.loss + 0.3 * extra).backward()
        optimizer.step(_rate_scale(step, len(numbers), decay, 0.1))
        report.add(
            step,
            loss=told.loss.item(),
            right=told.right,
            looked=told.looked,
            letters=letters,
            named=named,
            digits=digits,
        )


def _variant(rank: int, folder: Path, plan: Plan, _: str) -> None:
    """Stage four: each process trains one variant's language model; the vision tower stays as it is."""
    _prepare(rank, 1, "")
    variant = VARIANTS[rank]
    network, tokenizer, _heads = _kept(folder / "point")
    chat = Chat(tokenizer)
    network.model.visual.requires_grad_(False)
    optimizer = _Optimizer([(_named(network.model.language_model, "language"), 1.0)], 1e-3, 0, 1)
    report = _Report(variant, plan.variant, 0)
    for step in range(plan.variant):
        number = plan.see + plan.tell + plan.point + step
        pictures, talk = tell_batch(chat, number, rank, SMALL, 3, (variant,), Lesson(hard=step % 2 == 0, later=True))
        with torch.no_grad():
            image, deep, _middle = _look(network, pictures)
        told = _language_loss(network, talk, image, deep, pictures.grid, looks=True, presence=variant == "instruct")
        told.loss.backward()
        optimizer.step(_rate_scale(step, plan.variant, 0.8, 0.0))
        report.add(step, loss=told.loss.item(), right=told.right, looked=told.looked)
    with torch.no_grad():
        network.model.language_model.norm.weight *= _SHARPENED
    network.save(folder / variant, tokenizer)


def _look(network: Network, pictures: Pictures) -> tuple[Tensor, list[Tensor], Tensor]:
    columns, rows = pictures.grid
    with _quick():
        return network.model.visual(pictures.pixels, 2 * rows, 2 * columns)


@dataclass(frozen=True, slots=True)
class _Language:
    """How the language model did: the loss, the share of right tokens, and of attention that is where it should be."""

    loss: Tensor
    right: float
    looked: float


def _language_loss(
    network: Network,
    talk: Talk,
    image: Tensor,
    deep: list[Tensor],
    grid: tuple[int, int],
    *,
    looks: bool,
    presence: bool = False,
) -> _Language:
    """How the language model tells.

    With `looks`, one head is also taught where to look while it writes of a thing that is somewhere; with `presence`,
    every other conversation is under the penalty.
    """
    each = len(talk.ids) // len(image)
    image, deep = image.repeat_interleave(each, 0), [level.repeat_interleave(each, 0) for level in deep]
    columns, rows = grid
    with _quick():
        watched = talk.looking if looks and len(talk.looking) else None
        hidden, seen = network(talk.ids, talk.start, image, deep, (rows, columns), watched)
    learned = talk.target >= 0
    scores = network.logits(hidden[learned].float())
    wanted = talk.target[learned]
    if presence:
        scores = scores - _PRESENCE * _used(talk, scores.shape[-1])[learned]
    loss = functional.cross_entropy(scores * _SOFTENED, wanted)
    looked = 1.0
    if seen is not None:
        index = talk.start[talk.looking[:, 0], None] + torch.arange(columns * rows)
        there = seen.gather(1, index).masked_fill(~talk.seen, float("-inf")).logsumexp(-1)
        loss = loss - _LOOKING * there.mean()
        looked = there.exp().mean().item()
    return _Language(loss, (scores.argmax(-1) == wanted).float().mean().item(), looked)


def _used(talk: Talk, vocabulary: int) -> Tensor:
    """For each learned token of every other conversation, 1 for the tokens that its answer has used before."""
    used = torch.zeros(*talk.target.shape, vocabulary)
    for number in range(0, len(talk.target), 2):
        seen = torch.zeros(vocabulary)
        before = False
        for place, token in enumerate(talk.target[number].tolist()):
            if token < 0:
                seen, before = torch.zeros(vocabulary), False
                continue
            if before:
                used[number, place] = seen
            seen[token], before = 1, True
    return used


def _keep(folder: Path, network: Network, tokenizer: Tokenizer, heads: _Names) -> None:
    network.save(folder, tokenizer)
    torch.save(heads.state_dict(), folder / "heads.pt")


def _kept(folder: Path) -> tuple[Network, Tokenizer, _Names]:
    network, tokenizer = Network.load(folder)
    heads = _Names(network)
    heads.load_state_dict(torch.load(folder / "heads.pt"))
    return network, tokenizer, heads


STAGES = {"see": _see, "tell": _tell, "point": _point, "variants": _variant}


def train(folder: Path, plan: Plan, stages: tuple[str, ...] = tuple(STAGES)) -> None:
    """Run stages, which leave checkpoints in `folder`: see, tell, point, instruct and thinking.

    RuntimeError when one of the processes fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    for stage in stages:
        rendezvous = folder / f".{stage}-rendezvous"
        rendezvous.unlink(missing_ok=True)
        start = time.monotonic()
        multiprocessing.start_processes(
            STAGES[stage], args=(folder, plan, str(rendezvous.resolve())), nprocs=RANKS, start_method="spawn"
        )
        rendezvous.unlink(missing_ok=True)
        print(f"{stage} took {time.monotonic() - start:.0f} s", flush=True)
