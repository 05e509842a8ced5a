"""The picture of one request: when it is taken, what is announced of it, and how failures are reported."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from support.loop_harness import (
    PICTURE,
    ScriptedView,
)

from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow, Monitor, Shot, Snapshot
from edge_assistant.capture.targets import Target
from edge_assistant.controller.request import Request, start_capture
from edge_assistant.system.errors import InputError


def test_a_request_without_a_picture_is_answered_with_its_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise InputError("There is no display here.", code="no-display")

    monkeypatch.setattr("edge_assistant.controller.request.choose_backend", refused)
    request = Request(1, print, print, action="window")
    done: list[bool] = []
    request.take_picture(lambda: done.append(True))
    request.allow_speech()
    assert isinstance(request.failure, InputError)


def test_a_bug_while_a_picture_is_taken_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("a picture could not be taken")

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("edge_assistant.controller.request.choose_backend", broken)
    request, done = Request(1, print, print, action="window"), threading.Event()
    request.take_picture(done.set)
    assert done.wait(5)
    assert "in the program" in str(request.failure)


def test_of_a_broken_picture_nothing_is_kept_but_the_sentence(tmp_path: Path) -> None:
    size = (1237, 611)  # which no other picture has
    path = tmp_path / "broken.png"
    Image.effect_noise(size, 40).convert("RGB").save(path)
    path.write_bytes(path.read_bytes()[:-100_000])
    request, done = Request(1, print, print, target=path), threading.Event()
    request.allow_speech()
    request.take_picture(done.set)
    assert done.wait(5)
    assert "broken.png is damaged" in str(request.failure)
    assert not [each for each in gc.get_objects() if isinstance(each, Image.Image) and each.size == size]


def test_an_error_that_it_is_given_holds_nothing_either() -> None:
    request = Request(1, print, print)
    try:
        raise InputError("It is damaged.") from ValueError()
    except InputError as error:
        request.failure = error
    assert request.failure is not None
    assert (request.failure.__traceback__, request.failure.__cause__) == (None, None)


class NoThread:
    """A thread that cannot be started, as where memory or processes are at their limit."""

    def __init__(self, **_: object) -> None: ...

    def start(self) -> None:
        raise RuntimeError("can't start new thread")


def test_where_no_thread_can_be_started_a_request_is_over_at_once_and_says_why(
    monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("a picture could not be taken")
    expect_log("the desktop could not be frozen")
    monkeypatch.setattr(threading, "Thread", NoThread)
    request, calls = Request(1, print, print, action="window"), []
    request.take_picture(lambda: calls.append(request.failure))
    start_capture(lambda _: None, calls.append, what_failed="the desktop could not be frozen")
    assert [error.code for error in calls if error is not None] == ["processes", "processes"]


def test_the_picture_is_taken_before_anything_is_said_about_it(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    area = Rect(0, 0, 64, 48)
    seen = Snapshot(
        ActiveWindow("Files", area, area), Shot(Image.new("RGB", (64, 48)), area, (Monitor(1, area),))
    )  # fmt: skip

    def snap_at_once(*_: object, **__: object) -> Snapshot:
        calls.append("picture")
        return seen

    monkeypatch.setattr("edge_assistant.controller.request.choose_backend", lambda: None)
    monkeypatch.setattr("edge_assistant.controller.request.targets.take_unchecked_snapshot", snap_at_once)
    monkeypatch.setattr("edge_assistant.controller.request.targets.check_unlocked", lambda _: calls.append("lock"))
    request, done = Request(1, calls.append, lambda _: None, action="window"), threading.Event()
    request.take_picture(done.set)
    calls.append("tone")
    request.allow_speech()
    assert done.wait(5)
    assert calls == ["picture", "tone", "lock", "Files"]
    assert request.require_picture().origin == "window"


def test_a_copied_picture_is_fetched_once_the_tone_is_on_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def look(at: Target, _: object) -> CapturedPicture:
        calls.append(at.origin)
        return PICTURE

    monkeypatch.setattr("edge_assistant.controller.request.targets.capture", look)
    request, done = Request(1, print, print, action="clipboard"), threading.Event()
    request.take_picture(done.set)
    calls.append("tone")
    request.allow_speech()
    assert done.wait(5)
    assert calls == ["tone", "clipboard"]


def test_our_windows_are_away_while_the_screen_is_captured_also_when_that_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    view = ScriptedView()

    def snap_at_once(*_: object, **__: object) -> Snapshot:
        view.shown.append(("picture",))
        raise InputError("There is no display here.", code="no-display")

    monkeypatch.setattr("edge_assistant.controller.request.choose_backend", lambda: None)
    monkeypatch.setattr("edge_assistant.controller.request.targets.take_unchecked_snapshot", snap_at_once)
    request, done = Request(1, print, print, action="screen", view=view), threading.Event()
    request.take_picture(done.set)
    request.allow_speech()
    assert done.wait(5)
    assert view.shown == [("away",), ("picture",), ("back",)]
