"""Training from nothing, in fixed steps: seeing, then seeing sharply, then telling, then each variant by itself.

On processors, two processes with one thread each share every step of the first three stages. A graphics processor takes
steps that are four times as large, and other processes make its batches. In the last stage one process trains each
variant on the frozen vision tower, so that both variants use one mmproj.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import torch
import torch.multiprocessing as multiprocessing
from tokenizers import Tokenizer
from torch import Tensor, nn

from .batches import Pictures, Share, Told, see_batch, tell_batch
from .cells import scaled
from .files import MMPROJ_NAME, text_name
from .language_loss import SHARPENED, language_loss
from .network import Network, make_config
from .optimizer import Optimizer, rate_scale
from .plan import STAGES, VARIANTS, Plan
from .reread import reread
from .starting_values import begin_looks, begin_with_waves, name_words
from .tokens import Chat, train_tokenizer
from .tower_heads import TowerHeads
from .vision import Vision
from .work import PARTS, SEATS, Report, Work, make_work, quick_arithmetic

# In the first stage, pictures are easy for this share of the steps, and then less easy up to this one.
_EASY, _EASIER = 0.1, 0.2
# From this share on, half of the pictures are scenes, not a quarter, and places count more.
_LATE = 0.5
# Numbers from here on are of batches to learn heads anew.
_ANEW = 500_000
_ANEW_BATCHES, _ANEW_ROUNDS = 100, 4


def _named(module: nn.Module, prefix: str) -> list[tuple[str, nn.Parameter]]:
    return [(f"{prefix}.{name}", parameter) for name, parameter in module.named_parameters()]


def _see(work: Work, folder: Path, plan: Plan) -> None:
    """Stage one: the vision tower learns to name what each cell shows."""
    tokenizer = train_tokenizer()
    network = Network(make_config(tokenizer))
    begin_with_waves(network, Chat(tokenizer))
    heads = TowerHeads(network)
    network.to(work.device)
    heads.to(work.device)
    optimizer = Optimizer([(_tower(network) + _named(heads, "heads"), 1.0)], plan.seeing, work)
    report = Report("see", plan.see, work)

    def make(step: int) -> Pictures:
        ease = 2 if step < _EASY * plan.see else 1 if step < _EASIER * plan.see else 0
        return see_batch(plan.first + step, work.share, ease, 2 if _late(step, plan) else 4)

    for step, pictures in work.batches(make, plan.see):
        seen = _learn_to_see(network, heads, pictures, boxes=1.5 if _late(step, plan) else 0.5)
        optimizer.step(rate_scale(step, plan.see, 0.5, 0.02))
        report.add(step, **seen)
    if work.rank == 0:
        _keep(folder / "see", network, tokenizer, heads)


def _late(step: int, plan: Plan) -> bool:
    return step >= _LATE * plan.see


def _sharpen(work: Work, folder: Path, plan: Plan) -> None:
    """Stage two: the tower goes on at a rate that goes down from the beginning, and places count more."""
    network, tokenizer, heads = _kept(folder / "see", work.device)
    optimizer = Optimizer([(_tower(network) + _named(heads, "heads"), 1.0)], plan.sharpening, work)
    report = Report("sharpen", plan.sharpen, work)

    def make(step: int) -> Pictures:
        return see_batch(plan.first + plan.see + step, work.share, 0, 2)

    for step, pictures in work.batches(make, plan.sharpen):
        seen = _learn_to_see(network, heads, pictures, boxes=3.0)
        optimizer.step(rate_scale(step, plan.sharpen, 1.0, 0.02))
        report.add(step, **seen)
    if work.rank == 0:
        network.cpu()
        heads.cpu()
        name_words(network, tokenizer, heads)
        begin_looks(network, heads)
        _keep(folder / "sharpen", network, tokenizer, heads)


def _learn_to_see(network: Network, heads: TowerHeads, pictures: Pictures, *, boxes: float) -> dict[str, Tensor]:
    """Leave the gradients of what the tower alone is asked; the loss, and what `TowerHeads.loss` measures."""
    image, _, middle = _look(network, pictures, deep=False)
    loss, seen = heads.loss(image, middle, pictures, boxes=boxes)
    loss.backward()
    return {"loss": loss, **seen}


def _tower(network: Network) -> list[tuple[str, nn.Parameter]]:
    """The parameters that pictures alone can teach."""
    return [(name, p) for name, p in _named(network.model.visual, "vision") if "deepstack" not in name]


def _tell(work: Work, folder: Path, plan: Plan) -> None:
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
    optimizer = Optimizer([(merger, 0.2), (rest + asked, 1.0)], plan.rate, work)
    report = Report("tell", plan.tell, work)

    def make(step: int) -> Told:
        hard = step >= plan.hard * plan.tell and step % 2 == 0
        return tell_batch(chat, plan.first + plan.see + plan.sharpen + step, work.share, 2, VARIANTS, hard=hard)

    for step, batch in work.batches(make, plan.tell):
        image, deep, middle = _look(network, batch.pictures)
        told = language_loss(network, chat, batch.talks, image, deep, batch.pictures.grid)
        extra, seen = heads.loss(image, middle, batch.pictures, boxes=2.0)
        (told.loss + 0.3 * extra).backward()
        optimizer.step(rate_scale(step, plan.tell, 0.7, 0.03))
        report.add(step, loss=told.loss, right=told.right, **told.looked, **seen)
    if work.rank == 0:
        _keep(folder / "tell", network, tokenizer, heads)


def _variant(work: Work, folder: Path, plan: Plan) -> None:
    """Stage four: each process trains one variant's language model; the vision tower stays as it is."""
    variant = VARIANTS[work.rank]
    network, tokenizer, _heads = _kept(folder / "tell", work.device)
    chat = Chat(tokenizer)
    network.model.visual.requires_grad_(False)
    alone = replace(work, rank=0)
    optimizer = Optimizer([(_named(network.model.language_model, "language"), 1.0)], 1e-3, alone)
    report = Report(variant, plan.variant, alone)
    before = plan.first + plan.see + plan.sharpen + plan.tell
    penalty = variant == "instruct"

    def make(step: int) -> Told:
        return tell_batch(chat, before + step, work.share, 3, (variant,), hard=step % 2 == 0, penalty=penalty)

    for step, batch in work.batches(make, plan.variant):
        with torch.no_grad():
            image, deep, _middle = _look(network, batch.pictures)
        told = language_loss(network, chat, batch.talks, image, deep, batch.pictures.grid)
        told.loss.backward()
        optimizer.step(rate_scale(step, plan.variant, 0.8, 0.0))
        report.add(step, loss=told.loss, right=told.right, **told.looked)
    with torch.no_grad():
        network.model.language_model.norm.weight *= SHARPENED
    network.save(folder / variant, tokenizer)


def _look(network: Network, pictures: Pictures, *, deep: bool = True) -> tuple[Tensor, list[Tensor], Tensor]:
    columns, rows = pictures.grid
    with quick_arithmetic():
        return network.model.visual(scaled(pictures.pixels.float()), 2 * rows, 2 * columns, deep=deep)


def _keep(folder: Path, network: Network, tokenizer: Tokenizer, heads: TowerHeads) -> None:
    network.save(folder, tokenizer)
    torch.save(heads.state_dict(), folder / "heads.pt")


def _kept(folder: Path, device: torch.device) -> tuple[Network, Tokenizer, TowerHeads]:
    network, tokenizer = Network.load(folder)
    heads = TowerHeads(network)
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
        network.model.language_model.norm.weight /= SHARPENED
    heads = TowerHeads(network)
    optimizer = torch.optim.AdamW(heads.parameters(), lr=1e-2)
    batches = [see_batch(_ANEW + number, Share(0, 1, SEATS, PARTS), 0) for number in range(_ANEW_BATCHES)]
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


_RUN = {"see": _see, "sharpen": _sharpen, "tell": _tell, "variants": _variant}


def train(folder: Path, plan: Plan, stages: tuple[str, ...] = STAGES, *, gpu: bool = False) -> None:
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
    work = make_work(rank, rendezvous, gpu=gpu, each_alone=stages == ("variants",))
    for stage in stages:
        start = time.monotonic()
        _RUN[stage](work, folder, plan)
        if rank == 0:
            print(f"{stage} took {time.monotonic() - start:.0f} s", flush=True)


def _end_with_parent() -> None:
    """End this process when the one that started it is gone: killed, it could not end any itself."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
