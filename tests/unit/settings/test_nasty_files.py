"""Tests of broken settings files: each gives one sentence, stays as it was, and nothing blocks."""

from __future__ import annotations

import errno
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.platforms import DEVICES, lacks

from edge_assistant.cli import main
from edge_assistant.controller.settings_applier import reload_settings
from edge_assistant.settings import schema
from edge_assistant.settings.schema import MAX_BYTES, Settings, from_toml, load, with_values
from edge_assistant.settings.store import load_or_back_up, save
from edge_assistant.system import file_retry
from edge_assistant.system.errors import InputError, UsageError
from edge_assistant.system.toml_reader import file_problem

_LONGEST_SENTENCE = 600

DOCUMENTS = {
    "brackets 5,000 deep": "a = " + "[" * 5000,
    "brackets 5,000 deep over many lines": "a = " + "[\n" * 5000,
    "tables 4,000 deep": "a = " + "{a = " * 1000,
    "an integer of 6,000 digits": "rate = " + "9" * 6000,
    "an integer of 4,400 digits": "rate = " + "9" * 4400,
    "an integer that C has not": "rate = 99999999999999999999999999",
    "a dotted key of 30,000 parts": "a." * 30_000 + "b = 1",
    "a name of 4,900 characters": "n" * 4900 + " = 1",
    "a name of 4,900 characters twice": ("n" * 4900 + " = 1\n") * 2,
    "a text of 5,000 characters over lines": 'voice = """' + ("v" * 99 + "\n") * 50 + '"""',
    "a text of a million characters": 'voice = "' + "v" * 1_000_000 + '"',
    "control characters in a text": 'voice = "\\u001b]0;x\\u0007"',
    "a zero byte in a text": 'weights_folder = "/a\\u0000b"',
    "a control character of Unicode": 'camera = "\\u009b31m"',
    "half a character": 'voice = "\\ud800"',
    "a zero byte": "rate = 180\0",
    "nothing but zero bytes": "\0" * 100,
    "an escape sequence in a name": '"\\u001b[2J" = 1',
    "a date": "rate = 1979-05-27",
    "a time that is none": "rate = 99:99:99",
    "no number": "rate = nan",
    "infinity": "volume = inf",
    "a fraction": "rate = 180.0",
    "a table for a value": "[rate]\nx = 1",
    "a value for a table": "hotkeys = 3",
    "tables for keys": "[hotkeys.window]\nx = 1",
    "an array of tables": "[[hotkeys]]\nwindow = 'super+F1'",
    "a table twice": "[hotkeys]\n[hotkeys]\n",
    "a value twice": "rate = 180\nrate = 180\n",
    "a key of many parts": "[hotkeys]\nwindow = '" + "x+" * 1500 + "'",
    "a language of many parts": "language = '" + "aaa-" * 900 + "'",
    "bytes that are no text": b"voice = '\xff\xfe'",
    "UTF-16": "rate = 180".encode("utf-16"),
}


@pytest.fixture
def path() -> Path:
    path = schema.path()
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_that_cannot_be_is_one_sentence_and_stays(
    document: str | bytes, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = document if isinstance(document, bytes) else document.encode()
    path.write_bytes(content)

    with pytest.raises(UsageError) as failure:
        load(path)
    sentence = str(failure.value)
    assert str(path) in sentence
    assert len(sentence) < len(str(path)) + _LONGEST_SENTENCE
    with pytest.raises(UsageError):
        save(path, with_values(Settings(), {"rate": 180}))
    old = with_values(Settings(), {"volume": 70})
    assert reload_settings(path, old) == (old, f"{sentence} The old settings stay.")
    for command in (["list"], ["get", "rate"], ["set", "rate", "180"]):
        assert main.main(["settings", *command]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert "Traceback" not in told.err
    assert path.read_bytes() == content

    found, sentence = load_or_back_up(path)
    (aside,) = path.parent.iterdir()
    assert (found, aside.read_bytes()) == (Settings(), content)
    assert aside.name in sentence


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("volume = 70\nrate = fast\n", "line 2 is not valid"),
        ('voice = "Anna\n', "line 1 is not valid"),
        ("camera = [\n", "its end is missing"),
    ],
)
def test_what_is_no_toml_is_told_without_a_programmers_words(text: str, reason: str, path: Path) -> None:
    path.write_text(text)
    with pytest.raises(UsageError) as failure:
        load(path)
    assert str(failure.value) == f"The settings file {path} cannot be read: {reason}. Fix it or delete it."


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _link_to_a_pipe(path: Path) -> None:
    _pipe(path.with_name("pipe"))
    path.symlink_to("pipe")


def _large(path: Path) -> None:
    path.write_text("# large\n" * (MAX_BYTES // 8 + 1))


@lacks(DEVICES)
@pytest.mark.parametrize("make", [_pipe, _link_to_a_pipe, Path.mkdir, _large])
def test_what_is_no_ordinary_file_is_never_waited_for(make: Callable[[Path], None], path: Path) -> None:
    make(path)
    found: list[object] = []

    def use() -> None:
        for call in (load, lambda path: save(path, Settings())):
            try:
                found.append(call(path))
            except UsageError as error:
                found.append(error)
        found.append(load_or_back_up(path))

    thread = threading.Thread(target=use, daemon=True)  # one that waits must not hang the tests
    thread.start()
    thread.join(10)
    assert not thread.is_alive(), "it waits for the file"
    refused, unsaved, (chosen, sentence) = found  # type: ignore[misc]
    assert isinstance(refused, UsageError)
    assert isinstance(unsaved, UsageError)
    assert chosen == Settings()
    assert "renamed to" in sentence
    assert not os.path.lexists(path)


def test_a_byte_order_mark_and_old_line_ends_are_text(path: Path) -> None:
    path.write_bytes("\ufeffrate = 180\r\n# mine\rvolume = 70\r\n".encode())
    assert load(path) == with_values(Settings(), {"rate": 180, "volume": 70})
    save(path, with_values(load(path), {"rate": 200}))
    assert path.read_bytes() == b"rate = 200\n# mine\nvolume = 70\n"


@pytest.mark.parametrize("mark", ["\x85", "\u2028", "\u2029"])
def test_characters_that_are_line_ends_elsewhere_stay_in_a_comment(mark: str, path: Path) -> None:
    mine = f"# my{mark}own words\n"
    path.write_text(mine, encoding="utf-8")
    save(path, with_values(Settings(), {"rate": 180}))
    assert path.read_text(encoding="utf-8").startswith(mine)
    assert load(path).rate == 180


def test_what_could_not_be_read_again_is_not_written(path: Path) -> None:
    path.write_text("# full\n" * (MAX_BYTES // 7))
    before = path.read_bytes()
    with pytest.raises(UsageError):
        save(path, with_values(Settings(), {"rate": 180}))
    assert path.read_bytes() == before


def test_settings_where_no_folder_can_be_are_the_usual_ones(tmp_path: Path) -> None:
    (tmp_path / "null").touch()
    assert load(tmp_path / "null/.config/settings.toml") == Settings()
    assert load_or_back_up(tmp_path / "null/.config/settings.toml") == (Settings(), "")


def test_a_value_of_bytes_that_are_no_text_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["settings", "set", "weights_folder", "/weights\udcff"]) == 2
    assert capsys.readouterr().err == "weights_folder contains characters that are not text.\n"


def test_a_file_that_another_program_has_open_is_said_so_and_not_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("rate = 180\n")

    def refuse(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))  # as Windows' C library does

    monkeypatch.setattr(file_retry, "is_in_use", lambda error: isinstance(error, PermissionError))
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        with pytest.raises(InputError, match="is in use by another program") as failure:
            schema.load(path)
        assert failure.value.code == "in-use"
        old = with_values(Settings(), {"volume": 70})
        assert reload_settings(path, old) == (old, f"{failure.value} The old settings stay.")
        settings, sentence = load_or_back_up(path)
    assert settings == Settings()
    assert str(path) in sentence
    assert [each.read_text() for each in tmp_path.iterdir()] == ["rate = 180\n"]


NAMES = st.sampled_from(["rate", "voice", "language", "threads", "hotkeys", "questions", "window", "x", '"a.b"'])
VALUES = st.recursive(
    st.one_of(
        st.integers(-(10**25), 10**25).map(str),
        st.floats().map(lambda number: str(number).replace("e", "e+") if "e+" not in str(number) else str(number)),
        st.booleans().map(lambda value: str(value).lower()),
        st.text(max_size=8).map(json.dumps),
        st.sampled_from(["'ctrl+c'", "1979-05-27", "07:32:00", "''", '"""a\nb"""', "[", "}", "nan", "0x" + "f" * 5000]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(st.tuples(NAMES, inner), max_size=3).map(
            lambda items: "{" + ", ".join(f"{name} = {value}" for name, value in items) + "}"
        ),
    ),
    max_leaves=6,
)
LINES = st.one_of(
    st.tuples(NAMES, VALUES).map(" = ".join),
    NAMES.map(lambda name: f"[{name}]"),
    NAMES.map(lambda name: f"[[{name}]]"),
    st.text(max_size=10),
)


@given(st.lists(LINES, max_size=5).map("\n".join))
@hypothesis.settings(max_examples=60)
def test_whatever_a_file_holds_it_is_settings_or_one_sentence(text: str) -> None:
    try:
        from_toml(text)
        return
    except (UsageError, ValueError) as error:
        sentence = str(error) if isinstance(error, UsageError) else file_problem(error)
    assert 0 < len(sentence) < _LONGEST_SENTENCE
    assert "\n" not in sentence
