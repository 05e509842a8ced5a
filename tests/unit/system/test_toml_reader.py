from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator

import pytest

from edge_assistant.system.toml_reader import parse_toml


@pytest.fixture
def little_memory() -> Iterator[None]:
    """What would take gigabytes fails instead of filling the computer."""
    if sys.platform == "win32":  # which has no such limit
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (6_000_000_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 5000,
        "a = " + "{a=" * 5000,
        "a" + ".a" * 60_000 + " = 1",
        "[" + "a . " * 40_000 + "a]",
        "a = {a" + ".a" * 60_000 + " = 1}",
        'x = 1\n"a"' + ".'b'" * 40_000 + " = 1",
    ],
)
def test_what_is_nested_beyond_all_use_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        parse_toml(text)


def test_a_number_of_thousands_of_digits_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="a number in it is too large"):
        parse_toml("a = " + "9" * 6000)


def test_what_is_no_toml_says_where() -> None:
    with pytest.raises(tomllib.TOMLDecodeError, match="line 1"):
        parse_toml("a 1\nb = 2")


def test_usual_text_is_read_as_it_is() -> None:
    text = 'a.b."c d" = "1.2.3.4 www.example.org a.b.c.d"\n[x.y]\nz = [1, 2.5]\n' + "".join(
        f"k{n} = {n}\n" for n in range(500)
    )
    assert parse_toml(text) == tomllib.loads(text)
