"""Messages between the engine's client and its worker process: frozen, picklable and self-contained.

Every question carries its picture and the conversation before it, so that a restarted worker can answer it as well;
a worker recognises what it has cached and does not compute it again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from edge_assistant.engine.gpu_offload import NO_OFFLOAD, GpuOffload

Stage = Literal["load", "prepare", "encode", "prefill", "think", "answer"]
TextKind = Literal["thinking", "answer"]
StopReason = Literal["end", "length", "loop", "budget", "cancelled"]
"""Why an answer ended: complete; cut off at a limit; repeated itself; complete, after reasoning that was cut short at
its budget; cancelled by the user."""
DEVICE_FAILED = "device-failed"
"""The code of errors and notices about a failed GPU."""
DEVICE_WRONG = "device-wrong"
"""The code of notices about a GPU that computes wrongly."""

_LEAST_TEMPERATURE_AFTER_LOOP, _LEAST_PRESENCE_AFTER_LOOP = 0.2, 0.5
"""Stronger means would change what is read (docs/adr/0032)."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """Sampling parameters; `temperature` 0 is greedy and ignores the rest."""

    temperature: float
    top_p: float = 1.0
    top_k: int = 0
    presence_penalty: float = 0.0

    def after_loop(self) -> Sampling:
        """Return those of an answer that goes on from where it began to repeat itself."""
        return replace(
            self,
            temperature=max(self.temperature, _LEAST_TEMPERATURE_AFTER_LOOP),
            presence_penalty=max(self.presence_penalty, _LEAST_PRESENCE_AFTER_LOOP),
        )


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question about the same picture and its answer, without reasoning, as in Qwen3-VL's template.

    `material` is the recognised text that was quoted before the question, as it stood there.
    """

    question: str
    answer: str
    material: str = ""


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """A line of text that was recognised in the picture; `place` orders those that are quoted as they stand there."""

    text: str
    place: int = 0


@dataclass(frozen=True, slots=True)
class ThinkingBudget:
    """The limits at which reasoning is ended, so that there is always an answer, and what is then put behind it."""

    tokens: int
    seconds: float
    closing: str = "\n</think>\n\n"


@dataclass(frozen=True, slots=True)
class Tuning:
    """Performance parameters: the best values depend on the machine, the answers do not depend on them.

    `repack` keeps a second, reordered copy of the weights; `batch` is in tokens. `gpu_layers` is the number of layers
    on the GPU: None as many as fit, 0 none, the model's number of layers or more everything.
    """

    repack: bool = False
    flash_attention: bool = True
    batch: int = 512
    gpu_layers: int | None = None


@dataclass(frozen=True, slots=True)
class ModelSize:
    """The size of the text model: its number of layers, and the bytes of a KV cell over all layers."""

    layers: int = 0
    cell_bytes: int = 0


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """Client to worker: load this GGUF pair, with `context` KV cells, and warm up with this system prompt.

    `vision_layers` only scales the progress. `prompt_cache_dir` is the folder of the prompt cache; None: there is none.
    `wrong_devices` are the driver keys (Device.driver_key) of GPUs that compute wrongly. In the `background` all other
    programs go first.
    """

    model: Path
    mmproj: Path
    context: int
    threads: int
    vision_layers: int
    system: str
    size: ModelSize = field(default_factory=ModelSize)
    tuning: Tuning = field(default_factory=Tuning)
    prompt_cache_dir: Path | None = None
    wrong_devices: frozenset[str] = frozenset()
    background: bool = False


@dataclass(frozen=True, slots=True)
class Embeddings:
    """The vision tower's output for the picture with this digest: float32 in native byte order, some MB.

    They are the same for every model with the same mmproj, which saves a second encode.
    """

    digest: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class AskQuestion:
    """Client to worker: answer `question` about the picture (`rgb`: width * height * 3 bytes, sides multiples of 32).

    `embeddings` are used if they are of this picture; None: the picture is encoded unless it is cached.
    `grace_tokens` are for the sentence, or the object of a list, that the answer is at when `max_tokens` are reached.
    With `may_be_empty` there may be no answer. An answer that repeats itself is tried once more from before the copies
    with `retries_loop`, with another seed and a presence penalty. `grammar` is in llama.cpp's GBNF, with the rule
    `root`, and holds for the answer, not for reasoning; "" allows everything. Of `text`, lines that were recognised in
    the picture, the most useful first, at most `text_tokens` are quoted before the question, in `text_frame` (with
    {text} in it); the worker sets `material` to what it quotes.

    With `continues` there is no `question`: the last of `turns`, whose answer was cut off or repeated itself, goes on
    from the kept cache, or, where that is lost, is evaluated and goes on. Done has only the new text then, exactly as
    it follows all that was emitted before, with the space at its end: it may begin with a space, or within a word. All
    limits count anew, and there is no reasoning.
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
    grace_tokens: int = 0
    may_be_empty: bool = False
    retries_loop: bool = False
    grammar: str = ""
    continues: bool = False
    text: tuple[QuotedLine, ...] = ()
    text_frame: str = ""
    text_tokens: int = 0
    material: str = ""


@dataclass(frozen=True, slots=True)
class GetEmbeddings:
    """Client to worker: return the embeddings of the last picture."""

    id: int


@dataclass(frozen=True, slots=True)
class MeasureDevice:
    """Client to worker: compute what two devices are compared by, without touching the caches of the conversation.

    `pictures` are (rgb, width, height), as in AskQuestion, and `prompt` is tokenized without control tokens.
    """

    id: int
    pictures: tuple[tuple[bytes, int, int], ...]
    prompt: str


@dataclass(frozen=True, slots=True)
class EncodeAhead:
    """Client to worker: encode this picture ahead, for a question that may follow. There is no reply."""

    id: int
    rgb: bytes
    width: int
    height: int


def picture_digest(picture: AskQuestion | EncodeAhead) -> bytes:
    """Return a hash of the picture's pixels and size, 16 bytes."""
    size = f"{picture.width}x{picture.height}".encode()
    return hashlib.blake2b(picture.rgb, key=size, digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class CancelQuestion:
    """Client to worker: stop working on question `id`."""

    id: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """Worker to client: the model is loaded. `context` is the actual size of the KV cache, in cells."""

    context: int
    offload: GpuOffload = NO_OFFLOAD


@dataclass(frozen=True, slots=True)
class EngineStarted:
    """Worker to client, before the model is opened: llama.cpp's libraries are loaded and run on this machine."""


@dataclass(frozen=True, slots=True)
class OffloadStarted:
    """Worker to client, while loading: whether a GPU driver, which may fail, is in use from now on."""

    on_device: bool


@dataclass(frozen=True, slots=True)
class DeviceFailed:
    """From the client itself: the GPU failed and everything is loaded on the CPU; `message` is to be announced."""

    message: str


@dataclass(frozen=True, slots=True)
class DeviceWrong:
    """From the client itself: the GPU computes wrongly and is used all the same; `message` is to be announced."""

    message: str


@dataclass(frozen=True, slots=True)
class StageProgress:
    """Worker to client: the progress of a stage, 0 to 1. `id` is 0 while loading."""

    id: int
    stage: Stage
    fraction: float


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Worker to client: more text of the answer or the reasoning. All texts together are what Done has, but for the
    space around it.
    """

    id: int
    kind: TextKind
    text: str


@dataclass(frozen=True, slots=True)
class TurnsDropped:
    """Worker to client: the oldest `count` turns were dropped to fit the context; the picture stays."""

    id: int
    count: int


@dataclass(frozen=True, slots=True)
class Done:
    """Worker to client: the question is answered. Times in seconds; `reused_cells` counts KV cells.

    `loops` is how often the answer began to repeat itself, and the copies were dropped. `material` is as in Turn.
    """

    id: int
    answer: str
    reasoning: str
    stop: StopReason
    image_tokens: int
    reused_cells: int
    reused_image: bool
    encode: float
    prefill: float
    generated_tokens: int
    generation: float
    loops: int = 0
    material: str = ""


@dataclass(frozen=True, slots=True)
class EmbeddingsReply:
    """Worker to client: the embeddings of the last picture; None where there are none."""

    id: int
    embeddings: Embeddings | None


@dataclass(frozen=True, slots=True)
class Measurement:
    """Worker to client: the results of MeasureDevice, all float32 in native byte order.

    `embeddings` has the vision tower's output for each picture, in vectors of `embedding_length` values. `logits` are
    those after the prompt, evaluated as a batch, and after one more token, evaluated alone. Either is empty where that
    part of the model was not measured.
    """

    id: int
    embedding_length: int
    embeddings: tuple[bytes, ...]
    logits: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """Worker to client: MeasureDevice was cancelled, or would have dropped what was encoded ahead."""

    id: int


@dataclass(frozen=True, slots=True)
class Failed:
    """Worker to client: an error to be reported to the user; `id` is 0 while loading."""

    id: int
    kind: str
    code: str
    message: str


Reply = (
    EngineStarted
    | Loaded
    | OffloadStarted
    | StageProgress
    | TextDelta
    | TurnsDropped
    | Done
    | EmbeddingsReply
    | Measurement
    | NotMeasured
    | Failed
)
