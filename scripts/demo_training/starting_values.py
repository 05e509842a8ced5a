"""What the network begins with that is not left to chance: codes of numbers and words, and heads that look."""

from __future__ import annotations

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from .lexicon import CLASS_NUMBER, UNREADABLE
from .network import LOOKING_HEADS, Network
from .tokens import NUMBERS, Chat
from .tower_heads import TowerHeads

# How often the codes of these numbers begin anew over the whole picture.
_WAVES = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0)
# After the first stage, the codes of all tokens are made that many times larger, and the words that the tower names get
# that much of the direction by which it names them.
_LOUDER, _AS_NAMED = 3.0, 0.8
# Of LOOKING_HEADS, the ones that look for a thing by its name in the picture, and the ones that take a name from the
# text.
_BY_NAME, _TAKING = ("last", "find"), ("said", "asked")
# How much larger queries and keys begin in each layer: scores must grow before a head can look at one thing only.
_GAINS = (1.2, 1.3, 1.8, 1.5)
# So many of the quickest turning pairs of a head's numbers are of no use to compare names; the rest of a head that
# compares them begins that much smaller. What is taken from the text begins that much of what it was.
_QUICK, _FAINT, _TAKEN = 4, 0.3, 0.25


def begin_with_waves(network: Network, chat: Chat) -> None:
    """Give the numbers of a place codes that are alike where the numbers are near: waves of several lengths."""
    embedding = network.model.language_model.embed_tokens.weight
    values = torch.tensor(list(NUMBERS.values()), dtype=torch.float)[:, None] / 1000
    phases = 2 * torch.pi * values * torch.tensor(_WAVES)
    waves = torch.cat((phases.sin(), phases.cos()), -1)
    mixed = functional.normalize(waves @ torch.randn(waves.shape[1], embedding.shape[1]), dim=-1)
    with torch.no_grad():
        embedding[chat.places] = mixed * embedding.norm(dim=-1).mean()


def name_words(network: Network, tokenizer: Tokenizer, heads: TowerHeads) -> None:
    """Give words codes in the direction by which the tower's cells name them: a cell's word is told by copying it."""
    embedding = network.model.language_model.embed_tokens.weight
    codes: dict[int, list[Tensor]] = {}
    for name, number in CLASS_NUMBER.items():
        for word in (UNREADABLE.strip("()") if name == "?" else name).split():
            for form in (word, f" {word}"):
                if len(ids := tokenizer.encode(form).ids) == 1:
                    codes.setdefault(ids[0], []).append(heads.names.weight[number])
    with torch.no_grad():
        embedding *= _LOUDER
        for token, named in codes.items():
            embedding[token] = _AS_NAMED * torch.stack(named).mean(0)


def begin_looks(network: Network, heads: TowerHeads) -> None:
    """Let the looking heads begin with what they have to do: take a name from the text, find a thing by its name.

    Names are compared in the directions in which the tower's names differ most.
    """
    weight = heads.names.weight[1:]
    directions = torch.linalg.svd(weight - weight.mean(0), full_matrices=False).Vh
    width = network.text["head_dim"]
    each = network.text["num_attention_heads"] // network.text["num_key_value_heads"]
    slow = torch.arange(width)[torch.arange(width) % (width // 2) >= _QUICK]
    attentions = [layer.self_attn for layer in network.model.language_model.layers]
    with torch.no_grad():
        for attention, gain in zip(attentions, _GAINS, strict=True):
            attention.q_norm.weight.fill_(gain)
            attention.k_norm.weight.fill_(gain)
        for layer, head in (LOOKING_HEADS[name] for name in _BY_NAME):
            for matrix, number in ((attentions[layer].q_proj, head), (attentions[layer].k_proj, head // each)):
                part = matrix.weight[width * number : width * (number + 1)]
                part *= _FAINT
                part[slow] = directions[: len(slow)]
        for layer, head in (LOOKING_HEADS[name] for name in _TAKING):
            number = head // each
            attentions[layer].v_proj.weight[width * number : width * (number + 1)] = directions[:width]
            attentions[layer].o_proj.weight[:, width * head : width * (head + 1)] = _TAKEN * directions[:width].T
