"""What devices are compared by, computed by the real engine with the demo model."""

from __future__ import annotations

import math
import threading
import time
from array import array
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest
from demo_training.scenes import FIRST_HELD_OUT_SEED, make_scene
from support import stand_in_device

from edge_assistant.engine import client
from edge_assistant.engine.client import Engine
from edge_assistant.engine.device_checks import DeviceChecks, Part, compare
from edge_assistant.engine.failures import DeviceFailedError
from edge_assistant.engine.gpu_offload import NO_OFFLOAD
from edge_assistant.engine.messages import (
    AskQuestion,
    DeviceFailed,
    DeviceWrong,
    EngineConfig,
    MeasureDevice,
    Measurement,
    Sampling,
    StageProgress,
    Turn,
)
from edge_assistant.imaging.token_budget import fit
from edge_assistant.models.resolver import resolve
from edge_assistant.system.errors import CancelledError
from edge_assistant.tuning.device_check_sample import make_request
from edge_assistant.tuning.reference_process import measure_on_cpu

PARTS: list[Part] = ["tower", "text"]
REQUEST = partial(make_request, parts=PARTS)


def demo_config(gpu_layers: int | None = None) -> EngineConfig:
    return stand_in_device.config(
        resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=None), gpu_layers
    )


class Loading:
    """An engine, and the notices that came with its loads."""

    def __init__(self, config: EngineConfig) -> None:
        self.engine = Engine(config)
        self.notices: list[DeviceFailed | DeviceWrong] = []

    def load(self) -> Engine:
        def hear(reply: object) -> None:
            if isinstance(reply, DeviceFailed | DeviceWrong):
                self.notices.append(reply)

        self.engine.load(hear)
        return self.engine


@pytest.fixture(autouse=True)
def _unharmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_cpu_only", threading.Event())


@pytest.fixture
def load() -> Iterator[Callable[..., Loading]]:
    made: list[Loading] = []

    def make(gpu_layers: int | None = None) -> Loading:
        made.append(Loading(demo_config(gpu_layers)))
        made[-1].load()
        return made[-1]

    yield make
    for each in made:
        each.engine.close()


def measure(engine: Engine) -> Measurement:
    measured = engine.measure(REQUEST)
    assert measured is not None
    return measured


def never() -> bool:
    return False


def question(seed: int, text: str = "What is this?", turns: tuple[Turn, ...] = ()) -> Callable[[int], AskQuestion]:
    picture = fit(make_scene(FIRST_HELD_OUT_SEED + seed).image, max_tokens=64)
    return lambda id: AskQuestion(
        id=id,
        rgb=picture.tobytes(),
        width=picture.width,
        height=picture.height,
        system="Be brief.",
        turns=turns,
        question=text,
        sampling=Sampling(0.0),
        seed=1,
        max_tokens=20,
        thinking=None,
    )


def test_two_processes_on_the_processor_compute_the_same(load: Callable[..., Loading]) -> None:
    engine = load().engine
    reference = measure_on_cpu(engine.reference_config(512), REQUEST, never)
    comparisons = compare(measure(engine), reference)
    assert [each.part for each in comparisons] == PARTS
    for each in comparisons:
        assert each.median == pytest.approx(1.0, abs=1e-9)
        assert each.least == pytest.approx(1.0, abs=1e-9)
        assert each.agrees


def test_both_pictures_and_both_ways_of_evaluating_a_text_are_measured(load: Callable[..., Loading]) -> None:
    measured = measure(load().engine)
    vectors = [len(each) // (4 * measured.embedding_length) for each in measured.embeddings]
    assert [count % tokens for count, tokens in zip(vectors, (64, 240), strict=True)] == [0, 0]
    assert min(vectors) >= 64
    batch, alone = (array("f", each) for each in measured.logits)
    assert batch != alone
    assert all(map(math.isfinite, [*batch, *alone]))


def test_a_picture_that_is_perturbed_on_one_side_is_wrong(load: Callable[..., Loading]) -> None:
    def perturbed(id: int) -> MeasureDevice:
        request = REQUEST(id)
        (rgb, *size), other = request.pictures
        return replace(request, pictures=((rgb[::-1], *size), other))  # type: ignore[arg-type]

    engine = load().engine
    tower, text = compare(measure(engine), measure_on_cpu(engine.reference_config(512), perturbed, never))
    assert not tower.agrees
    assert text.agrees


def test_a_text_that_is_perturbed_on_one_side_is_wrong(load: Callable[..., Loading]) -> None:
    engine = load().engine
    other = engine.measure(lambda id: replace(REQUEST(id), prompt="Three cats sleep on a red and blue sofa"))
    assert other is not None
    tower, text = compare(measure(engine), other)
    assert tower.agrees
    assert not text.agrees


def test_a_conversation_goes_on_from_its_caches_after_a_measurement(load: Callable[..., Loading]) -> None:
    engines = load().engine, load().engine
    for engine, measures in zip(engines, (True, False), strict=True):
        first = engine.ask(question(1), _ignore)
        if measures:
            measure(engine)
        turns = (Turn("What is this?", first.answer),)
        answers = [engine.ask(question(1, "And more?", turns), _ignore), engine.ask(question(1, "Why?"), _ignore)]
        assert all(answer.reused_image and answer.encode == 0.0 for answer in answers)
        if measures:
            expected = [answer.answer for answer in answers]
        else:
            assert [answer.answer for answer in answers] == expected


def test_embeddings_for_another_engine_survive_a_measurement(load: Callable[..., Loading]) -> None:
    engine = load().engine
    engine.ask(question(1), _ignore)
    before = engine.get_embeddings()
    measure(engine)
    assert before is not None
    assert engine.get_embeddings() == before


def test_what_was_encoded_ahead_is_still_used_after_a_measurement(load: Callable[..., Loading]) -> None:
    engine = load().engine
    expected = engine.ask(question(2), _ignore).answer
    engine.ask(question(1), _ignore)
    likely = question(2)(0)
    engine.encode_ahead(likely.rgb, likely.width, likely.height)
    time.sleep(3.0)
    measure(engine)
    stages: list[StageProgress] = []
    done = engine.ask(question(2), lambda reply: stages.append(reply) if isinstance(reply, StageProgress) else None)
    assert done.answer == expected
    assert done.encode == 0.0
    assert "encode" not in [each.stage for each in stages]


def test_a_measurement_is_cancelled_alone_and_the_next_question_is_answered(load: Callable[..., Loading]) -> None:
    engine = load().engine
    expected = engine.ask(question(1), _ignore).answer
    threading.Timer(0.1, engine.cancel_measuring).start()
    start = time.monotonic()
    assert engine.measure(_many) is None
    assert time.monotonic() - start < 5
    engine.cancel_measuring()  # too late: it must not stop what follows
    done = engine.ask(question(1), _ignore)
    assert (done.answer, done.stop != "cancelled") == (expected, True)


def test_the_reference_s_process_ends_with_it_and_at_once_when_somebody_asks() -> None:
    start = time.monotonic()
    with pytest.raises(CancelledError):
        measure_on_cpu(demo_config(0), _many, lambda: time.monotonic() - start > 2)
    assert time.monotonic() - start < 6


def _many(id: int) -> MeasureDevice:
    request = REQUEST(id)
    return replace(request, pictures=request.pictures * 200)


def test_a_card_that_dies_at_it_has_failed(load: Callable[..., Loading], monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in_device.install(monkeypatch, "dies")
    loading = load()
    with pytest.raises(DeviceFailedError):
        measure(loading.engine)
    loading.load()
    assert loading.engine.offload == NO_OFFLOAD


def test_a_card_that_hangs_at_it_keeps_nobody_waiting_for_long(
    load: Callable[..., Loading], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_NODE_TIMEOUT_S", 1.0)
    stand_in_device.install(monkeypatch, "stuck")
    loading = load()
    threading.Timer(0.2, loading.engine.cancel_measuring).start()
    start = time.monotonic()
    assert loading.engine.measure(REQUEST) is None
    assert time.monotonic() - start < 2
    loading.load()
    assert loading.engine.ask(question(1), _ignore).answer


def test_a_card_that_computes_wrongly_is_used_no_longer_by_any_program(
    load: Callable[..., Loading], monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in_device.install(monkeypatch, "wrong")
    first = load().engine
    assert first.offload.device == stand_in_device.CARD
    reference = measure_on_cpu(first.reference_config(512), REQUEST, never)
    comparisons = compare(measure(first), reference)
    assert [each.agrees for each in comparisons] == [False, True]
    DeviceChecks().record(stand_in_device.CARD, comparisons)
    later = load()
    assert later.engine.offload == replace(NO_OFFLOAD, passed_over="Card")
    assert later.notices == []
    told = "A check found that the graphics processor Card computes wrongly. Everything runs on the processor."
    assert later.engine.offload.describe() == told


def test_layers_that_the_person_wants_on_it_are_put_there_and_it_says_so(
    load: Callable[..., Loading], monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in_device.install(monkeypatch, "wrong")
    engine = load(7).engine
    reference = measure_on_cpu(engine.reference_config(512), REQUEST, never)
    DeviceChecks().record(stand_in_device.CARD, compare(measure(engine), reference))
    later = load(7)
    assert later.engine.offload.device is not None
    [notice] = later.notices
    assert isinstance(notice, DeviceWrong)
    assert "so answers may be wrong" in notice.message
    assert "--gpu-layers 7" in notice.message


def _ignore(_: object) -> None:
    return None
