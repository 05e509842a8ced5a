"""GPU offload, decided from the free memory or by the user."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge_assistant.engine.gpu_offload import NO_OFFLOAD, Device, GpuOffload, decide, usable_devices

GIGABYTE = 10**9


def card(free: float, *, dedicated_memory: bool = True, name: str = "Card") -> Device:
    return Device(name, int(free * GIGABYTE), dedicated_memory)


def decided(*devices: Device, wanted: int | None = None) -> GpuOffload:
    return decide(
        list(devices),
        model_bytes=int(2.5 * GIGABYTE),
        output_bytes=int(0.3 * GIGABYTE),
        cache_bytes=int(0.6 * GIGABYTE),
        tower_bytes=int(0.45 * GIGABYTE),
        layers=36,
        gpu_layers=wanted,
    )


@pytest.mark.parametrize(
    ("free", "layers", "tower"),
    [
        (8.0, 36, True),
        (4.8, 36, True),
        (4.7, 35, True),
        (3.3, 17, True),
        (1.9, 0, True),
        (1.7, 0, True),
        (1.6, 0, False),
        (0.0, 0, False),
    ],
)
def test_as_much_as_fits_goes_on_the_device_the_tower_first(free: float, layers: int, tower: bool) -> None:
    offload = decided(card(free))
    assert (offload.layers, offload.tower) == (layers, tower)


def test_without_a_device_all_stays_on_the_processor() -> None:
    assert decided() == NO_OFFLOAD
    assert decided(wanted=12) == NO_OFFLOAD


def test_the_device_with_the_most_free_memory_is_taken() -> None:
    assert decided(card(2, name="Small"), card(8, name="Large")).device == card(8, name="Large")


def test_a_part_of_the_processor_is_taken_only_when_asked_for() -> None:
    built_in = card(16, dedicated_memory=False)
    assert decided(built_in) == NO_OFFLOAD
    assert decided(built_in, wanted=10).layers == 10


def test_the_person_can_keep_all_on_the_processor_or_say_how_many_layers() -> None:
    assert decided(card(8), wanted=0) == NO_OFFLOAD
    assert decided(card(8), wanted=5) == GpuOffload(card(8), 5, 36, tower=True)
    assert decided(card(8), wanted=999).layers == 36


@pytest.mark.parametrize(("gpu_layers", "counted"), [(None, 37), (36, 37), (999, 37), (35, 36), (1, 2), (0, 0)])
def test_llama_cpp_is_told_one_layer_more_as_it_counts_the_output_layer_first(
    gpu_layers: int | None, counted: int
) -> None:
    assert decided(card(8), wanted=gpu_layers).gpu_layers == counted


def test_where_only_the_tower_fits_the_output_layer_stays_with_the_others() -> None:
    assert decided(card(1.7)).gpu_layers == 0


@pytest.mark.parametrize(("free", "tower"), [(1.7, False), (2.3, False), (2.4, True)])
def test_the_layers_that_the_person_wants_come_before_the_tower(free: float, tower: bool) -> None:
    assert decided(card(free), wanted=5) == GpuOffload(card(free), 5, 36, tower=tower)


def test_what_the_text_model_computes_depends_on_its_layers_only() -> None:
    assert decided(card(8)).text_placement == decided(card(9)).text_placement == ("Card", 36)
    assert decided(card(8)).text_placement != decided(card(8, name="Other")).text_placement
    assert decided(card(3.3)).text_placement == ("Card", 17)
    assert decided(card(1.7)).text_placement is NO_OFFLOAD.text_placement is None


def test_what_is_where_is_said_in_a_sentence() -> None:
    assert NO_OFFLOAD.describe() == ""
    assert decided(card(8)).describe() == "Everything runs on Card."
    assert decided(card(3.3)).describe() == "The vision encoder and 17 of 36 layers run on Card."
    assert decided(card(1), wanted=5).describe() == "5 of 36 layers run on Card."


WRONG = replace(card(8, name="Wrong"), driver_key="wrong")
RIGHT = replace(card(4, name="Right"), driver_key="right")


def test_a_device_that_computes_wrongly_is_passed_over_for_another_or_for_the_processor() -> None:
    assert usable_devices([WRONG, RIGHT], {"wrong"}, None) == ([RIGHT], "Wrong")
    assert usable_devices([WRONG], {"wrong"}, None) == ([], "Wrong")
    assert usable_devices([WRONG, RIGHT], set(), None) == ([WRONG, RIGHT], "")


def test_one_that_would_not_be_used_anyway_is_not_spoken_of() -> None:
    built_in = replace(WRONG, dedicated_memory=False)
    assert usable_devices([built_in, RIGHT], {"wrong"}, None) == ([RIGHT], "")


@pytest.mark.parametrize("gpu_layers", [0, 5])
def test_the_person_s_choice_holds_for_a_device_that_computes_wrongly_and_it_is_marked(gpu_layers: int) -> None:
    marked = replace(WRONG, computes_wrongly=True)
    assert usable_devices([WRONG, RIGHT], {"wrong"}, gpu_layers) == ([marked, RIGHT], "")


def test_what_computes_wrongly_is_said_beside_what_is_where() -> None:
    found = "A check found that the graphics processor Wrong computes wrongly."
    assert replace(NO_OFFLOAD, passed_over="Wrong").describe() == f"{found} Everything runs on the processor."
    assert replace(decided(RIGHT), passed_over="Wrong").describe().startswith(f"{found} The vision encoder and ")
    marked = decided(replace(WRONG, computes_wrongly=True), wanted=99)
    assert marked.describe() == f"{found} Everything runs on Wrong."
