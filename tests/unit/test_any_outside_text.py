"""Whatever a file, a model or a setting is called: what is printed of it commands no terminal, and is short."""

from __future__ import annotations

import contextlib
import io
import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edge_assistant.cli import main
from edge_assistant.system import terminal
from edge_assistant.system.errors import InputError
from edge_assistant.system.i18n import tr
from edge_assistant.system.text_cleaning import (
    MAX_VALUE,
    StreamCleaner,
    clean,
    clean_answer,
    clean_message,
    escape_line,
    json_line,
    shorten,
)

RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\u200b]")
_PARTS = ("\x1b]0;", "\x1b[31m", "\x1b", "\x07", "\x9b", "\x9d", "\x9c", "\r", "\u202e", "\u202c", "\u2066", "\u2069")
_OTHERS = ("\ud83d", "\ude00", "\x00", "\x85", "\u2028", "\ufeff", "\U000e0041", "ü", "א", "a", "/", "{x}", "%s", "-")
OUTSIDE = st.one_of(
    st.text(st.characters(codec=None), max_size=40),
    st.lists(st.sampled_from(_PARTS + _OTHERS), max_size=12).map("".join),
)
A_MEGABYTE = "\u202e\x1b]0;" + "x" * 1_000_000


def harmless(text: str) -> bool:
    """Whether no terminal obeys the text, and no line is turned around beyond its end."""
    balanced = all(text.count(begin) <= text.count(end) for begin, end in (("\u202e", "\u202c"), ("\u2066", "\u2069")))
    return not RAW.search(text) and balanced


@given(OUTSIDE)
@example(A_MEGABYTE)
def test_a_value_is_clean_short_and_stays_so(text: str) -> None:
    for cleaned in (clean(text), clean_message(text), shorten(text), tr("{name} is open.", name=text)):
        assert harmless(cleaned)
        assert clean(cleaned) == cleaned
        cleaned.encode()
    assert len(shorten(text)) <= MAX_VALUE
    assert "\n" not in shorten(text)
    assert harmless(str(InputError(text)))
    assert not RAW.search(escape_line(text))


@given(OUTSIDE, st.integers(0, 40))
def test_an_answer_in_pieces_is_as_clean_as_a_whole_one(text: str, cut: int) -> None:
    stream = StreamCleaner()
    pieces = [stream.feed(text[:cut]), stream.feed(text[cut:]), stream.finish()]
    assert "".join(pieces) == clean_answer(text)
    assert harmless("".join(pieces))


@given(OUTSIDE)
def test_json_is_whole_and_shows_no_terminal_anything(text: str) -> None:
    line = json_line({"title": text})
    assert harmless(line)
    assert "\n" not in line
    told = json.loads(line)["title"]
    paired = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    assert told == paired or "\ufffd" in told


@given(OUTSIDE)
def test_every_way_to_print_a_line_cleans_it(text: str) -> None:
    out, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        terminal.print_line(text)
        terminal.print_heading(text)
        terminal.print_state(text, text, "green", text)
        terminal.print_error(text)
        terminal.print_json({text: text})
        terminal.print_event("notice", message=text)
    assert harmless(out.getvalue() + errors.getvalue())


@pytest.mark.parametrize(
    "arguments",
    [
        ("{}",),
        ("describe", "{}"),
        ("describe", "no.png", "--question", "{}"),
        ("describe", "no.png", "--json", "--model", "{}"),
        ("describe", "no.png", "--seed", "{}"),
        ("read", "{}", "--json"),
        ("find", "{}", "{}"),
        ("trigger", "{}"),
        ("trigger", "question", "{}"),
        ("settings", "get", "{}"),
        ("settings", "set", "voice", "{}"),
        ("settings", "set", "{}", "x"),
        ("models", "path", "{}"),
        ("models", "verify", "{}"),
        ("report", "/nonexistent/{}"),
    ],
    ids=" ".join,
)
def test_whatever_is_typed_the_answer_is_one_clean_sentence(arguments: tuple[str, ...]) -> None:
    for text in ("\x1b]0;owned\x07\u202egnp.exe\x9b2J\udcff" + "x" * 5000, "-\x1b[31m\u2066{x}%s\r\x9d"):
        out, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
            assert main.main([each.replace("{}", text) for each in arguments])
        shown = out.getvalue() + errors.getvalue()
        assert harmless(shown), repr(shown)
        # What a program reads is whole; a person is told the beginning and the end.
        assert "--json" in arguments or len(shown) < 3000, len(shown)
