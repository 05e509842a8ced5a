"""Whatever bytes a model writes, the engine gives text that is whole, and the same text at once and at the end."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from support.replay_engine import replayed

from edge_assistant.engine.messages import TextDelta, ThinkingBudget

PARTS = [
    *(
        "<think>",
        "</think>",
        "<",
        "think",
        "<|im_end|>",
        "<|",
        "|>",
        "\n",
        " ",
        "",
        ". ",
        "1",
        "2. Save",
        " Save",
        "| ",
    ),
    *('[{"bbox_2d": [1, 2, 3, 4], "label": "x"}', ", ", "]", "。", "Row 1", "\x00", "\ud800", "\ufffd", "😀"),
]
TOKENS = st.lists(
    st.one_of(st.sampled_from(PARTS), st.binary(max_size=4), st.text(max_size=5)).flatmap(
        lambda token: st.integers(1, 40).map(lambda count: [token] * count)
    ),
    max_size=12,
).map(lambda groups: [token for group in groups for token in group])


@settings(max_examples=150)
@given(
    TOKENS,
    TOKENS,
    st.sampled_from([None, ThinkingBudget(20, 90.0)]),
    st.sampled_from([None, 1, 10, 100]),
    st.integers(0, 40),
    st.booleans(),
    st.booleans(),
)
def test_any_bytes_give_text_without_marks_and_nothing_is_taken_back(
    tokens: list[str | bytes],
    again: list[str | bytes],
    thinking: ThinkingBudget | None,
    max_tokens: int | None,
    grace: int,
    empty: bool,
    ends: bool,
) -> None:
    done, replies = replayed(
        tokens,
        again=again,
        thinking=thinking,
        max_tokens=max_tokens,
        grace_tokens=grace,
        may_be_empty=empty,
        retries_loop=True,
        ends=ends or max_tokens is not None or not tokens,
    )
    told = {"answer": "", "thinking": ""}
    for reply in replies:
        if isinstance(reply, TextDelta):
            told[reply.kind] += reply.text
    assert told["answer"].strip() == done.answer
    assert told["thinking"].strip() == done.reasoning
    for text in told.values():
        text.encode()
        assert not re.search(r"</?think(?:ing)?\s?/?>|<\|\w{1,40}\|>", text, re.IGNORECASE)
    assert empty or done.answer or done.stop in ("length", "loop") or not tokens
