"""Tests of what the assistant asks the engine: the entries of the task table, and the options that override them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from edge_assistant.assistant import assistant as assistants
from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.engine.gpu_offload import NO_OFFLOAD
from edge_assistant.engine.messages import AskQuestion, Done, EngineConfig, Sampling
from edge_assistant.engine.task_table import TaskTable, load_table
from edge_assistant.models.resolver import ResolvedModel, resolve
from edge_assistant.system.errors import UsageError

SCREEN, SMALL = (1920, 1080), (100, 60)


class RecordingEngine:
    """Answers at once, and keeps what it was asked."""

    def __init__(self, config: EngineConfig) -> None:
        self.config = config
        self.asked: list[AskQuestion] = []
        self.loaded = True
        self.offload = NO_OFFLOAD

    def wait_for_cancelled(self) -> None: ...
    def close(self) -> None: ...

    def ask(self, make: Callable[[int], AskQuestion], _: object) -> Done:
        question = make(1)
        self.asked.append(question)
        tokens = question.width * question.height // 1024
        return Done(1, "Yes.", "", "end", tokens, 0, False, 0.0, 0.0, 2, 1.0)


@pytest.fixture(autouse=True)
def _engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistants, "Engine", RecordingEngine)


def model(*, demo: bool = False, think: bool = False) -> ResolvedModel:
    found = resolve(model="demo", mmproj=None, think=think, preferred=None, weights_dir=None)
    return replace(found, demo=demo)


class Asking:
    """An assistant with the recording engine; `options` are those of the answer."""

    def __init__(
        self,
        weights: ResolvedModel | None = None,
        language: str | None = "de",
        tasks: TaskTable | None = None,
        **options: Any,
    ) -> None:
        self.assistant = Assistant(
            weights or model(),
            AnswerOptions(**options),
            context=4096,
            threads=1,
            language=language,
            voice=None,
            on_event=lambda _: None,
            tasks=tasks,
        )

    def ask(self, text: str | None = None, size: tuple[int, int] = SCREEN, **given: Any) -> AskQuestion:
        picture = Image.linear_gradient("L").convert("RGB").resize(size)
        self.assistant.look_at(lambda: CapturedPicture(picture))
        self.assistant.ask(0, text, **given)
        engine: Any = self.assistant._engine
        question = engine.asked[-1]
        assert isinstance(question, AskQuestion)
        return question


def sent(question: AskQuestion) -> int:
    return question.width * question.height // 1024


@pytest.mark.parametrize("task", ["glance", "detail", "read", "places"])
def test_a_task_is_asked_in_the_language_with_its_limits(task: Any) -> None:
    settings = load_table(None).settings("qwen3-vl", task, "instruct", "de")
    asked = Asking(task=task).ask()
    assert (asked.system, asked.question) == (settings.system, settings.question)
    assert (asked.max_tokens, asked.grace_tokens) == (settings.max_tokens, settings.grace_tokens)
    assert (asked.sampling, asked.may_be_empty) == (settings.sampling, task == "read")
    assert 0.85 * settings.image_tokens <= sent(asked) <= settings.image_tokens
    assert asked.thinking is None


def test_a_question_has_limits_and_sampling_of_its_own_whatever_the_picture_was_taken_for() -> None:
    settings = load_table(None).settings("qwen3-vl", "question", "instruct", "de")
    for task in ("glance", "read", "question"):
        asked = Asking(task=task).ask("Was steht da?")
        assert asked.question == "Was steht da?"
        assert (asked.max_tokens, asked.sampling) == (settings.max_tokens, settings.sampling)
        assert not asked.may_be_empty


def test_a_task_can_be_asked_about_a_picture_that_was_taken_for_another() -> None:
    more = load_table(None).settings("qwen3-vl", "more", "instruct", "de")
    asked = Asking().ask(task="more")
    assert (asked.question, asked.max_tokens) == (more.question, more.max_tokens)


@pytest.mark.parametrize(("task", "least"), [("glance", 64), ("detail", 256), ("question", 256), ("places", 1024)])
def test_a_small_picture_is_enlarged_to_the_least(task: Any, least: int) -> None:
    tokens = sent(Asking(task=task).ask(size=SMALL))
    assert least <= tokens <= 1.3 * least


@pytest.mark.parametrize("most", [8, 9, 64, 192, 208, 256, 300, 1024, 2048])
@pytest.mark.parametrize("size", [SCREEN, (1080, 1920), (1280, 1024), (1000, 1000), SMALL])
def test_the_most_of_a_person_holds_and_a_screen_fills_it(most: int, size: tuple[int, int]) -> None:
    asking = Asking(task="places", image_tokens=most)
    tokens = sent(asking.ask(size=size))
    own = math.ceil(size[0] / 32) * math.ceil(size[1] / 32)
    assert min(0.7 * most, own) <= tokens <= most
    assert asking.assistant.planned_tokens(size, AnswerOptions(task="places", image_tokens=most)) == tokens


def test_the_demo_keeps_its_least_and_its_own_words() -> None:
    asked = Asking(model(demo=True), language="en").ask(size=(96, 96))
    assert sent(asked) == 9
    assert asked.question == "Describe this picture in one or two sentences."
    assert asked.sampling == Sampling(0.7, 0.8, 20, 1.5)


def test_options_override_the_table_and_a_limit_that_was_asked_for_has_no_grace() -> None:
    asked = Asking(max_tokens=5, temperature=0.9).ask("Why?")
    assert (asked.max_tokens, asked.grace_tokens) == (5, 0)
    assert asked.sampling == Sampling(0.9, 0.8, 20, 0.5)
    thinking = Asking(model(think=True), thinking_tokens=77).ask().thinking
    assert thinking is not None
    assert (thinking.tokens, thinking.seconds) == (77, 90)
    assert thinking.closing.startswith("\n\nConsidering the limited time")
    with pytest.raises(UsageError):
        Asking(model(think=True), temperature=0.0)


def test_the_engine_is_warmed_with_the_system_prompt_that_is_asked_with() -> None:
    asking = Asking()
    engine: Any = asking.assistant._engine
    assert {asking.ask().system, asking.ask("Why?").system} == {engine.config.system}


def test_entries_of_a_persons_own_table_are_asked_with() -> None:
    table = load_table(None).with_entries({"qwen3-vl.question.prompt": "{question} Kurz.", "qwen3-vl.system": "Hm."})
    asked = Asking(tasks=table, language="rm").ask("Warum?")
    assert asked.question == "Warum? Kurz."
    assert asked.system.startswith("Hm. ")


def test_a_limit_stays_within_the_context() -> None:
    assert load_table(None).settings("qwen3-vl", "read", "instruct", "el").max_tokens > 4096
    assert Asking(task="read", language="el").ask().max_tokens == 4096
