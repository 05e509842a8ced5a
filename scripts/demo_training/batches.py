"""Batches for training: pictures with what stands in each cell, and conversations about them as token ids."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from .cells import as_sent, cell_names, cell_places, looked_at, patch_letters, patches, shown_part
from .collage import make_collage
from .looks import Look
from .network import LOOKING_HEADS
from .phrases import system_prompt
from .questions import Question, Variant, questions
from .scenes import FAMILIES, Grid, Scene, make_scene, random_grid, training_seed
from .tokens import Chat, Row, Turn

# Pictures of 40 cells, or what takes as long, of each seat in a step.
_SMALL = 16
_LONG_PROMPT_SENTENCES = (1, 2, 3, 5, 7)
# Where a reading begins, nothing was read before.
_NOWHERE = Look("answer", 0, 0, None)
# How often each of FAMILIES comes where there is more to be counted and found.
_HARD_FAMILIES = (28, 4, 18, 15, 13, 20, 1, 2)


def _changed(value: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """A batch, or a part of one, with all its tensors changed."""
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, list):
        return [_changed(each, change) for each in value]
    if isinstance(value, dict):
        return {name: _changed(each, change) for name, each in value.items()}
    if is_dataclass(value):
        each = (_changed(getattr(value, field.name), change) for field in fields(value))
        return type(value)(*each)  # type: ignore[misc]
    return value


class Batch:
    """What the tensors of a batch do together."""

    __slots__ = ()

    def pin_memory(self) -> Self:
        """The same in memory from which a graphics processor can fetch it by itself; torch's DataLoader asks."""
        return _changed(self, Tensor.pin_memory)  # type: ignore[no-any-return]

    def to(self, device: torch.device) -> Self:
        """The same on a device."""
        return _changed(self, lambda tensor: tensor.to(device, non_blocking=True))  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Pictures(Batch):
    """`pixels` (pictures, patches, 768), bytes; `names` (pictures, cells, classes), `named` (pictures, cells);
    `letters` (pictures, patches, letters); and as in `Places`, of each picture: `told`, `sides`, `corners`, `slots`."""

    pixels: Tensor
    names: Tensor
    named: Tensor
    letters: Tensor
    told: Tensor
    sides: Tensor
    corners: Tensor
    slots: Tensor
    grid: Grid


def pictures(scenes: list[Scene], grid: Grid) -> Pictures:
    """Scenes of one grid as tensors."""
    columns, rows = grid
    each = []
    for scene in scenes:
        pixels, across, down = as_sent(scene)
        places = cell_places(scene, columns, rows, shown_part(scene, grid))
        each.append(
            (
                patches(pixels),
                *cell_names(scene, columns, rows, across, down),
                patch_letters(scene, columns, rows, across, down),
                places.told,
                places.sides,
                places.corners,
                places.slots,
            )
        )
    return Pictures(*(torch.from_numpy(np.stack(part)) for part in zip(*each, strict=True)), grid)


@dataclass(frozen=True, slots=True)
class Share:
    """What a process has of each step: the seats from `first` up to `end`, of `seats` in all.

    Conversations go through the network in so many `parts`, by their length: less of it is padding.
    """

    first: int
    end: int
    seats: int
    parts: int

    def sources(self, step: int) -> Iterator[tuple[int, int]]:
        """The first two numbers of `training_seed` for each seat; each is of two."""
        for seat in range(self.first, self.end):
            yield step * (self.seats // 2) + seat // 2, seat % 2


def batch_size(grid: Grid) -> int:
    """Pictures of a grid that take about as long as _SMALL pictures of 40 cells."""
    cells = grid[0] * grid[1]
    return max(1, round(_SMALL * 46 / (cells * (1 + cells / 250))))


def see_batch(step: int, share: Share, ease: int, every: int = 4) -> Pictures:
    """Pictures for the vision tower alone: one of `every` is a scene, the others are collages, which all are at first
    (`ease` 2 and 1)."""
    grid = random_grid(random.Random(1_000_003 * step))
    scenes = []
    for source in share.sources(step):
        for number in range(batch_size(grid)):
            seed = training_seed(*source, number)
            scenes.append(make_collage(seed, grid, ease) if ease or number % every else make_scene(seed, grid=grid))
    return pictures(scenes, grid)


@dataclass(frozen=True, slots=True)
class Looks:
    """What one of LOOKING_HEADS is taught: `places` (looks, 2) conversation and token from which it looks, `right`
    (looks, tokens) at what: cells, what was asked or said, or, when it is nowhere, the token before the picture."""

    places: Tensor
    right: Tensor


@dataclass(frozen=True, slots=True)
class Talk:
    """Conversations: `ids` (conversations, tokens); `start` where the picture begins; `about` which of the pictures it
    is.

    `learned` (tokens learned, 2) holds conversation and token after which `next` (tokens learned) is to be written.
    `placed` are those of them that are numbers of a place, and `number` these numbers. `used` (uses, 2) holds one of
    `learned` and a token that the answer has used before, of every other conversation, where the penalty is trained.
    """

    ids: Tensor
    start: Tensor
    about: Tensor
    learned: Tensor
    next: Tensor
    placed: Tensor
    number: Tensor
    used: Tensor
    looks: dict[str, Looks]


@dataclass(frozen=True, slots=True)
class _About:
    """A conversation, the number of its picture, and the part of the grid that this one takes."""

    row: Row
    picture: int
    part: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Told(Batch):
    """Pictures, and conversations about them."""

    pictures: Pictures
    talks: list[Talk]


def tell_batch(
    chat: Chat,
    step: int,
    share: Share,
    rows_each: int,
    variants: tuple[Variant, ...],
    *,
    hard: bool,
    penalty: bool = False,
) -> Told:
    """Pictures with `rows_each` conversations about each, shorter and longer ones apart; `hard` ones are more often
    about what is to be counted and found. With `penalty`, every other conversation is to be learned under it."""
    shared = random.Random(1_000_003 * step + 1)
    grid = random_grid(shared)
    prompt = shared.choice(("none", "none", "short", "short", "long"))
    sentences = shared.choice(_LONG_PROMPT_SENTENCES)
    scenes: list[Scene] = []
    rows: list[_About] = []
    for source in share.sources(step):
        rng = random.Random(training_seed(*source, 63) + 17)
        for number in range(batch_size(grid)):
            family = rng.choices(FAMILIES, _HARD_FAMILIES)[0] if hard else None
            scene = make_scene(training_seed(*source, number), family=family, grid=grid)
            for turn in range(rows_each):
                variant = variants[turn % len(variants)]
                system = _system(rng, prompt, sentences)
                row = _conversation(chat, scene, rng, variant, system, hard=hard)
                rows.append(_About(row, len(scenes), shown_part(scene, grid)))
            scenes.append(scene)
    rows.sort(key=lambda about: len(about.row.before) + len(about.row.after))
    each = -(-len(rows) // share.parts)
    parts = [rows[first : first + each] for first in range(0, len(rows), each)]
    return Told(pictures(scenes, grid), [_stacked(chat, part, grid, penalty=penalty) for part in parts])


def _system(rng: random.Random, prompt: str, sentences: int) -> str | None:
    if prompt == "none":
        return None
    return system_prompt(rng, sentences=None if prompt == "short" else sentences)


def _conversation(
    chat: Chat, scene: Scene, rng: random.Random, variant: Variant, system: str | None, *, hard: bool
) -> Row:
    asked = questions(scene, rng, variant)
    turns = []
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3))):
        if not asked:
            break
        question = rng.choices(asked, [_weight(question, hard=hard) for question in asked])[0]
        asked.remove(question)
        turns.append(Turn(question, variant == "thinking" and rng.randrange(100) < 8))
    return chat.row(system, turns, variant)


def _weight(question: Question, *, hard: bool) -> float:
    """How often a question is taken."""
    if question.kind == "where" and question.box:
        return 3.0 if hard else 1.2
    if question.kind == "where":
        return 1.2 if hard else 0.4
    if question.kind == "count":
        return 0.25 if question.facts[0].startswith("0 ") else 3.0 if hard else 1.5
    return 3.0 if question.kind == "describe" else 2.0


def _stacked(chat: Chat, rows: list[_About], grid: Grid, *, penalty: bool) -> Talk:
    cells = grid[0] * grid[1]
    length = max(len(about.row.before) + len(about.row.after) for about in rows) + cells
    length = -(-length // 8) * 8
    ids = np.full((len(rows), length), chat.padding)
    learned: list[tuple[int, int]] = []
    following: list[int] = []
    used: list[tuple[int, int]] = []
    looks: dict[str, list[tuple[int, int, np.ndarray]]] = {head: [] for head in LOOKING_HEADS}
    for conversation, about in enumerate(rows):
        row = about.row
        tokens = row.before + [chat.image] * cells + row.after
        ids[conversation, : len(tokens)] = tokens
        offset = len(row.before) + cells
        said: set[int] = set()
        for place, token in enumerate(row.after):
            if not row.learned[place]:
                said = set()
                continue
            if penalty and conversation % 2 == 0:
                used += [(len(following), each) for each in sorted(said)]
            learned.append((conversation, offset + place - 1))
            following.append(token)
            said.add(token)
        for token, head, right in _looks(about, grid, length):
            looks[head].append((conversation, token, right))
    placed = [number for number, token in enumerate(following) if token in chat.numbers]
    return Talk(
        ids=torch.from_numpy(ids),
        start=torch.tensor([len(about.row.before) for about in rows]),
        about=torch.tensor([about.picture for about in rows]),
        learned=_pairs(learned),
        next=torch.tensor(following),
        placed=torch.tensor(placed, dtype=torch.long),
        number=torch.tensor([chat.numbers[following[each]] for each in placed], dtype=torch.long),
        used=_pairs(used),
        looks={
            head: Looks(
                _pairs([look[:2] for look in each]),
                torch.from_numpy(np.array([look[2] for look in each], bool).reshape(len(each), length)),
            )
            for head, each in looks.items()
        },
    )


def _pairs(pairs: list[tuple[int, int]]) -> Tensor:
    return torch.tensor(pairs, dtype=torch.long).view(-1, 2)


def _looks(about: _About, grid: Grid, length: int) -> list[tuple[int, str, np.ndarray]]:
    """What has to be looked at in a conversation of `length` tokens: from which token, by which of LOOKING_HEADS, and
    the tokens that are right (booleans)."""
    row = about.row
    picture = len(row.before)
    offset = picture + grid[0] * grid[1]
    out: list[tuple[int, str, np.ndarray]] = []

    def note(head: str, first: int, right: np.ndarray) -> None:
        mask = np.zeros(length, bool)
        mask[first : first + len(right)] = right
        out.append((offset + place - 1, head, mask))

    now: Look | None = None
    last: Look | None = None
    turn, said, saying = -1, range(0), range(0)
    for place, look in enumerate(row.looks):
        if look is None or not row.learned[place]:
            continue
        note(look.head, picture - 1, looked_at(look, grid, about.part))
        if (thing := row.things[row.turns[place]]) is not None:
            note("asked", offset + thing[0], np.ones(thing[1] - thing[0], bool))
            continue
        if now is None or row.turns[place] != turn or look.part != now.part:  # nothing was said before it
            last, said, saying = None, range(0), range(place, place)
        elif look is not now:
            last, said, saying = now, saying, range(place, place)
        turn, now, saying = row.turns[place], look, range(saying.start, place + 1)
        if said:
            note("said", offset + said.start, np.ones(len(said), bool))
        note("last", picture - 1, looked_at(last or _NOWHERE, grid, about.part))
    return out
