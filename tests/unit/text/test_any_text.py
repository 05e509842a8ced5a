"""Any text of a model becomes speech without markup, in any pieces, without a fault, in time that it deserves."""

from __future__ import annotations

import itertools
import re
import sys
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_assistant.system.text_cleaning import StreamCleaner
from edge_assistant.text.plain_text_stream import PlainTextStream, plain_text
from edge_assistant.text.sentences import SentenceSplitter

_MARKS = st.sampled_from(
    [
        *(
            "**",
            "*",
            "__",
            "_",
            "~~",
            "`",
            "```",
            "```json\n",
            "\n",
            "\n\n",
            "# ",
            "- ",
            "> ",
            "1. ",
            "|",
            "| a ",
            "|---|",
        ),
        *(
            "<b>",
            "</b>",
            "<table>",
            "<tr><td>",
            "</td>",
            "<",
            ">",
            "<!--",
            "-->",
            "<|im_end|>",
            "&amp;",
            "&",
            ";",
            "[",
            "]",
        ),
        *(
            "(",
            ")",
            "[x]",
            "![",
            "](",
            "http://",
            "www.",
            "$",
            "$$",
            "\\",
            "\\frac{",
            "\\[",
            "{",
            "}",
            '{"bbox_2d": [',
            "^",
        ),
        *(
            "→",
            "✅",
            "☐",
            "🚀",
            "²",
            "a",
            "B",
            "5",
            " ",
            ".",
            "word ",
            "Of course. ",
            "Here is the text:",
            "\ud800",
            "\x1b[",
        ),
    ]
)
_TEXTS = st.one_of(st.text(max_size=200), st.lists(_MARKS, max_size=60).map("".join))
_TASKS = st.sampled_from(["glance", "detail", "read", "question"])
_LANGUAGES = st.sampled_from(["en", "de", "fr", "zh", None])

# Marks that no sentence has. Code and escapes may hold any of them, and are left out below.
_MARKUP = re.compile(
    r"^\s*```|^\|\s\w.*\|$|(?<!\w)\*\*\w+\*\*(?!\w)|<\|\w+\|>|<!--.*-->|\[\w+\]\(http|!\[\w+\]\("
    r"|</?(?:b|i|p|br|td|tr|th|table|kbd|html|style|span|div|think|tool_call)>",
    re.MULTILINE,
)

_SENTENCES = st.lists(st.sampled_from(["The", "window", "has", "3", "buttons", "5.8", "Save", "and", "so"]), min_size=1)


def _block(kind: str, words: list[str]) -> str:
    text = " ".join(words)
    first, rest = words[0], " ".join(words[1:])
    return {
        "heading": f"## {text} ##\n",
        "bold line": f"**{text}**\n",
        "bullet": f"* {text}\n",
        "bold bullet": f"* **{first}** {rest}\n",
        "italic": f"*{first}* {rest}\n\n",
        "code": f"`{first}` {rest}\n\n",
        "link": f"[{text}](http://a.b/c_d_e)\n\n",
        "image": f"![{text}](http://a.b/c.png)\n",
        "html": f"<p>{first} <b>{rest}</b></p>",
        "list": f"<ul><li>{first}</li><li>{rest}</li></ul>",
        "comment": f"<!-- **no** -->{text}<br>",
        "fence": f"```text\n{text}\n```\n",
        "emoji": f"🚀 {text} 🎉\n",
        "token": f"<|im_start|>{text}<|im_end|>\n",
        "entity": f"{first}&nbsp;{rest}&#8203;\n",
    }[kind]


_KINDS = (
    *("heading", "bold line", "bullet", "bold bullet", "italic", "code", "link", "image", "html", "list", "comment"),
    *("fence", "emoji", "token", "entity"),
)
_BLOCKS = st.lists(st.tuples(st.sampled_from(_KINDS), _SENTENCES), max_size=8)


def pieces(text: str, cuts: list[int]) -> list[str]:
    """The text, cut at these places."""
    edges = [0, *sorted({min(cut, len(text)) for cut in cuts}), len(text)]
    return [text[a:b] for a, b in itertools.pairwise(edges)]


def spoken(texts: list[str], language: str | None, task: str) -> list[str]:
    """The sentences of an answer, the way from the model's text to the voice."""
    cleaner, answer, splitter = (
        StreamCleaner(),
        PlainTextStream(language=language, task=task),
        SentenceSplitter(language),
    )
    said = [piece for text in texts for piece in splitter.feed(answer.feed(cleaner.feed(text)))]
    said += splitter.feed(answer.feed(cleaner.finish()))
    said += splitter.feed(answer.finish())
    return said + splitter.finish()


@settings(max_examples=200)
@given(_TEXTS, st.lists(st.integers(0, 200), max_size=8), _LANGUAGES, _TASKS)
def test_any_text_is_spoken_the_same_however_it_is_cut(
    text: str, cuts: list[int], language: str | None, task: str
) -> None:
    whole = spoken([text], language, task)
    assert spoken(pieces(text, cuts), language, task) == whole
    assert spoken(list(text), language, task) == whole


@settings(max_examples=200)
@given(st.binary(max_size=300), _TASKS)
def test_any_bytes_are_spoken_without_a_fault(data: bytes, task: str) -> None:
    for text in (data.decode(errors="replace"), data.decode("latin-1"), data.decode("utf-16", "replace")):
        for sentence in spoken([text], "en", task):
            sentence.encode()


@settings(max_examples=300)
@given(_TEXTS, _TASKS)
def test_no_markup_is_left(text: str, task: str) -> None:
    said = plain_text(text, "en", task=task)
    if not re.search(r"[`\\&]|~~~|\$", text):  # code, escapes and formulas are said as they are written
        found = _MARKUP.search(said)
        assert found is None, (found, said)


@settings(max_examples=300)
@given(_BLOCKS)
def test_of_well_formed_markup_all_words_are_left_and_no_mark(blocks: list[tuple[str, list[str]]]) -> None:
    said = plain_text("".join(_block(kind, words) for kind, words in blocks), "en")
    said = said.replace("\u200b", "").replace("crossed out: ", "")
    assert said.split() == [word for _, words in blocks for word in words]


@settings(max_examples=200)
@given(_SENTENCES)
def test_plain_sentences_stay_as_they_are(words: list[str]) -> None:
    text = " ".join(words) + "."
    assert plain_text(text, "en") == text


LONG: dict[str, Callable[[int], str]] = {
    "words": lambda n: "word " * n,
    "no spaces": lambda n: "x" * (5 * n),
    "stars": lambda n: "*a " * n,
    "double stars": lambda n: "**a " * n,
    "underscores": lambda n: "_a " * n,
    "backticks": lambda n: "`a " * n,
    "runs of backticks": lambda n: "".join("`" * (i % 7 + 1) + " " for i in range(n)),
    "brackets": lambda n: "[" * (3 * n),
    "links": lambda n: "[a](b " * n,
    "tags": lambda n: "<b " * n,
    "angles": lambda n: "<" * (3 * n),
    "comments": lambda n: "<!-- a " * n,
    "styles": lambda n: "<style>" + "a b " * n,
    "dollars": lambda n: "$a " * n,
    "formulas": lambda n: "\\frac{" * n,
    "backslashes": lambda n: "\\" * (3 * n),
    "carets": lambda n: "^{a " * n,
    "entities": lambda n: "&a " * n,
    "pipes": lambda n: "| " * n,
    "pipes in a line": lambda n: "a | " * n,
    "cells": lambda n: "<td>a" * n,
    "rows": lambda n: "| a | b |\n" * n,
    "dashes": lambda n: "- " * n,
    "hashes": lambda n: "#" * (3 * n),
    "numbers": lambda n: "1. " * n,
    "lines": lambda n: "a b c\n" * n,
    "lines of a page": lambda n: "the lines of a page, which are joined as long as\n" * (n // 8),
    "emoji": lambda n: "🚀" * (3 * n),
    "arrows": lambda n: "a -> " * n,
    "addresses": lambda n: "http://a" * n,
    "introductions": lambda n: "of course. " * n,
    "closings": lambda n: "A. Let me know " * (n // 3),
    "open braces": lambda n: "{" * (3 * n),
    "objects": lambda n: '{"a": ' * n,
    "quotes": lambda n: "> " * n,
    "powers": lambda n: "x²" * (2 * n),
    "newlines": lambda n: "\n" * (4 * n),
    "spaces": lambda n: " " * (4 * n),
    "tabs and dashes": lambda n: "\t-" * (2 * n),
    "paths": lambda n: "C:\\a" * n,
}


@pytest.mark.parametrize(
    "text",
    [
        "The window shows a dialog titled Music with two buttons, Save and Cancel. Below it is a list of songs. " * 30,
        "## Dialog\n\n**Title:** `Music` → *Save*\n\n- [x] Cancel\n\n| A | B |\n|---|---|\n| 1 | |\n\n$x^2$ &amp; 🚀\n"
        * 20,
    ],
)
def test_the_way_from_a_token_to_a_sentence_costs_less_than_a_millisecond(text: str) -> None:
    tokens = re.findall(r" ?\w{1,6}|\s|.", text)[:500]
    answer, splitter = PlainTextStream(language="en", task="glance"), SentenceSplitter("en")
    start = time.process_time()
    for token in tokens:
        splitter.feed(answer.feed(token))
    assert (time.process_time() - start) / len(tokens) < 0.001


CLOCK_STEP_S = 0.016 if sys.platform == "win32" else 0.002
"""Seconds below which a time is no measurement: Windows counts a process's time 64 times a second."""


@pytest.mark.parametrize("name", LONG)
@pytest.mark.parametrize("in_tokens", [False, True])
def test_time_grows_no_faster_than_the_square_of_the_length(name: str, in_tokens: bool) -> None:
    def seconds(length: int) -> float:
        text = LONG[name](length)
        answer = PlainTextStream(language="en")
        start = time.process_time()
        for i in range(0, len(text), 4 if in_tokens else len(text)):
            answer.feed(text[i : i + (4 if in_tokens else len(text))])
        answer.finish()
        return time.process_time() - start

    short = min(seconds(200), seconds(200))
    assert seconds(1600) < 1.25 * 8**2 * max(short, CLOCK_STEP_S)
