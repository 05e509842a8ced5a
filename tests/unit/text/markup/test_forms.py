"""All forms of markup become plain text, the same however they are cut."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable

import pytest
from support.markup_forms import BOTH, FORMS

from edge_assistant.text.plain_text_stream import PlainTextStream, plain_text

_PIECES = [
    *("Hello", "world ", "e.g. ", "5", "1. ", "\n", "\n\n", " ", ". ", "! ", "- ", "* ", "+ ", "> ", "**b**", "*it*"),
    *("**", "*", "***", "_", "__", "_x_", "~~", "~", "`c_d`", "`", "``", "```", "```x\n", "```html\n", "==h==", "|"),
    *("<b>", "</b>", "<br>", "<p>", "<sup>2</sup>", "<sup>", "<table>", "<tr>", "<td>", "</td>", "</tr>", "</table>"),
    *("<th>", "<style>", "</style>", "<!--", "-->", "<|im_end|>", "<|", "<", '<a href="x">', "<td colspan=2>", "<ol>"),
    *("[", "]", "(", ")", "[x] ", "[ ] ", "[a](http://x.y)", "[a]", "![b](c)", "[^1]", "[^1]: ", "[r]: http://x.y\n"),
    *("{", "}", '{"a": 1}', "[{", "$", "$x^2$", "$$", "$5", "\\frac{a}{b}", "\\", "\\*", "\\[", "\\]", "\\(", "\\)"),
    *("^2", "10^{-3}", "| a | b |\n", "|---|---|\n", " | ", "a | b\n", "--- | ---\n", "||", "│", "+---+\n", "&amp;"),
    *("&", "&lt;", "https://x.y/z ", "www.a.b", "http", "→", " -> ", "✅", "☐ ", "☑ ", "🚀", "👍🏽", "1️⃣", "⭐⭐⭐☆"),
    *('"👍"', "←", "# ", "## T ##\n", "---\n", "===\n", "an-\n", "nounced it", "Key: v\n", "漢字", "مرحبا", "\t", "²"),
    *("the long line that is wrapped at the width of\n", "C:\\Users\\x ", "x" * 310, "word " * 20, "Of course. "),
    *("Here is a description of the image:\n", "Let me know if you need more. "),
]


def stream(pieces: Iterable[str], language: str = "en", task: str = "detail") -> str:
    """The plain text of an answer that comes in these pieces."""
    answer = PlainTextStream(language=language, task=task)
    return "".join(map(answer.feed, pieces)) + answer.finish()


@pytest.mark.parametrize(("raw", "language", "said"), FORMS)
def test_what_is_said_is_the_same_however_it_is_cut(raw: str, language: str, said: str) -> None:
    whole = stream([raw], language)
    assert whole.strip() == said
    assert stream(raw, language) == whole
    for cut in range(1, len(raw)):
        assert stream((raw[:cut], raw[cut:]), language) == whole, raw[:cut]


@pytest.mark.parametrize("said", sorted(set(BOTH.values())))
def test_plain_text_stays_as_it_is(said: str) -> None:
    # What was code, or an escape, is markup if it is read a second time.
    if not any(mark in said for mark in ("**", "*kein*", "a`b", "| a", "<5", "#")):
        assert plain_text(said, "en") == said


@pytest.mark.parametrize("seed", range(150))
def test_markup_of_all_kinds_in_any_order_is_the_same_however_it_is_cut(seed: int) -> None:
    chance = random.Random(seed)
    text = "".join(chance.choice(_PIECES) + chance.choice(["", "", " "]) for _ in range(chance.randint(1, 25)))
    task = chance.choice(["glance", "question", "read"])
    edges = [0, *sorted(chance.randint(0, len(text)) for _ in range(6)), len(text)]

    whole = stream([text], task=task)

    assert stream(text, task=task) == whole
    assert stream((text[a:b] for a, b in itertools.pairwise(edges)), task=task) == whole


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("<|im_start|>assistant\nHi<|im_end|>", "Hi"),
        ("<|im_start|>user", ""),
        ("A<|vision_start|><|image_pad|><|vision_end|> dog", "A dog"),
        ("A dog<|endoftext|><|im_", "A dog"),
        ("<｜end▁of▁sentence｜>A dog", "A dog"),
        ("a <|b and c|> d", "a d"),
    ],
)
def test_special_tokens_are_left_out(raw: str, said: str) -> None:
    assert stream([raw]).strip() == stream(raw).strip() == said


def test_words_come_at_once_and_only_what_may_be_markup_waits() -> None:
    answer = PlainTextStream(language="en")
    fed = ("The", " window", " of", " **", "Save", "**", " and", " 5 ", "*", " 3", " x", "_y", ".", " End")
    wanted = ["", "The window", " of", "", "", " Save", " and", " 5", "", " * 3", " x", "_y", ".", " End"]
    assert [answer.feed(piece) for piece in fed] == wanted


def test_bold_at_the_start_of_a_line_does_not_wait_for_its_end() -> None:
    answer = PlainTextStream(language="en")
    assert [answer.feed(piece) for piece in ("**", "Note", ":** ", "it is", " red.\n")] == [
        "",
        "Note",
        ":",
        " it is",
        " red.\n",
    ]


def test_a_row_of_a_table_comes_when_it_ends() -> None:
    answer = PlainTextStream(language="en")
    assert answer.feed("| Day | Mon |\n|---|---|\n| 8 | Bio |") == ""
    assert answer.feed("\n") == "Day: 8; Mon: Bio\n"
    assert answer.feed("| 9 |") == ""
    assert answer.feed(" |\n") == "Day: 9; Mon: empty\n"


def test_a_code_line_comes_word_by_word() -> None:
    answer = PlainTextStream(language="en")
    assert answer.feed("```python\nx = ") == "x ="
    assert answer.feed("a**2\n") == " a**2\n"
    assert answer.feed("```") + answer.finish() == ""


def test_after_a_cut_nothing_is_invented_that_did_not_come() -> None:
    def cut(raw: str) -> str:
        answer = PlainTextStream(language="en")
        return answer.feed(raw) + answer.finish(cut=True)

    assert cut("| Day | Mon |\n|---|---|\n| 8 |") == "Day: 8"
    assert cut("The **Save and") == "The Save and"
    assert cut("See [the page](https://a") == "See the page"
    assert cut("A dialog. Let me know") == "A dialog. Let me know"
    assert cut("Here is a description of the image:") == ""


def test_the_next_answer_is_read_from_its_beginning() -> None:
    answer = PlainTextStream(language="en")
    assert answer.feed("```\n| **open") + answer.finish() == "| **open"
    assert answer.feed("- 5 °C") + answer.finish() == "-5 °C"


def test_without_words_of_the_answers_language_signs_are_kept() -> None:
    assert plain_text("[x] a\n[ ] b\n| A | B |\n|---|---|\n| 1 | |\n\nhttps://a.fr/b, 10<sup>-3</sup>", "fr") == (
        "☑: a\n☐: b\nA: 1; B: –\n\na.fr, 10⁻³"
    )


@pytest.mark.parametrize("raw", ["🚀", "👍🏽 🎉", "✅"])
def test_an_answer_of_signs_alone_is_said(raw: str) -> None:
    assert plain_text(raw, "en") in (raw, "ticked")


def test_an_address_that_is_to_be_read_is_read_if_it_is_short() -> None:
    assert plain_text("www.stadt.de/park", "en", task="read") == "www.stadt.de/park"
    assert plain_text("https://stadt.de/p?q=1", "en", task="read") == "link to stadt.de"
