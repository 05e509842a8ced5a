"""The quicker vision tower is made while nothing is asked, once, and what goes wrong with it disturbs nobody."""

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
from edge_assistant.tuning.idle_quantizer import IdleQuantizer

REST = 0.01
LONG = 10.0


class Machine:
    """A machine whose idleness and battery the test sets, and a maker that notes what is asked of it."""

    def __init__(self) -> None:
        self.idle, self.may = LONG, True
        self.asked_whether: threading.Event = threading.Event()
        self.made: list[tuple[Path, str]] = []
        self.works_on = False
        self.error: Exception | None = None
        self.ends = threading.Semaphore(0)
        self.begun = threading.Semaphore(0)
        self.towers = IdleQuantizer(lambda: self.idle, self._may, self._make, rest_s=REST, least_bytes=0)

    def _may(self) -> bool:
        self.asked_whether.set()
        return self.may

    def _make(self, parent: Path, name: str, _: object, is_cancelled: Callable[[], bool]) -> CachedTower:
        self.begun.release()
        try:
            while self.works_on:
                if is_cancelled():
                    raise CancelledError
                time.sleep(REST)
            if self.error:
                raise self.error
            self.made.append((parent, name))
            return CachedTower(parent, 1, 0)
        finally:
            self.ends.release()

    def looked_twice(self) -> None:
        """Wait until it has looked whether it may, and had the time to go on."""
        for _ in range(2):
            self.asked_whether.clear()
            assert self.asked_whether.wait(LONG)


@pytest.fixture
def machine() -> Iterator[Machine]:
    made = Machine()
    yield made
    made.towers.close()


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ResolvedModel:
    monkeypatch.setattr(cpu, "best_instructions", lambda: "avx512f")
    found = resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=None)
    mmproj = tmp_path / found.mmproj.name
    mmproj.write_bytes(found.mmproj.read_bytes())
    return replace(found, mmproj=mmproj, demo=False)


def test_it_is_made_once_for_each_mmproj(machine: Machine, weights: ResolvedModel) -> None:
    machine.towers.want(weights)
    machine.towers.want(weights)
    assert machine.ends.acquire(timeout=LONG)
    assert not machine.ends.acquire(timeout=20 * REST)
    assert machine.made == [(weights.mmproj, "Q6_K")]


def test_it_waits_while_something_is_asked_or_the_battery_is_drawn_on(machine: Machine, weights: ResolvedModel) -> None:
    machine.may = False
    machine.towers.want(weights)
    machine.looked_twice()
    machine.idle, machine.may = 0.0, True
    machine.looked_twice()
    assert machine.made == []
    machine.idle = LONG
    assert machine.ends.acquire(timeout=LONG)
    assert len(machine.made) == 1


@pytest.mark.parametrize("reason", ["question", "battery"])
def test_a_question_breaks_it_off_and_it_begins_anew_later(
    machine: Machine, weights: ResolvedModel, reason: str
) -> None:
    machine.works_on = True
    machine.towers.want(weights)
    assert machine.begun.acquire(timeout=LONG)
    machine.idle, machine.may = (0.0, True) if reason == "question" else (LONG, False)
    assert machine.ends.acquire(timeout=LONG)
    assert machine.made == []
    machine.works_on, machine.idle, machine.may = False, LONG, True
    assert machine.ends.acquire(timeout=LONG)
    assert len(machine.made) == 1


def test_a_failure_is_logged_and_not_tried_again(
    machine: Machine, weights: ResolvedModel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    machine.error = DoesNotFitError("Free up space.", code="disk")
    machine.towers.want(weights)
    assert machine.begun.acquire(timeout=LONG)
    assert machine.ends.acquire(timeout=LONG)
    machine.towers.want(weights)
    assert not machine.begun.acquire(timeout=20 * REST)
    assert "Free up space." in caplog.text


def test_closing_breaks_it_off(machine: Machine, weights: ResolvedModel) -> None:
    machine.works_on = True
    machine.towers.want(weights)
    assert machine.begun.acquire(timeout=LONG)
    machine.towers.close()
    assert machine.ends.acquire(timeout=LONG)
    assert machine.made == []


def test_nothing_is_begun_where_the_tower_is_here_or_would_gain_nothing(
    machine: Machine, weights: ResolvedModel
) -> None:
    machine.towers.want(replace(weights, demo=True))
    VisionTowers().make(weights.mmproj, "Q6_K", lambda data, *_: data, lambda _: None)
    machine.towers.want(weights)
    assert not machine.asked_whether.wait(20 * REST)


def test_the_real_one_is_made_and_found(weights: ResolvedModel) -> None:
    towers = IdleQuantizer(lambda: LONG, lambda: True, rest_s=REST, least_bytes=0)
    towers.want(weights)
    deadline = time.monotonic() + 120
    while VisionTowers().find(weights.mmproj, "Q6_K") is None and time.monotonic() < deadline:
        time.sleep(0.1)
    towers.close()
    found = VisionTowers().find(weights.mmproj, "Q6_K")
    assert found is not None
    assert found.stat().st_size < weights.mmproj.stat().st_size
