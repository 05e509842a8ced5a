"""The sampler: draws the next token from the logits of llama.cpp."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from edge_assistant.engine.bindings import llama
from edge_assistant.engine.messages import Sampling


class Sampler:
    """A sampler chain: penalties, top-k, top-p, temperature, in llama.cpp's order."""

    def __init__(self, context: Any, vocab_size: int, window: int, sampling: Sampling, seed: int) -> None:
        self._context = context
        self._chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
        for part in _sampler_stages(sampling, vocab_size, window, seed):
            llama.llama_sampler_chain_add(self._chain, part)

    def sample(self) -> int:
        """Sample the next token."""
        return int(llama.llama_sampler_sample(self._chain, self._context, -1))

    def free(self) -> None:
        """Free its memory."""
        llama.llama_sampler_free(self._chain)


def _sampler_stages(sampling: Sampling, vocab_size: int, window: int, seed: int) -> Iterator[Any]:
    if sampling.temperature == 0:
        yield llama.llama_sampler_init_greedy()
        return
    if sampling.presence_penalty:
        # The window is the whole context: -1, elsewhere documented as "all", silently turns the penalties off here.
        yield llama.llama_sampler_init_penalties(vocab_size, window, 1.0, 0.0, sampling.presence_penalty)
    if sampling.top_k:
        yield llama.llama_sampler_init_top_k(sampling.top_k)
    if sampling.top_p < 1:
        yield llama.llama_sampler_init_top_p(sampling.top_p, 1)
    yield llama.llama_sampler_init_temp(sampling.temperature)
    yield llama.llama_sampler_init_dist(seed)
