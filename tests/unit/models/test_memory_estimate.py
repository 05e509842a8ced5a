from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from edge_assistant.models.memory_estimate import available_beside, check_memory, fitting_context, needed_bytes
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.system.errors import DoesNotFitError

BIG = ResolvedModel(
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


# docs/memory.md: text weights and mmproj in bytes, context, image tokens, and the engine's measured peak in bytes.
MEASURED = [
    (2_495_183_488, 450_828_160, 4096, 252, 3.812e9),
    (2_495_183_488, 450_828_160, 4096, 920, 4.057e9),
    (2_495_183_488, 450_828_160, 4096, 2040, 4.331e9),
    (2_495_183_488, 450_828_160, 16384, 252, 5.627e9),
    (2_495_183_488, 836_179_840, 4096, 252, 4.200e9),
    (2_495_183_488, 836_179_840, 4096, 920, 4.457e9),
    (4_278_307_968, 450_828_160, 4096, 252, 5.594e9),
    (4_278_307_968, 450_828_160, 4096, 920, 5.840e9),
    (4_278_307_968, 836_179_840, 4096, 252, 5.983e9),
    (4_278_307_968, 836_179_840, 4096, 920, 6.239e9),
]


@pytest.mark.parametrize(("model", "mmproj", "context", "image_tokens", "peak"), MEASURED)
def test_the_estimate_is_close_to_what_was_measured(
    model: int, mmproj: int, context: int, image_tokens: int, peak: float
) -> None:
    weights = replace(BIG, ram_bytes=model + mmproj)
    assert needed_bytes(weights, context, image_tokens) == pytest.approx(peak, rel=0.02)


def test_repacked_weights_are_counted_twice_or_nearly_so() -> None:
    model = 2_497_281_664
    weights = replace(BIG, model_bytes=model)
    more = needed_bytes(weights, 4096, repack=True) - needed_bytes(weights, 4096)
    assert 1.8e9 <= more <= 0.8 * model  # 1.8 GB were measured
    between = needed_bytes(weights, 4096) + more // 2
    check_memory(weights, 4096, between)
    assert fitting_context(weights, 4096, between) == 4096
    assert fitting_context(weights, 4096, between, repack=True) is None
    with pytest.raises(DoesNotFitError, match="Close other programs"):
        check_memory(weights, 4096, between, repack=True)


def test_where_the_models_share_is_not_known_repacking_counts_rather_too_much() -> None:
    known = replace(BIG, model_bytes=2_497_281_664)
    assert needed_bytes(BIG, 4096, repack=True) > needed_bytes(known, 4096, repack=True)


def test_what_fits_is_let_through() -> None:
    check_memory(BIG, 4096, needed_bytes(BIG, 4096))


def test_a_large_context_is_answered_with_one_that_fits() -> None:
    available = 6_000_000_000
    with pytest.raises(DoesNotFitError, match=r"needs 22\.6 gigabytes .* 6\.0 gigabytes are free") as caught:
        check_memory(BIG, 131_072, available)
    words = str(caught.value).split()
    smaller = int(words[words.index("--context") + 1])
    check_memory(BIG, smaller, available)
    assert smaller > 17_000


@pytest.mark.parametrize("available", [-1, 0, 3_300_000_000])
def test_when_no_context_fits_it_says_what_to_do(available: int) -> None:
    with pytest.raises(DoesNotFitError, match=r"Close other programs, or try the demo model with --model demo\."):
        check_memory(BIG, 4096, available)


def test_an_absurd_context_is_refused_and_not_tried() -> None:
    with pytest.raises(DoesNotFitError):
        check_memory(BIG, 10**15, 10**12)


@pytest.mark.parametrize("free", [3_700_000_000, 4_200_000_000, 7_000_000_000])
def test_the_largest_context_that_fits_is_chosen(free: int) -> None:
    context = fitting_context(BIG, 32_768, free)
    assert context is not None
    assert needed_bytes(BIG, context) <= free < needed_bytes(BIG, context + 256)
    assert context % 256 == 0


def test_a_context_that_fits_as_wanted_stays_as_it_is() -> None:
    assert fitting_context(BIG, 5000, 10**10) == 5000


def test_a_context_too_small_for_the_picture_is_no_choice() -> None:
    free = needed_bytes(BIG, 1280, 1024)
    assert fitting_context(BIG, 4096, free, 1024) is None
    assert fitting_context(BIG, 4096, free, 256) is not None


def test_when_nothing_fits_it_names_what_to_close_and_the_smaller_choice() -> None:
    large = replace(BIG, name="q8", smaller=(("q6", 5_000_000_000), ("q4", 2_000_000_000), ("demo", 1)))
    programs = [("firefox", 2_100_000_000), ("code", 900_000_000)]
    with pytest.raises(DoesNotFitError) as caught:
        check_memory(large, 4096, 3_000_000_000, largest=lambda: programs)
    assert str(caught.value).endswith(
        "Close other programs, the largest being firefox with 2.1 gigabytes and code with 900 megabytes, or use a "
        "smaller model with --model q4."
    )


def test_the_programs_are_not_looked_for_when_everything_fits() -> None:
    check_memory(BIG, 4096, 10**10, largest=lambda: pytest.fail("looked"))


def test_beside_loaded_weights_their_files_and_some_headroom_are_not_free() -> None:
    assert available_beside(BIG, 10_000_000_000) == 10_000_000_000 - BIG.ram_bytes - 1_000_000_000
    # 8 GB with a desktop; 16 GB.
    assert needed_bytes(BIG, 4096) > available_beside(BIG, 6_000_000_000)
    assert needed_bytes(BIG, 4096) < available_beside(BIG, 11_000_000_000)


def test_memory_is_left_to_what_recognises_text_as_long_as_the_model_fits() -> None:
    needed, worker = needed_bytes(BIG, 4096), 400_000_000
    assert fitting_context(BIG, 4096, needed + worker, beside=worker) == 4096
    smaller = fitting_context(BIG, 4096, needed, beside=worker)
    assert smaller is not None
    assert smaller < 4096
    assert needed_bytes(BIG, smaller) + worker <= needed
    least = needed_bytes(BIG, 1024)
    assert fitting_context(BIG, 4096, least, beside=worker) == fitting_context(BIG, 4096, least) == 1024
