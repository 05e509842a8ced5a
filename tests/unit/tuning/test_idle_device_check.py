"""Whether the graphics processor computes rightly is found out while nobody asks, once for each driver and model."""

from __future__ import annotations

import threading
import time
from array import array
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue

import pytest

from edge_assistant.engine.device_checks import DeviceChecks
from edge_assistant.engine.gpu_offload import NO_OFFLOAD, Device, GpuOffload
from edge_assistant.engine.messages import EngineConfig, MeasureDevice, Measurement, Tuning
from edge_assistant.models.resolver import ResolvedModel, resolve
from edge_assistant.system import paths
from edge_assistant.system.errors import CancelledError, DoesNotFitError, EngineError
from edge_assistant.tuning import idle_device_check
from edge_assistant.tuning.device_check_sample import draw
from edge_assistant.tuning.idle_device_check import IdleDeviceCheck

REST, LONG = 0.01, 10.0
CARD = Device("Card", 8 * 10**9, dedicated_memory=True, driver_key="driver", model_key="model")
ON_CARD = GpuOffload(CARD, 36, 36, tower=True)
VALUES = array("f", [1.0, -2.0, 3.0, 0.5, 0.25, 7.0, -1.0, 2.0])
RIGHT = Measurement(1, 4, (VALUES.tobytes(),), (VALUES.tobytes(),))
WRONG = replace(RIGHT, embeddings=(VALUES[::-1].tobytes(),))


class Machine:
    """A machine with settable idle time, battery and memory; a model on a card; and what both devices compute."""

    def __init__(self) -> None:
        self.idle, self.allowed, self.free = LONG, True, 10**12
        self.loaded, self.offload, self.gpu_layers = True, ON_CARD, None
        self.model: ResolvedModel = resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=None)
        self.card, self.processor = RIGHT, RIGHT
        self.error: Exception | None = None
        self.card_error: Exception | None = None
        self.card_waits = self.processor_waits = False
        self.stop_card = threading.Event()
        self.looked, self.on_card, self.on_processor = (threading.Semaphore(0) for _ in range(3))
        self.asked: list[MeasureDevice] = []
        self.configs: list[EngineConfig] = []
        self.threads: list[str] = []
        self.wrong: SimpleQueue[tuple[str, bool]] = SimpleQueue()
        self.tasks: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self.worker = threading.Thread(target=self._work, name="the worker", daemon=True)
        self.worker.start()
        self.check = IdleDeviceCheck(
            lambda: self.idle,
            self._is_allowed,
            lambda: self,
            self.tasks.put,
            lambda message, leave: self.wrong.put((message, leave)),
            measure_on_cpu=self._measure_on_cpu,
            free_memory=lambda: self.free,
        )

    def _work(self) -> None:
        while (task := self.tasks.get()) is not None:
            task()

    def _is_allowed(self) -> bool:
        self.looked.release()
        return self.allowed

    def measure_device(self, make_request: Callable[[int], MeasureDevice]) -> Measurement | None:
        self.threads.append(threading.current_thread().name)
        self.asked.append(make_request(1))
        self.stop_card.clear()
        self.on_card.release()
        if self.card_error:
            raise self.card_error
        if self.card_waits and self.stop_card.wait(LONG):
            return None
        asked = self.asked[-1]
        return replace(
            self.card,
            embeddings=self.card.embeddings if asked.pictures else (),
            logits=self.card.logits if asked.prompt else (),
        )

    def cancel_measuring(self) -> None:
        self.stop_card.set()

    def reference_config(self, context: int) -> EngineConfig:
        return EngineConfig(Path("m"), Path("v"), context, 1, 1, "", tuning=Tuning(gpu_layers=0))

    def _measure_on_cpu(
        self, config: EngineConfig, make: Callable[[int], MeasureDevice], is_cancelled: Callable[[], bool]
    ) -> Measurement:
        assert make(1) == self.asked[-1], "both compute the same"
        self.configs.append(config)
        self.on_processor.release()
        while self.processor_waits:
            if is_cancelled():
                raise CancelledError
            time.sleep(REST)
        if self.error:
            raise self.error
        return self.processor

    def wait_for_looks(self) -> None:
        """Wait until it has looked a few times whether there is something to do."""
        for _ in range(4):
            assert self.looked.acquire(timeout=LONG)

    def verdict(self) -> list[str]:
        """The parts that are still to be checked, once it has looked again."""
        deadline = time.monotonic() + LONG
        while DeviceChecks().unchecked_parts(self.offload) and time.monotonic() < deadline:
            time.sleep(REST)
        return list(DeviceChecks().unchecked_parts(self.offload))


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    monkeypatch.setattr(idle_device_check, "REST_S", REST)
    made = Machine()
    yield made
    made.processor_waits = False
    made.check.close()
    made.tasks.put(None)


def test_both_parts_are_compared_once_on_the_thread_that_asks_and_nothing_is_said(machine: Machine) -> None:
    machine.check.start()
    assert machine.verdict() == []
    machine.wait_for_looks()
    assert machine.threads == ["the worker"]
    assert [bool(machine.asked[0].pictures), bool(machine.asked[0].prompt)] == [True, True]
    assert machine.wrong.empty()
    assert DeviceChecks().wrong_keys() == frozenset()


def test_a_card_that_computes_wrongly_is_told_and_left(machine: Machine) -> None:
    machine.card = WRONG
    machine.check.start()
    message, leave = machine.wrong.get(timeout=LONG)
    assert message == (
        "A check found that the graphics processor Card computes wrongly, so earlier answers may be wrong, and "
        "everything runs on the processor from now on."
    )
    assert leave
    assert DeviceChecks().wrong_keys() == {"driver"}


def test_a_card_that_the_person_chose_is_told_and_kept(machine: Machine) -> None:
    machine.card, machine.gpu_layers = WRONG, 12  # type: ignore[assignment]
    machine.check.start()
    message, leave = machine.wrong.get(timeout=LONG)
    assert "--gpu-layers 12" in message
    assert not leave


def test_it_is_told_once_also_where_it_cannot_be_kept(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("The disk is full.")

    monkeypatch.setattr(DeviceChecks, "record", fail)
    machine.card = WRONG
    machine.check.start()
    assert machine.wrong.get(timeout=LONG)[1]
    machine.wait_for_looks()
    assert machine.wrong.empty()


def test_only_the_part_that_is_on_the_card_is_measured(machine: Machine) -> None:
    machine.offload = replace(ON_CARD, layers=0)
    machine.check.start()
    assert machine.verdict() == []
    assert machine.asked[0].pictures
    assert machine.asked[0].prompt == ""
    machine.offload = ON_CARD
    assert machine.verdict() == []
    assert machine.asked[1].pictures == ()
    assert machine.asked[1].prompt


@pytest.mark.parametrize(
    "change",
    [
        {"loaded": False},
        {"offload": NO_OFFLOAD},
        {"offload": replace(ON_CARD, device=replace(CARD, driver_key=""))},
        {"idle": 0.0},
        {"idle": REST / 2},
        {"allowed": False},
        {"free": 10**8},
    ],
    ids=str,
)
def test_nothing_begins_without_a_card_or_rest_or_mains_or_memory(machine: Machine, change: dict[str, object]) -> None:
    for name, value in change.items():
        setattr(machine, name, value)
    machine.check.start()
    machine.wait_for_looks()
    assert machine.threads == []
    assert machine.configs == []


@pytest.mark.parametrize("where", ["card", "processor"])
@pytest.mark.parametrize("reason", ["question", "battery"])
def test_a_question_breaks_it_off_and_it_is_done_later(machine: Machine, where: str, reason: str) -> None:
    setattr(machine, f"{where}_waits", True)
    machine.check.start()
    assert getattr(machine, f"on_{where}").acquire(timeout=LONG)
    machine.idle, machine.allowed = (0.0, True) if reason == "question" else (LONG, False)
    free = threading.Event()
    machine.tasks.put(free.set)
    assert free.wait(1.0), "whoever asks has to wait for it"
    machine.wait_for_looks()
    assert DeviceChecks().unchecked_parts(ON_CARD) == ["tower", "text"]
    setattr(machine, f"{where}_waits", False)
    machine.idle, machine.allowed = LONG, True
    assert machine.verdict() == []


def test_closing_ends_it_at_once(machine: Machine) -> None:
    machine.processor_waits = True
    machine.check.start()
    assert machine.on_processor.acquire(timeout=LONG)
    start = time.monotonic()
    machine.check.close()
    assert time.monotonic() - start < 1.0
    assert not machine.check._thread.is_alive()
    assert not (paths.data_dir() / "device-checks.json").exists()


def test_closing_does_not_wait_for_a_worker_that_takes_no_more_tasks(machine: Machine) -> None:
    machine.tasks.put(None)
    machine.worker.join(LONG)
    machine.check.start()
    machine.wait_for_looks()
    start = time.monotonic()
    machine.check.close()
    assert time.monotonic() - start < 1.0


@pytest.mark.parametrize("where", ["error", "card_error"])
@pytest.mark.parametrize("error", [DoesNotFitError("Too little memory."), EngineError("It died.")])
def test_what_fails_condemns_nothing_and_is_not_tried_again_until_the_next_start(
    machine: Machine, where: str, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    setattr(machine, where, error)
    machine.check.start()
    machine.wait_for_looks()
    machine.wait_for_looks()
    assert len(machine.asked) == 1
    assert str(error) in caplog.text
    assert machine.wrong.empty()
    assert DeviceChecks().wrong_keys() == frozenset()


def test_a_card_that_hangs_is_not_tried_again(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle_device_check, "_DEVICE_LIMIT_S", 0.0)
    machine.card_waits = True
    machine.check.start()
    assert machine.on_card.acquire(timeout=LONG)
    machine.idle = 0.0
    machine.wait_for_looks()
    machine.idle = LONG
    machine.wait_for_looks()
    assert len(machine.asked) == 1


def test_a_bug_in_it_is_logged_once(machine: Machine, expect_log: Callable[[str], None]) -> None:
    expect_log("the graphics processor was not checked")
    machine.error = ValueError("A bug")
    machine.check.start()
    machine.wait_for_looks()
    machine.wait_for_looks()
    assert len(machine.asked) == 1


def test_after_an_update_of_the_driver_it_is_checked_again(machine: Machine) -> None:
    machine.check.start()
    assert machine.verdict() == []
    machine.offload = replace(ON_CARD, device=replace(CARD, driver_key="newer"))
    assert machine.verdict() == []
    assert len(machine.asked) == 2


def test_the_pictures_are_drawn_alike_every_time_and_are_no_plain_area() -> None:
    assert draw(256, 256).tobytes() == draw(256, 256).tobytes()
    colours = draw(640, 384).getcolors(640 * 384)
    assert colours is not None
    assert len(colours) > 1000
