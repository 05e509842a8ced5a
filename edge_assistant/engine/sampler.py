"""The sampler: draws the next token from the logits of llama.cpp."""

from __future__ import annotations

import ctypes
import math
from array import array
from collections.abc import Iterator, Sequence
from typing import Any

from edge_assistant.engine.bindings import llama
from edge_assistant.engine.messages import Sampling
from edge_assistant.system.errors import EngineError
from edge_assistant.system.i18n import tr

_GRAMMAR_ROOT = b"root"


class Sampler:
    """A sampler chain: penalties, top-k, top-p, temperature, in llama.cpp's order; and a grammar for the answer."""

    def __init__(self, context: Any, vocab: Any, window: int, sampling: Sampling, seed: int, grammar: str) -> None:
        """`window` is the number of last tokens that penalties see. Raises EngineError for an invalid grammar."""
        self._context = context
        vocab_size = llama.llama_vocab_n_tokens(vocab)
        self._grammar = _Grammar(vocab, grammar) if grammar else None
        self._chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
        for part in _sampler_stages(sampling, vocab_size, window, seed):
            llama.llama_sampler_chain_add(self._chain, part)

    def sample(self, *, in_answer: bool = True) -> int:
        """Sample the next token; the grammar holds `in_answer`."""
        if self._grammar and in_answer:
            return self._grammar.sample(self._chain, self._context)
        return int(llama.llama_sampler_sample(self._chain, self._context, -1))

    def accept(self, tokens: Sequence[int]) -> None:
        """Take these tokens of an answer as sampled. A grammar that does not allow them is dropped."""
        for token in tokens:
            llama.llama_sampler_accept(self._chain, token)
        if self._grammar and not all(map(self._grammar.accept, tokens)):
            self._grammar.free()
            self._grammar = None

    def free(self) -> None:
        """Free its memory."""
        llama.llama_sampler_free(self._chain)
        if self._grammar:
            self._grammar.free()


class _Grammar:
    """A grammar that restricts what is sampled.

    Testing the whole vocabulary takes long, so that is done only when a chain chose what is not allowed. A token that
    is not allowed must never be accepted: llama.cpp ends the process then.
    """

    def __init__(self, vocab: Any, grammar: str) -> None:
        # A null would end the grammar, and an empty one allows everything.
        source = grammar.encode("utf-8", "surrogatepass").replace(b"\0", b"\xff")
        self._sampler = llama.llama_sampler_init_grammar(vocab, source, _GRAMMAR_ROOT)
        if not self._sampler:
            raise EngineError(tr("The grammar of the answer is not valid. Correct it, or leave it out."))
        ends = (llama.llama_vocab_eot(vocab), llama.llama_vocab_eos(vocab))
        self._end = next((token for token in ends if token >= 0), 0)
        size = llama.llama_vocab_n_tokens(vocab)
        self._candidates = (llama.llama_token_data * size)()
        memoryview(self._candidates).cast("B").cast("i")[0::3] = memoryview(array("i", range(size)))
        self._original = bytes(self._candidates)

    def sample(self, chain: Any, context: Any) -> int:
        """Sample with `chain` what the grammar allows; an end token where it allows nothing."""
        token, _ = self._apply(context, chain)
        if not self._allows(token):
            token, logit = self._apply(context, self._sampler, chain)
            if not math.isfinite(logit) or not self._allows(token):
                return self._end
        llama.llama_sampler_accept(chain, token)
        llama.llama_sampler_accept(self._sampler, token)
        return token

    def accept(self, token: int) -> bool:
        """Take a token as sampled, if the grammar allows it; return whether it does."""
        if not self._allows(token):
            return False
        llama.llama_sampler_accept(self._sampler, token)
        return True

    def free(self) -> None:
        """Free its memory."""
        llama.llama_sampler_free(self._sampler)

    def _apply(self, context: Any, *samplers: Any) -> tuple[int, float]:
        """Apply samplers, of which the last one selects, to the last logits; return the token and its logit."""
        size = len(self._candidates)
        ctypes.memmove(self._candidates, self._original, len(self._original))
        logits = (ctypes.c_float * size).from_address(
            ctypes.addressof(llama.llama_get_logits_ith(context, -1).contents)
        )
        memoryview(self._candidates).cast("B").cast("f")[1::3] = memoryview(logits).cast("B").cast("f")
        data = llama.llama_token_data_array(self._candidates, size, -1, False)
        for sampler in samplers:
            llama.llama_sampler_apply(sampler, ctypes.byref(data))
        chosen = data.data[data.selected]
        return int(chosen.id), float(chosen.logit)

    def _allows(self, token: int) -> bool:
        one = (llama.llama_token_data * 1)(llama.llama_token_data(token, 1.0, 0.0))
        data = llama.llama_token_data_array(one, 1, -1, False)
        llama.llama_sampler_apply(self._sampler, ctypes.byref(data))
        return math.isfinite(one[0].logit)


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
