"""Vision encoders compared by their outputs."""

from __future__ import annotations

import math
from array import array

import pytest
from support.model_checks import candidate

from edge_assistant.engine.messages import Embeddings
from edge_assistant.model_check import towers
from edge_assistant.model_check.candidates import Candidate
from edge_assistant.model_check.towers import TowerOutputs, token_cosines


def floats(*values: float) -> bytes:
    return array("f", values).tobytes()


def test_the_cosine_of_each_token() -> None:
    first, second = floats(1, 0, 3, 4, 1, 1), floats(1, 0, -3, -4, 1, 0)
    assert list(token_cosines(first, second, 3)) == pytest.approx([1, -1, math.sqrt(0.5)])


@pytest.mark.parametrize(
    ("first", "second", "tokens"),
    [
        (floats(1, 2), floats(1), 1),
        (floats(1, 2), floats(1, 2), 0),
        (b"abc", b"abc", 3),
        (floats(0, 0), floats(0, 0), 1),
    ],
)
def test_outputs_that_cannot_be_compared(first: bytes, second: bytes, tokens: int) -> None:
    assert not list(token_cosines(first, second, tokens))


def test_no_number_that_is_none_is_told() -> None:
    assert not list(token_cosines(floats(math.nan, 1), floats(1, 1), 1))
    assert not list(token_cosines(floats(math.inf, 1), floats(1, 1), 1))


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[Candidate]:
    """One model with two encoders, and another model."""
    monkeypatch.setattr(Candidate, "tower", property(lambda self: self.name.partition(", ")[2]))
    return [
        candidate("m, Q6_K", model="m.gguf", mmproj="q6"),
        candidate("m, F16", model="m.gguf"),
        candidate("other, F16"),
    ]


def test_each_is_compared_with_the_most_exact_one_of_its_model(compared: list[Candidate]) -> None:
    outputs = TowerOutputs(compared)
    quick, exact, other = compared
    assert outputs.wants(quick)
    assert not outputs.wants(other)
    outputs.add(quick, 2, Embeddings(b"1", floats(1, 0, 1, 1)))
    outputs.add(quick, 1, Embeddings(b"only here", floats(1, 0)))
    outputs.add(exact, 2, Embeddings(b"1", floats(1, 0, 1, 0)))
    (found,) = outputs.differences()
    assert (found.candidate, found.tower, found.reference) == ("m, Q6_K", "Q6_K", "F16")
    assert (found.pictures, found.tokens) == (1, 2)
    assert (found.median, found.least) == pytest.approx(((1 + math.sqrt(0.5)) / 2, math.sqrt(0.5)))


def test_a_few_pictures_are_enough(compared: list[Candidate]) -> None:
    outputs = TowerOutputs(compared)
    for number in range(towers.PICTURES):
        outputs.add(compared[0], 1, Embeddings(bytes([number]), floats(1)))
    assert not outputs.wants(compared[0])
    assert outputs.wants(compared[1])
    assert not list(outputs.differences())  # the other has none yet
