"""Batches for training: pictures as patches, what stands in each cell, and conversations as token ids."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from typing import Any, Self, TypeVar

import numpy as np
import torch
from torch import Tensor

from edge_assistant.imaging.token_budget import fit, plan

from .collage import make_collage
from .draw import Box
from .lexicon import CLASS_NUMBER
from .network import LOOKING_HEADS
from .questions import Look, Question, Variant, questions, system_prompt
from .scenes import CELL, FAMILIES, Grid, Scene, make_scene, random_grid, training_seed
from .tokens import Chat, Row, Turn

_MOST_TOKENS = 256
_PATCH = 16
_IGNORED = -100
# A cell is named after a thing of which it holds this share (of the cell's size, or the thing's if that is smaller).
_SHARE_TO_NAME = 0.25
_SHARE_TO_NOTICE = 0.02
_SHARE_TO_LOOK = 0.3
# Pictures of 40 cells, or what takes as long, of each seat in a step.
_SMALL = 16
_LONG_PROMPT_SENTENCES = (1, 2, 3, 5, 7)
# Where a reading begins, nothing was read before.
_NOWHERE = Look("answer", 0, 0, None)
_Numbers = TypeVar("_Numbers", np.ndarray, Tensor)
# How often each of FAMILIES comes where there is more to be counted and found.
_HARD_FAMILIES = (28, 4, 18, 15, 13, 20, 1, 2)


def patches(pixels: np.ndarray) -> np.ndarray:
    """(height, width, 3) to (patches, 768), in Qwen3-VL's order: 2 x 2 neighbours together, colours apart."""
    height, width, _ = pixels.shape
    grid = pixels.transpose(2, 0, 1).reshape(3, height // CELL, 2, _PATCH, width // CELL, 2, _PATCH)
    return grid.transpose(1, 4, 2, 5, 0, 3, 6).reshape(-1, 3 * _PATCH * _PATCH)


def scaled(pixels: _Numbers) -> _Numbers:
    """Bytes, as numbers of any kind, to what the vision tower takes: -1 to 1."""
    return (pixels / 255 - 0.5) / 0.5


def as_sent(scene: Scene) -> tuple[np.ndarray, float, float]:
    """The picture as the program sends it, and how much its content was scaled across and down."""
    sent = fit(scene.image, max_tokens=_MOST_TOKENS)
    shrunk = scene.image.width > sent.width or scene.image.height > sent.height
    across = sent.width / scene.image.width if shrunk else 1.0
    down = sent.height / scene.image.height if shrunk else 1.0
    return np.asarray(sent), across, down


def cell_names(scene: Scene, columns: int, rows: int, across: float, down: float) -> tuple[np.ndarray, np.ndarray]:
    """What each cell shows: class shares (cells, classes), and whether the cell counts in the loss (cells)."""
    shares = np.zeros((rows, columns, len(CLASS_NUMBER)), np.float32)
    noticed = np.zeros((rows, columns), bool)
    for mark in scene.marks:
        left, top, right, bottom = mark.box[0] * across, mark.box[1] * down, mark.box[2] * across, mark.box[3] * down
        middle = int((top + bottom) / 2 // CELL), int((left + right) / 2 // CELL)
        number = CLASS_NUMBER[mark.name]
        for row in range(max(0, int(top) // CELL), min(rows, int(bottom) // CELL + 1)):
            for column in range(max(0, int(left) // CELL), min(columns, int(right) // CELL + 1)):
                wide = min(right, (column + 1) * CELL) - max(left, column * CELL)
                high = min(bottom, (row + 1) * CELL) - max(top, row * CELL)
                if wide <= 0 or high <= 0:
                    continue
                share = wide * high / (min(CELL, right - left) * min(CELL, bottom - top))
                if (row, column) == middle:
                    share = max(share, 0.5)
                elif mark.name.endswith("apple"):
                    share = min(share, _SHARE_TO_NAME)  # apples are told by their middles, so that they can be counted
                noticed[row, column] |= share > _SHARE_TO_NOTICE
                if share > _SHARE_TO_NAME:
                    shares[row, column, number] = max(shares[row, column, number], share)
    total = shares.sum(-1)
    named = total > 0
    shares[named] /= total[named][:, None]
    shares[~named, 0] = 1
    return shares.reshape(-1, shares.shape[-1]), (named | ~noticed).reshape(-1)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the things are that cells belong to.

    `told` (cells) whether there is one; `sides` (cells, 4) how far its left, upper, right and lower side are from the
    middle of the cell, outwards, in cells; `corners` (cells, 4) its box, from 0 to 1 of the picture; `slots` (cells)
    whether it is a dialog's left, middle or right button, -100 for anything else.
    """

    told: np.ndarray
    sides: np.ndarray
    corners: np.ndarray
    slots: np.ndarray


def cell_places(scene: Scene, columns: int, rows: int, part: tuple[float, float]) -> Places:
    """Where the thing is that each cell belongs to. `part` is as in `shown_part`."""
    told = np.zeros((rows, columns), bool)
    sides, corners = np.zeros((2, rows, columns, 4), np.float32)
    slots = np.full((rows, columns), _IGNORED)
    known = dict(scene.truth["buttons"]) if scene.family == "dialog" else {}
    best = np.full((rows, columns), _SHARE_TO_LOOK)
    for target in scene.targets:
        left, top, right, bottom = (
            value / 1000 * share for value, share in zip(target.box, (*part, *part), strict=True)
        )
        left, right, top, bottom = left * columns, right * columns, top * rows, bottom * rows
        small = min(1.0, right - left) * min(1.0, bottom - top)
        inside = int((top + bottom) / 2), int((left + right) / 2)
        for row in range(max(0, int(top)), min(rows, int(bottom) + 1)):
            for column in range(max(0, int(left)), min(columns, int(right) + 1)):
                wide = min(right, column + 1) - max(left, column)
                high = min(bottom, row + 1) - max(top, row)
                share = wide * high / small if wide > 0 and high > 0 else 0
                if (row, column) == inside:
                    share = max(share, 0.5)
                if share > best[row, column]:
                    best[row, column] = share
                    told[row, column] = True
                    corners[row, column] = np.array(target.box) / 1000
                    middle = column + 0.5, row + 0.5
                    sides[row, column] = middle[0] - left, middle[1] - top, right - middle[0], bottom - middle[1]
                    slots[row, column] = known.get(target.label, _IGNORED)
    return Places(told.reshape(-1), sides.reshape(-1, 4), corners.reshape(-1, 4), slots.reshape(-1))


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def patch_letters(scene: Scene, columns: int, rows: int, across: float, down: float) -> np.ndarray:
    """Which letters have their middle in each patch (patches, letters), patches in the order of `patches`."""
    found = np.zeros((rows, columns, 2, 2, len(LETTERS)), bool)
    for letter, x, y in scene.letters:
        column, row = int(x * across) // _PATCH, int(y * down) // _PATCH
        if 0 <= column < 2 * columns and 0 <= row < 2 * rows:
            found[row // 2, column // 2, row % 2, column % 2, LETTERS.index(letter)] = True
    return found.reshape(-1, len(LETTERS))


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


def shown_part(scene: Scene, grid: Grid) -> tuple[float, float]:
    """How much of the grid's width and height the picture takes; the rest is the border with which it is sent."""
    width, height = plan(scene.image.size, max_tokens=_MOST_TOKENS).content
    return width / (grid[0] * CELL), height / (grid[1] * CELL)


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


@lru_cache(maxsize=1000)
def looked_at(look: Look, grid: Grid, part: tuple[float, float]) -> np.ndarray:
    """Booleans for the token before the picture and for its cells: that token for what is not there, else the cells."""
    if look.box is None:
        return np.arange(1 + grid[0] * grid[1]) == 0
    return np.concatenate(([False], box_cells(look.box, grid, part)))


def box_cells(box: Box, grid: Grid, part: tuple[float, float]) -> np.ndarray:
    """The cells (booleans) of which a box covers a good part, and the one with its middle; `part` is as in
    `shown_part`."""
    columns, rows = grid
    left, top, right, bottom = (value / 1000 * share for value, share in zip(box, (*part, *part), strict=True))
    across = np.minimum(right * columns, np.arange(columns) + 1) - np.maximum(left * columns, np.arange(columns))
    down = np.minimum(bottom * rows, np.arange(rows) + 1) - np.maximum(top * rows, np.arange(rows))
    cells = np.clip(down, 0, None)[:, None] * np.clip(across, 0, None)[None] > _SHARE_TO_LOOK
    middle = min(rows - 1, int((top + bottom) / 2 * rows)), min(columns - 1, int((left + right) / 2 * columns))
    cells[middle] = True
    return cells.reshape(-1)
