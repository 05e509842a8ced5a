"""Fixtures for the tests of the event loop."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.loop_harness import PICTURE, LoopHarness, OverlayHarness

from edge_assistant.controller.request import Request


@pytest.fixture
def harness(monkeypatch: pytest.MonkeyPatch) -> LoopHarness:
    def take_picture(self: Request, on_done: Callable[[], None]) -> None:
        self.captured = PICTURE
        on_done()

    monkeypatch.setattr(Request, "take_picture", take_picture)
    harness = LoopHarness()
    monkeypatch.setattr("edge_assistant.controller.front_window.choose_backend", harness.active.backend)
    harness.loop.on_ready(loaded=True)
    harness.step()
    assert harness.speech.heard == ["Ready."]
    return harness


@pytest.fixture
def overlay_harness(monkeypatch: pytest.MonkeyPatch) -> OverlayHarness:
    return OverlayHarness(monkeypatch)
