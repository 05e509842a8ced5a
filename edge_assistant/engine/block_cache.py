"""The contents of the KV cache, as the blocks that were evaluated together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge_assistant.engine.llama_model import ImageChunk, LlamaModel
from edge_assistant.engine.prompt_layout import Block, text_block


class BlockCache:
    """The blocks in the KV cache of `model`, in order; changes both."""

    def __init__(self, model: LlamaModel) -> None:
        self._model = model
        self.blocks: list[Block] = []

    @property
    def position(self) -> int:
        """The position after the last block."""
        return sum(block.positions for block in self.blocks)

    @property
    def cells(self) -> int:
        """The cells of all blocks."""
        return sum(block.cells for block in self.blocks)

    def has_picture(self, digest: bytes) -> bool:
        """Return whether the picture with this digest is in it."""
        return any(block.digest == digest for block in self.blocks)

    def truncate_to(self, blocks: list[Block]) -> None:
        """Keep these blocks, which are the first ones of it, or come after those that are."""
        self.blocks = list(blocks)
        self._model.truncate(self.position)

    def reuse_prefix(self, blocks: list[Block]) -> tuple[list[Block], list[Block]]:
        """Truncate it to the common prefix with `blocks`; return the blocks kept and those to be evaluated.

        The last block is never reused: its logits are needed. A generated answer was evaluated token by token, so a
        part of it can be reused.
        """
        kept: list[Block] = []
        missing = list(blocks)
        cached_blocks = iter(self.blocks)
        for needed in blocks[:-1]:
            cached = next(cached_blocks, None)
            if cached is not None and cached.generated:
                common = _common_length(cached.tokens, needed.tokens)
                kept.append(text_block(list(needed.tokens[:common]), generated=True))
                needed = missing[0] = text_block(list(needed.tokens[common:]))
                cached = next(cached_blocks, None) if common == len(cached.tokens) else None
            if cached != needed:
                break
            kept.append(missing.pop(0))
        self.truncate_to(kept)
        return kept, missing

    def append(
        self,
        blocks: list[Block],
        chunk: ImageChunk | None,
        embeddings: Any,
        on_fraction: Callable[[float], None],
    ) -> None:
        """Evaluate and append one picture, or texts. On failure nothing of it stays."""
        position = self.position
        try:
            if chunk is not None and embeddings is not None:
                self._model.decode_image(chunk, embeddings, position, on_fraction)
            else:
                self._model.decode([token for block in blocks for token in block.tokens], position, on_fraction)
        except BaseException:
            self._model.truncate(position)
            raise
        self.blocks += blocks

    def take_last(self, count: int) -> list[int]:
        """Take the blocks with the last `count` tokens from the list, for a generated block that begins with them."""
        tokens: list[int] = []
        while len(tokens) < count:
            tokens[:0] = self.blocks.pop().tokens
        return tokens


def _common_length(first: tuple[int, ...], second: tuple[int, ...]) -> int:
    pairs = enumerate(zip(first, second, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(first), len(second)))
