"""An answer that was cut off goes on from the kept cache, or where that is lost, from its text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.fake_llama_model import END, PICTURE_CELLS, Emitted, FakeModel, ask

from edge_assistant.engine.messages import Done, Sampling, TextDelta, ThinkingBudget, TurnsDropped
from edge_assistant.engine.session import ModelSession
from edge_assistant.system.errors import DoesNotFitError

TEXT = "A dialog titled Music. It has two buttons."
BUDGET = ThinkingBudget(100, 90.0, "\nOver.</think>\n\n")
QUESTION = "What?<|im_end|>\n<|im_start|>assistant\n"


@pytest.fixture
def model() -> FakeModel:
    return FakeModel()


@pytest.fixture
def emitted() -> Emitted:
    return Emitted()


@pytest.fixture
def session(model: FakeModel, emitted: Emitted) -> ModelSession:
    return ModelSession(model, emitted.append)  # type: ignore[arg-type]


def cut(session: ModelSession, model: FakeModel, text: str = TEXT, at: int = 10, **details: object) -> Done:
    """Ask, and get the first characters of a text, with the space at their end."""
    model.says(text)
    done = session.answer(ask(max_tokens=at, **details))  # type: ignore[arg-type]
    assert done.stop == "length"
    done = replace(done, answer=TEXT[:at])
    model.evaluated.clear()
    model.samplers.clear()
    model.accepted.clear()
    return done


def go_on(session: ModelSession, answer: str, *before: tuple[str, str], **details: object) -> Done:
    turns = [*before, ("What?", answer)]
    request = ask("", turns=turns, continues=True, max_tokens=None)
    return session.answer(replace(request, **details))  # type: ignore[arg-type]


@pytest.mark.parametrize("idle", [False, True], ids=["at once", "after the follow-up was prepared"])
@pytest.mark.parametrize("at", range(1, len(TEXT) - 1))
def test_it_goes_on_where_it_was_cut(
    at: int, idle: bool, model: FakeModel, session: ModelSession, emitted: Emitted
) -> None:
    first = cut(session, model, at=at)
    if idle:
        session.prepare_follow_up()
        model.evaluated.clear()
    emitted.clear()
    model.says(TEXT[at:])
    rest = go_on(session, first.answer)
    assert first.answer + rest.answer == TEXT
    assert "".join(piece.text for piece in emitted.of(TextDelta)) == rest.answer
    assert (rest.stop, rest.reused_image, rest.encode, model.encodes) == ("end", True, 0.0, 1)
    assert rest.generated_tokens == len(TEXT) - at
    assert model.evaluated[0][1] == TEXT[at - 1], "only its last token again, for the logits"
    assert rest.reused_cells > PICTURE_CELLS + len(QUESTION) + at - 1


def test_it_may_be_cut_again_and_the_next_question_finds_all_of_it_in_the_cache(
    model: FakeModel, session: ModelSession
) -> None:
    answer = cut(session, model).answer
    for place in (10, 18, 26):
        model.says(TEXT[place:])
        part = go_on(session, answer, max_tokens=8)
        answer = TEXT[: place + 8]
        assert (part.answer, part.stop) == (TEXT[place : place + 8].rstrip(), "length")
    model.says(TEXT[34:])
    answer += go_on(session, answer).answer
    assert answer == TEXT
    model.evaluated.clear()
    model.says("Two.")
    done = session.answer(ask("How many?", turns=[("What?", answer)]))
    assert model.evaluated[0][1] == "<|im_end|>\n<|im_start|>user\nHow many?<|im_end|>\n<|im_start|>assistant\n"
    assert done.answer == "Two."


def test_a_later_answer_goes_on_too(model: FakeModel, session: ModelSession) -> None:
    model.says("Yes.")
    session.answer(ask("Is it?"))
    model.says(TEXT)
    first = session.answer(ask("What?", turns=[("Is it?", "Yes.")], max_tokens=8))
    model.evaluated.clear()
    model.says(TEXT[8:])
    rest = go_on(session, first.answer, ("Is it?", "Yes."))
    assert TEXT[:8] + rest.answer == TEXT
    assert model.evaluated[0][1] == TEXT[7]


@pytest.mark.parametrize("lost", ["another session", "another picture", "forgotten", "another question"])
@pytest.mark.parametrize("at", [9, 11])
def test_where_the_cache_is_lost_the_answer_is_evaluated_and_goes_on(at: int, lost: str, model: FakeModel) -> None:
    session = ModelSession(model, Emitted().append)  # type: ignore[arg-type]
    first = cut(session, model, at=at)
    if lost == "another session":
        session = ModelSession(model, Emitted().append)  # type: ignore[arg-type]
    elif lost == "another picture":
        session.answer(ask("What?", picture=b"B"))
    elif lost == "another question":
        session.answer(ask("Else?"))
    else:
        session.forget()
    model.evaluated.clear()
    model.says(TEXT[at:])
    rest = go_on(session, first.answer)
    assert first.answer + rest.answer == TEXT
    said = "".join(text for _, text in model.evaluated)
    assert f"{QUESTION}{TEXT}" in said


def test_a_turn_that_says_something_else_is_not_the_cached_answer(model: FakeModel, session: ModelSession) -> None:
    cut(session, model)
    model.says(" else.")
    assert go_on(session, "Something").answer == " else."
    assert "Something" in "".join(text for _, text in model.evaluated)


def test_a_thinking_model_goes_on_with_the_answer_and_its_reasoning_stays_cached(
    model: FakeModel, session: ModelSession, emitted: Emitted
) -> None:
    first = cut(session, model, f"Hm.</think>\n\n{TEXT}", thinking=BUDGET)
    assert first.reasoning == "Hm."
    emitted.clear()
    model.says(TEXT[10:])
    rest = go_on(session, first.answer, thinking=BUDGET)
    assert (first.answer + rest.answer, rest.reasoning) == (TEXT, "")
    assert model.evaluated[0][1] == TEXT[9]
    assert {piece.kind for piece in emitted.of(TextDelta)} == {"answer"}
    assert model.accepted[0].strip() == TEXT[:10].strip()


def test_reasoning_that_was_cut_short_stays_cached_too(model: FakeModel, session: ModelSession) -> None:
    model.says("On and on ", TEXT)
    first = session.answer(ask(thinking=ThinkingBudget(10, 90.0, BUDGET.closing), max_tokens=10))
    model.evaluated.clear()
    model.says(TEXT[10:])
    rest = go_on(session, first.answer, thinking=BUDGET)
    assert TEXT[:10] + rest.answer == TEXT
    assert model.evaluated[0][1] == TEXT[9]


def test_without_its_cache_a_thinking_model_goes_on_without_reasoning(model: FakeModel, session: ModelSession) -> None:
    first = cut(session, model, f"Hm.</think>\n\n{TEXT}", thinking=BUDGET)
    model.says(TEXT[10:])
    other = ModelSession(model, Emitted().append)  # type: ignore[arg-type]
    assert first.answer + go_on(other, first.answer, thinking=BUDGET).answer == TEXT
    said = "".join(text for _, text in model.evaluated)
    assert f"{QUESTION}<think>\n\n</think>\n\n{first.answer}" in said


def test_after_a_loop_it_goes_on_from_before_it_with_another_seed_and_presence(
    model: FakeModel, session: ModelSession
) -> None:
    model.says("See: " + "It is red. " * 50)
    first = session.answer(ask(max_tokens=None))
    assert (first.answer, first.stop) == ("See: It is red.", "loop")
    model.samplers.clear()
    model.accepted.clear()
    model.says("And green.")
    rest = go_on(session, first.answer, sampling=Sampling(0.0))
    assert f"{first.answer} {rest.answer}" == "See: It is red. And green."
    assert model.samplers == [(Sampling(0.2, presence_penalty=0.5), 2, "")]
    assert model.accepted == ["See: It is red. "]


def test_nothing_more_is_an_answer_too(model: FakeModel, session: ModelSession) -> None:
    first = cut(session, model)
    model.says("")
    rest = go_on(session, first.answer)
    assert (rest.answer.strip(), rest.stop) == ("", "end")


def test_a_cancelled_rest_leaves_what_there_was(model: FakeModel, session: ModelSession) -> None:
    first = cut(session, model)
    model.says(TEXT[10:])
    model.interrupt_at = TEXT[14]
    assert go_on(session, first.answer).stop == "cancelled"
    model.interrupt_at = None
    model.says(TEXT[10:])
    assert first.answer + go_on(session, first.answer).answer == TEXT


def test_the_grammar_and_the_answer_s_tokens_are_given_to_the_sampler(model: FakeModel, session: ModelSession) -> None:
    first = cut(session, model, grammar="root ::= .*")
    model.script = [END]
    go_on(session, first.answer, grammar="root ::= .*")
    assert model.samplers[0][2] == "root ::= .*"
    assert model.accepted == [TEXT[:10]]


def test_the_oldest_turns_are_dropped_for_it_but_not_its_own(emitted: Emitted) -> None:
    model = FakeModel(context=800)
    session = ModelSession(model, emitted.append)  # type: ignore[arg-type]
    model.says("Yes.")
    old = [("a" * 300, "b" * 300), ("c", "d")]
    assert go_on(session, "Well", *old, max_tokens=50).answer == "Yes."
    (dropped,) = emitted.of(TurnsDropped)
    assert dropped.count == 1
    with pytest.raises(DoesNotFitError, match="cannot go on") as refusal:
        go_on(session, "x" * 700)
    assert refusal.value.code == "context"
