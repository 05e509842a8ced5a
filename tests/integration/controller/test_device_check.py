"""The running program with a card that computes wrongly, up to the voice; its engines are the real ones."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from demo_training.scenes import FIRST_HELD_OUT_SEED, make_scene
from support import stand_in_device

from edge_assistant.assistant import factory
from edge_assistant.assistant.events import DoneEvent, Event, NoticeEvent
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.cli import doctor
from edge_assistant.controller import service
from edge_assistant.controller.service import Service, ServiceOptions
from edge_assistant.engine import client
from edge_assistant.engine.device_checks import DeviceChecks
from edge_assistant.engine.gpu_offload import NO_OFFLOAD
from edge_assistant.models.resolver import resolve
from edge_assistant.settings.schema import Settings
from edge_assistant.system import cpu
from edge_assistant.tuning import idle_device_check

REST, LONG = 0.3, 60.0
FOUND = "A check found that the graphics processor Card computes wrongly"


class Voice:
    """A speaker that only keeps what is said."""

    said: list[str]

    def __init__(self, **_: Any) -> None:
        Voice.said = []

    def say(self, text: str, **_: Any) -> None:
        Voice.said.append(text)

    def wait_unless(self, _: object) -> None: ...
    def select_request(self, _: object) -> None: ...
    def recheck_waiters(self) -> None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def close(self) -> None: ...
    def tone(self, *_: object, **__: object) -> None: ...
    def wait(self, *_: object) -> bool:
        return True


class NoHotkeys:
    are_off = False

    def __init__(self, *_: object, **__: object) -> None: ...
    def register(self, _: object) -> list[str]:
        return []

    def working_key(self, _: str) -> None:
        return None

    def close(self) -> None: ...


class Running:
    """The running program on a thread of its own."""

    def __init__(self, settings: Settings) -> None:
        self.shown: list[Event] = []
        self.service = Service(ServiceOptions(), settings, self.shown.append)
        self.thread = threading.Thread(target=self.service.run, daemon=True)
        self.thread.start()

    def notices(self, code: str) -> list[str]:
        return [each.message for each in list(self.shown) if isinstance(each, NoticeEvent) and each.code == code]

    def wait_until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + LONG
        while not holds():
            assert time.monotonic() < deadline, self.shown
            time.sleep(0.05)

    @property
    def offload(self) -> object:
        current = self.service._tasks.current
        return current.offload if current is not None and current.loaded else None

    def close(self) -> None:
        self.service.quit()
        self.thread.join(LONG)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Running]]:
    monkeypatch.setattr(client, "_cpu_only", threading.Event())
    monkeypatch.setattr(idle_device_check, "REST_S", REST)
    monkeypatch.setattr(cpu, "on_battery", lambda: False)
    monkeypatch.setattr(service, "GlobalHotkeys", NoHotkeys)
    monkeypatch.setattr(service, "_warm_capture", lambda: None)
    monkeypatch.setattr(factory, "Speaker", Voice)
    started: list[Running] = []

    def start(**settings: Any) -> Running:
        started.append(Running(Settings(model="demo", **settings)))
        return started[-1]

    yield start
    for each in started:
        each.close()


def test_it_is_said_once_and_the_processor_answers_from_then_on(
    run: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in_device.install(monkeypatch, "wrong")
    running = run()
    running.wait_until(lambda: bool(running.notices("device-wrong")))
    running.wait_until(lambda: running.offload == NO_OFFLOAD)
    [message] = running.notices("device-wrong")
    assert message.startswith(FOUND)
    assert Voice.said.count(message) == 1
    assistant = running.service._tasks.current
    assert assistant is not None
    assistant.look_at(lambda: CapturedPicture(make_scene(FIRST_HELD_OUT_SEED + 1).image))
    assert isinstance(assistant.ask(1), DoneEvent)
    assert running.notices("device-failed") == []
    assert running.notices("engine-restarted") == []

    monkeypatch.setattr(client, "_cpu_only", threading.Event())  # as in another program, a day later
    weights = resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=None)
    told = doctor._load_engine(weights, Settings())
    assert told.endswith(f"{FOUND}. Everything runs on the processor.")


def test_a_card_that_computes_rightly_stays_in_use_and_nothing_is_said(
    run: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in_device.install(monkeypatch, "right")
    running = run()
    running.wait_until(
        lambda: not DeviceChecks().unchecked_parts(stand_in_device.ON_CARD) and running.offload is not None
    )
    assert running.offload == stand_in_device.ON_CARD
    assert running.notices("device-wrong") == []
    assert DeviceChecks().wrong_keys() == frozenset()


def test_a_card_that_dies_at_the_check_is_told_and_left(
    run: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in_device.install(monkeypatch, "dies")
    running = run()
    running.wait_until(lambda: bool(running.notices("device-failed")))
    running.wait_until(lambda: running.offload == NO_OFFLOAD)
    [message] = running.notices("device-failed")
    assert Voice.said.count(message) == 1
    assert running.notices("engine-restarted") == []


def test_a_card_that_the_person_chose_stays_in_use_and_each_load_says_what_was_found(
    run: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in_device.install(monkeypatch, "wrong")
    for _ in range(2):  # the second one does not check again
        running = run(gpu_layers=7)
        running.wait_until(lambda: bool(running.notices("device-wrong")) and running.offload is not None)  # noqa: B023
        [message] = running.notices("device-wrong")
        assert message.startswith(f"{FOUND}, so answers may be wrong.")
        assert "--gpu-layers 7" in message
        assert Voice.said.count(message) == 1
        assert running.offload != NO_OFFLOAD
        running.close()
