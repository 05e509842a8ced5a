"""What the engine's two sides say to each other over the Pipe: frozen, picklable, complete in themselves.

Every question carries its picture and the conversation before it, so that a fresh engine can answer it as well as
the one that died; what the engine already holds it recognises and does not compute again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal

from edge_assistant.engine.gpu_offload import NOTHING, GpuOffload

Stage = Literal["load", "prepare", "encode", "prefill", "think", "answer"]
Kind = Literal["thinking", "answer"]
Stop = Literal["end", "length", "loop", "budget", "cancelled"]
"""How an answer ended: whole; cut off at a limit; where it began to repeat itself; whole, after reasoning that was cut
short; by the person."""
DEVICE_FAILED = "device-failed"
"""The code of errors and notices that say a graphics processor failed."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is drawn; `temperature` 0 is greedy and ignores the rest."""

    temperature: float
    top_p: float = 1.0
    top_k: int = 0
    presence: float = 0.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier question about the same picture and its answer, without reasoning, as Qwen3-VL's template has it."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class ThinkingBudget:
    """Where reasoning ends at the latest, so that there is always an answer."""

    tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Tuning:
    """How the engine computes; what is best depends on the machine, the answers do not.

    `repack` makes a second copy of the weights in another order; `batch` is in tokens. `gpu_layers` None puts on a
    graphics processor what fits there, a number just so many of the model's layers, all of them or more everything;
    0 keeps all on the processor.
    """

    repack: bool = False
    flash_attention: bool = True
    batch: int = 512
    gpu_layers: int | None = None


@dataclass(frozen=True, slots=True)
class ModelSize:
    """How large the text model is: its layers, and the bytes that a KV cell takes in all of them together."""

    layers: int = 0
    cell_bytes: int = 0


@dataclass(frozen=True, slots=True)
class LoadModel:
    """Parent to child: open these files. `context` is in KV cells; `vision_layers` only scales the progress.

    `keep` is the folder for evaluated system prompts, "" for none.
    """

    model: str
    mmproj: str
    context: int
    threads: int
    vision_layers: int
    system: str
    size: ModelSize = field(default_factory=ModelSize)
    tuning: Tuning = field(default_factory=Tuning)
    keep: str = ""


@dataclass(frozen=True, slots=True)
class Embeddings:
    """What a vision tower made of the picture with this digest: float32 in this machine's order, some MB.

    They hold for every model with the same mmproj, so that an encode need not be paid twice.
    """

    digest: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class AskQuestion:
    """Parent to child: answer `question` about the picture (`rgb`: width * height * 3 bytes, sides multiples of 32).

    `embeddings` are used where they are of this picture; None: the picture is encoded, if it is not cached.
    `kept` numbers the image tokens, row by row, that the language model gets; without it, it gets all.
    """

    id: int
    rgb: bytes
    width: int
    height: int
    system: str
    turns: tuple[Turn, ...]
    question: str
    sampling: Sampling
    seed: int
    max_tokens: int | None
    thinking: ThinkingBudget | None
    embeddings: Embeddings | None = None
    kept: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class GetEmbeddings:
    """Parent to child: give the embeddings of the last picture."""

    id: int


@dataclass(frozen=True, slots=True)
class EncodeAhead:
    """Parent to child: encode this picture while nobody waits, for a question that may come. Nothing is answered."""

    id: int
    rgb: bytes
    width: int
    height: int


def picture_digest(picture: AskQuestion | EncodeAhead) -> bytes:
    """What tells a picture from all others, 16 bytes."""
    size = f"{picture.width}x{picture.height}".encode()
    return hashlib.blake2b(picture.rgb, key=size, digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class CancelQuestion:
    """Parent to child: stop working on question `id`."""

    id: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """Child to parent: ready. `context` is what the KV cache really holds, in cells."""

    context: int
    offload: GpuOffload = NOTHING


@dataclass(frozen=True, slots=True)
class EngineStarted:
    """Child to parent, before anything of the weights is touched: llama.cpp's libraries are loaded and run here."""


@dataclass(frozen=True, slots=True)
class OffloadStarted:
    """Child to parent, while loading: whether from now on a graphics processor's driver is at work, which may fail."""

    on_device: bool


@dataclass(frozen=True, slots=True)
class DeviceFailed:
    """The parent's own: a graphics processor failed and everything is loaded on the processor; `message` says it."""

    message: str


@dataclass(frozen=True, slots=True)
class StageProgress:
    """Child to parent: how far a stage is, 0 to 1. `id` is 0 while loading."""

    id: int
    stage: Stage
    fraction: float


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Child to parent: some more text."""

    id: int
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class TurnsDropped:
    """Child to parent: the oldest `count` turns had to be left out, the picture stays."""

    id: int
    count: int


@dataclass(frozen=True, slots=True)
class Done:
    """Child to parent: the question is answered. Times in seconds; `reused_cells` counts KV cells."""

    id: int
    answer: str
    reasoning: str
    stop: Stop
    image_tokens: int
    reused_cells: int
    reused_image: bool
    encode: float
    prefill: float
    generated_tokens: int
    generation: float


@dataclass(frozen=True, slots=True)
class EmbeddingsReply:
    """Child to parent: the embeddings of the last picture; None where there are none."""

    id: int
    embeddings: Embeddings | None


@dataclass(frozen=True, slots=True)
class Failed:
    """Child to parent: an error to be shown; `id` is 0 while loading."""

    id: int
    exit_code: int
    code: str
    message: str


Reply = (
    EngineStarted | Loaded | OffloadStarted | StageProgress | TextDelta | TurnsDropped | Done | EmbeddingsReply | Failed
)
