"""The last problems kept for a report: the kind of each, and nothing that a record was given."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest

from edge_assistant.system.errors import InputError, run_safely
from edge_assistant.system.recent_problems import RecentProblems


@pytest.fixture
def problems() -> Iterator[RecentProblems]:
    handler, root = RecentProblems(), logging.getLogger()
    own = logging.getLogger("edge_assistant")
    level = own.level
    root.addHandler(handler)
    own.setLevel(logging.INFO)
    yield handler
    own.setLevel(level)
    root.removeHandler(handler)


def test_only_the_kind_of_an_error_is_kept(problems: RecentProblems, expect_log: Callable[[str], None]) -> None:
    expect_log("secret|a file failed")

    def fail(error: Exception) -> None:
        raise error

    run_safely(lambda: fail(InputError("secret.png is not a picture.", code="not-a-picture")), "a picture failed")
    run_safely(lambda: fail(OSError("secret")), "a file failed")
    logging.getLogger("edge_assistant.ocr.client").warning("it died: %s", "secret")
    logging.getLogger("other").warning("secret %s", "secret")
    logging.getLogger("edge_assistant.x").info("secret is no problem")
    first, second, third, fourth = problems.lines()
    assert first.endswith("%s: %s InputError (not-a-picture)")
    assert "ERROR edge_assistant.system.errors:" in second
    assert second.endswith("a file failed OSError")
    assert third.endswith("it died: %s")
    assert fourth.rpartition(":")[0].endswith("WARNING other")
    assert "secret" not in "".join(problems.lines())


def test_only_the_last_ones_are_kept(problems: RecentProblems, expect_log: Callable[[str], None]) -> None:
    expect_log("edge_assistant.n")
    for number in range(100):
        logging.getLogger(f"edge_assistant.n{number}").warning("x")
    assert len(problems.lines()) == 40
    assert "n99" in problems.lines()[-1]
