"""Loops are detected in time, and other text is not taken for one."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from itertools import chain, count, repeat

import pytest

from edge_assistant.engine.repetition import MAX_EQUAL_LINES, MAX_PERIOD, MIN_COPIES, MIN_TOKENS, RepetitionDetector

WORDS = [f" word{number}" for number in range(MAX_PERIOD + 1)]


def ended(texts: Iterable[str], most: int = 5000) -> tuple[int, int] | None:
    """How many tokens were fed when a loop was noticed, and how many of them are kept; equal texts are equal tokens."""
    repetition, numbers = RepetitionDetector(), dict[str, int]()
    for fed, text in enumerate(texts, 1):
        kept = repetition.feed(numbers.setdefault(text, len(numbers)), text)
        if kept is not None:
            return fed, kept
        if fed == most:
            break
    return None


def characters(*texts: str) -> list[str]:
    return list(chain.from_iterable(texts))


@pytest.mark.parametrize("period", [1, 2, 3, 7, 19, 20, 79, 80])
@pytest.mark.parametrize("before", [[], ["The", " text", ":"]])
def test_a_part_that_comes_again_and_again_is_noticed_and_one_copy_is_kept(period: int, before: list[str]) -> None:
    texts = chain(before, *repeat(WORDS[:period], MIN_TOKENS))
    fed = len(before) + max(MIN_COPIES * period, MIN_TOKENS)
    assert ended(texts) == (fed, len(before) + period)


def test_a_part_that_is_longer_than_any_sentence_is_not_looked_for() -> None:
    assert ended(chain(*repeat(WORDS, 5))) is None


@pytest.mark.parametrize(
    "texts",
    [
        [*repeat(WORDS[:20], MIN_COPIES - 1)],
        [[" |", " 0"] * (MIN_TOKENS // 2 - 1)],
        [["0"] * 40],
        [["1", " "] * 5],
        [["-"] * (MIN_TOKENS - 1), ["\n"]],
    ],
    ids=["three copies", "a row of cells", "zeros", "ones", "a line of dashes"],
)
def test_what_is_repeated_less_often_is_text(texts: Sequence[Sequence[str]]) -> None:
    assert ended(chain(["See", " this", ":"], *texts, [" End", "."])) is None


def test_a_table_a_list_a_calendar_and_code_are_text() -> None:
    table = "".join(f"| Room {number} | 0 | 0 | 0 | yes | yes |\n" for number in range(40))
    numbered = "".join(f"{number}. A button named OK.\n" for number in range(60))
    days = "".join(calendar.TextCalendar().formatmonth(2026, month) for month in range(1, 13))
    code = "".join(" " * indent + "}\n" for indent in range(40, 0, -2))
    apart = "0\n1\n" * 4 + "".join(f"0\n{number}\n" for number in range(2, 30))
    for text in (table, numbered, days, code, apart):
        # As Qwen's tokenizer does it: each digit is a token, words are one with the space before them.
        tokens = text.replace("|", "\0|").replace(" ", "\0 ").replace("\n", "\0\n").split("\0")
        assert ended(tokens) is None, text


@pytest.mark.parametrize("blank", ["", "\n", " \n"])
def test_equal_lines_are_noticed_whatever_their_length_and_one_is_kept(blank: str) -> None:
    long = "".join(WORDS) + "."
    for line in ("0", long):
        texts = characters("Sheet:\n", f"{line}\n{blank}" * (MAX_EQUAL_LINES + 1))
        fed, kept = ended(texts) or (0, 0)
        assert fed == len(f"Sheet:\n{line}\n" + f"{blank}{line}\n" * (MAX_EQUAL_LINES - 1))
        assert "".join(texts[:kept]) == f"Sheet:\n{line}\n"


def test_four_equal_lines_and_equal_lines_apart_are_text() -> None:
    assert ended(characters("0\n" * (MAX_EQUAL_LINES - 1), "1\n", "0\n" * (MAX_EQUAL_LINES - 1))) is None


def test_of_copies_that_begin_within_a_sentence_whole_sentences_are_kept() -> None:
    texts = ["I", " see", *chain(*repeat([" red", " lights", ".", " Some"], 50))]
    fed, kept = ended(texts) or (0, 0)
    assert "".join(texts[:kept]) == "I see red lights. Some red lights."
    assert fed == len(["I", " see"]) + MIN_TOKENS


def test_no_sentence_ends_within_a_number() -> None:
    texts = ["at", *chain(*repeat([" 3", ".", "5", " m", " and"], 50))]
    _, kept = ended(texts) or (0, 0)
    assert "".join(texts[:kept]) == "at 3.5 m and"


def test_a_copy_that_ends_with_a_sentence_is_whole_also_where_the_space_behind_it_is_a_token() -> None:
    for copy in ("Six. ", "六。", "Six\nSeven\n"):
        texts = characters("I", copy * 50)
        _, kept = ended(texts) or (0, 0)
        assert "".join(texts[:kept]) == f"I{copy}"


@pytest.mark.parametrize("nothing", [[""], [" ", "\n", "\t"], ["\n" * length for length in range(1, 99)]])
def test_tokens_without_any_text_are_noticed(nothing: list[str]) -> None:
    found = ended(chain(["A", " word"], *repeat(nothing, MIN_TOKENS)))
    assert found is not None
    assert found[0] <= 2 + MIN_TOKENS
    assert found[1] <= 3


def test_a_repetition_is_suspected_before_it_is_certain_and_no_longer_when_something_else_follows() -> None:
    repetition = RepetitionDetector()
    for token in [*range(20), *range(3)]:
        assert repetition.feed(token, f" {token}") is None
        assert not repetition.suspected
    for token in range(3, 20):
        assert repetition.feed(token, f" {token}") is None
        assert repetition.suspected
    repetition.feed(30, " 30")
    assert not repetition.suspected


def test_of_equal_lines_of_any_length_the_third_is_suspected() -> None:
    repetition = RepetitionDetector()
    line = [*(f" {number}" for number in range(2 * MAX_PERIOD)), "\n"]
    suspected = []
    for token, text in [*enumerate(line)] * 3:
        assert repetition.feed(token, text) is None
        suspected.append(repetition.suspected)
    assert suspected == [False] * (2 * len(line) - 1) + [True] * (len(line) + 1)
    repetition.feed(1, "Else")
    assert not repetition.suspected


def test_a_text_that_does_not_repeat_itself_goes_on() -> None:
    assert ended((f" {number}" for number in count()), most=300) is None
