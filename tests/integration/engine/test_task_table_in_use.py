"""What a model of the real family is asked by the program, and what is heard of an answer without any text."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.describing import DIALOG, Describe, describe, user_environment
from support.replay_engine import Replay, pair_of_4b

from edge_assistant.engine.messages import AskQuestion
from edge_assistant.engine.task_table import load_table
from edge_assistant.system import paths


class Program:
    """The program with a pair of the real family, whose answers are recorded."""

    def __init__(self, folder: Path) -> None:
        (self._environment,) = user_environment(folder)
        (folder / "replay").mkdir()
        self.replay = Replay(folder / "replay")
        self._pair = pair_of_4b(folder)
        self.settings = paths.config_dir(environ=self._environment)

    def describe(self, *arguments: str) -> Describe:
        return describe(DIALOG, *self._pair, *arguments, program=self.replay.program(), environment=self._environment)

    def asked(self) -> AskQuestion:
        return self.replay.requests()[-1]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


@pytest.mark.parametrize("tokens", [(), (" ", "\n"), ("```", "\n", "```")])
def test_a_reading_without_any_text_says_so(program: Program, tokens: tuple[str, ...]) -> None:
    program.replay.says(*tokens)
    run = program.describe("--mode", "read")
    assert run.wait() == 0
    assert [(each["code"], each["message"]) for each in run.of("notice")] == [("no-text", "There is no text.")]
    assert [(each["stop"], each["text"]) for each in run.of("done")] == [("end", "")]
    assert not run.of("sentence")
    assert not run.of("error")


def test_another_answer_of_which_nothing_can_be_said_is_an_error(program: Program) -> None:
    program.replay.says("```", "\n", "```")
    run = program.describe()
    assert run.wait() == 6
    assert [each["code"] for each in run.of("error")] == ["no-answer"]


def test_a_question_is_put_in_the_language_with_the_limits_and_the_sampling_of_the_table(program: Program) -> None:
    program.settings.mkdir(parents=True, exist_ok=True)
    (program.settings / "tasks.toml").write_text(
        '[qwen3-vl.question.instruct]\ntemperature = 0.25\n[qwen3-vl.question]\nde.prompt = "{question} Kurz."\n',
        encoding="utf-8",
    )
    program.replay.says("Nein", ".")
    assert program.describe("--language", "de", "--ask", "Ist da ein Knopf?").wait() == 0
    asked, expected = program.asked(), load_table(None).settings("qwen3-vl", "question", "instruct", "de")
    assert asked.question == "Ist da ein Knopf? Kurz."
    assert asked.system.endswith("Antworte sonst nur auf Deutsch.")
    assert (asked.max_tokens, asked.grace_tokens) == (expected.max_tokens, expected.grace_tokens)
    assert (asked.sampling.temperature, asked.sampling.presence_penalty) == (0.25, 0.5)
    assert 256 <= asked.width * asked.height // 1024 <= 512


def test_a_reading_may_be_empty_and_tries_a_loop_once_more_and_a_glance_does_neither(program: Program) -> None:
    program.replay.says("Save", ".")
    program.replay.says("A", " dialog", ".")
    for mode in ("read", "glance"):
        assert program.describe("--mode", mode).wait() == 0
    asked = program.replay.requests()
    assert [(each.may_be_empty, each.retries_loop) for each in asked] == [(True, True), (False, False)]
