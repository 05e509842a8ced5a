"""The session reuses its caches where they match, and only there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.fake_llama_model import END, PICTURE_CELLS, Emitted, FakeModel, ask

from edge_assistant.engine.generation import answer_reserve
from edge_assistant.engine.messages import Embeddings, EncodeAhead, ThinkingBudget, TurnsDropped
from edge_assistant.engine.prompt_cache import PromptCache
from edge_assistant.engine.session import ModelSession
from edge_assistant.system.errors import DoesNotFitError

SYSTEM = "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\n<|vision_start|>"
QUESTION = "<|vision_end|>What?<|im_end|>\n<|im_start|>assistant\n"


@pytest.fixture
def model() -> FakeModel:
    return FakeModel()


@pytest.fixture
def emitted() -> Emitted:
    return Emitted()


@pytest.fixture
def session(model: FakeModel, emitted: Emitted) -> ModelSession:
    session = ModelSession(model, emitted.append)  # type: ignore[arg-type]
    session.warm("S")
    model.evaluated.clear()
    return session


def test_a_system_prompt_that_was_kept_is_not_evaluated_again(tmp_path: Path, emitted: Emitted) -> None:
    prompt_cache = PromptCache(tmp_path, b"model")
    first = ModelSession(FakeModel(), emitted.append, prompt_cache)  # type: ignore[arg-type]
    first.warm("S")
    first.save_system_prompt()
    model = FakeModel()
    session = ModelSession(model, emitted.append, prompt_cache)  # type: ignore[arg-type]
    session.warm("S")
    assert model.evaluated == []
    assert session.answer(ask()).reused_cells == len(SYSTEM)


def test_a_kept_system_prompt_that_the_engine_does_not_take_is_evaluated(tmp_path: Path, emitted: Emitted) -> None:
    prompt_cache = PromptCache(tmp_path, b"model")
    prompt_cache.write([ord(character) for character in SYSTEM], b"of another length")
    model = FakeModel()
    ModelSession(model, emitted.append, prompt_cache).warm("S")  # type: ignore[arg-type]
    assert model.evaluated == [(0, SYSTEM)]


def test_a_first_question_evaluates_picture_and_question_but_not_the_warm_system_prompt(
    model: FakeModel, session: ModelSession
) -> None:
    model.says("Yes.")
    done = session.answer(ask())
    assert [text for _, text in model.evaluated[:2]] == ["<picture>", QUESTION]
    assert model.evaluated[0][0] == len(SYSTEM)
    assert (done.answer, done.stop, done.reused_image) == ("Yes.", "end", False)
    assert done.reused_cells == len(SYSTEM)


def test_the_question_follows_the_picture_by_positions_not_by_cells(model: FakeModel, session: ModelSession) -> None:
    session.answer(ask())
    assert model.evaluated[1][0] == len(SYSTEM) + 8


def test_a_follow_up_evaluates_only_the_new_turn(model: FakeModel, session: ModelSession) -> None:
    model.says("Yes.")
    session.answer(ask())
    model.evaluated.clear()
    done = session.answer(ask("Why?", turns=[("What?", "Yes.")]))
    assert model.evaluated[0][1] == "<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n"
    assert model.encodes == 1
    assert done.reused_image
    assert done.reused_cells == len(SYSTEM) + PICTURE_CELLS + len(QUESTION) + len("Yes.")


def test_what_comes_before_the_next_question_can_be_evaluated_before_it_is_asked(
    model: FakeModel, session: ModelSession
) -> None:
    model.says("Yes.")
    session.answer(ask())
    model.evaluated.clear()
    session.prepare_follow_up()
    session.prepare_follow_up()
    assert [text for _, text in model.evaluated] == ["<|im_end|>\n<|im_start|>user\n"]
    model.evaluated.clear()
    done = session.answer(ask("Why?", turns=[("What?", "Yes.")]))
    assert model.evaluated[0][1] == "Why?<|im_end|>\n<|im_start|>assistant\n"
    assert done.reused_image


def test_of_an_answer_that_was_cut_short_nothing_is_left_to_be_evaluated(
    model: FakeModel, session: ModelSession
) -> None:
    model.says("Yes, it is.")
    done = session.answer(ask(max_tokens=4))
    assert (done.answer, done.stop) == ("Yes,", "length")
    model.evaluated.clear()
    session.prepare_follow_up()
    assert model.evaluated[0][1] == "<|im_end|>\n<|im_start|>user\n"
    model.evaluated.clear()
    session.answer(ask("Why?", turns=[("What?", "Yes,")]))
    assert model.evaluated[0][1].startswith("Why?")


@pytest.mark.parametrize("turns", [[], [("What?", "No.")]])
def test_a_question_that_is_not_the_one_prepared_for_is_evaluated_as_without(
    turns: list[tuple[str, str]], model: FakeModel, session: ModelSession
) -> None:
    model.says("Yes.")
    session.answer(ask())
    session.prepare_follow_up()
    model.evaluated.clear()
    session.answer(ask("Why?", turns=turns))
    missing = model.evaluated[0][1]
    assert missing.endswith("Why?<|im_end|>\n<|im_start|>assistant\n")
    assert missing.startswith("No.<|im_end|>" if turns else "<|vision_end|>")


def test_nothing_is_prepared_after_reasoning_which_is_left_out_nor_after_a_cancel(
    model: FakeModel, session: ModelSession
) -> None:
    model.says("Hm.</think>Yes.")
    session.answer(ask(thinking=ThinkingBudget(100, 10.0)))
    before = list(model.evaluated)
    session.prepare_follow_up()
    assert model.evaluated == before
    model.interrupt_at = QUESTION
    session.answer(ask())
    model.interrupt_at = None
    before = list(model.evaluated)
    session.prepare_follow_up()
    assert model.evaluated == before


def test_a_preparation_that_is_interrupted_leaves_the_answer(model: FakeModel, session: ModelSession) -> None:
    model.says("Yes.")
    session.answer(ask())
    model.interrupt_at = "<|im_end|>"
    session.prepare_follow_up()
    model.interrupt_at = None
    model.evaluated.clear()
    session.answer(ask("Why?", turns=[("What?", "Yes.")]))
    assert model.evaluated[0][1].startswith("<|im_end|>\n<|im_start|>user\nWhy?")


def test_a_follow_up_keeps_an_answer_that_the_tokenizer_would_cut_otherwise(
    model: FakeModel, session: ModelSession
) -> None:
    model.pieces = {1: b"Yes", 2: b"."}
    model.script = [1, 2, END]
    session.answer(ask())
    model.evaluated.clear()
    done = session.answer(ask("Why?", turns=[("What?", "Yes.")]))
    assert model.evaluated[0][1].startswith("<|im_end|>\n")
    assert done.reused_cells == len(SYSTEM) + PICTURE_CELLS + len(QUESTION) + 2


def test_only_the_equal_beginning_of_a_generated_answer_is_kept(model: FakeModel, session: ModelSession) -> None:
    model.says("Yes, it is.")
    session.answer(ask())
    model.evaluated.clear()
    session.answer(ask("Why?", turns=[("What?", "Yes!")]))
    assert model.evaluated[0][1].startswith("!<|im_end|>\n")


def test_another_question_about_the_same_pixels_costs_no_encode(model: FakeModel, session: ModelSession) -> None:
    session.answer(ask())
    model.evaluated.clear()
    done = session.answer(ask("Where?"))
    assert model.encodes == 1
    assert model.evaluated[0][1].startswith("<|vision_end|>Where?")
    assert done.reused_image


def test_the_same_question_again_is_evaluated_with_the_same_cuts(model: FakeModel, session: ModelSession) -> None:
    session.answer(ask())
    first = [each for each in model.evaluated if each[1] != "<picture>"]
    model.evaluated.clear()
    session.answer(ask())
    assert model.evaluated == first


def test_other_pixels_keep_only_the_system_prompt(model: FakeModel, session: ModelSession) -> None:
    session.answer(ask())
    done = session.answer(ask(picture=b"B"))
    assert model.encodes == 2
    assert done.reused_cells == len(SYSTEM)
    assert not done.reused_image


def test_a_follow_up_without_its_cache_says_the_same_to_the_model(model: FakeModel, session: ModelSession) -> None:
    session.answer(ask("Why?", turns=[("What?", "Yes.")]))
    whole = "".join(text for _, text in model.evaluated).removesuffix("x")
    assert whole == (
        "<picture><|vision_end|>What?<|im_end|>\n<|im_start|>assistant\nYes.<|im_end|>\n"
        "<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n"
    )


def test_earlier_reasoning_is_not_part_of_the_conversation(model: FakeModel, session: ModelSession) -> None:
    budget = ThinkingBudget(100, 90.0)
    model.says("Hm.\n</think>\n\nYes.")
    session.answer(ask(thinking=budget))
    model.evaluated.clear()
    session.answer(ask("Why?", turns=[("What?", "Yes.")], thinking=budget))
    assert model.evaluated[0][1] == (
        QUESTION + "Yes.<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n<think>\n"
    )


def test_the_oldest_turns_are_dropped_when_the_context_is_too_small(emitted: Emitted) -> None:
    model = FakeModel(context=700)
    session = ModelSession(model, emitted.append)  # type: ignore[arg-type]
    turns = [("First?", "1" * 200), ("Second?", "2" * 200)]
    session.answer(ask("Third?", turns=turns))
    whole = "".join(text for _, text in model.evaluated)
    assert [each.count for each in emitted.of(TurnsDropped)] == [1]
    assert "First?" not in whole
    assert "<picture><|vision_end|>Second?" in whole


@pytest.mark.parametrize("count", [1, 2, 3, 8, 400])
def test_as_few_turns_as_possible_are_dropped_and_of_many_it_is_found_soon(emitted: Emitted, count: int) -> None:
    model = FakeModel(context=700)
    session = ModelSession(model, emitted.append)  # type: ignore[arg-type]
    tokenized: list[str] = []
    tokenize = model.tokenize

    def count_and_tokenize(text: str, *, special: bool) -> list[int]:
        tokenized.append(text)
        return tokenize(text, special=special)

    model.tokenize = count_and_tokenize  # type: ignore[method-assign]
    turns = [(f"{number:03}?", "x" * (number % 7)) for number in range(count)]
    session.answer(ask("Last?", turns=turns))
    dropped = sum(each.count for each in emitted.of(TurnsDropped))
    cells = [
        len(f"{QUESTION}<|im_end|>\n<|im_start|>user\n") - len("What?<|vision_end|>") + 4 + len(answer)
        for _, answer in turns
    ]
    room = 700 - len(SYSTEM) - PICTURE_CELLS - len(QUESTION) - answer_reserve(ask())
    fewest = next(number for number in range(count + 1) if sum(cells[number:]) <= room)
    assert dropped == fewest
    assert len(tokenized) < 14 * (3 * count + 9), "it is laid out a few times, not once for each turn"


def test_of_answers_only_those_of_the_conversation_are_kept_as_they_were_sampled(
    model: FakeModel, session: ModelSession
) -> None:
    for number in range(30):  # the same picture, described again and again
        model.says(f"Answer {number}.")
        session.answer(ask())
    assert len(session._layout.answer_tokens) == 1
    session.answer(ask("Why?", turns=[("What?", "Answer 29.")]))
    assert "Answer 29." in session._layout.answer_tokens


def test_a_picture_that_does_not_fit_is_refused_with_a_context_that_is_enough(emitted: Emitted) -> None:
    small = ModelSession(FakeModel(context=256), emitted.append)  # type: ignore[arg-type]
    with pytest.raises(DoesNotFitError, match="Use a context of 512") as refusal:
        small.answer(ask())
    assert refusal.value.kind == "does-not-fit"
    enough = ModelSession(FakeModel(context=512), emitted.append)  # type: ignore[arg-type]
    assert enough.answer(ask()).stop == "end"


def test_no_context_is_named_that_the_weights_cannot_have(emitted: Emitted) -> None:
    model = FakeModel(context=256)
    model.max_cells = 256
    with pytest.raises(DoesNotFitError, match=r"limit is 256. Use fewer than 40 image tokens"):
        ModelSession(model, emitted.append).answer(ask())  # type: ignore[arg-type]


@pytest.mark.parametrize("moment", ["encode", "picture", "What?", "e"])
def test_after_an_interruption_the_next_answer_is_as_if_it_had_not_happened(
    model: FakeModel, session: ModelSession, moment: str
) -> None:
    model.says("Never")
    model.interrupt_at = moment
    assert session.answer(ask()).stop == "cancelled"
    model.interrupt_at = None
    model.says("Yes.")
    done = session.answer(ask("Where?"))
    assert done.answer == "Yes."
    position = len(SYSTEM) + 8
    question = "<|vision_end|>Where?<|im_end|>\n<|im_start|>assistant\n"
    assert (position, question) in model.evaluated
    assert model.cuts[-1] == position + len(question) + len("Yes.")


def test_forgetting_makes_the_next_question_start_from_nothing(session: ModelSession) -> None:
    session.answer(ask())
    session.forget()
    assert session.answer(ask()).reused_cells == 0


def test_embeddings_that_come_with_the_question_save_the_encode(session: ModelSession) -> None:
    session.answer(ask())
    embeddings = session.get_embeddings()
    other_model = FakeModel()
    other = ModelSession(other_model, lambda _: None)  # type: ignore[arg-type]
    done = other.answer(replace(ask(), embeddings=embeddings))
    assert (other_model.encodes, done.encode) == (0, 0.0)
    assert "<picture>" in [text for _, text in other_model.evaluated]
    assert other.get_embeddings() == embeddings, "they can be handed back"


@pytest.mark.parametrize("foreign", [Embeddings(b"another picture", b"e" * PICTURE_CELLS), None])
def test_embeddings_of_another_picture_are_not_used(foreign: Embeddings | None, model: FakeModel) -> None:
    session = ModelSession(model, lambda _: None)  # type: ignore[arg-type]
    session.answer(replace(ask(), embeddings=foreign))
    assert model.encodes == 1


def test_embeddings_of_another_length_are_not_used(model: FakeModel, session: ModelSession) -> None:
    session.answer(ask())
    embeddings = session.get_embeddings()
    assert embeddings is not None
    session.answer(ask(picture=b"B"))
    session.answer(replace(ask(), embeddings=replace(embeddings, data=b"short")))
    assert model.encodes == 3


def test_an_encode_that_was_cancelled_leaves_no_embeddings(model: FakeModel, session: ModelSession) -> None:
    session.answer(ask())
    model.interrupt_at = "encode"
    session.answer(ask(picture=b"B"))
    assert session.get_embeddings() is None


def ahead(picture: bytes) -> EncodeAhead:
    return EncodeAhead(id=2, rgb=picture, width=256, height=160)


def test_a_picture_that_was_encoded_ahead_is_not_encoded_again(model: FakeModel, session: ModelSession) -> None:
    session.answer(ask(picture=b"A"))
    kept = list(model.evaluated)
    session.encode_ahead(ahead(b"B"))
    assert model.encodes == 2
    assert model.evaluated == kept, "the conversation must stay as it is"
    model.says("Yes.")
    assert session.answer(ask(picture=b"B")).answer == "Yes."
    assert model.encodes == 2


def test_what_another_engine_may_want_is_the_picture_that_was_talked_about(model: FakeModel) -> None:
    session = ModelSession(model, lambda _: None)  # type: ignore[arg-type]
    session.answer(ask(picture=b"A"))
    kept = session.get_embeddings()
    assert kept is not None
    session.encode_ahead(ahead(b"B"))
    assert session.get_embeddings() == kept
    session.answer(ask(picture=b"B"))
    other = session.get_embeddings()
    assert other is not None
    assert other.digest != kept.digest


def test_the_picture_that_is_talked_about_is_not_encoded_ahead(model: FakeModel, session: ModelSession) -> None:
    session.answer(ask(picture=b"A"))
    session.encode_ahead(ahead(b"A"))
    assert model.encodes == 1


def test_an_interrupted_encode_ahead_leaves_nothing_that_is_used(model: FakeModel, session: ModelSession) -> None:
    model.interrupt_at = "encode"
    session.encode_ahead(ahead(b"B"))
    model.interrupt_at = None
    session.answer(ask(picture=b"B"))
    assert model.encodes == 2


def test_another_picture_in_between_makes_the_first_one_be_encoded_again(
    model: FakeModel, session: ModelSession
) -> None:
    session.encode_ahead(ahead(b"B"))
    session.answer(ask(picture=b"A"))
    session.answer(ask(picture=b"B"))
    assert model.encodes == 3
