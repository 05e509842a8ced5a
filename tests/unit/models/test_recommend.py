from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from edge_assistant.models.catalog import load_catalog
from edge_assistant.models.recommend import WARNING, Machine, Recommendation, recommend

CATALOG = load_catalog(Path(__file__).parents[3] / "models/catalog.toml")
Q4, Q8 = "qwen3-vl-4b-q4_k_m", "qwen3-vl-4b-q8_0"
Q4_BYTES = 2_497_281_664 + 453_974_304
LAPTOP = Machine(memory=8_100_000_000, free_disk=100_000_000_000, cores=4, quick=True)


def advise(machine: Machine, here: dict[str, int] | None = None) -> Recommendation:
    return recommend(CATALOG, machine, here or {})


@pytest.mark.parametrize(
    ("machine", "name"),
    [
        (LAPTOP, Q4),
        (replace(LAPTOP, memory=16_500_000_000), Q8),
        (replace(LAPTOP, memory=16_500_000_000, quick=False), Q4),
        (replace(LAPTOP, memory=16_500_000_000, cores=2), Q4),
        (replace(LAPTOP, memory=16_500_000_000, free_disk=5_000_000_000), Q4),
        (replace(LAPTOP, memory=5_600_000_000), Q4),
        (replace(LAPTOP, memory=4_000_000_000), None),
    ],
)
def test_memory_processor_and_disk_decide(machine: Machine, name: str | None) -> None:
    recommended = advise(machine).model
    assert (recommended.name if recommended else None) == name


def test_an_eight_gigabyte_laptop_hears_what_why_and_how() -> None:
    advice = advise(LAPTOP)
    assert advice.download_bytes == Q4_BYTES
    assert advice.sentences == (
        "This computer has 8 gigabytes of memory, 4 processor cores, and 100.0 gigabytes of free disk space.",
        "I recommend qwen3-vl-4b-q4_k_m, the best that fits well into this memory. "
        "It is 3.0 gigabytes to download, and needs 3.8 gigabytes of memory.",
        "Download it with edge-assistant models pull qwen3-vl-4b-q4_k_m, or import a file with models import.",
        WARNING,
    )


def test_what_is_needed_is_one_plain_sentence_and_the_rest_are_details() -> None:
    advice = advise(LAPTOP)
    assert advice.need == "Edge Assistant needs one download of 3 gigabytes."
    assert advice.details == (*advice.sentences[:-1], "Its licence is Apache-2.0.")
    assert advise(LAPTOP, {Q4: Q4_BYTES}).need == "A model is here already."
    little = advise(replace(LAPTOP, memory=2_000_000_000))
    assert little.need == "This computer has too little memory for a model. I can still read text."
    assert little.details == little.sentences[:-1]
    full = advise(replace(LAPTOP, free_disk=2_000_000_000))
    assert full.need == "Edge Assistant needs one download of 3 gigabytes. First free up 2.0 gigabytes of disk space."


@pytest.mark.parametrize("memory", [2_000_000_000, 5_600_000_000, 8_100_000_000, 64_000_000_000])
def test_it_always_says_what_it_is_not_for(memory: int) -> None:
    sentences = advise(replace(LAPTOP, memory=memory)).sentences
    assert "medicine, traffic or money" in sentences[-1]
    assert "can be wrong" in sentences[-1]


def test_tight_memory_is_told() -> None:
    assert "memory is tight: close other programs" in advise(replace(LAPTOP, memory=5_600_000_000)).sentences[1]


def test_an_older_processor_is_told() -> None:
    advice = advise(replace(LAPTOP, memory=16_500_000_000, quick=False))
    assert "of an older kind" in advice.sentences[0]
    assert "larger ones would be slow" in advice.sentences[1]


def test_too_little_memory_leaves_the_demo() -> None:
    advice = advise(replace(LAPTOP, memory=3_900_000_000))
    assert advice.model is None
    assert "the smallest model needs 3.8 gigabytes" in advice.sentences[1]


def test_a_full_disk_is_told_with_how_much_is_missing() -> None:
    advice = advise(replace(LAPTOP, free_disk=2_000_000_000))
    assert advice.model is not None
    assert "First free up 2.0 gigabytes of disk space." in advice.sentences


def test_what_is_here_already_need_not_be_fetched() -> None:
    advice = advise(replace(LAPTOP, free_disk=2_000_000_000), {Q4: Q4_BYTES})
    assert advice.download_bytes == 0
    assert "already installed" in advice.sentences[1]
    assert not any("pull" in sentence or "room" in sentence for sentence in advice.sentences)


def test_half_a_download_counts() -> None:
    assert advise(LAPTOP, {Q4: 1_000_000_000}).download_bytes == Q4_BYTES - 1_000_000_000
