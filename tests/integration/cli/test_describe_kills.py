"""Tests of kills at every stage: of the engine, which is restarted, and of the program, which leaves nothing."""

from __future__ import annotations

import random
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.describing import (
    APPLES,
    BETWEEN,
    DIALOG,
    Describe,
    check_stream,
    describe,
    done,
    held_at,
    make_slow_player,
    user_environment,
    wait_for_player,
)
from support.platforms import LINUX_SOUND, lacks
from support.processes import KILL

# Ten times the second that is promised.
SLOW = 10.0
ASKS = ("--ask", "Describe this screen.", "--ask", "Read the text.", "--ask", "What is on the screen?",
        "--ask", "Where is the Save button?")  # fmt: skip


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    yield from user_environment(tmp_path_factory.mktemp("user"))


@pytest.fixture(scope="module")
def undisturbed(environment: dict[str, str]) -> Describe:
    """The conversation as it goes by itself."""
    return describe(DIALOG, *ASKS, "--seed", "7", environment=environment)


def test_after_a_kill_during_the_load_the_next_question_is_answered_by_a_new_engine(
    environment: dict[str, str],
) -> None:
    with held_at("load", DIALOG, *ASKS[:4], "--seed", "7", environment=environment) as (run, engine):
        engine.kill()
        assert run.wait() == 6
        assert "Traceback" not in run.complaints
    check_stream(run, 2)
    (error,) = run.of("error")
    assert (error["index"], error["code"]) == (0, "engine-killed")
    assert [each["index"] for each in run.of("notice") if each["code"] == "engine-restarted"] == [1]
    event = done(run, 1)
    assert event["answer"].startswith("Music. Cancel.")
    assert event["timings_s"]["load"] > 0


@pytest.mark.parametrize("stage", ["encode", "prefill", "answer"])
def test_a_question_that_loses_its_engine_is_answered_by_a_new_one(stage: str, environment: dict[str, str]) -> None:
    with held_at(stage, DIALOG, *ASKS[:2], "--seed", "7", environment=environment) as (run, engine):
        engine.kill()
        assert run.wait() == 0
        assert "Traceback" not in run.complaints
    check_stream(run, 1)
    assert [each["code"] for each in run.of("notice") if each["code"].startswith("engine")] == ["engine-restarted"]
    event = done(run, 0)
    assert event["answer"].startswith("A dialog titled Music.")
    assert event["timings_s"]["load"] > 0


@pytest.mark.parametrize("stage", ["prefill", "answer"])
def test_a_new_engine_knows_the_conversation(stage: str, undisturbed: Describe, environment: dict[str, str]) -> None:
    with held_at(stage, DIALOG, *ASKS, "--seed", "7", environment=environment, index=1) as (run, engine):
        engine.kill()
        assert run.wait() == 0
    check_stream(run, 4)
    for index in range(4):
        assert done(run, index)["answer"] == done(undisturbed, index)["answer"]
    # What the last question finds in the cache: system, picture, and the three answered turns.
    reused, expected = done(run, 3)["reused"], done(undisturbed, 3)["reused"]
    assert reused["image"] == expected["image"]
    assert abs(reused["prefix_tokens"] - expected["prefix_tokens"]) in (0, BETWEEN)


def test_a_question_that_loses_its_engine_while_it_thinks_is_thought_about_again(environment: dict[str, str]) -> None:
    question = "How many apples are in this image?"
    with held_at("think", APPLES, "--think", "--seed", "3", "--ask", question, environment=environment) as (
        run,
        engine,
    ):
        engine.kill()
        assert run.wait() == 0
    check_stream(run, 1)
    assert done(run, 0)["answer"] == "There are 6 apples."


def test_after_any_kill_the_next_question_is_answered(environment: dict[str, str]) -> None:
    chance = random.Random(20)
    asks = [part for _ in range(7) for part in ASKS[:2]]
    with Describe(DIALOG, *asks, "--seed", "7", environment=environment) as run:
        for victim in (0, 2, 4):
            if victim:
                run.wait_for(lambda each, victim=victim: each["index"] == victim and each["event"] != "notice")
            time.sleep(chance.random() * (0.5 if victim == 0 else 0.01))
            run.engine().kill()
        assert run.wait() in (0, 6)
        assert "Traceback" not in run.complaints
    check_stream(run, 7)
    for error in run.of("error"):  # of a kill during the load, or of one more during the second try
        assert error["code"].startswith("engine-")
        if error["index"] < 6 and not run.of("error", error["index"] + 1):
            assert done(run, error["index"] + 1)["answer"].startswith("A dialog titled Music.")
    assert done(run, 6)["stop"] == "end"


@pytest.mark.parametrize("stage", ["load", "encode", "prefill", "answer"])
def test_a_killed_program_leaves_no_process_behind(stage: str, environment: dict[str, str]) -> None:
    with held_at(stage, DIALOG, environment=environment) as (run, _):
        # The program, its engine, and but on Windows multiprocessing's resource tracker.
        assert len(run.tree()) >= (2 if sys.platform == "win32" else 3)
        assert run.signal(KILL) < SLOW


@lacks(LINUX_SOUND)
def test_a_program_killed_while_it_speaks_leaves_no_process_behind(tmp_path: Path, environment: dict[str, str]) -> None:
    with Describe(DIALOG, "--speak", environment={**environment, **make_slow_player(tmp_path)}) as run:
        run.wait_for(lambda each: each["event"] == "done")
        wait_for_player(run)
        assert run.signal(KILL) < SLOW


def test_an_engine_that_stands_still_ends_with_its_program(environment: dict[str, str]) -> None:
    with held_at("answer", DIALOG, environment=environment) as (run, _):
        assert run.signal(signal.SIGINT) < 3.0
        assert run.process.returncode == 130
