"""One request's picture: when it is taken, what is said of it, and what becomes of a failure."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from PIL import Image
from support.loop_desk import (
    PICTURE,
    ScriptedWindows,
)

from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow, Monitor, Shot, Snapshot
from edge_assistant.capture.targets import Target
from edge_assistant.controller.frozen_desktop import FreezeTask
from edge_assistant.controller.request import Request
from edge_assistant.system.errors import InputError


def test_a_job_without_a_picture_is_answered_with_its_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise InputError("There is no display here.", code="no-display")

    monkeypatch.setattr("edge_assistant.controller.request.choose", refused)
    job = Request(1, print, print, action="window")
    done: list[bool] = []
    job.take_picture(lambda: done.append(True))
    job.speak()
    assert isinstance(job.failure, InputError)


def test_a_bug_while_a_picture_is_taken_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("a picture could not be taken")

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("edge_assistant.controller.request.choose", broken)
    job, done = Request(1, print, print, action="window"), threading.Event()
    job.take_picture(done.set)
    assert done.wait(5)
    assert "in the program" in str(job.failure)


class NoThread:
    """What the system gives where memory or processes are at their limit."""

    def __init__(self, **_: object) -> None: ...

    def start(self) -> None:
        raise RuntimeError("can't start new thread")


def test_where_no_thread_can_be_started_a_request_is_over_at_once_and_says_why(
    monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("a picture could not be taken")
    expect_log("a moment could not be taken")
    monkeypatch.setattr(threading, "Thread", NoThread)
    job, told = Request(1, print, print, action="window"), []
    job.take_picture(lambda: told.append(job.failure))
    FreezeTask(ScriptedWindows(), job, lambda freezing: told.append(freezing.failure)).start(5.0)
    assert [error.code for error in told if error is not None] == ["processes", "processes"]


def test_the_picture_is_taken_before_anything_is_said_about_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    area = Rect(0, 0, 64, 48)
    seen = Snapshot(
        ActiveWindow("Files", area, area), Shot(Image.new("RGB", (64, 48)), area, (Monitor(1, area),))
    )  # fmt: skip

    def snap_at_once(*_: object, **__: object) -> Snapshot:
        told.append("picture")
        return seen

    monkeypatch.setattr("edge_assistant.controller.request.choose", lambda: None)
    monkeypatch.setattr("edge_assistant.controller.request.targets.snap_at_once", snap_at_once)
    monkeypatch.setattr("edge_assistant.controller.request.targets.refuse_locked", lambda _: told.append("lock"))
    job, done = Request(1, told.append, lambda _: None, action="window"), threading.Event()
    job.take_picture(done.set)
    told.append("tone")
    job.speak()
    assert done.wait(5)
    assert told == ["picture", "tone", "lock", "Files"]
    assert job.picture().origin == "window"


def test_a_copied_picture_is_fetched_once_the_tone_is_on_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def look(at: Target, _: object) -> CapturedPicture:
        told.append(at.origin)
        return PICTURE

    monkeypatch.setattr("edge_assistant.controller.request.targets.look", look)
    job, done = Request(1, print, print, action="clipboard"), threading.Event()
    job.take_picture(done.set)
    told.append("tone")
    job.speak()
    assert done.wait(5)
    assert told == ["tone", "clipboard"]


def test_our_windows_are_away_while_the_screen_is_captured_also_when_that_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    windows = ScriptedWindows()

    def snap_at_once(*_: object, **__: object) -> Snapshot:
        windows.shown.append(("picture",))
        raise InputError("There is no display here.", code="no-display")

    monkeypatch.setattr("edge_assistant.controller.request.choose", lambda: None)
    monkeypatch.setattr("edge_assistant.controller.request.targets.snap_at_once", snap_at_once)
    job, done = Request(1, print, print, action="screen", windows=windows), threading.Event()
    job.take_picture(done.set)
    job.speak()
    assert done.wait(5)
    assert windows.shown == [("away",), ("picture",), ("back",)]
