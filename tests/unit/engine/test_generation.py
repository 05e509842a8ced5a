"""Answer generation: reasoning ends within its budget, and there is always an answer."""

from __future__ import annotations

import pytest
from support.fake_llama_model import END, Emitted, FakeModel, ask

from edge_assistant.engine.messages import Done, StageProgress, TextDelta, ThinkingBudget
from edge_assistant.engine.session import ModelSession

END_OF_THINKING = ThinkingBudget(1, 1.0).closing

ENDLESS = "".join(map(chr, range(0x4E00, 0x4E00 + 5000)))  # no character twice


def answer(model: FakeModel, emitted: Emitted, **details: object) -> Done:
    return ModelSession(model, emitted.append).answer(ask(**details))  # type: ignore[arg-type]


@pytest.fixture
def model() -> FakeModel:
    return FakeModel()


@pytest.fixture
def emitted() -> Emitted:
    return Emitted()


def test_pieces_add_up_to_the_answer(model: FakeModel, emitted: Emitted) -> None:
    model.says("Two buttons: Zürich, 東京.")
    done = answer(model, emitted)
    assert "".join(piece.text for piece in emitted.of(TextDelta)) == done.answer == "Two buttons: Zürich, 東京."
    assert done.generated_tokens == len(done.answer)


def test_characters_split_over_tokens_come_whole(emitted: Emitted) -> None:
    model = FakeModel()
    pieces = {1: "é".encode()[:1], 2: "é".encode()[1:], END: b""}
    model.piece = pieces.__getitem__  # type: ignore[method-assign]
    model.script = [1, 2, END]
    assert answer(model, emitted).answer == "é"
    assert [piece.text for piece in emitted.of(TextDelta)] == ["é"]


def test_most_answer_tokens_do_not_count_reasoning(model: FakeModel, emitted: Emitted) -> None:
    model.says("A long thought.</think>abcdef")
    done = answer(model, emitted, thinking=ThinkingBudget(100, 90.0), max_tokens=3)
    assert done.stop == "length"
    assert done.answer == "abc"


def test_an_answer_ends_at_its_most_tokens(model: FakeModel, emitted: Emitted) -> None:
    model.says("abcdef")
    done = answer(model, emitted, max_tokens=3)
    assert (done.answer, done.stop, done.generated_tokens) == ("abc", "length", 3)


def test_an_answer_that_is_whole_at_its_most_tokens_is_not_cut_off(model: FakeModel, emitted: Emitted) -> None:
    model.says("abc")
    done = answer(model, emitted, max_tokens=3)
    assert (done.answer, done.stop, done.generated_tokens) == ("abc", "end", 3)


TWO = "A dialog titled Music. It has two buttons. The last one is green."


@pytest.mark.parametrize("most", range(1, len(TWO)))
def test_within_the_grace_an_answer_ends_with_a_sentence(most: int, model: FakeModel, emitted: Emitted) -> None:
    model.says(TWO)
    done = answer(model, emitted, max_tokens=most, grace_tokens=40)
    ends = [place for place in (22, 42, len(TWO)) if place + 1 >= most]
    assert done.answer == TWO[: ends[0]]
    assert done.stop == ("end" if ends[0] == len(TWO) else "length")
    assert "".join(piece.text for piece in emitted.of(TextDelta)).strip() == done.answer


def test_an_answer_is_cut_where_its_grace_ends_without_a_sentence_s_end(model: FakeModel, emitted: Emitted) -> None:
    model.says("x" + ENDLESS)
    done = answer(model, emitted, max_tokens=10, grace_tokens=5)
    assert (len(done.answer), done.stop) == (15, "length")


def test_the_context_ends_the_grace(emitted: Emitted) -> None:
    model = FakeModel(context=400)
    model.says(ENDLESS)
    done = answer(model, emitted, max_tokens=100, grace_tokens=1000)
    assert done.stop == "length"
    assert len(done.answer) < 400


@pytest.mark.parametrize("empty", ["", " ", "\n"])
def test_an_answer_may_be_empty_where_it_is_said_to(empty: str, model: FakeModel, emitted: Emitted) -> None:
    for thinking in (None, ThinkingBudget(100, 90.0)):
        model.says("Hm.</think>" if thinking else "", empty)
        done = answer(model, emitted, may_be_empty=True, thinking=thinking)
        assert (done.answer, done.stop) == ("", "end")
    model.says(empty)
    assert answer(model, emitted).answer == "x"


@pytest.mark.parametrize("opener", ["<think>", "<think>\n", "\n<THINK>", "<thinking>"])
def test_a_model_that_thinks_without_being_asked_to_is_not_heard_thinking(
    opener: str, model: FakeModel, emitted: Emitted
) -> None:
    model.says(opener, "Hm.", opener.strip().replace("<", "</"), "\n\nSix.")
    done = answer(model, emitted)
    assert (done.answer, done.reasoning.strip(), done.stop) == ("Six.", "Hm.", "end")
    model.says(opener, "Hm. " + ENDLESS[:600])
    done = answer(model, emitted, max_tokens=20)
    assert 0 < len(done.answer) <= 20
    assert done.reasoning.startswith("Hm.")
    assert "</think>" in "".join(text for _, text in model.evaluated)


def test_a_used_up_budget_closes_the_reasoning_and_asks_for_the_answer(model: FakeModel, emitted: Emitted) -> None:
    model.says("On and on ", "Six.")
    done = answer(model, emitted, thinking=ThinkingBudget(10, 90.0))
    assert done.answer == "Six."
    assert done.stop == "budget"
    assert done.reasoning.startswith("On and on")
    assert END_OF_THINKING in "".join(text for _, text in model.evaluated)


def test_a_used_up_time_closes_the_reasoning_too(
    model: FakeModel, emitted: Emitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 10_000, 4))
    monkeypatch.setattr("edge_assistant.engine.generation.time.perf_counter", lambda: float(next(clock)))
    model.says("x" * 20, end=False)
    done = answer(model, emitted, thinking=ThinkingBudget(1000, 30.0), max_tokens=5)
    assert len(done.reasoning.partition("\n")[0]) < 20
    assert done.answer


def test_ending_while_thinking_leads_to_an_answer(model: FakeModel, emitted: Emitted) -> None:
    model.script = [*map(ord, "Hm."), END, *map(ord, "Six."), END]
    done = answer(model, emitted, thinking=ThinkingBudget(100, 90.0))
    assert (done.answer, done.stop) == ("Six.", "end")


def test_an_answer_cannot_end_before_it_began(model: FakeModel, emitted: Emitted) -> None:
    model.script = [END, *map(ord, "Six."), END]
    assert answer(model, emitted).answer == "Six."


def test_the_context_ends_an_endless_answer(emitted: Emitted) -> None:
    model = FakeModel(context=512)
    model.says(ENDLESS, end=False)
    done = answer(model, emitted, max_tokens=None)
    assert done.stop == "length"
    assert 0 < done.generated_tokens < 512


def test_reasoning_leaves_room_for_the_answer(emitted: Emitted) -> None:
    model = FakeModel(context=1024)
    model.says(ENDLESS, end=False)
    done = answer(model, emitted, thinking=ThinkingBudget(5000, 90.0), max_tokens=100)
    assert len(done.answer) >= 99


def test_fractions_of_a_stage_only_grow(model: FakeModel, emitted: Emitted) -> None:
    model.says("Thinking a while.</think>", "answer " * 10)
    answer(model, emitted, thinking=ThinkingBudget(100, 90.0))
    for stage in ("think", "answer"):
        fractions = [each.fraction for each in emitted.of(StageProgress) if each.stage == stage]
        assert fractions == sorted(fractions)
        assert fractions[-1] == 1.0
