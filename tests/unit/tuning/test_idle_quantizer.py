"""Tests of IdleQuantizer: the faster vision tower is made once, while idle, and failures are only logged."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edge_assistant.models.resolver import ResolvedModel, resolve
from edge_assistant.models.vision_towers import CachedTower, VisionTowers
from edge_assistant.system import cpu
from edge_assistant.system.errors import CancelledError, DoesNotFitError
from edge_assistant.tuning import idle_quantizer, profile
from edge_assistant.tuning.idle_quantizer import IdleQuantizer

REST = 0.01
LONG = 10.0


class Machine:
    """A machine with settable idle time and battery, and a fake that records the towers it makes."""

    def __init__(self) -> None:
        self.idle, self.allowed = LONG, True
        self.checked: threading.Event = threading.Event()
        self.made: list[tuple[Path, str]] = []
        self.blocked = False
        self.error: Exception | None = None
        self.finished = threading.Semaphore(0)
        self.started = threading.Semaphore(0)
        self.quantizer = IdleQuantizer(lambda: self.idle, self._is_allowed, self._make)

    def _is_allowed(self) -> bool:
        self.checked.set()
        return self.allowed

    def _make(self, parent: Path, name: str, _: object, is_cancelled: Callable[[], bool]) -> CachedTower:
        self.started.release()
        try:
            while self.blocked:
                if is_cancelled():
                    raise CancelledError
                time.sleep(REST)
            if self.error:
                raise self.error
            self.made.append((parent, name))
            return CachedTower(parent, 1, 0)
        finally:
            self.finished.release()

    def wait_for_two_checks(self) -> None:
        """Wait until it has checked twice whether it may start."""
        for _ in range(2):
            self.checked.clear()
            assert self.checked.wait(LONG)


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short rests, and no tower too small."""
    monkeypatch.setattr(idle_quantizer, "REST_S", REST)
    monkeypatch.setattr(profile, "MIN_TOWER_BYTES", 0)


@pytest.fixture
def machine() -> Iterator[Machine]:
    made = Machine()
    yield made
    made.quantizer.close()


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ResolvedModel:
    monkeypatch.setattr(cpu, "best_instructions", lambda: "avx512f")
    found = resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=None)
    mmproj = tmp_path / found.mmproj.name
    mmproj.write_bytes(found.mmproj.read_bytes())
    return replace(found, mmproj=mmproj, demo=False)


def test_it_is_made_once_for_each_mmproj(machine: Machine, model: ResolvedModel) -> None:
    machine.quantizer.request_tower(model)
    machine.quantizer.request_tower(model)
    assert machine.finished.acquire(timeout=LONG)
    assert not machine.finished.acquire(timeout=20 * REST)
    assert machine.made == [(model.mmproj, "Q6_K")]


def test_it_waits_while_something_is_asked_or_the_battery_is_drawn_on(machine: Machine, model: ResolvedModel) -> None:
    machine.allowed = False
    machine.quantizer.request_tower(model)
    machine.wait_for_two_checks()
    machine.idle, machine.allowed = 0.0, True
    machine.wait_for_two_checks()
    assert machine.made == []
    machine.idle = LONG
    assert machine.finished.acquire(timeout=LONG)
    assert len(machine.made) == 1


@pytest.mark.parametrize("reason", ["question", "battery"])
def test_a_question_breaks_it_off_and_it_begins_anew_later(machine: Machine, model: ResolvedModel, reason: str) -> None:
    machine.blocked = True
    machine.quantizer.request_tower(model)
    assert machine.started.acquire(timeout=LONG)
    machine.idle, machine.allowed = (0.0, True) if reason == "question" else (LONG, False)
    assert machine.finished.acquire(timeout=LONG)
    assert machine.made == []
    machine.blocked, machine.idle, machine.allowed = False, LONG, True
    assert machine.finished.acquire(timeout=LONG)
    assert len(machine.made) == 1


def test_a_failure_is_logged_and_not_tried_again(
    machine: Machine, model: ResolvedModel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    machine.error = DoesNotFitError("Free up space.", code="disk")
    machine.quantizer.request_tower(model)
    assert machine.started.acquire(timeout=LONG)
    assert machine.finished.acquire(timeout=LONG)
    machine.quantizer.request_tower(model)
    assert not machine.started.acquire(timeout=20 * REST)
    assert "Free up space." in caplog.text


def test_closing_breaks_it_off(machine: Machine, model: ResolvedModel) -> None:
    machine.blocked = True
    machine.quantizer.request_tower(model)
    assert machine.started.acquire(timeout=LONG)
    machine.quantizer.close()
    assert machine.finished.acquire(timeout=LONG)
    assert machine.made == []


def test_nothing_is_begun_where_the_tower_is_here_or_would_gain_nothing(machine: Machine, model: ResolvedModel) -> None:
    machine.quantizer.request_tower(replace(model, demo=True))
    VisionTowers().make(model.mmproj, "Q6_K", lambda data, *_: data, lambda _: None)
    machine.quantizer.request_tower(model)
    assert not machine.checked.wait(20 * REST)


def test_the_real_one_is_made_and_found(model: ResolvedModel) -> None:
    quantizer = IdleQuantizer(lambda: LONG, lambda: True)
    quantizer.request_tower(model)
    deadline = time.monotonic() + 120
    while VisionTowers().find(model.mmproj, "Q6_K") is None and time.monotonic() < deadline:
        time.sleep(0.1)
    quantizer.close()
    found = VisionTowers().find(model.mmproj, "Q6_K")
    assert found is not None
    assert found.stat().st_size < model.mmproj.stat().st_size
