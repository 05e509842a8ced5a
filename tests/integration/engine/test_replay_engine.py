"""The replay engine of the tests: what was recorded comes out as the real engine would tell it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.describing import DIALOG, describe, done, user_environment
from support.replay_engine import DIES, FAILS, Replay, byte_pieces, every_cut, pair_of_4b, pieces, replayed

from edge_assistant.engine.client import Engine
from edge_assistant.engine.messages import AskQuestion, EngineConfig, Sampling, TextDelta, ThinkingBudget, Turn
from edge_assistant.system.errors import EngineError

TEXT = "Ein Knopf „Öffnen“. 😀 Da ist mehr."


@pytest.fixture
def replay(tmp_path: Path) -> Replay:
    folder = tmp_path / "replay"
    folder.mkdir()
    return Replay(folder)


@pytest.fixture
def engine(replay: Replay, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    replay.install(monkeypatch)
    engine = Engine(EngineConfig(Path("a.gguf"), Path("b.gguf"), 4096, 1, 1, "Be brief."))
    engine.load(lambda _: None)
    yield engine
    engine.close()


def ask(engine: Engine, question: str = "What?", **fields: object) -> tuple[str, str, list[str]]:
    """The answer, why it ended, and the texts it came in."""
    told: list[str] = []

    def make(id: int) -> AskQuestion:
        request = AskQuestion(
            id, bytes(64 * 32 * 3), 64, 32, "Be brief.", (), question, Sampling(0.7), 1, max_tokens=None, thinking=None
        )
        for name, value in fields.items():
            object.__setattr__(request, name, value)
        return request

    reply = engine.ask(make, lambda reply: told.append(reply.text) if isinstance(reply, TextDelta) else None)
    return reply.answer, reply.stop, told


def test_texts_come_as_they_were_recorded_in_the_order_of_the_questions(replay: Replay, engine: Engine) -> None:
    replay.says("A dialog titled", " **Music", "**.")
    assert ask(engine) == ("A dialog titled **Music**.", "end", ["A dialog titled", " **Music", "**."])
    replay.says(*pieces(TEXT, seed=3))
    replay.says(*byte_pieces(TEXT, seed=3))
    for question in ("What else?", "And?"):
        assert ask(engine, question)[:2] == (TEXT, "end")
    assert [each.question for each in replay.requests()] == ["What?", "What else?", "And?"]


def test_a_text_may_be_cut_anywhere() -> None:
    for texts in every_cut("A **bold** word."):
        reply, replies = replayed(texts)
        assert reply.answer == "".join(each.text for each in replies if isinstance(each, TextDelta)), texts


def test_reasoning_limits_and_loops_are_the_engine_s_own(replay: Replay, engine: Engine) -> None:
    replay.says("Hm.", "</think>", "\n\n", "Six.")
    assert ask(engine, thinking=ThinkingBudget(100, 90.0))[0] == "Six."
    replay.says("Hm.", " Hm!", " Oh.", "</think>", "\n\n", "Six.")
    assert ask(engine, thinking=ThinkingBudget(2, 90.0))[:2] == ("Six.", "budget")
    replay.says("A", " dialog", " titled", cut=True)
    assert ask(engine)[:2] == ("A dialog titled", "length")
    replay.says("See:", *["| "] * 500)
    assert ask(engine)[1] == "loop"


def test_a_question_can_be_cancelled_and_a_worker_that_died_is_started_again(replay: Replay, engine: Engine) -> None:
    replay.says("A", " dialog", fault=DIES)
    with pytest.raises(EngineError, match="engine"):
        ask(engine)
    engine.load(lambda _: None)
    replay.says("A", fault=FAILS)
    with pytest.raises(EngineError, match="computed nothing"):
        ask(engine)
    replay.says(*["A", " word"] * 20, delay=0.05)
    told: list[str] = []

    def cancel(reply: object) -> None:
        told.append(str(reply))
        engine.cancel()

    request = AskQuestion(9, bytes(3072), 32, 32, "", (Turn("a", "b"),), "?", Sampling(0.7), 1, None, None)
    assert engine.ask(lambda id: object.__setattr__(request, "id", id) or request, cancel).stop == "cancelled"
    assert told
    with pytest.raises(EngineError, match="No recorded answer"):
        ask(engine)


def test_a_whole_program_replays(replay: Replay, tmp_path: Path) -> None:
    environment = next(user_environment(tmp_path))
    replay.says("A **dialog**", " titled Music. Two", " buttons.")
    run = describe(DIALOG, environment=environment, program=replay.program())
    assert run.complaints == ""
    assert [each["text"] for each in run.of("sentence")] == ["A dialog titled Music.", "Two buttons."]
    assert done(run)["answer"] == "A **dialog** titled Music. Two buttons."
    replay.says("Hm.", "</think>", "\n\n", "Six apples.")
    run = describe(DIALOG, *pair_of_4b(tmp_path, "Thinking"), environment=environment, program=replay.program())
    assert (done(run)["answer"], done(run)["reasoning"]) == ("Six apples.", "Hm.")
