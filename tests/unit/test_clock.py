"""A clock that is set, or that jumps, changes nothing: durations are measured with clocks that cannot be set."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from support.source_trees import nodes

# Each asks for the time of day; which day it is measures no duration.
_TIMES_OF_DAY = {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today"}


def times_of_day(source: str) -> list[str]:
    """The calls, and uses as a default, of clocks that can be set."""
    found = []
    for node in nodes(source):
        if isinstance(node, ast.Attribute):
            name = ".".join(ast.unparse(node).split(".")[-2:])
            if name in _TIMES_OF_DAY:
                found.append(f"line {node.lineno}: {name}")
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            found += [
                f"line {node.lineno}: time.{each.name}" for each in node.names if f"time.{each.name}" in _TIMES_OF_DAY
            ]
    return found


def test_no_duration_is_measured_with_a_clock_that_can_be_set(repository: Path) -> None:
    package = repository / "edge_assistant"
    found = {
        str(path.relative_to(package)): times
        for path in sorted(package.rglob("*.py"))
        if (times := times_of_day(path.read_text(encoding="utf-8")))
    }
    assert not found


@pytest.mark.parametrize(
    "source", ["import time\ntime.time()", "from time import time", "f(clock=time.time)", "datetime.datetime.now()"]
)
def test_such_a_clock_is_found(source: str) -> None:
    assert times_of_day(source)


def test_other_clocks_are_not_complained_about() -> None:
    assert not times_of_day("import time\ntime.monotonic(), time.perf_counter(), state.time")
