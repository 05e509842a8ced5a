"""Markup is removed, words stay."""

from __future__ import annotations

import pytest

from edge_assistant.text.plain_text import strip_markup


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("**Bold** and *it* and `code`", "Bold and it and code"),
        ("***both*** __strong__ _thin_ ~~old~~", "both strong thin old"),
        ("## Title", "Title"),
        ("> - quoted", "quoted"),
        ("+ item", "item"),
        ("• item", "item"),
        ("[the page](https://a.b/c.d) and ![a cat](cat.png)", "the page and a cat"),
        ("<p>Hello <b>there</b>.</p>", "Hello there."),
        ('line<br/>break <span class="x">in</span> H<sub>2</sub>O', "line break in H2O"),
        ("| a | b |", "a, b"),
        ("a\t b\u00a0 c", "a b c"),
    ],
)
def test_markup_is_not_heard(text: str, heard: str) -> None:
    assert strip_markup(text) == heard


@pytest.mark.parametrize("text", ["```", "```python", "~~~", "---", "* * *", "===", "|---|:-:|", " ", ""])
def test_a_line_of_nothing_but_markup_is_not_heard_at_all(text: str) -> None:
    assert strip_markup(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "2 * 3 * 4",
        "2 ** 3",
        "snake_case and __init__.py_old",
        "a < 5 and <5 px",
        "if a <b and c> d",
        "List<String> x",
        "5% of C++ & C#",
        "-5 degrees",
        "#5 is red",
        "f(x) [y] {z}",
        '[{"a_b": "*"}]',
    ],
)
def test_what_only_looks_like_markup_stays(text: str) -> None:
    assert strip_markup(text) == text
