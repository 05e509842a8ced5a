"""Windows of ours in front: where the system leaves one behind, it is tried once more, and otherwise said."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from support.accessible_walk import application, until

from edge_assistant.capture.backends import BACKENDS, Backend
from edge_assistant.system.errors import InputError
from edge_assistant.ui import front


@pytest.fixture
def window() -> Iterator[QWidget]:
    application()
    widget = QWidget()
    widget.setWindowTitle("Settings")
    yield widget
    widget.hide()
    widget.deleteLater()


class System:
    """A window system that gives the focus or does not, and what was said about it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, gives: bool, active: QWidget | None = None) -> None:
        self.asked: list[int] = []
        self.said: list[str] = []
        self.done = threading.Event()
        self._gives = gives
        monkeypatch.setattr(front, "choose_backend", lambda: replace(BACKENDS[0], bring_to_front=self.give))
        monkeypatch.setattr(front, "_CHECK_MS", 1)
        monkeypatch.setattr(QApplication, "activeWindow", lambda: active)

    def give(self, window: int) -> bool:
        self.asked.append(window)
        self.done.set()
        return self._gives

    def say(self, sentence: str) -> None:
        self.said.append(sentence)


def pass_time(seconds: float) -> None:
    """Let Qt work for a while."""
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() > end, "the time")


def test_a_window_that_stays_behind_is_said_to_be_there(window: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    system = System(monkeypatch, gives=False)
    front.bring_to_front(window, system.say)
    until(lambda: system.said, "the sentence")
    assert system.asked == [int(window.winId())]
    assert system.said == ["Settings is open behind another window. Press Alt+Tab until you hear it."]


def test_a_window_that_gets_in_front_is_not_talked_about(window: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    system = System(monkeypatch, gives=True)
    front.bring_to_front(window, system.say)
    until(system.done.is_set, "the second try")
    pass_time(0.02)
    assert system.said == []


@pytest.mark.parametrize("case", ["another window of ours is active", "it was closed meanwhile"])
def test_nothing_is_taken_where_it_is_not_needed(case: str, window: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    system = System(monkeypatch, gives=False, active=window if case.startswith("another") else None)
    front.bring_to_front(window, system.say)
    if case.startswith("it was"):
        window.hide()
    pass_time(0.03)
    assert (system.asked, system.said) == ([], [])


@pytest.mark.parametrize("name", ["X11", "Wayland", "macOS", None])
def test_elsewhere_activating_is_all(name: str | None, window: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    def backend() -> Backend:
        if name is None:
            raise InputError("There is no display.")
        return next(each for each in BACKENDS if each.name == name)

    monkeypatch.setattr(front, "choose_backend", backend)
    monkeypatch.setattr(front.QTimer, "singleShot", lambda *_: pytest.fail("it waits"))
    front.bring_to_front(window, pytest.fail)
    assert window.isVisible()
