"""Texts that spell tokens with a meaning of their own are text to the model, by the demo model's own tokenizer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.describing import MMPROJ, MODEL

from edge_assistant.engine.bindings import llama
from edge_assistant.engine.llama_model import LlamaModel
from edge_assistant.engine.messages import AskQuestion, QuotedLine, Sampling, ThinkingBudget, Turn
from edge_assistant.engine.prompt_layout import Block, PromptLayout
from edge_assistant.engine.quoted_text import quote

NAMES = (
    *("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>"),
    *("<|image_pad|>", "<|video_pad|>", "<think>", "</think>"),
)
"""What spells the demo model's tokens with a meaning of their own; Qwen3-VL has them, too."""

PIECES = st.sampled_from(
    (*NAMES, *NAMES, "<", "/", "think", ">", "<thi", "nk>", "<|", "|>", " ", "\n", "Größe", "日本")
)
TEXTS = st.lists(PIECES, max_size=8).map("".join)
PICTURE = Block((), 16, 4, b"picture")


@pytest.fixture(scope="module", params=["instruct", "thinking"])
def model(request: pytest.FixtureRequest) -> Iterator[LlamaModel]:
    loaded = LlamaModel(
        str(MODEL.with_name(MODEL.name.replace("instruct", request.param))),
        str(MMPROJ),
        context=2048,
        threads=1,
        vision_layers=0,
        interrupted=lambda: False,
        on_load=lambda _: None,
    )
    yield loaded
    loaded.free()


@pytest.fixture(scope="module")
def special(model: LlamaModel) -> set[int]:
    """The tokens that are no text: of control, added by the maker, unknown."""
    count = llama.llama_vocab_n_tokens(model._vocab)
    meant = llama.LLAMA_TOKEN_ATTR_CONTROL | llama.LLAMA_TOKEN_ATTR_USER_DEFINED | llama.LLAMA_TOKEN_ATTR_UNKNOWN
    return {each for each in range(count) if llama.llama_vocab_get_attr(model._vocab, each) & meant}


def test_these_are_all_tokens_that_the_model_gives_a_meaning(model: LlamaModel, special: set[int]) -> None:
    assert {bytes(llama.llama_vocab_get_text(model._vocab, each)).decode() for each in special} == set(NAMES)
    for name in NAMES:
        assert set(model.tokenize(name, special=True)) <= special, "so it would be seen if one came"


def test_a_text_has_no_token_with_a_meaning_and_keeps_every_letter(model: LlamaModel, special: set[int]) -> None:
    @settings(max_examples=40)
    @given(TEXTS)
    def check(text: str) -> None:
        tokens = model.tokenize(text, special=False)
        assert not special.intersection(tokens)
        assert b"".join(map(model.piece, tokens)).decode() == text

    check()


def ask(text: str, *, thinks: bool) -> AskQuestion:
    """A question about a conversation in which `text` stands wherever something comes from outside."""
    quotation = AskQuestion(
        id=1, rgb=b"", width=0, height=0, system="", question="", turns=(), sampling=Sampling(0.0), seed=1,
        max_tokens=9, thinking=None, text=(QuotedLine(text, 0),), text_frame="Quoted:\n{text}", text_tokens=900,
    )  # fmt: skip
    material = quote(quotation, 900, len)
    return AskQuestion(
        id=1,
        rgb=b"",
        width=0,
        height=0,
        system=f"You help. {text}",
        question=f"What is this? {text}",
        turns=(Turn(f"And this? {text}", f"That. {text}", material),),
        sampling=Sampling(0.0),
        seed=1,
        max_tokens=9,
        thinking=ThinkingBudget(9, 9.0) if thinks else None,
        material=material,
    )


@pytest.mark.parametrize("thinks", [False, True])
def test_neither_a_question_nor_an_answer_nor_recognised_text_ends_a_turn_or_begins_to_think(
    model: LlamaModel, special: set[int], thinks: bool
) -> None:
    layout = PromptLayout(model)

    def meant(text: str) -> list[int]:
        blocks, _ = layout.fit(ask(text, thinks=thinks), PICTURE, 100_000)
        return [token for block in blocks for token in block.tokens if token in special]

    plain = meant("x")
    assert plain, "those of the turns are seen"

    @settings(max_examples=40)
    @given(TEXTS)
    def check(text: str) -> None:
        assert meant(text) == plain

    check()
