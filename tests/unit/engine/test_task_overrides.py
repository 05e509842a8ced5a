"""Tests of writing a person's own file of the task table: what is there stays, and nothing impossible is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.platforms import LINKS, lacks

from edge_assistant.engine.task_overrides import write_overrides
from edge_assistant.engine.task_table import load_table
from edge_assistant.system.errors import InputError, UsageError

OWN = """# mine
qwen3-vl.glance.max_tokens = 150  # enough

[demo]
# for fun
de.system = "Hallo."

["qwen3-vl".'question'.instruct]
temperature = 0.6 # warm
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "tasks.toml"


def test_a_new_file_gets_a_head_and_the_entries(path: Path) -> None:
    write_overrides(path, {"qwen3-vl.question.instruct.temperature": 0.4, "qwen3-vl.de.system": "Kurz."})
    assert path.read_text(encoding="utf-8").startswith("# Your changes")
    table = load_table(path)
    assert table.problem == ""
    settings = table.settings("qwen3-vl", "question", "instruct", "de")
    assert settings.sampling.temperature == 0.4
    assert settings.system.startswith("Kurz. ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("qwen3-vl.glance.max_tokens", 99),
        ("qwen3-vl.glance.grace_tokens", 9),
        ("qwen3-vl.glance.instruct.top_k", 9),
        ("qwen3-vl.detail.image_tokens", 600),
        ("qwen3-vl.question.instruct.temperature", 0.5),
        ("qwen3-vl.question.instruct.presence_penalty", 0),
        ("qwen3-vl.question.instruct.de.prompt", "{question} Auf Deutsch."),
        ("qwen3-vl.question.max_tokens", 400),
        ("qwen3-vl.system", "New."),
        ("demo.de.system", "Servus."),
        ("demo.de.language_rule", ""),
        ("demo.read.may_be_empty", True),
        ("qwen3-vl.thinking.end_of_thinking", "\n</think>\n\n"),
    ],
)
def test_each_entry_finds_its_place_in_a_file_that_somebody_wrote(path: Path, name: str, value: object) -> None:
    path.parent.mkdir()
    path.write_text(OWN, encoding="utf-8")
    write_overrides(path, {name: value})  # type: ignore[dict-item]
    text = path.read_text(encoding="utf-8")
    for kept in ("# mine", "# enough", "# for fun", "# warm"):
        assert kept in text
    expected = dict(load_table(None).with_entries({"qwen3-vl.glance.max_tokens": 150, "demo.de.system": "Hallo.",
                                                   "qwen3-vl.question.instruct.temperature": 0.6}).entries)  # fmt: skip
    *where, entry = name.split(".")
    changed = load_table(path)
    assert changed.problem == ""
    for key in {*expected, *changed.entries}:
        wanted = dict(expected.get(key, {}))
        if str(key) == ".".join(where):
            wanted[entry] = value  # type: ignore[assignment]
        assert dict(changed.entries.get(key, {})) == wanted


@pytest.mark.parametrize(
    "entries",
    [
        {"qwen3-vl.question.temprature": 1},
        {"llava.system": "x"},
        {"system": "x"},
        {"": 1},
        {"qwen3-vl.peek.system": "x"},
        {"qwen3-vl.de.glance.system": "x"},
        {"qwen3-vl.thinking.temperature": 0},
        {"qwen3-vl.glance.min_image_tokens": 4000},
        {"qwen3-vl.glance.max_tokens": 10, "demo.max_tokens": "x"},
    ],
)
def test_what_is_not_possible_is_refused_and_the_file_stays(path: Path, entries: dict[str, str | int]) -> None:
    path.parent.mkdir()
    path.write_text(OWN, encoding="utf-8")
    with pytest.raises(UsageError, match=r"^The file .* cannot be changed: "):
        write_overrides(path, entries)
    assert path.read_text(encoding="utf-8") == OWN


def test_a_broken_file_is_not_touched(path: Path) -> None:
    path.parent.mkdir()
    for text in ("[demo", "[demo]\nfoo = 1", "languages = 1", "demo = 3"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(UsageError):
            write_overrides(path, {"demo.system": "x"})
        assert path.read_text(encoding="utf-8") == text


@lacks(LINKS)
def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    elsewhere = tmp_path / "dotfiles.toml"
    path.symlink_to(elsewhere)
    write_overrides(path, {"demo.system": "x"})
    assert path.is_symlink()
    assert 'system = "x"' in elsewhere.read_text(encoding="utf-8")


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        write_overrides(tmp_path, {"demo.system": "x"})
