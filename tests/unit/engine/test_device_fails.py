"""A GPU that fails, simulated by a worker process: the CPU takes over, and the user is told."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from support.failing_device import ON_CARD, serve

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.events import DoneEvent, Event, NoticeEvent
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.cli import doctor
from edge_assistant.engine import client, worker
from edge_assistant.engine.client import Engine
from edge_assistant.engine.failures import DeviceFailedError
from edge_assistant.engine.gpu_offload import NO_OFFLOAD
from edge_assistant.engine.messages import (
    DEVICE_FAILED,
    AskQuestion,
    DeviceFailed,
    Done,
    EngineConfig,
    ModelSize,
    Sampling,
    StageProgress,
    Tuning,
)
from edge_assistant.models.resolver import resolve
from edge_assistant.settings import schema
from edge_assistant.system.errors import CancelledError, EngineUnfitError, WeightsError
from edge_assistant.system.installation import reinstall_advice

ONLY_LOADING = (
    "The model could not be loaded on the graphics processor, so everything runs on the processor from now on."
)
ONLY_ASKED = "The engine failed on the graphics processor, so everything runs on the processor from now on."


@pytest.fixture(autouse=True)
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "serve", serve)
    monkeypatch.setattr(client, "_cpu_only", threading.Event())


class RecordedEngine:
    """An engine and the sentences it reports."""

    def __init__(self, gpu_layers: int | None = None) -> None:
        self.sentences: list[str] = []
        tuning = Tuning(gpu_layers=gpu_layers)
        files = EngineConfig(Path("m.gguf"), Path("v.gguf"), 512, 1, 1, "Be brief.", ModelSize(36, 100), tuning)
        self.engine = Engine(files)

    def hear(self, reply: object) -> None:
        if isinstance(reply, DeviceFailed):
            self.sentences.append(reply.message)

    def load(self) -> None:
        self.engine.load(self.hear)

    def ask(self, hear: Callable[[object], None] | None = None) -> Done:
        return self.engine.ask(
            lambda id: AskQuestion(id, bytes(12), 2, 2, "Be brief.", (), "What?", Sampling(0.0), 1, 8, None),
            hear or self.hear,
        )


@pytest.fixture
def heard(request: pytest.FixtureRequest) -> Iterator[RecordedEngine]:
    heard = RecordedEngine(getattr(request, "param", None))
    yield heard
    heard.engine.close()


@pytest.mark.parametrize("how", ["dies-loading", "refuses"])
def test_what_cannot_be_loaded_on_the_device_is_loaded_on_the_processor(
    heard: RecordedEngine, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILS", how)
    heard.load()
    assert heard.sentences == [ONLY_LOADING]
    assert heard.engine.offload == NO_OFFLOAD
    assert heard.ask().answer == "It is blue."


@pytest.mark.parametrize("heard", [5], indirect=True)
def test_the_option_that_put_it_there_is_named(heard: RecordedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILS", "dies-loading")
    heard.load()
    assert len(heard.sentences) == 1
    assert "--gpu-layers 5" in heard.sentences[0]


@pytest.mark.parametrize("heard", [5], indirect=True)
def test_the_option_is_named_too_when_the_engine_dies_at_a_question(
    heard: RecordedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILS", "dies-asked")
    heard.load()
    with pytest.raises(DeviceFailedError, match="--gpu-layers 5"):
        heard.ask()


def test_no_other_engine_of_this_program_tries_the_device_again(
    heard: RecordedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILS", "dies-loading")
    heard.load()
    other = RecordedEngine()
    try:
        other.load()
        assert other.sentences == []
        assert other.engine.offload == NO_OFFLOAD
    finally:
        other.engine.close()


def test_weights_that_no_processor_can_load_are_called_damaged_and_the_device_is_not_blamed_for_good(
    heard: RecordedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILS", "damaged")
    with pytest.raises(WeightsError, match="damaged"):
        heard.load()
    monkeypatch.setenv("FAILS", "nothing")
    heard.load()
    assert heard.engine.offload == ON_CARD


def test_a_death_that_no_device_was_involved_in_is_explained_as_ever(
    heard: RecordedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILS", "not-there")
    with pytest.raises(WeightsError, match="crashed while loading"):
        heard.load()
    assert heard.sentences == []


@pytest.mark.parametrize("how", ["not-started", "illegal-instruction"])
def test_an_engine_that_does_not_come_to_the_weights_or_meets_an_unknown_instruction_does_not_blame_them(
    heard: RecordedEngine, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setenv("FAILS", how)
    with pytest.raises(EngineUnfitError, match=re.escape(reinstall_advice())):
        heard.load()
    assert heard.sentences == []


def test_a_cancel_while_the_device_is_loaded_is_a_cancel_and_no_failure(
    heard: RecordedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILS", "slow")
    with pytest.raises(CancelledError):
        heard.engine.load(
            lambda reply: heard.engine.cancel() if isinstance(reply, StageProgress) else heard.hear(reply)
        )
    assert heard.sentences == []
    assert not client._cpu_only.is_set()


def test_a_cancel_between_the_two_loads_ends_both(heard: RecordedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILS", "dies-loading")
    with pytest.raises(CancelledError):
        heard.engine.load(lambda reply: heard.engine.cancel() if isinstance(reply, DeviceFailed) else None)
    assert not heard.engine.loaded


@pytest.mark.parametrize("how", ["dies-asked", "says-so"])
def test_an_engine_that_fails_on_the_device_at_a_question_is_loaded_without_it(
    heard: RecordedEngine, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILS", how)
    heard.load()
    assert heard.engine.offload == ON_CARD
    with pytest.raises(DeviceFailedError, match=ONLY_ASKED):
        heard.ask()
    heard.load()
    assert heard.engine.offload == NO_OFFLOAD
    assert heard.ask().answer == "It is blue."


def test_an_engine_that_died_on_the_device_while_nobody_waited_is_loaded_without_it(
    heard: RecordedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILS", "dies-idle")
    heard.load()
    deadline = time.monotonic() + 60
    while heard.engine.loaded and time.monotonic() < deadline:
        time.sleep(0.01)
    heard.load()
    assert heard.sentences == [ONLY_ASKED]
    assert heard.engine.offload == NO_OFFLOAD


def test_a_death_while_nothing_is_computed_is_not_the_device_s_fault(
    heard: RecordedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILS", "dies-asked")
    heard.load()
    assert heard.engine.get_embeddings() is None
    heard.load()
    assert heard.sentences == []
    assert heard.engine.offload == ON_CARD


def test_a_death_after_a_cancel_is_left_to_the_next_question_to_tell(
    heard: RecordedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILS", "dies-late")
    heard.load()
    with pytest.raises(CancelledError):
        heard.ask(lambda _: heard.engine.cancel())
    monkeypatch.setenv("FAILS", "nothing")
    heard.load()
    assert heard.sentences == []
    assert heard.engine.offload == ON_CARD


class Asking:
    """An assistant that looks at a red picture, and what it tells."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        weights = resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=None)
        self.assistant = Assistant(
            weights, AnswerOptions(), context=512, threads=1, language=None, voice=None, on_event=self.events.append
        )
        picture = Image.new("RGB", (320, 320), "red")
        picture.paste("blue", (40, 40, 200, 200))
        self.assistant.look_at(lambda: CapturedPicture(picture))

    def notices(self) -> list[tuple[str, str]]:
        found = [each for each in self.events if isinstance(each, NoticeEvent)]
        return [(each.code, each.message) for each in found if each.code in (DEVICE_FAILED, "engine-restarted")]


@pytest.fixture
def asking() -> Iterator[Asking]:
    made = Asking()
    yield made
    made.assistant.close()


@pytest.mark.parametrize(("how", "said"), [("dies-loading", ONLY_LOADING), ("dies-asked", ONLY_ASKED)])
def test_the_person_hears_it_once_and_gets_the_answer(
    asking: Asking, how: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILS", how)
    outcome = asking.assistant.ask(0)
    assert isinstance(outcome, DoneEvent)
    assert outcome.answer == "It is blue."
    assert asking.notices() == [(DEVICE_FAILED, said)]


def test_an_answer_that_had_begun_goes_on_without_the_device(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILS", "dies-answering")
    outcome = asking.assistant.ask(0)
    assert isinstance(outcome, DoneEvent)
    assert outcome.answer == "It is blue. And red."
    assert asking.notices() == [(DEVICE_FAILED, ONLY_ASKED)]


def test_a_cancel_just_before_the_engine_is_loaded_again_ends_that_load(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILS", "dies-asked, slow then")
    emit = asking.assistant._reporter.emit

    def cancel_at_notice(event: Event) -> None:
        emit(event)
        if isinstance(event, NoticeEvent) and event.code == DEVICE_FAILED:
            asking.assistant.cancel()

    monkeypatch.setattr(asking.assistant._reporter, "emit", cancel_at_notice)
    started = time.monotonic()
    outcome = asking.assistant.ask(0)
    assert isinstance(outcome, DoneEvent)
    assert outcome.stop == "cancelled"
    assert time.monotonic() - started < 30


def test_the_doctor_says_that_the_device_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILS", "dies-loading")
    weights = resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=None)
    sentences = doctor._load_engine(weights, schema.Settings())
    assert sentences.startswith(ONLY_LOADING)
    assert sentences.endswith("Everything runs on the processor.")
