"""The session keeps what is known, and only that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.fake_native import END, PICTURE_CELLS, Emitted, FakeNative, ask

from edge_assistant.engine.messages import Embeddings, EncodeAhead, ThinkingBudget, TurnsDropped
from edge_assistant.engine.prompt_cache import PromptCache
from edge_assistant.engine.session import ModelSession
from edge_assistant.system.errors import DoesNotFitError

SYSTEM = "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\n<|vision_start|>"
QUESTION = "<|vision_end|>What?<|im_end|>\n<|im_start|>assistant\n"


@pytest.fixture
def native() -> FakeNative:
    return FakeNative()


@pytest.fixture
def emitted() -> Emitted:
    return Emitted()


@pytest.fixture
def session(native: FakeNative, emitted: Emitted) -> ModelSession:
    session = ModelSession(native, emitted.append)  # type: ignore[arg-type]
    session.warm("S")
    native.evaluated.clear()
    return session


def test_a_system_prompt_that_was_kept_is_not_evaluated_again(tmp_path: Path, emitted: Emitted) -> None:
    kept = PromptCache(tmp_path, b"model")
    first = ModelSession(FakeNative(), emitted.append, kept)  # type: ignore[arg-type]
    first.warm("S")
    first.keep()
    native = FakeNative()
    session = ModelSession(native, emitted.append, kept)  # type: ignore[arg-type]
    session.warm("S")
    assert native.evaluated == []
    assert session.answer(ask()).reused_cells == len(SYSTEM)


def test_a_kept_system_prompt_that_the_engine_does_not_take_is_evaluated(tmp_path: Path, emitted: Emitted) -> None:
    kept = PromptCache(tmp_path, b"model")
    kept.write([ord(character) for character in SYSTEM], b"of another length")
    native = FakeNative()
    ModelSession(native, emitted.append, kept).warm("S")  # type: ignore[arg-type]
    assert native.evaluated == [(0, SYSTEM)]


def test_a_first_question_evaluates_picture_and_question_but_not_the_warm_system_prompt(
    native: FakeNative, session: ModelSession
) -> None:
    native.says("Yes.")
    done = session.answer(ask())
    assert [text for _, text in native.evaluated[:2]] == ["<picture>", QUESTION]
    assert native.evaluated[0][0] == len(SYSTEM)
    assert (done.answer, done.stop, done.reused_image) == ("Yes.", "end", False)
    assert done.reused_cells == len(SYSTEM)


def test_the_question_follows_the_picture_by_positions_not_by_cells(native: FakeNative, session: ModelSession) -> None:
    session.answer(ask())
    assert native.evaluated[1][0] == len(SYSTEM) + 8


def test_a_follow_up_evaluates_only_the_new_turn(native: FakeNative, session: ModelSession) -> None:
    native.says("Yes.")
    session.answer(ask())
    native.evaluated.clear()
    done = session.answer(ask("Why?", turns=[("What?", "Yes.")]))
    assert native.evaluated[0][1] == "<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n"
    assert native.encodes == 1
    assert done.reused_image
    assert done.reused_cells == len(SYSTEM) + PICTURE_CELLS + len(QUESTION) + len("Yes.")


def test_what_comes_before_the_next_question_can_be_evaluated_before_it_is_asked(
    native: FakeNative, session: ModelSession
) -> None:
    native.says("Yes.")
    session.answer(ask())
    native.evaluated.clear()
    session.prepare_follow_up()
    session.prepare_follow_up()
    assert [text for _, text in native.evaluated] == ["<|im_end|>\n<|im_start|>user\n"]
    native.evaluated.clear()
    done = session.answer(ask("Why?", turns=[("What?", "Yes.")]))
    assert native.evaluated[0][1] == "Why?<|im_end|>\n<|im_start|>assistant\n"
    assert done.reused_image


def test_of_an_answer_that_was_cut_short_nothing_is_left_to_be_evaluated(
    native: FakeNative, session: ModelSession
) -> None:
    native.says("Yes, it is.")
    done = session.answer(ask(max_tokens=4))
    assert (done.answer, done.stop) == ("Yes,", "length")
    native.evaluated.clear()
    session.prepare_follow_up()
    assert native.evaluated[0][1] == "<|im_end|>\n<|im_start|>user\n"
    native.evaluated.clear()
    session.answer(ask("Why?", turns=[("What?", "Yes,")]))
    assert native.evaluated[0][1].startswith("Why?")


@pytest.mark.parametrize("turns", [[], [("What?", "No.")]])
def test_a_question_that_is_not_the_one_prepared_for_is_evaluated_as_without(
    turns: list[tuple[str, str]], native: FakeNative, session: ModelSession
) -> None:
    native.says("Yes.")
    session.answer(ask())
    session.prepare_follow_up()
    native.evaluated.clear()
    session.answer(ask("Why?", turns=turns))
    missing = native.evaluated[0][1]
    assert missing.endswith("Why?<|im_end|>\n<|im_start|>assistant\n")
    assert missing.startswith("No.<|im_end|>" if turns else "<|vision_end|>")


def test_nothing_is_prepared_after_reasoning_which_is_left_out_nor_after_a_cancel(
    native: FakeNative, session: ModelSession
) -> None:
    native.says("Hm.</think>Yes.")
    session.answer(ask(thinking=ThinkingBudget(100, 10.0)))
    before = list(native.evaluated)
    session.prepare_follow_up()
    assert native.evaluated == before
    native.interrupt_at = QUESTION
    session.answer(ask())
    native.interrupt_at = None
    before = list(native.evaluated)
    session.prepare_follow_up()
    assert native.evaluated == before


def test_a_preparation_that_is_interrupted_leaves_the_answer(native: FakeNative, session: ModelSession) -> None:
    native.says("Yes.")
    session.answer(ask())
    native.interrupt_at = "<|im_end|>"
    session.prepare_follow_up()
    native.interrupt_at = None
    native.evaluated.clear()
    session.answer(ask("Why?", turns=[("What?", "Yes.")]))
    assert native.evaluated[0][1].startswith("<|im_end|>\n<|im_start|>user\nWhy?")


def test_a_follow_up_keeps_an_answer_that_the_tokenizer_would_cut_otherwise(
    native: FakeNative, session: ModelSession
) -> None:
    native.pieces = {1: b"Yes", 2: b"."}
    native.script = [1, 2, END]
    session.answer(ask())
    native.evaluated.clear()
    done = session.answer(ask("Why?", turns=[("What?", "Yes.")]))
    assert native.evaluated[0][1].startswith("<|im_end|>\n")
    assert done.reused_cells == len(SYSTEM) + PICTURE_CELLS + len(QUESTION) + 2


def test_only_the_equal_beginning_of_a_generated_answer_is_kept(native: FakeNative, session: ModelSession) -> None:
    native.says("Yes, it is.")
    session.answer(ask())
    native.evaluated.clear()
    session.answer(ask("Why?", turns=[("What?", "Yes!")]))
    assert native.evaluated[0][1].startswith("!<|im_end|>\n")


def test_another_question_about_the_same_pixels_costs_no_encode(native: FakeNative, session: ModelSession) -> None:
    session.answer(ask())
    native.evaluated.clear()
    done = session.answer(ask("Where?"))
    assert native.encodes == 1
    assert native.evaluated[0][1].startswith("<|vision_end|>Where?")
    assert done.reused_image


def test_the_same_question_again_is_evaluated_with_the_same_cuts(native: FakeNative, session: ModelSession) -> None:
    session.answer(ask())
    first = [each for each in native.evaluated if each[1] != "<picture>"]
    native.evaluated.clear()
    session.answer(ask())
    assert native.evaluated == first


def test_other_pixels_keep_only_the_system_prompt(native: FakeNative, session: ModelSession) -> None:
    session.answer(ask())
    done = session.answer(ask(picture=b"B"))
    assert native.encodes == 2
    assert done.reused_cells == len(SYSTEM)
    assert not done.reused_image


def test_a_follow_up_without_its_cache_says_the_same_to_the_model(native: FakeNative, session: ModelSession) -> None:
    session.answer(ask("Why?", turns=[("What?", "Yes.")]))
    whole = "".join(text for _, text in native.evaluated).removesuffix("x")
    assert whole == (
        "<picture><|vision_end|>What?<|im_end|>\n<|im_start|>assistant\nYes.<|im_end|>\n"
        "<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n"
    )


def test_earlier_reasoning_is_not_part_of_the_conversation(native: FakeNative, session: ModelSession) -> None:
    budget = ThinkingBudget(100, 90.0)
    native.says("Hm.\n</think>\n\nYes.")
    session.answer(ask(thinking=budget))
    native.evaluated.clear()
    session.answer(ask("Why?", turns=[("What?", "Yes.")], thinking=budget))
    assert native.evaluated[0][1] == (
        QUESTION + "Yes.<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n<think>\n"
    )


def test_the_oldest_turns_are_dropped_when_the_context_is_too_small(emitted: Emitted) -> None:
    native = FakeNative(context=700)
    session = ModelSession(native, emitted.append)  # type: ignore[arg-type]
    turns = [("First?", "1" * 200), ("Second?", "2" * 200)]
    session.answer(ask("Third?", turns=turns))
    whole = "".join(text for _, text in native.evaluated)
    assert [each.count for each in emitted.of(TurnsDropped)] == [1]
    assert "First?" not in whole
    assert "<picture><|vision_end|>Second?" in whole


def test_a_picture_that_does_not_fit_is_refused_with_a_context_that_is_enough(emitted: Emitted) -> None:
    small = ModelSession(FakeNative(context=256), emitted.append)  # type: ignore[arg-type]
    with pytest.raises(DoesNotFitError, match="Use a context of 512") as refusal:
        small.answer(ask())
    assert refusal.value.exit_code == 7
    enough = ModelSession(FakeNative(context=512), emitted.append)  # type: ignore[arg-type]
    assert enough.answer(ask()).stop == "end"


def test_no_context_is_named_that_the_weights_cannot_have(emitted: Emitted) -> None:
    native = FakeNative(context=256)
    native.most_cells = 256
    with pytest.raises(DoesNotFitError, match=r"limit is 256. Use fewer than 40 image tokens"):
        ModelSession(native, emitted.append).answer(ask())  # type: ignore[arg-type]


@pytest.mark.parametrize("moment", ["encode", "picture", "What?", "e"])
def test_after_an_interruption_the_next_answer_is_as_if_it_had_not_happened(
    native: FakeNative, session: ModelSession, moment: str
) -> None:
    native.says("Never")
    native.interrupt_at = moment
    assert session.answer(ask()).stop == "cancelled"
    native.interrupt_at = None
    native.says("Yes.")
    done = session.answer(ask("Where?"))
    assert done.answer == "Yes."
    position = len(SYSTEM) + 8
    question = "<|vision_end|>Where?<|im_end|>\n<|im_start|>assistant\n"
    assert (position, question) in native.evaluated
    assert native.cuts[-1] == position + len(question) + len("Yes.")


def test_forgetting_makes_the_next_question_start_from_nothing(session: ModelSession) -> None:
    session.answer(ask())
    session.forget()
    assert session.answer(ask()).reused_cells == 0


def test_embeddings_that_come_with_the_question_save_the_encode(session: ModelSession) -> None:
    session.answer(ask())
    embeddings = session.recall()
    other_native = FakeNative()
    other = ModelSession(other_native, lambda _: None)  # type: ignore[arg-type]
    done = other.answer(replace(ask(), embeddings=embeddings))
    assert (other_native.encodes, done.encode) == (0, 0.0)
    assert "<picture>" in [text for _, text in other_native.evaluated]
    assert other.recall() == embeddings, "they can be handed back"


@pytest.mark.parametrize("foreign", [Embeddings(b"another picture", b"e" * PICTURE_CELLS), None])
def test_embeddings_of_another_picture_are_not_used(foreign: Embeddings | None, native: FakeNative) -> None:
    session = ModelSession(native, lambda _: None)  # type: ignore[arg-type]
    session.answer(replace(ask(), embeddings=foreign))
    assert native.encodes == 1


def test_embeddings_of_another_length_are_not_used(native: FakeNative, session: ModelSession) -> None:
    session.answer(ask())
    embeddings = session.recall()
    assert embeddings is not None
    session.answer(ask(picture=b"B"))
    session.answer(replace(ask(), embeddings=replace(embeddings, data=b"short")))
    assert native.encodes == 3


def test_a_part_of_a_picture_takes_its_cells_and_the_whole_ones_positions(
    native: FakeNative, session: ModelSession
) -> None:
    part = replace(ask(), kept=(0, 5))
    native.says("Yes.")
    session.answer(part)
    assert native.evaluated[:2] == [(len(SYSTEM), "<picture [0, 5]>"), (len(SYSTEM) + 8, QUESTION)]
    whole = session.recall()
    assert whole is not None
    assert whole.data == native.embeddings(PICTURE_CELLS), "another engine may want all of it"
    native.evaluated.clear()
    done = session.answer(replace(part, question="Why?"))
    assert done.reused_cells == len(SYSTEM) + 2
    assert native.evaluated[0][1].startswith("<|vision_end|>Why?")


def test_the_whole_picture_is_evaluated_where_a_part_of_it_was_but_not_encoded_again(
    native: FakeNative, session: ModelSession
) -> None:
    session.answer(replace(ask(), kept=(0, 5)))
    native.evaluated.clear()
    session.answer(ask())
    assert native.evaluated[0] == (len(SYSTEM), "<picture>")
    assert native.encodes == 1


def test_an_encode_that_was_cancelled_leaves_no_embeddings(native: FakeNative, session: ModelSession) -> None:
    session.answer(ask())
    native.interrupt_at = "encode"
    session.answer(ask(picture=b"B"))
    assert session.recall() is None


def ahead(picture: bytes) -> EncodeAhead:
    return EncodeAhead(id=2, rgb=picture, width=256, height=160)


def test_a_picture_that_was_encoded_ahead_is_not_encoded_again(native: FakeNative, session: ModelSession) -> None:
    session.answer(ask(picture=b"A"))
    kept = list(native.evaluated)
    session.encode_ahead(ahead(b"B"))
    assert native.encodes == 2
    assert native.evaluated == kept, "the conversation must stay as it is"
    native.says("Yes.")
    assert session.answer(ask(picture=b"B")).answer == "Yes."
    assert native.encodes == 2


def test_what_another_engine_may_want_is_the_picture_that_was_talked_about(native: FakeNative) -> None:
    session = ModelSession(native, lambda _: None)  # type: ignore[arg-type]
    session.answer(ask(picture=b"A"))
    kept = session.recall()
    assert kept is not None
    session.encode_ahead(ahead(b"B"))
    assert session.recall() == kept
    session.answer(ask(picture=b"B"))
    other = session.recall()
    assert other is not None
    assert other.digest != kept.digest


def test_the_picture_that_is_talked_about_is_not_encoded_ahead(native: FakeNative, session: ModelSession) -> None:
    session.answer(ask(picture=b"A"))
    session.encode_ahead(ahead(b"A"))
    assert native.encodes == 1


def test_an_interrupted_encode_ahead_leaves_nothing_that_is_used(native: FakeNative, session: ModelSession) -> None:
    native.interrupt_at = "encode"
    session.encode_ahead(ahead(b"B"))
    native.interrupt_at = None
    session.answer(ask(picture=b"B"))
    assert native.encodes == 2


def test_another_picture_in_between_makes_the_first_one_be_encoded_again(
    native: FakeNative, session: ModelSession
) -> None:
    session.encode_ahead(ahead(b"B"))
    session.answer(ask(picture=b"A"))
    session.answer(ask(picture=b"B"))
    assert native.encodes == 3
