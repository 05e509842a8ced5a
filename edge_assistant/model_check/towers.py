"""Vision towers against each other: how near their outputs for the same pictures are, image token by image token."""

from __future__ import annotations

import math
import statistics
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import mul
from pathlib import Path

from edge_assistant.engine.messages import Embeddings
from edge_assistant.model_check.candidates import Candidate
from edge_assistant.models.gguf import describe_gguf

PICTURES = 3
"""Pictures whose outputs are compared; each has some MB, which are kept until all candidates had their turn."""

_PRECISION = ("F32", "F16", "BF16", "Q8_0", "Q6_K")
"""Formats of towers, the most exact first."""
_MADE = ("Q8_0", "Q6_K")


@dataclass(frozen=True, slots=True)
class TowerDifference:
    """The cosine of each image token's output with that of the most exact tower here: 1 is the same direction."""

    candidate: str
    tower: str
    reference: str
    pictures: int
    tokens: int
    median: float
    least: float


class TowerOutputs:
    """Keeps the outputs of the candidates' towers that can be compared: those with one language model."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._candidates = candidates
        self._kept: dict[str, dict[bytes, tuple[int, Embeddings]]] = {each.name: {} for each in candidates}

    def wants(self, candidate: Candidate) -> bool:
        """Return whether another picture's output of this candidate's tower is of use."""
        return len(self._kept[candidate.name]) < PICTURES and self._reference(candidate) is not None

    def add(self, candidate: Candidate, tokens: int, embeddings: Embeddings) -> None:
        """Keep the output for a picture of so many image tokens."""
        self._kept[candidate.name][embeddings.digest] = tokens, embeddings

    def differences(self) -> Iterator[TowerDifference]:
        """Compare each tower with the most exact one for the same language model."""
        for candidate in self._candidates:
            reference = self._reference(candidate)
            if reference is None or reference.name == candidate.name:
                continue
            cosines, pictures = [], 0
            for digest, (tokens, output) in self._kept[candidate.name].items():
                if digest in self._kept[reference.name]:
                    found = list(token_cosines(output.data, self._kept[reference.name][digest][1].data, tokens))
                    cosines += found
                    pictures += bool(found)
            if cosines:
                yield TowerDifference(
                    candidate.name,
                    candidate.tower,
                    reference.tower,
                    pictures,
                    len(cosines),
                    statistics.median(cosines),
                    min(cosines),
                )

    def _reference(self, candidate: Candidate) -> Candidate | None:
        """Return the candidate with the most exact tower for this one's language model; None where it has no other."""
        same = [each for each in self._candidates if each.model.model == candidate.model.model]
        return min(same, key=lambda each: _rank(each.tower)) if len(same) > 1 else None


def token_cosines(first: bytes, second: bytes, tokens: int) -> Iterator[float]:
    """Yield the cosine of each token's vectors in two outputs of float32; nothing where they have not one shape."""
    if not tokens or len(first) != len(second) or len(first) % (4 * tokens):
        return
    one, other = array("f", first), array("f", second)
    width = len(one) // tokens
    for start in range(0, len(one), width):
        a, b = one[start : start + width], other[start : start + width]
        lengths = math.sqrt(sum(map(mul, a, a)) * sum(map(mul, b, b)))
        if lengths > 0 and math.isfinite(lengths):
            yield sum(map(mul, a, b)) / lengths


def _rank(tower: str) -> int:
    return _PRECISION.index(tower) if tower in _PRECISION else len(_PRECISION)


def less_exact(mmproj: Path) -> tuple[str, ...]:
    """Return the formats that the check can make of a tower and that are less exact than its own."""
    own = _rank(describe_gguf(mmproj).quantisation or "")
    return tuple(name for name in _MADE if _rank(name) > own)
