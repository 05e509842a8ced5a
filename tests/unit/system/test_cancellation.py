"""A cancellation reaches what polls it, what waits with it, and what is to be called."""

from __future__ import annotations

import threading
import time

import pytest
from support.waiting import PATIENCE

from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import CancelledError


def test_it_ends_a_wait_on_another_thread() -> None:
    cancellation = Cancellation()
    cancellation.check()
    cancellation.wait(0)
    threading.Timer(0.05, cancellation.set).start()
    began = time.monotonic()
    with pytest.raises(CancelledError):
        cancellation.wait(PATIENCE)
    assert time.monotonic() - began < PATIENCE
    assert cancellation.is_set
    with pytest.raises(CancelledError):
        cancellation.check()


def test_it_calls_only_within_the_block_and_at_once_where_it_was_set_before() -> None:
    cancellation = Cancellation()
    calls: list[str] = []
    with cancellation.calling(lambda: calls.append("too early")):
        pass
    with cancellation.calling(lambda: calls.append("within")), cancellation.calling(lambda: calls.append("both")):
        cancellation.set()
    assert calls == ["within", "both"]
    with cancellation.calling(lambda: calls.append("later")):
        assert calls == ["within", "both", "later"]
