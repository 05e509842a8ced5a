"""Tests of the events as JSON objects: the keys that programs rely on."""

from __future__ import annotations

import dataclasses

from edge_assistant.assistant.events import (
    ErrorEvent,
    NoticeEvent,
    SentenceEvent,
    StageEvent,
    Timings,
    TokenEvent,
    WindowEvent,
    cancelled,
    to_json_object,
)
from edge_assistant.system.errors import WeightsError


def test_small_events_have_exactly_the_promised_keys() -> None:
    assert to_json_object(StageEvent(0, "load", 0.5)) == {
        "event": "stage", "index": 0, "stage": "load", "fraction": 0.5,
    }  # fmt: skip
    assert to_json_object(TokenEvent(1, "answer", "a")) == {"event": "token", "index": 1, "kind": "answer", "text": "a"}
    assert to_json_object(SentenceEvent(2, "a.")) == {"event": "sentence", "index": 2, "text": "a."}
    assert to_json_object(NoticeEvent(0, "c", "m")) == {"event": "notice", "index": 0, "code": "c", "message": "m"}
    assert to_json_object(WindowEvent(0, "Invoice", -3, 4, 50, 60)) == {
        "event": "window", "index": 0, "title": "Invoice", "left": -3, "top": 4, "width": 50, "height": 60,
    }  # fmt: skip


def test_the_kind_of_an_error_is_not_part_of_the_stream() -> None:
    event = ErrorEvent.from_error(0, WeightsError("It is damaged.", code="damaged"))
    assert event.kind == "weights"
    assert to_json_object(event) == {"event": "error", "index": 0, "code": "damaged", "message": "It is damaged."}


def test_a_question_cancelled_before_it_began_has_every_key_and_nulls() -> None:
    event = to_json_object(cancelled(3, "What?"))
    assert event["stop"] == "cancelled"
    assert event["question"] == "What?"
    assert event["answer"] == ""
    assert event["index"] == 3
    for key in ("reasoning", "seed", "image", "reused", "tokens_per_s", "peak_pss_bytes", "peak_rss_bytes"):
        assert event[key] is None
    assert list(event["timings_s"]) == [
        "load", "prepare", "encode", "prefill", "first_token", "first_sentence", "total", "swap_to_first_token",
    ]  # fmt: skip


def test_times_are_rounded_and_what_never_came_stays_null() -> None:
    done = dataclasses.replace(cancelled(0, "?"), timings_s=Timings(load=1.23456789, first_token=None))
    times = to_json_object(done)["timings_s"]
    assert times["load"] == 1.2346
    assert times["first_token"] is None
    assert times["encode"] == 0
