"""A stand-in for llama.cpp: one token a character, a scripted model, and a record of what was evaluated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from edge_assistant.engine.llama_model import ComputationInterrupted
from edge_assistant.engine.messages import AskQuestion, Reply, Sampling, ThinkingBudget, Turn

_T = TypeVar("_T")

END = 0x10FFFF  # the token that ends an answer
PICTURE_CELLS, PICTURE_POSITIONS = 40, 8


# ruff: noqa: ARG002 (the arguments are those of the real one)
class FakeChunk:
    tokens = PICTURE_CELLS
    positions = PICTURE_POSITIONS

    def free(self) -> None:
        pass


class FakeSampler:
    def __init__(self, model: FakeModel) -> None:
        self._model = model

    def sample(self, *, in_answer: bool = True) -> int:
        """The next scripted token that is not forbidden; an unwilling model says "x"."""
        script, forbidden = self._model.script, set(self._model.forbidden)
        self._model.forbidden.clear()
        while script and script[0] in forbidden:
            script.pop(0)
        if script:
            return script.pop(0)
        return ord("x") if END in forbidden else END

    def accept(self, tokens: Sequence[int]) -> None:
        self._model.accepted.append("".join(map(chr, tokens)))

    def free(self) -> None:
        pass


class FakeModel:
    """`script` holds the tokens to be drawn; `evaluated` lists (position, text or "<picture>"), `cuts` positions.

    `samplers` lists how samplers were made, `accepted` the texts that they took as sampled, and `seconds` what they
    draw at the second try.
    """

    def __init__(self, context: int = 4096) -> None:
        self.cells = context
        self.max_cells = 32_768
        self.script: list[int] = []
        self.forbidden: set[int] = set()
        self.evaluated: list[tuple[int, str]] = []
        self.cuts: list[int] = []
        self.encodes = 0
        self.pieces: dict[int, bytes] = {}
        self.interrupt_at: str | None = None
        self.computes = True
        self.samplers: list[tuple[Sampling, int, str]] = []
        self.accepted: list[str] = []
        self.seconds: list[int] | None = None

    def says(self, *texts: str, end: bool = True) -> None:
        """The model will draw these characters, then end."""
        self.script = [ord(character) for text in texts for character in text] + ([END] if end else [])

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        return [ord(character) for character in text]

    def piece(self, token: int) -> bytes:
        return b"" if token == END else self.pieces.get(token, chr(token).encode())

    def is_end_token(self, token: int) -> bool:
        return token == END

    def image_chunk(self, rgb: bytes, width: int, height: int) -> FakeChunk:
        return FakeChunk()

    def encode(self, chunk: FakeChunk, on_fraction: Callable[[float], None]) -> object:
        self.encodes += 1
        if self.interrupt_at == "encode":
            raise ComputationInterrupted
        return object()

    def save_state(self) -> bytes:
        return "".join(text for _, text in self.evaluated).encode()

    def restore_state(self, state: bytes, position: int) -> bool:
        return len(state) == position

    def embeddings(self, tokens: int) -> bytes:
        return b"e" * tokens

    def load_embeddings(self, data: bytes, tokens: int) -> object | None:
        return object() if len(data) == tokens else None

    def encoder_output(self) -> object:
        return object()

    def decode_image(
        self, chunk: FakeChunk, embeddings: object, position: int, on_fraction: Callable[[float], None]
    ) -> None:
        self.evaluated.append((position, "<picture>"))
        if self.interrupt_at == "picture":
            raise ComputationInterrupted

    def decode(self, tokens: Sequence[int], position: int, on_fraction: Callable[[float], None] | None = None) -> None:
        assert tokens
        text = "".join(map(chr, tokens))
        self.evaluated.append((position, text))
        if self.interrupt_at is not None and self.interrupt_at in text:
            raise ComputationInterrupted

    def truncate(self, position: int) -> None:
        self.cuts.append(position)

    def forbid(self, token: int) -> None:
        self.forbidden.add(token)

    def has_usable_logits(self) -> bool:
        return self.computes

    def sampler(self, sampling: Sampling, seed: int, grammar: str = "") -> FakeSampler:
        self.samplers.append((sampling, seed, grammar))
        if len(self.samplers) > 1 and self.seconds is not None:
            self.script, self.seconds = self.seconds, None
        return FakeSampler(self)


def ask(
    question: str = "What?",
    *,
    picture: bytes = b"A",
    turns: Iterable[tuple[str, str]] = (),
    thinking: ThinkingBudget | None = None,
    max_tokens: int | None = 120,
    **more: Any,
) -> AskQuestion:
    """A question as the parent sends it; `picture` stands for pixels."""
    return AskQuestion(
        id=1,
        rgb=picture,
        width=256,
        height=160,
        system="S",
        turns=tuple(Turn(asked, answered) for asked, answered in turns),
        question=question,
        sampling=Sampling(0.7),
        seed=1,
        max_tokens=max_tokens,
        thinking=thinking,
        **more,
    )


class Emitted(list[Reply]):
    """Collects replies; `of(kind)` picks some."""

    def of(self, kind: type[_T]) -> list[_T]:
        return [reply for reply in self if isinstance(reply, kind)]
