"""Loops are detected in time, and other text is not taken for one."""

from __future__ import annotations

import calendar
import random
import re
import time
from collections.abc import Iterable, Sequence
from itertools import chain, repeat

import pytest

from edge_assistant.engine.counted_rows import MAX_ROWS
from edge_assistant.engine.equal_lines import MAX_EQUAL_LINES
from edge_assistant.engine.repetition import MAX_LONG_PERIOD, MAX_PERIOD, MIN_COPIES, MIN_TOKENS, RepetitionDetector

WORDS = [f" w{chr(0x100 + number)}rd" for number in range(MAX_LONG_PERIOD + 1)]


def ended(texts: Iterable[str], most: int = 20_000) -> tuple[int, int] | None:
    """How many tokens were fed when a loop was noticed, and how many of them are kept; equal texts are equal tokens."""
    repetition = RepetitionDetector()
    for fed, text in enumerate(texts, 1):
        kept = repetition.feed(text)
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


@pytest.mark.parametrize("period", [MAX_PERIOD + 1, 300, MAX_LONG_PERIOD])
def test_of_a_long_part_three_copies_are_enough(period: int) -> None:
    assert ended(chain(*repeat(WORDS[:period], 5))) == (3 * period, period)


def test_a_part_that_is_longer_than_any_page_is_not_looked_for() -> None:
    assert ended(chain(*repeat(WORDS, 5))) is None


@pytest.mark.parametrize(
    ("spaced", "copies"),
    [
        (["| ", "|", " |", "\n", "|"], 40),
        (["-", " ", "-", "  ", "\n\n", " -"], 40),
        (["ha", " ha", "\nha", "\tha"], 40),
    ],
)
def test_space_that_varies_makes_no_difference(spaced: list[str], copies: int) -> None:
    chance = random.Random(1)
    fed, _ = ended(chance.choice(spaced) for _ in range(copies * len(spaced))) or (0, 0)
    assert 0 < fed < 120


def test_two_long_parts_that_alternate_are_a_loop() -> None:
    first, second = WORDS[:60], WORDS[60:130]
    assert ended(chain(*repeat([*first, *second], 5))) == (3 * 130, 130)


NUMBERED = ["{}. Save\n", "{}. Save ", "{}) Save\n", "**{}. Save**\n", "- {}. Save\n", "({}) Save.\n", "{}. Save\n\n"]


@pytest.mark.parametrize("entry", NUMBERED)
def test_equal_entries_of_a_list_are_a_loop_whatever_their_numbers(entry: str) -> None:
    texts = re.findall(r" ?[^\W\d]+|\d|\W", "".join(entry.format(number) for number in range(1, 200)))
    fed, kept = ended(texts) or (0, 0)
    assert "".join(texts[:kept]).strip() == entry.format(1).strip()
    assert "".join(texts[:fed]).count("Save") in (5, 6)


@pytest.mark.parametrize("entry", NUMBERED)
def test_entries_of_a_list_are_handed_on_as_soon_as_they_differ(entry: str) -> None:
    names = ["Open", "Save", "Save", "Save as", "Close", "Save", "Print", "Quit"]
    texts = re.findall(r" ?[^\W\d]+|\d|\W", "".join(entry.replace("Save", each).format(9) for each in names))
    repetition = RepetitionDetector()
    held = []
    for text in texts:
        assert repetition.feed(text) is None
        held.append(repetition.held)
    assert max(held) <= 2 * len(texts) / len(names) + 4


@pytest.mark.parametrize(
    "row",
    [
        "Row {}: empty.\n",
        "Row {0}, column {0}: nothing. ",
        "IMG_{}.jpg ",
        "| {0} | Item {0} | 0.00 |\n",
        "No {}, no {}, ",
    ],
)
def test_rows_that_only_count_are_a_loop_after_more_than_a_screen_shows(row: str) -> None:
    texts = re.findall(r" ?[^\W\d]+|\d|\W", "".join(row.format(number, number * 3) for number in range(1, 500)))
    fed, kept = ended(texts) or (0, 0)
    assert fed - 4 <= kept <= fed, "what was handed on stays"
    rows = len(re.findall(r"[A-Za-z]+", "".join(texts[:fed]))) / len(re.findall(r"[A-Za-z]+", row))
    assert MAX_ROWS - 2 <= rows <= MAX_ROWS + 2


def test_counting_for_ever_is_a_loop_and_a_calendar_is_none() -> None:
    assert ended(characters(*(f"{number} " for number in range(1, 500)))) is not None
    assert ended(characters(*(f"{number} " for number in range(1, 61)))) is None
    hours = "".join(f"{hour:02}:{minute:02}\n" for hour in range(24) for minute in (0, 15, 30, 45))
    assert ended(list(hours)) is None


def test_a_few_words_or_sentences_in_any_order_are_a_loop() -> None:
    chance = random.Random(1)
    assert ended(chance.choice([" |", " -", " ||"]) for _ in range(1000)) is not None
    sentences = ["The sky is blue. ", "The grass is green. ", "A dog runs along. "]
    found = ended(chain(*(re.findall(r" ?\w+|\W", chance.choice(sentences)) for _ in range(100))))
    assert found is not None
    assert found[0] < 200
    column = [chance.choice(["Yes\n", "No\n", "Not yet\n"]) for _ in range(60)]
    assert ended(chain(*(f"Room {place}|{each}" for place, each in enumerate(column)))) is None


def test_what_was_dropped_is_a_copy_when_it_comes_again() -> None:
    repetition = RepetitionDetector()
    fed = next(count for count, text in enumerate(chain(*repeat(WORDS[:20], 9)), 1) if repetition.feed(text) == 20)
    assert fed == 80
    repetition.restart(20)
    for count, text in enumerate(chain(*repeat(WORDS[:20], 3)), 1):
        assert repetition.feed(text) == (20 if count == 60 else None)
        assert count == 60 or repetition.held == count
    repetition.restart(20)
    for text in (*WORDS[30:60], *WORDS[:20]):
        assert repetition.feed(text) is None


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
    numbered = "".join(f"{number}. A button named {WORDS[number]}.\n" for number in range(60))
    days = "".join(calendar.TextCalendar().formatmonth(2026, month) for month in range(1, 13))
    code = "".join(" " * indent + "}\n" for indent in range(40, 0, -2))
    apart = "0\n1\n" * 4 + "".join(f"0\n{number}\n" for number in range(2, 30))
    for text in (table, numbered, days, code, apart):
        # As Qwen's tokenizer does it: each digit is a token, words are one with the space before them.
        tokens = text.replace("|", "\0|").replace(" ", "\0 ").replace("\n", "\0\n").split("\0")
        assert ended(tokens) is None, text


@pytest.mark.parametrize("blank", ["", "\n", " \n"])
def test_equal_lines_are_noticed_whatever_their_length_and_one_is_kept(blank: str) -> None:
    long = "".join(WORDS[:160]) + "."
    assert len(long.replace(" ", "")) > MAX_LONG_PERIOD
    for line in ("0", long):
        texts = characters("Sheet:\n", f"{line}\n{blank}" * (MAX_EQUAL_LINES + 1))
        fed, kept = ended(texts) or (0, 0)
        assert fed == len(f"Sheet:\n{line}\n" + f"{blank}{line}\n" * (MAX_EQUAL_LINES - 1))
        assert "".join(texts[:kept]).rstrip() == f"Sheet:\n{line}"


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
    assert found[1] <= 4


def test_what_may_be_a_copy_is_held_until_something_else_follows() -> None:
    repetition = RepetitionDetector()
    for count, text in enumerate([*WORDS[:20], *WORDS[:20]], 1):
        assert repetition.feed(text) is None
        assert repetition.held == max(count - 20, 0)
    repetition.feed(" else")
    assert repetition.held == 0


def test_of_equal_lines_of_any_length_the_second_is_held() -> None:
    repetition = RepetitionDetector()
    line = [*WORDS[:MAX_LONG_PERIOD], " more", "\n"]
    for count, text in enumerate(line * 3, 1):
        assert repetition.feed(text) is None
        assert repetition.held == max(count - len(line), 0)
    repetition.feed("Else")
    assert repetition.held == 0


@pytest.mark.parametrize("seed", range(200))
def test_nothing_that_was_handed_on_is_dropped(seed: int) -> None:
    """Of random texts of few words, of which many are loops; some tokens are blank, or are no whole character."""
    chance = random.Random(seed)
    words = chance.choices(
        ["a", " a", " b", ".", ". ", "\n", "1", " 2", "2", ". 3", "", " ", "|", "!\n"], k=chance.randint(1, 9)
    )
    part = chance.choices(words, k=chance.randint(1, 90))
    repetition, handed_on = RepetitionDetector(), 0
    for count, text in enumerate(chain(*repeat(part, 40)), 1):
        kept = repetition.feed(text)
        if kept is not None:
            assert kept >= handed_on
            return
        handed_on = max(handed_on, count - repetition.held)
    assert len(part) < 3 or len(part) > 80


def test_a_text_that_does_not_repeat_itself_goes_on() -> None:
    assert ended(WORDS) is None


def test_places_of_one_label_are_a_loop_wherever_they_are() -> None:
    chance = random.Random(1)
    places = (f'{{"bbox_2d": {chance.choices(range(1000), k=4)}, "label": "Next"}},\n' for _ in range(100))
    found = ended(chain(*(re.findall(r" ?[^\W\d]+|\d|\W", each) for each in places)))
    assert found is not None
    assert found[0] < 27 * 45
    labels = (f'{{"bbox_2d": {chance.choices(range(1000), k=4)}, "label": "{word}"}},\n' for word in WORDS[:100])
    assert ended(chain(*(re.findall(r" ?[^\W\d]+|\d|\W", each) for each in labels))) is None


@pytest.mark.parametrize("texts", [["|"] * 500, [*WORDS, *WORDS], list("1234567890 " * 100), [" a", " b", "."] * 300])
def test_it_costs_far_less_than_a_millisecond_a_token(texts: list[str]) -> None:
    repetition, start = RepetitionDetector(), time.process_time()
    for text in texts:
        repetition.feed(text)
    assert time.process_time() - start < len(texts) * 0.001
