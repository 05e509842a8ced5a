"""What is left of text from outside: everything that says something, and nothing that commands or fools anybody."""

from __future__ import annotations

import itertools
import json
import random
import time
from pathlib import Path

import pytest

from edge_assistant.system.errors import InputError
from edge_assistant.system.i18n import tr, tr_count
from edge_assistant.system.text_cleaning import (
    MAX_MESSAGE,
    MAX_VALUE,
    StreamCleaner,
    Unshortened,
    clean,
    clean_answer,
    clean_message,
    escape,
    escape_line,
    json_line,
    one_line,
    shorten,
)

PERSIAN = "می\u200cخواهم"
FAMILY = "👨\u200d👩\u200d👧 ❤\ufe0f"
SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
CASES = {
    "plain text": ("Größe – 日本 ☂\n\tשלום", "Größe – 日本 ☂\n\tשלום"),
    "joiners are text": (f"{PERSIAN} {FAMILY}", f"{PERSIAN} {FAMILY}"),
    "the flag of a land within a country stays": (f"{SCOTLAND} 🏴 ", f"{SCOTLAND} 🏴 "),
    "a flag without an end, and tags without a flag": (f"{SCOTLAND[:-1]}a{SCOTLAND[1:]}", "🏴a"),
    "a flag that hides a message": (SCOTLAND[:-1] + SCOTLAND[1:], "🏴"),
    "two halves of what nobody sees": ("a\udb40\udc41b\ud83f\udffe", "ab\ufffd"),
    "soft hyphens and private characters stay": ("Do\u00adnau \ue000", "Do\u00adnau \ue000"),
    "single marks of direction stay": ("a\u200eb\u200fc\u061c", "a\u200eb\u200fc\u061c"),
    "colours": ("\x1b[1;31mred\x1b[0m", "red"),
    "an escape of one byte": ("a\x9b2Jb", "ab"),
    "a title of the terminal": ("a\x1b]0;evil\x07b\x1b]2;more\x1b\\c\x9d0;still\x9cd", "abcd"),
    "a link of the terminal": ("\x1b]8;;http://example.org\x1b\\here\x1b]8;;\x1b\\", "here"),
    "a device's string": ("a\x1bP1$rq\x1b\\b\x1b_pay\x1b\\c\x1b^load\x1b\\d\x1bXx\x1b\\e", "abcde"),
    "other escapes": ("a\x1b(Bb\x1b7c\x1bcd", "abcd"),
    "an escape that is not closed": ("a\x1b]0;the rest stays", "a0;the rest stays"),
    "an escape at the end": ("a\x1b", "a"),
    "an escape in an escape": ("a\x1b[\x1b[31mb", "ab"),
    "controls": ("a\x00b\x07c\x08d\x7fe\x80f", "abcdef"),
    "line ends": ("a\r\nb\rc\x85d\u2028e\u2029f\x0bg\x0ch", "a\nb\nc\nd\ne\nf\ng\nh"),
    "half characters": ("a\ud83db\udcffc", "a\ufffdb\ufffdc"),
    "two halves": ("\ud83d\ude00", "😀"),
    "no characters": ("a\ufdd0b\uffffc\U0001fffed", "a\ufffdb\ufffdc\ufffdd"),
    "what nobody sees": ("\ufeffa\u200bb\u2060c\U000e0041d\ufff9e\u206ff", "abcdef"),
    "an override that is not closed": ("a\u202egpj.exe", "agpj.exe"),
    "one that is": ("a\u202ebc\u202cd", "a\u202ebc\u202cd"),
    "an end without a beginning": ("a\u202cb\u2069c", "abc"),
    "an isolate that is closed": ("\u2068Title\u2069 — Browser", "\u2068Title\u2069 — Browser"),
    "an override in an isolate": ("\u2066a\u202eb\u2069c\u202c", "\u2066ab\u2069c"),
    "the wrong end": ("\u202ea\u2069b\u202cc", "\u202eab\u202cc"),
    "an override that the line ends": ("\u202ea\nb\u202cc", "a\nbc"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_says_something_is_kept_and_what_commands_is_not(case: str) -> None:
    text, kept = CASES[case]
    assert clean(text) == kept
    assert clean(kept) == kept, "cleaning again changes something"


@pytest.mark.parametrize("case", CASES)
def test_an_answer_is_the_same_however_it_is_cut(case: str) -> None:
    text, _ = CASES[case]
    for cut in range(len(text) + 1):
        stream = StreamCleaner()
        assert stream.feed(text[:cut]) + stream.feed(text[cut:]) + stream.finish() == clean_answer(text)
    stream = StreamCleaner()
    assert "".join([*map(stream.feed, text), stream.finish()]) == clean_answer(text)


def test_words_of_an_answer_do_not_wait() -> None:
    stream = StreamCleaner()
    assert stream.feed("A red") == "A red"
    assert stream.feed(" 👨\u200d") == " 👨\u200d"
    assert stream.feed("👩\n") == "👩\n"


def test_any_mixture_is_clean_at_once_and_for_any_reader() -> None:
    chance = random.Random(1)
    parts = [*"a \n\t\x1b[]0;31mP\\\x07\x9b\x9c\x9d\r", *"\u202e\u202c\u2066\u2069\u200c\ufeff\ud83d\ude00\udcff\uffff"]
    for _ in range(500):
        text = "".join(chance.choices(parts, k=chance.randrange(30)))
        once = clean(text)
        assert clean(once) == once
        assert not set(once) & set("\x1b\x07\x9b\x9c\x9d\r\ufeff\uffff")
        assert all(once.count(begin) == once.count(end) for begin, end in ("\u202e\u202c", "\u2066\u2069"))
        once.encode()
        assert clean(json.loads(json_line([text]))[0]) == once


HOSTILE = {
    "begun strings": "\x1b]" * 20_000,
    "one-byte strings": "\x9d" * 40_000,
    "a number without an end": "\x1b[" + "0" * 40_000,
    "blanks behind an escape": "\x1b" + " " * 40_000,
    "strings that do not end": ("\x1b]" + "a" * 999) * 40,
    "overrides": "\u202e" * 40_000,
    "the wrong ends": "\u202e" * 20_000 + "\u2069" * 20_000,
    "isolates": "\u2066" * 20_000 + "\u2069" * 20_000,
    "halves": "\ud83d" * 40_000,
    "begun flags": SCOTLAND[:-1] * 6_000,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_text_costs_no_more_than_its_length(case: str) -> None:
    """Some hundredths of a second each; where each place looked at all others it would be minutes."""
    start = time.process_time()
    text = HOSTILE[case]
    stream = StreamCleaner()
    for work in (clean, stream.feed, json_line, escape):
        work(text)
    assert time.process_time() - start < 5


def test_a_megabyte_becomes_short_at_once() -> None:
    start = time.process_time()
    for text in ("x" * 1_000_000, "\x1b]0;" + "y" * 1_000_000, "\0" * 1_000_000, "\u202e" * 1_000_000):
        assert len(shorten(text)) <= MAX_VALUE
        assert len(clean_message(text)) <= MAX_MESSAGE
        assert "…" in shorten(text)
        assert clean_message(text).endswith("…")
        assert shorten(shorten(text)) == shorten(text)
        assert clean_message(clean_message(text)) == clean_message(text)
    assert time.process_time() - start < 1


def test_beginning_and_end_of_a_long_name_are_kept() -> None:
    name = shorten("holiday " * 100 + "in Rome.png")
    assert name.startswith("holiday holiday")
    assert name.endswith("in Rome.png")
    assert len(name) == MAX_VALUE
    assert shorten("\u202e" + "a" * 160 + "\u202c" + "b" * 140) == "a" * 148 + "…" + "b" * 50


def test_a_name_is_one_line() -> None:
    assert one_line("two\nlines\tand\r\nmore") == "two lines and more"


def test_values_in_sentences_are_clean_and_short() -> None:
    sentence = tr("There is no file {name}.", name="evil\x1b]0;x\x07\u202e\nname")
    assert sentence == "There is no file evil name."
    assert len(tr("There is no file {name}.", name=Path("x" * 5000))) < 300
    assert len(tr("There is no file {name}.", name=OSError("x" * 5000))) <= MAX_MESSAGE + 20
    many = tr_count("{number} file in {folder}", "{number} files in {folder}", 2, folder="\x9b31mred")
    assert many == "2 files in red"


def test_sentences_in_sentences_are_whole() -> None:
    inner = tr("Others have access to the folder {folder}. Make it private, or remove it.", folder="a" * 300)
    assert len(inner) > MAX_VALUE
    assert inner in tr("{error} The old settings stay.", error=inner)
    assert inner in tr("{error} The old settings stay.", error=InputError(inner))
    question = Unshortened("What is this?\n" * 100)
    assert question in tr("You: {question}", question=question)


def test_an_error_is_clean_whatever_it_quotes() -> None:
    assert str(InputError("no\x1b[2J good\udcff")) == "no good\ufffd"


def test_json_says_all_and_shows_nothing_raw() -> None:
    text = "\x1b[31m\x9b\x7f\u202e\u2028\ufeff\U000e0041 ü\u200c😀"
    line = json_line({"text": text, "number": 1.5})
    assert json.loads(line) == {"text": text, "number": 1.5}
    assert not set(line) & set("\x1b\x9b\x7f\u202e\u2028\ufeff\U000e0041")
    assert "ü\u200c😀" in line
    assert json.loads(json_line("\udcff")) == "\ufffd"


def test_logs_show_what_it_was() -> None:
    assert escape("a\x1b[31m\n\t\udcff\u202e") == "a\\x1b[31m\n\t\\udcff\\u202e"
    assert escape_line("a\nb") == "a\\nb"


def test_every_control_character_and_half_is_left_out() -> None:
    for code in itertools.chain(range(0x20), range(0x7F, 0xA0), range(0xD800, 0xE000)):
        kept = clean(f"a{chr(code)}b")
        assert kept.encode().decode() == kept
        assert kept in ("ab", "a\nb", "a\tb", "a\ufffdb", "a")
