"""Latencies are recorded, also over a restart, and nothing else is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from edge_assistant.assistant.events import DoneEvent, Timings, cancelled
from edge_assistant.controller.latency import LatencyRecords, VariantLatency, thinking_cost, thinking_price
from edge_assistant.system.json_store import JsonStore

_NO_TIMES = ('"long"', "1e999", "NaN", "-Infinity", "-1", "true", "[]", "9" * 6000)


def done(first_token: float | None, swap: float | None = None, variant: str | None = "thinking") -> DoneEvent:
    times = Timings(first_token=first_token, swap_to_first_token=swap)
    return replace(cancelled(0, "A secret?"), answer="A secret.", variant=variant, timings_s=times)


def test_the_last_figures_of_each_variant_hold() -> None:
    records = LatencyRecords()
    records.record_swap("thinking", 20.0)
    records.record_answer(done(8.0, 28.0))
    records.record_answer(done(2.0))
    records.record_answer(done(None))
    records.record_answer(done(1.0, variant="instruct"))
    assert records.of("thinking") == VariantLatency(swap=20.0, first_token=2.0, swap_to_first_token=28.0)
    assert records.of("instruct") == VariantLatency(first_token=1.0)


def test_a_switch_that_took_no_time_is_not_told() -> None:
    records = LatencyRecords()
    records.record_swap("thinking", 0.3)
    assert thinking_cost(records).startswith("Turning it on took 0.3 seconds.")
    records.record_swap("thinking", 0.02)  # both models were in memory
    assert thinking_cost(records) == "How long an answer takes on this computer is not measured yet."


def test_a_whole_answer_is_measured_and_one_that_was_stopped_is_not() -> None:
    records = LatencyRecords()
    whole = replace(done(2.0), stop="end", timings_s=Timings(first_token=2.0, total=9.0))
    records.record_answer(whole)
    records.record_answer(replace(whole, stop="cancelled", timings_s=Timings(first_token=2.0, total=1.0)))
    assert records.of("thinking").answer == 9.0


def test_after_a_restart_the_figures_of_the_last_change_are_there_and_no_words(tmp_path: Path) -> None:
    path = tmp_path / "measurements.json"
    records = LatencyRecords(JsonStore(path))
    records.record_swap("thinking", 20.12345)
    records.record_answer(done(8.0, 28.12345))
    assert LatencyRecords(JsonStore(path)).of("thinking") == VariantLatency(20.123, 8.0, 28.123)
    assert "secret" not in path.read_text()


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"thinking": 3}', *(f'{{"thinking": {{"swap": {each}}}}}' for each in _NO_TIMES)],
)
def test_a_damaged_record_is_as_good_as_none(text: str, tmp_path: Path) -> None:
    path = tmp_path / "measurements.json"
    path.write_text(text)
    assert LatencyRecords(JsonStore(path)).of("thinking") == VariantLatency()


def test_figures_that_cannot_be_written_hold_while_the_program_runs(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    records = LatencyRecords(JsonStore(tmp_path / "file" / "measurements.json"))
    records.record_answer(done(8.0, 28.0))
    assert records.of("thinking").swap_to_first_token == 28.0


def test_the_record_is_plain_json(tmp_path: Path) -> None:
    path = tmp_path / "measurements.json"
    LatencyRecords(JsonStore(path)).record_answer(done(8.0, 28.0))
    assert json.loads(path.read_text()) == {
        "thinking": {"swap": None, "first_token": 8.0, "swap_to_first_token": 28.0, "answer": None}
    }


def test_the_price_of_thinking_is_what_an_answer_takes_more_as_far_as_that_is_known() -> None:
    records = LatencyRecords()
    assert thinking_price(records) == ""
    whole = replace(done(2.0), stop="end", timings_s=Timings(first_token=2.0, total=40.0))
    records.record_answer(whole)
    assert thinking_price(records) == "40 seconds"
    records.record_answer(replace(whole, variant="instruct", timings_s=Timings(first_token=1.0, total=9.0)))
    assert thinking_price(records) == "31 seconds more"
    records.record_answer(replace(whole, variant="instruct", timings_s=Timings(first_token=1.0, total=50.0)))
    assert thinking_price(records) == "0 seconds more"
