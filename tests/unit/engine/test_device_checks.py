"""Whether two devices compute the same: the comparison, and what is kept of it."""

from __future__ import annotations

import random
from array import array
from dataclasses import replace

import pytest

from edge_assistant.engine.device_checks import Comparison, DeviceChecks, compare
from edge_assistant.engine.gpu_offload import NO_OFFLOAD, Device, GpuOffload
from edge_assistant.engine.messages import Measurement
from edge_assistant.system import paths

LENGTH, VECTORS, VOCABULARY = 32, 20, 400
CARD = Device("Card", 8 * 10**9, dedicated_memory=True, driver_key="driver", model_key="model")
ON_CARD = GpuOffload(CARD, 36, 36, tower=True)
RIGHT = [Comparison("tower", 1.0, 0.99), Comparison("text", 1.0, 1.0)]
WRONG_TOWER = [Comparison("tower", 0.2, -0.1), Comparison("text", 1.0, 1.0)]


def values(count: int, seed: int) -> list[float]:
    rng = random.Random(seed)
    return [rng.gauss(0.0, 3.0) for _ in range(count)]


def data(numbers: list[float]) -> bytes:
    return array("f", numbers).tobytes()


PICTURE, LOGITS = values(LENGTH * VECTORS, 1), values(VOCABULARY, 2)
REFERENCE = Measurement(1, LENGTH, (data(PICTURE),), (data(LOGITS), data(LOGITS)))


def noisy(numbers: list[float], share: float) -> list[float]:
    return [number + share * other for number, other in zip(numbers, values(len(numbers), 3), strict=True)]


def verdicts(measured: Measurement) -> dict[str, bool]:
    return {each.part: each.agrees for each in compare(measured, REFERENCE)}


def tower(numbers: list[float]) -> bool:
    return verdicts(replace(REFERENCE, embeddings=(data(numbers),), logits=()))["tower"]


def text(numbers: list[float]) -> bool:
    return verdicts(replace(REFERENCE, embeddings=(), logits=(data(numbers), data(LOGITS))))["text"]


def test_equal_results_agree_wholly() -> None:
    assert compare(REFERENCE, REFERENCE) == [
        Comparison("tower", pytest.approx(1.0), pytest.approx(1.0)),  # type: ignore[arg-type]
        Comparison("text", pytest.approx(1.0), pytest.approx(1.0)),  # type: ignore[arg-type]
    ]


def test_only_what_was_measured_is_compared() -> None:
    assert verdicts(replace(REFERENCE, logits=())) == {"tower": True}
    assert verdicts(replace(REFERENCE, embeddings=())) == {"text": True}


@pytest.mark.parametrize("share", [0.0, 0.001, 0.05])
def test_differences_of_rounding_agree(share: float) -> None:
    assert tower(noisy(PICTURE, share))
    assert text(noisy(LOGITS, share))


def test_a_few_vectors_may_differ_more() -> None:
    assert tower(noisy(PICTURE[:LENGTH], 0.5) + PICTURE[LENGTH:])


WRONG = {
    "another picture": values(LENGTH * VECTORS, 9),
    "zeros": [0.0] * len(PICTURE),
    "all the same": [1.0] * len(PICTURE),
    "NaN": [float("nan")] * len(PICTURE),
    "one NaN": [float("nan"), *PICTURE[1:]],
    "infinite": [float("inf"), *PICTURE[1:]],
    "another sign": [-number for number in PICTURE],
    "strong noise": noisy(PICTURE, 0.4),
    "half of the tokens": PICTURE[: len(PICTURE) // 2] + values(len(PICTURE) // 2, 9),
    "one token": PICTURE[:-LENGTH] + values(LENGTH, 9),
    "tokens in another order": PICTURE[LENGTH:] + PICTURE[:LENGTH],
    "too few": PICTURE[:-LENGTH],
    "nothing": [],
}


@pytest.mark.parametrize("numbers", WRONG.values(), ids=WRONG.keys())
def test_what_is_no_rounding_is_wrong(numbers: list[float]) -> None:
    assert not tower(numbers)


def test_a_picture_that_is_missing_is_wrong() -> None:
    two = replace(REFERENCE, embeddings=REFERENCE.embeddings * 2)
    assert not compare(replace(two, embeddings=two.embeddings[:1]), two)[0].agrees


def test_the_scale_alone_is_no_difference_in_logits_nor_is_what_they_have_in_common() -> None:
    assert text([number + 5.0 for number in LOGITS])


@pytest.mark.parametrize(
    "numbers",
    [values(VOCABULARY, 9), noisy(LOGITS, 0.5), [0.0] * VOCABULARY, [float("nan"), *LOGITS[1:]], LOGITS[:-1], []],
)
def test_other_logits_are_wrong(numbers: list[float]) -> None:
    assert not text(numbers)


def test_another_likeliest_token_is_wrong_however_alike_the_rest_is() -> None:
    likeliest = LOGITS.index(max(LOGITS))
    assert not text([0.0 if index == likeliest else number for index, number in enumerate(LOGITS)])


def test_two_tokens_that_are_about_as_likely_may_change_places() -> None:
    first, second = sorted(range(VOCABULARY), key=LOGITS.__getitem__)[-2:]
    changed = list(LOGITS)
    changed[first], changed[second] = LOGITS[second], LOGITS[first]
    assert text(changed)


def test_each_part_that_is_on_a_device_is_checked_once() -> None:
    checks = DeviceChecks()
    assert checks.unchecked_parts(NO_OFFLOAD) == []
    assert checks.unchecked_parts(replace(ON_CARD, layers=0)) == ["tower"]
    assert checks.unchecked_parts(replace(ON_CARD, tower=False)) == ["text"]
    checks.record(CARD, RIGHT[:1])
    assert checks.unchecked_parts(ON_CARD) == ["text"]
    checks.record(CARD, RIGHT[1:])
    assert checks.unchecked_parts(ON_CARD) == []
    assert checks.wrong_keys() == frozenset()


@pytest.mark.parametrize("key", ["driver_key", "model_key"])
def test_another_driver_and_another_model_are_checked_again(key: str) -> None:
    checks = DeviceChecks()
    checks.record(CARD, RIGHT)
    other = replace(CARD, **{key: "other"})
    assert checks.unchecked_parts(replace(ON_CARD, device=other)) == ["tower", "text"]


def test_a_device_that_is_not_known_for_sure_is_not_checked() -> None:
    assert DeviceChecks().unchecked_parts(replace(ON_CARD, device=replace(CARD, driver_key=""))) == []


def test_a_wrong_device_is_remembered_and_wrong_for_all_models() -> None:
    DeviceChecks().record(CARD, WRONG_TOWER)
    DeviceChecks().record(replace(CARD, model_key="other"), RIGHT)
    assert DeviceChecks().wrong_keys() == {"driver"}


def test_a_wrong_device_that_is_used_all_the_same_is_not_checked_again() -> None:
    assert DeviceChecks().unchecked_parts(replace(ON_CARD, device=replace(CARD, computes_wrongly=True))) == []


@pytest.mark.parametrize("content", ["", "[]", "{", '{"driver+model": 1}', '{"driver+model": {"tower": "wrong"}}'])
def test_a_damaged_file_condemns_nothing(content: str) -> None:
    path = paths.data_dir() / "device-checks.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    assert DeviceChecks().wrong_keys() == frozenset()
    assert DeviceChecks().unchecked_parts(ON_CARD) == ["tower", "text"]
    DeviceChecks().record(CARD, WRONG_TOWER)
    assert DeviceChecks().wrong_keys() == {"driver"}
