"""Sentence splitting: where sentences end, independent of how the stream is chunked."""

from __future__ import annotations

import itertools
import random

import pytest

from edge_assistant.text.sentences import SentenceSplitter

_SEEDS = range(100)
_PIECES = [
    *("Hello", "world", "e.g.", "U.S.", "Dr.", "No.", "5", "3.14", "1.", "Smith", "then", "a" * 50, "word " * 30),
    *("\n", "\n\n", "\t", " ", "  ", ". ", ".", "! ", "?", "...", "…", "。", "，", ", ", ",", ": ", "; ", "？"),
    *("- ", "* ", "## ", "**bold**", "*it*", "_x_", "snake_case", "`code`", "```", "~~", "***", "---", "|"),
    *("<5", "<b>", "</b>", "{", "}", "[", "]", '{"a": [1, 2]}', '[{"box": [1, 2]}]', "[link](http://x.y/z)", "\\"),
    *('"', "“", "”", "'", "(", ")", "漢字", "مرحبا", "؟", "।", "😀", "x" * 310),
]
_WORDS = ["alpha", "beta", "snake_case", "3.14", "e.g.", "Dr.", "<5", "漢字", "U.S.", "notes.txt", "x*y", "5%", "C++"]


def split(*pieces: str, language: str | None = None) -> list[str]:
    """The sentences without the space before them; nothing else may be lost."""
    splitter = SentenceSplitter(language)
    found = [sentence for piece in pieces for sentence in splitter.feed(piece)] + splitter.finish()
    assert "".join(found) == "".join(pieces)
    return [sentence.strip() for sentence in found if sentence.strip()]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("A save dialog. Two buttons.", ["A save dialog.", "Two buttons."]),
        ("Wait… What? Yes! No?!", ["Wait…", "What?", "Yes!", "No?!"]),
        ("Dr. Smith has 3.14 apples. He is happy.", ["Dr. Smith has 3.14 apples.", "He is happy."]),
        ("I saw J. R. Smith of the U.S. Army.", ["I saw J. R. Smith of the U.S. Army."]),
        ("Use fruit, e.g. pears, i.e. Conference.", ["Use fruit, e.g. pears, i.e. Conference."]),
        ("See Fig. 3 on p. 12. It is red.", ["See Fig. 3 on p. 12.", "It is red."]),
        ("No. I do not.", ["No.", "I do not."]),
        ("Read it etc. and so on.", ["Read it etc. and so on."]),
        ("It costs $5.50. Next.", ["It costs $5.50.", "Next."]),
        ("He left at 5. Then 6.", ["He left at 5.", "Then 6."]),
        ("Open notes.txt now. Go to https://a.b/c?d=e then.", ["Open notes.txt now.", "Go to https://a.b/c?d=e then."]),
        ("Press Ctrl+S. Then close.", ["Press Ctrl+S.", "Then close."]),
        ("1. Save\n2. Cancel\n3. Don't save", ["1. Save", "2. Cancel", "3. Don't save"]),
        ("- one\n- two\n\nEnd.", ["- one", "- two", "End."]),
        ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
        ('"Is it?" she asked.', ['"Is it?" she asked.']),
        ("(The end.) More.", ["(The end.)", "More."]),
        ("保存对话框。有两个按钮！好", ["保存对话框。", "有两个按钮！", "好"]),
        ("ماذا هناك؟ نافذة حفظ. زران.", ["ماذا هناك؟", "نافذة حفظ.", "زران."]),
        ("हाँ। नहीं।", ["हाँ।", "नहीं।"]),
        ("2 * 3 * 4 is 24.", ["2 * 3 * 4 is 24."]),
        ("[x] done. More.", ["[x] done.", "More."]),
        ("", []),
        (" \n \n", []),
    ],
)
def test_sentences_end_where_a_reader_would_pause(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


def test_a_sentence_is_given_out_as_soon_as_the_next_word_shows_that_it_ended() -> None:
    splitter = SentenceSplitter()

    assert splitter.feed("It is red.") == []
    assert splitter.feed(" ") == []
    assert splitter.feed("T") == ["It is red."]
    assert splitter.finish() == [" T"]


def test_a_newline_ends_a_sentence_at_once() -> None:
    assert SentenceSplitter().feed("Title\n") == ["Title"]


def test_the_first_sentence_may_end_at_a_clause_and_only_the_first() -> None:
    clause = "The window shows the settings of the network card,"

    assert split(f"{clause} with two buttons. {clause} again.") == [clause, "with two buttons.", f"{clause} again."]


@pytest.mark.parametrize(
    "text",
    [
        "Short, with few words.",
        'It says "this is quite a long text in quotes, is it not" to all.',
        "There is (in brackets, which may hold many words, indeed) one.",
        "The number that is written in this long line is 1,234,567.",
    ],
)
def test_the_first_sentence_does_not_break_early_in_quotes_brackets_or_numbers(text: str) -> None:
    assert split(text) == [text]


def test_a_run_without_any_stop_is_cut_behind_a_clause_else_behind_a_space() -> None:
    words = "word " * 100
    by_clause = split("X.\n" + "word " * 20 + "end, " + words)
    by_space = split("X.\n" + words)

    assert by_clause[1] == "word " * 20 + "end,"
    assert 250 < len(by_space[1]) <= 300
    assert " ".join(by_space[1:]) == words.strip()


def test_a_run_without_any_space_is_still_spoken_whole() -> None:
    assert "".join(split("x" * 1000)) == "x" * 1000


@pytest.mark.parametrize("seed", _SEEDS)
def test_the_sentences_do_not_depend_on_how_the_stream_is_cut(seed: int) -> None:
    chance = random.Random(seed)
    text = "".join(chance.choice(_PIECES) + chance.choice(["", " "]) for _ in range(chance.randint(1, 60)))
    cuts = [0, *sorted(chance.randint(0, len(text)) for _ in range(9)), len(text)]

    whole = split(text)

    assert split(*text) == whole
    assert split(*(text[a:b] for a, b in itertools.pairwise(cuts))) == whole


@pytest.mark.parametrize("seed", _SEEDS)
def test_every_word_comes_out_once_and_in_order(seed: int) -> None:
    chance = random.Random(seed)
    words = [chance.choice(_WORDS) + chance.choice(["", "", "", ",", ".", "!", "?", ":"]) for _ in range(150)]
    text = "".join(word + chance.choice([" ", " ", " ", "\n", "\n\n"]) for word in words)

    assert " ".join(split(text)).split() == words
