"""Text that spells tokens of a model's maker: every one is cut, whichever stands in it, and no letter is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_assistant.engine.plain_tokens import tokenize_plain

ADDED = ("<a>", "</a>", "<a><a>", "aa", "n")
_LONGEST_FIRST = sorted(ADDED, key=len, reverse=True)
_WORD = re.compile("|".join(map(re.escape, _LONGEST_FIRST)) + "|.", re.DOTALL)


def tokenize(text: str) -> list[int]:
    """A tokenizer that makes one token of each added word, and one of each other letter."""
    return [
        -1 - ADDED.index(word) if (word in ADDED and len(word) > 1) or word == "n" else ord(word)
        for word in _WORD.findall(text)
    ]


def added_name(token: int) -> str | None:
    return ADDED[-1 - token] if token < 0 else None


@pytest.mark.parametrize("text", ["<a>", "x</a>y", "<a><a><a>", "</a><a>", "aaaa", "<aa>", ""])
def test_an_added_word_is_text(text: str) -> None:
    assert [chr(token) for token in tokenize_plain(text, tokenize, added_name)] == list(text)


def test_a_word_of_one_letter_cannot_be_cut_and_stays() -> None:
    assert tokenize_plain("<a>n", tokenize, added_name)[-1] == tokenize("n")[0]


@given(st.text(alphabet="<>/an"))
def test_any_mixture_is_text(text: str) -> None:
    tokens = tokenize_plain(text, tokenize, added_name)
    assert all(token > 0 or added_name(token) == "n" for token in tokens)
    assert "".join(added_name(token) or chr(token) for token in tokens) == text


def test_a_thousand_of_them_take_no_time_to_speak_of() -> None:
    calls = 0

    def counted(text: str) -> list[int]:
        nonlocal calls
        calls += len(text) + 1
        return tokenize(text)

    tokenize_plain("<a>" * 1000, counted, added_name)
    assert calls < 30_000
