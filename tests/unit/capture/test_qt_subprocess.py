"""Calls into Qt in a process of their own: what comes back when that process hangs, dies or lacks a library."""

from __future__ import annotations

import os
import time
from multiprocessing.connection import Connection

import pytest

from edge_assistant.capture import qt_subprocess
from edge_assistant.capture.qt import missing_error
from edge_assistant.capture.qt_subprocess import call
from edge_assistant.system.errors import CancelledError, InputError


def hang(_: Connection) -> None:
    time.sleep(60)


def die(_: Connection, words: str) -> None:
    print(words, flush=True)
    os._exit(6)


def fail(connection: Connection) -> None:
    connection.send(("error", InputError.kind, "no-camera", "No camera was found."))


def count(connection: Connection) -> None:
    for reply in (("ready",), ("done", 42)):
        connection.send(reply)


def test_what_is_ready_and_what_is_done_come_back_in_turn() -> None:
    told: list[str] = []
    assert call(count, what="It", on_ready=lambda: told.append("ready")) == 42
    assert told == ["ready"]


def test_an_error_of_the_other_process_is_this_ones() -> None:
    with pytest.raises(InputError, match="No camera was found") as failure:
        call(fail, what="It")
    assert failure.value.code == "no-camera"


def test_a_call_that_hangs_is_given_up_and_can_be_cancelled() -> None:
    with pytest.raises(InputError, match="The camera is not responding") as failure:
        call(hang, what="The camera", limit=0.2)
    assert failure.value.code == "no-answer"
    started = time.monotonic()
    with pytest.raises(CancelledError):
        call(hang, what="The camera", limit=50, is_cancelled=lambda: True)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("qt.qpa.xcb: could not connect to display :4", "no-display"),
        ("Failed to create wl_display (No such file or directory)", "no-display"),
        ("xcb-cursor0 or libxcb-cursor0 is needed to load the Qt xcb platform plugin.", "not-installed"),
        ("Segmentation fault", "qt"),
    ],
)
def test_the_last_words_of_qt_become_one_sentence(words: str, code: str) -> None:
    with pytest.raises(InputError) as failure:
        call(die, words, what="The clipboard")
    assert failure.value.code == code
    assert str(failure.value).startswith("The clipboard")
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(
    ("error", "what"),
    [
        ("No module named 'PySide6'", "PySide6 is missing"),
        ("libEGL.so.1: cannot open shared object file: No such file or directory", "libEGL.so.1 is missing"),
    ],
)
def test_a_missing_part_of_qt_is_named(error: str, what: str) -> None:
    assert str(missing_error(ImportError(error))).startswith(what)


def test_an_empty_wayland_clipboard_is_looked_for_on_the_x_display_too(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def empty(_: object, platform: str | None, **__: object) -> None:
        asked.append(platform)
        raise InputError("There is no picture in the clipboard.", code="no-picture")

    monkeypatch.setattr(qt_subprocess, "call", empty)
    for display, expected in ((":0", [None, "xcb"]), ("", [None])):
        asked.clear()
        monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
        monkeypatch.setenv("DISPLAY", display)
        with pytest.raises(InputError):
            qt_subprocess.capture_clipboard()
        assert asked == expected
