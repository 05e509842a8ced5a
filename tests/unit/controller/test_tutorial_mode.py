"""The tutorial answers with the demo model. Before the first real answer it is said, once, that it can be wrong."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from edge_assistant.controller.tutorial_mode import TutorialMode
from edge_assistant.models.recommend import WARNING


class Program:
    """Stands for the service: which model answers, how often it was loaded again, and what was told."""

    def __init__(self, family: str) -> None:
        self.family = family
        self.loaded: list[str | None] = []
        self.told: list[tuple[str, str]] = []
        self.mode = TutorialMode(self.assistant, self.reload, lambda *notice: self.told.append(notice))

    def assistant(self) -> Any:
        return SimpleNamespace(model=SimpleNamespace(family=self.family))

    def reload(self) -> None:
        self.loaded.append(self.mode.model_name())


def test_it_is_said_once_before_the_first_answer_and_never_again() -> None:
    program = Program("demo")
    for _ in range(2):
        program.mode.warn_before_answer(False)
    assert program.told == [("caution", WARNING)]
    later = Program("demo")
    later.mode.warn_before_answer(False)
    assert later.told == [], "it was remembered"


def test_the_demo_is_warned_of_by_its_own_sentence_alone_and_the_first_real_answer_by_this_one() -> None:
    program = Program("demo")
    program.mode.warn_before_answer(True)
    assert program.told == []
    program.family = "qwen3-vl"
    for _ in range(2):
        program.mode.warn_before_answer(True)
    assert program.told == [("caution", WARNING)]


def test_the_tutorial_which_says_it_itself_does_not_bring_it_and_the_first_answer_after_it_does() -> None:
    program = Program("demo")
    program.mode.begin()
    program.mode.warn_before_answer(False)
    assert program.told == []
    program.mode.end()
    program.mode.warn_before_answer(False)
    assert program.told == [("caution", WARNING)]


@pytest.mark.parametrize(("family", "loaded"), [("demo", []), ("qwen3-vl", ["demo", None])])
def test_another_model_gives_way_to_the_demo_and_comes_back(family: str, loaded: list[str | None]) -> None:
    program = Program(family)
    program.mode.begin()
    program.mode.end()
    assert program.loaded == loaded


def test_a_model_that_was_downloaded_meanwhile_answers_afterwards() -> None:
    program = Program("demo")
    program.mode.begin()
    program.reload()
    program.mode.end()
    assert program.loaded == ["demo", None]
