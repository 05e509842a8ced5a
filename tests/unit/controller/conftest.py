"""Fixtures for the tests of the controller, and of the worker thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from support.loop_harness import PICTURE, LoopHarness, OverlayHarness
from support.worker_harness import WorkerHarness

from edge_assistant.controller.request import Request


@pytest.fixture
def harness(monkeypatch: pytest.MonkeyPatch) -> LoopHarness:
    def take_picture(self: Request, on_done: Callable[[], None]) -> None:
        self.captured = PICTURE
        on_done()

    monkeypatch.setattr(Request, "take_picture", take_picture)
    harness = LoopHarness()
    monkeypatch.setattr("edge_assistant.controller.request.choose_backend", harness.active.backend)
    harness.run(harness.controller.on_ready, loaded=True)
    assert harness.speech.heard == ["Ready."]
    return harness


@pytest.fixture
def overlay_harness(monkeypatch: pytest.MonkeyPatch) -> OverlayHarness:
    return OverlayHarness(monkeypatch)


@pytest.fixture
def worker_harness() -> Iterator[WorkerHarness]:
    harness = WorkerHarness()
    yield harness
    harness.close()


@pytest.fixture
def ready(worker_harness: WorkerHarness) -> WorkerHarness:
    worker_harness.start()
    worker_harness.expect(("ready", True), ("ended", 0))
    assert worker_harness.speech.heard == [("Loading.", None)], "whoever presses meanwhile hears it too"
    worker_harness.speech.heard.clear()
    return worker_harness


@pytest.fixture
def no_recognition(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no text of a picture be recognised."""
    monkeypatch.setattr("edge_assistant.assistant.picture_text.PictureText.start", lambda *_, **__: None)
    monkeypatch.setattr("edge_assistant.ocr.client.TextReader.warm", lambda *_: None)
