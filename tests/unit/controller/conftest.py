"""The desks that the loop's tests stand at."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.loop_desk import PICTURE, ChoosingDesk, Desk

from edge_assistant.controller.request import Request


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    def take_picture(self: Request, then: Callable[[], None]) -> None:
        self.captured = PICTURE
        then()

    monkeypatch.setattr(Request, "take_picture", take_picture)
    made = Desk()
    monkeypatch.setattr("edge_assistant.controller.front_window.choose", made.active.backend)
    made.control.on_ready(loaded=True)
    made.step()
    assert made.voice.heard == ["Ready."]
    return made


@pytest.fixture
def choosing_desk(monkeypatch: pytest.MonkeyPatch) -> ChoosingDesk:
    return ChoosingDesk(monkeypatch)
