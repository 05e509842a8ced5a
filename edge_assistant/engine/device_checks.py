"""Whether a GPU computes what the CPU computes: the comparison, and what was found, kept in the data folder.

A driver or a GPU backend that computes wrongly crashes nothing: the answers are only about another picture than the one
that was sent. Nobody who cannot see that picture notices.
"""

from __future__ import annotations

import heapq
import math
import statistics
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import mul
from typing import Literal

from edge_assistant.engine.gpu_offload import Device, GpuOffload
from edge_assistant.engine.messages import Measurement
from edge_assistant.system import paths
from edge_assistant.system.json_store import JsonStore

Part = Literal["tower", "text"]
PARTS: tuple[Part, ...] = ("tower", "text")
_SEPARATOR = "+"

# docs/adr/0038-a-graphics-processor-that-computes-wrongly.md has what these were chosen by.
_MIN_MEDIAN = 0.98
"""The least median of the cosines of the vision tower's vectors."""
_MIN_COSINE = 0.7
"""The least cosine of a single vector."""
_MIN_LOGITS = 0.98
"""The least cosine of centred logits."""
_LIKELIEST = 5
"""The likeliest token on one device is among so many of the likeliest on the other."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How well two devices agree in one part: cosines, 1.0 where they compute the same, NaN counting as -1.0."""

    part: Part
    median: float
    least: float
    same_token: bool = True

    @property
    def agrees(self) -> bool:
        """Whether the differences are those of rounding."""
        if self.part == "text":
            return self.least >= _MIN_LOGITS and self.same_token
        return self.median >= _MIN_MEDIAN and self.least >= _MIN_COSINE


def compare(measured: Measurement, reference: Measurement) -> list[Comparison]:
    """Compare what a device computed with a reference, part by part; results of unequal size agree in nothing."""
    found = []
    if measured.embeddings:
        cosines: list[float] = []
        for one, other in _pairs(measured.embeddings, reference.embeddings):
            cosines += _vector_cosines(one, other, reference.embedding_length)
        found.append(_summarise("tower", cosines))
    if measured.logits:
        pairs = _pairs(measured.logits, reference.logits)
        same = all(_likeliest_agree(one, other) for one, other in pairs)
        found.append(
            _summarise("text", [_cosine(_centred(one), _centred(other)) for one, other in pairs], same_token=same)
        )
    return found


def _pairs(measured: Sequence[bytes], reference: Sequence[bytes]) -> list[tuple[array[float], array[float]]]:
    """Return what is to be compared as numbers; nothing where any of it is missing."""
    if [len(each) for each in measured] != [len(each) for each in reference] or not all(measured):
        return []
    return [(array("f", one), array("f", other)) for one, other in zip(measured, reference, strict=True)]


class DeviceChecks:
    """What checks found, in device-checks.json: by the keys of device and model, names, cosines and verdicts.

    A device that computes wrongly with one model is wrong for all, until it has another driver or llama.cpp: a model's
    files change, too, when a faster vision tower is made of them.
    """

    def __init__(self) -> None:
        self._store = JsonStore(paths.data_dir() / "device-checks.json", precious=True)

    def wrong_keys(self) -> frozenset[str]:
        """Return the driver keys of devices that compute wrongly."""
        wrong = (key for key, entry in self._store.read().items() if "wrong" in _verdicts(entry).values())
        return frozenset(filter(None, (key.partition(_SEPARATOR)[0] for key in wrong)))

    def unchecked_parts(self, offload: GpuOffload) -> list[Part]:
        """Return the parts of the model that are on a device and were not checked there yet."""
        device = offload.device
        if device is None or not device.driver_key or device.computes_wrongly:
            return []
        verdicts = _verdicts(self._store.read().get(_key(device)))
        placed = {"tower": offload.tower, "text": offload.layers > 0}
        return [part for part in PARTS if placed[part] and part not in verdicts]

    def record(self, device: Device, comparisons: Sequence[Comparison]) -> None:
        """Keep what was found; raises OSError."""
        parts = {
            each.part: {
                "verdict": "right" if each.agrees else "wrong",
                "median": round(each.median, 5),
                "least": round(each.least, 5),
            }
            for each in comparisons
        }
        old = self._store.read().get(_key(device))
        self._store.update({_key(device): {**(old if isinstance(old, dict) else {}), "device": device.name, **parts}})


def _key(device: Device) -> str:
    return f"{device.driver_key}{_SEPARATOR}{device.model_key}"


def _verdicts(entry: object) -> dict[str, str]:
    """Return the verdicts of a stored entry, by part; none where it is of no use."""
    found: dict[str, str] = {}
    if not isinstance(entry, dict):
        return found
    for part in PARTS:
        match entry.get(part):
            case {"verdict": "right" | "wrong" as verdict}:
                found[part] = verdict
    return found


def _summarise(part: Part, cosines: Sequence[float], *, same_token: bool = True) -> Comparison:
    if not cosines:
        return Comparison(part, -1.0, -1.0, same_token=False)
    return Comparison(part, statistics.median(cosines), min(cosines), same_token)


def _vector_cosines(one: array[float], other: array[float], length: int) -> Iterator[float]:
    """Yield the cosine of each vector: a token's embedding, or what the tower feeds a deeper layer for it."""
    for start in range(0, min(len(one), len(other)), length):
        yield _cosine(one[start : start + length], other[start : start + length])


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    product: float = sum(map(mul, one, other))
    lengths: float = math.sqrt(sum(map(mul, one, one)) * sum(map(mul, other, other)))
    if not math.isfinite(lengths) or not math.isfinite(product):
        return -1.0
    if lengths == 0.0:
        return 1.0 if not any(one) and not any(other) else -1.0
    return product / lengths


def _centred(values: array[float]) -> list[float]:
    """Subtract the mean: what all logits have in common changes nothing."""
    mean = statistics.fmean(values)
    return [value - mean for value in values]


def _likeliest_agree(one: array[float], other: array[float]) -> bool:
    firsts, seconds = _likeliest(one), _likeliest(other)
    return firsts[0] in seconds and seconds[0] in firsts


def _likeliest(logits: array[float]) -> list[int]:
    return heapq.nlargest(_LIKELIEST, range(len(logits)), key=logits.__getitem__)
