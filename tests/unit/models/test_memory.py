from __future__ import annotations

from pathlib import Path

import pytest

from edge_assistant.errors import DoesNotFitError
from edge_assistant.models.locate import Weights
from edge_assistant.models.memory import check_memory, needed_bytes

BIG = Weights(
    name="qwen3-vl-4b-q4_k_m",
    model=Path("m.gguf"),
    mmproj=Path("v.gguf"),
    variant="instruct",
    quantisation="Q4_K_M",
    demo=False,
    ram_bytes=2_497_281_664 + 453_974_304,
    kv_bytes_per_token=147_456,
    context_length=262_144,
)


def test_the_estimate_meets_what_was_measured_on_the_4b_pair() -> None:
    assert needed_bytes(BIG, 4096) == pytest.approx(3.8e9, rel=0.02)


def test_what_fits_is_let_through() -> None:
    check_memory(BIG, 4096, needed_bytes(BIG, 4096))


def test_a_large_context_is_answered_with_one_that_fits() -> None:
    available = 6_000_000_000
    with pytest.raises(DoesNotFitError, match=r"needs 22\.5 gigabytes .* 6\.0 gigabytes are free") as caught:
        check_memory(BIG, 131_072, available)
    words = str(caught.value).split()
    smaller = int(words[words.index("--context") + 1])
    check_memory(BIG, smaller, available)
    assert smaller > 18_000


@pytest.mark.parametrize("available", [-1, 0, 3_300_000_000])
def test_when_no_context_fits_it_says_what_to_do(available: int) -> None:
    with pytest.raises(DoesNotFitError, match=r"Close other programs, or try the demo .* --model demo"):
        check_memory(BIG, 4096, available)


def test_an_absurd_context_is_refused_and_not_tried() -> None:
    with pytest.raises(DoesNotFitError):
        check_memory(BIG, 10**15, 10**12)
