"""What programs get from the commands that list something: one object a line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from edge_assistant.capture import qt_subprocess
from edge_assistant.cli import doctor, main
from edge_assistant.cli.finding import Finding
from edge_assistant.engine.task_entries import TASKS
from edge_assistant.settings import schema


@pytest.fixture
def events(capsys: pytest.CaptureFixture[str]) -> Callable[..., list[dict[str, Any]]]:
    def run(*arguments: str, code: int = 0) -> list[dict[str, Any]]:
        assert main.main([*arguments, "--json"]) == code
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


Events = Callable[..., list[dict[str, Any]]]


def test_cameras(events: Events, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qt_subprocess, "query_cameras", lambda: ("Front", "Back"))
    assert events("cameras") == [
        {"event": "camera", "number": 1, "name": "Front"},
        {"event": "camera", "number": 2, "name": "Back"},
    ]
    monkeypatch.setattr(qt_subprocess, "query_cameras", tuple)
    (event,) = events("cameras", code=5)
    assert (event["event"], event["code"]) == ("error", "no-camera")


def test_settings(events: Events) -> None:
    (changed,) = events("settings", "set", "rate", "180")
    assert changed == {
        "event": "setting",
        "name": "rate",
        "value": 180,
        "default": None,
        "group": "voice",
        "unit": "words a minute",
        "range": [20, 1000],
        "choices": [],
        "meaning": "How fast the voice speaks. From 20 to 1000 words a minute.",
    }
    assert events("settings", "get", "rate") == [changed]
    listed = events("settings", "list")
    assert changed in listed
    assert [event["name"] for event in listed] == [entry.name for entry in schema.grouped_entries()]
    assert next(event for event in listed if event["name"] == "output")["choices"] == [
        "auto",
        "screen-reader",
        "own-voice",
    ]
    assert events("settings", "path") == [{"event": "path", "path": str(schema.path())}]


def test_what_models_are_asked(events: Events) -> None:
    tasks = events("settings", "tasks", "-l", "de")
    assert [event["task"] for event in tasks] == list(TASKS)
    assert {event["event"] for event in tasks} == {"task"}
    assert tasks[0]["question"].startswith("Was ist das")
    assert tasks[0]["max_tokens"] > 0


@pytest.mark.parametrize(("state", "usable", "code"), [("works", True, 0), ("none", False, 3), ("fails", False, 3)])
def test_the_doctor(state: Any, usable: bool, code: int, events: Events, monkeypatch: pytest.MonkeyPatch) -> None:
    found = (Finding("Model", state, "A sentence."), Finding("Screen capture", "fails", "It\x1b[2J fails."))
    monkeypatch.setattr(doctor, "findings", lambda _: iter(found))
    assert events("doctor", "--no-speak", code=code) == [
        {"event": "finding", "part": "model", "state": state, "essential": True, "message": "A sentence."},
        {"event": "finding", "part": "screen-capture", "state": "fails", "essential": False, "message": "It fails."},
        {"event": "examined", "usable": usable},
    ]
