"""The real engine with the demo model: encoding ahead, and vision towers quantised here."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from demo_training.scenes import FIRST_HELD_OUT_SEED, make_scene
from PIL import Image

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.events import DoneEvent, Event, StageEvent
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.engine.llama_model import LlamaModel
from edge_assistant.engine.messages import Tuning
from edge_assistant.imaging.token_budget import fit
from edge_assistant.models.resolver import ResolvedModel, resolve
from edge_assistant.models.vision_towers import VisionTowers
from edge_assistant.system.errors import CancelledError, NothingToSeeError
from edge_assistant.tuning import profile
from edge_assistant.tuning.profile import TuningProfile
from edge_assistant.tuning.quantize_process import make_tower

DIALOG = Path(__file__).resolve().parent.parent.parent.parent / "models" / "demo" / "samples" / "save-dialog.png"
WIDTH = 128  # of the demo's embeddings


def picture() -> Image.Image:
    """Large enough for a glance and its detail to be two pictures."""
    with Image.open(DIALOG) as dialog:
        return dialog.convert("RGB").resize((1024, 640))


def other() -> Image.Image:
    return make_scene(FIRST_HELD_OUT_SEED + 5).image


def demo() -> ResolvedModel:
    return resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=None)


class Asked:
    """An assistant on one thread, and its events."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.assistant = Assistant(
            demo(),
            AnswerOptions(),
            context=4096,
            threads=1,
            language=None,
            voice=None,
            on_event=self.events.append,
        )

    def look(self, image: Image.Image, mode: str = "glance") -> DoneEvent:
        captured = CapturedPicture(image)
        request = AnswerOptions(task=mode, temperature=0.0, seed=1)  # type: ignore[arg-type]
        self.assistant.look_at(lambda: captured, request)
        outcome = self.assistant.ask(0)
        assert isinstance(outcome, DoneEvent), outcome
        return outcome

    def wait_until_idle(self) -> None:
        """Block until the engine is idle."""
        pid = self.assistant.engine_pid
        assert pid is not None
        process = psutil.Process(pid)
        used, since = -1.0, time.monotonic()
        while time.monotonic() - since < 60:
            now = sum(process.cpu_times()[:2])
            if now == used:
                return
            used = now
            time.sleep(1.0)


@pytest.fixture
def asked() -> Iterator[Asked]:
    made = Asked()
    yield made
    made.assistant.close()


def test_a_detail_asked_for_while_it_is_encoded_ahead_has_the_answer_of_a_fresh_one(asked: Asked) -> None:
    fresh = asked.look(picture(), "detail")
    asked.look(other())
    asked.look(picture())
    asked.assistant.encode_detail_ahead(AnswerOptions(task="detail"))
    detail = asked.look(picture(), "detail")
    assert (detail.answer, detail.image) == (fresh.answer, fresh.image)
    stages = [event for event in asked.events if isinstance(event, StageEvent) and event.stage == "encode"]
    assert stages[-1].fraction == 1.0


def test_what_was_encoded_before_the_question_is_not_encoded_in_it(asked: Asked) -> None:
    asked.look(picture())
    asked.assistant.encode_detail_ahead(AnswerOptions(task="detail"))
    asked.wait_until_idle()
    asked.events.clear()
    detail = asked.look(picture(), "detail")
    assert detail.stop == "end"
    fractions = [event.fraction for event in asked.events if isinstance(event, StageEvent) and event.stage == "encode"]
    assert fractions[-1] == 1.0
    encode, prefill = detail.timings_s.encode, detail.timings_s.prefill
    assert encode is not None
    assert prefill is not None
    assert encode < prefill / 2, "the encode of this picture takes longer than its prefill"


def test_a_picture_that_was_only_likely_to_be_asked_about_is_not_encoded_in_the_question(asked: Asked) -> None:
    fresh = asked.look(picture(), "detail")
    asked.look(other())
    for likely in (other(), picture()):  # the first of them is given up for the second
        asked.assistant.encode_ahead(CapturedPicture(likely), AnswerOptions(task="detail"))
    asked.wait_until_idle()
    detail = asked.look(picture(), "detail")
    assert detail.answer == fresh.answer
    assert fresh.timings_s.encode is not None
    assert detail.timings_s.encode is not None
    assert detail.timings_s.encode < fresh.timings_s.encode / 2


def test_nothing_is_encoded_ahead_without_weights_in_memory_nor_of_a_blank_picture(asked: Asked) -> None:
    asked.assistant.encode_ahead(CapturedPicture(picture()), AnswerOptions())
    assert not asked.assistant.loaded
    asked.look(other())
    with pytest.raises(NothingToSeeError):
        asked.assistant.encode_ahead(CapturedPicture(Image.new("RGB", (640, 400))), AnswerOptions())


def test_another_picture_drops_what_was_being_encoded_ahead(asked: Asked) -> None:
    expected = asked.look(other()).answer
    asked.look(picture())
    engine = asked.assistant.engine_pid
    asked.assistant.encode_detail_ahead(AnswerOptions(task="detail"))
    assert asked.look(other()).answer == expected
    assert asked.look(picture(), "detail").stop == "end"
    assert asked.assistant.engine_pid == engine


def test_a_cancel_when_nothing_is_asked_keeps_the_engine_and_what_it_encodes(asked: Asked) -> None:
    asked.look(picture())
    asked.assistant.encode_detail_ahead(AnswerOptions(task="detail"))
    engine = asked.assistant.engine_pid
    asked.assistant.cancel()
    time.sleep(0.5)  # longer than a cancel waits before it kills
    assert asked.look(picture(), "detail").stop == "end"
    assert asked.assistant.engine_pid == engine


def open_model(mmproj: Path) -> LlamaModel:
    return LlamaModel(
        str(demo().model),
        str(mmproj),
        context=512,
        threads=1,
        vision_layers=0,
        interrupted=lambda: False,
        on_load=lambda _: None,
    )


@pytest.fixture
def model() -> Iterator[LlamaModel]:
    opened = open_model(demo().mmproj)
    yield opened
    opened.free()


@pytest.fixture
def tower() -> Callable[[str], Path]:
    def make(name: str) -> Path:
        return make_tower(demo().mmproj, name, lambda _: None, lambda: False).path

    return make


@pytest.mark.parametrize("name", ["Q6_K", "BF16"])
def test_a_made_tower_sees_as_the_published_one(name: str, tower: Callable[[str], Path]) -> None:
    scenes = [make_scene(FIRST_HELD_OUT_SEED + number).image for number in range(12)]
    published, made = (embeddings(mmproj, scenes) for mmproj in (demo().mmproj, tower(name)))
    assert all((a != b).any() for a, b in zip(published, made, strict=True)), "nothing was made"
    similar = [float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)) for a, b in zip(published, made, strict=True)]
    print(f"{name}: cosine of embeddings, least {min(similar):.6f}")
    assert min(similar) > 0.998


@pytest.mark.parametrize("name", ["Q6_K", "BF16"])
def test_a_made_tower_gives_the_same_answers(
    name: str, tower: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tower(name)
    plain = Asked()
    monkeypatch.setattr(profile, "load_profile", lambda *_, **__: TuningProfile(1, Tuning(), tower=name))
    made = Asked()
    try:
        equal = 0
        for number in range(20):
            image = make_scene(FIRST_HELD_OUT_SEED + number).image
            equal += plain.look(image).answer == made.look(image).answer
        assert VisionTowers().find(demo().mmproj, name) == path
        print(f"{name}: {equal} of 20 answers are the same")
        assert equal >= 18
    finally:
        plain.assistant.close()
        made.assistant.close()


def embeddings(mmproj: Path, images: list[Image.Image]) -> list[np.ndarray]:
    """Return the vision tower's embeddings of each picture as one vector."""
    found = []
    model = open_model(mmproj)
    try:
        for image in images:
            sent = fit(image, max_tokens=256)
            chunk = model.image_chunk(sent.tobytes(), sent.width, sent.height)
            floats = ctypes.cast(model.encode(chunk, lambda _: None), ctypes.POINTER(ctypes.c_float))
            found.append(np.ctypeslib.as_array(floats, (chunk.tokens * WIDTH,)).astype(np.float64))
            chunk.free()
    finally:
        model.free()
    return found


def test_a_tower_that_is_cancelled_while_it_is_made_leaves_nothing() -> None:
    with pytest.raises(CancelledError):
        make_tower(demo().mmproj, "Q6_K", lambda _: None, lambda: True)
    assert VisionTowers().find(demo().mmproj, "Q6_K") is None


def test_the_next_load_takes_a_tower_made_meanwhile_and_does_without_one_that_is_gone(
    monkeypatch: pytest.MonkeyPatch, tower: Callable[[str], Path]
) -> None:
    # The demo's tower is too small to be made another one of by itself.
    monkeypatch.setattr(profile, "default_tower", lambda *_: "Q6_K")
    published, asked = demo().mmproj, Asked()
    try:
        assert asked.look(picture()).answer
        path = tower("Q6_K")
        assert asked.look(other()).answer
        assert asked.assistant.model.mmproj == published, "what is loaded stays"
        asked.assistant.unload()
        assert asked.look(picture()).answer
        assert asked.assistant.model.mmproj == path
        path.unlink()
        asked.assistant.unload()
        assert asked.look(picture()).answer
        assert asked.assistant.model.mmproj == published
    finally:
        asked.assistant.close()


@pytest.mark.parametrize(("position", "fits"), [(3, True), (4, False), (2, False)])
def test_a_saved_state_is_taken_only_where_it_ends_as_told(model: LlamaModel, position: int, fits: bool) -> None:
    tokens = model.tokenize("What is on the screen?", special=False)[:3]
    model.decode(tokens, 0)
    state, expected = model.save_state(), model.logits()
    other = open_model(demo().mmproj)
    try:
        assert other.restore_state(state, position) is fits
        kept = 2 if fits else 0  # what does not fit leaves it empty
        other.truncate(kept)
        other.decode(tokens[kept:], kept)
        assert other.logits() == pytest.approx(expected, abs=0.1)  # batches of other sizes round otherwise
    finally:
        other.free()
