"""A signal that came is never forgotten."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from edge_assistant import interrupt


@pytest.fixture(autouse=True)
def _own_state(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(interrupt._State, "arrived", False)
    monkeypatch.setattr(interrupt._State, "raising", True)
    monkeypatch.setattr(interrupt._State, "calls", None)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_interrupts_and_is_remembered(number: signal.Signals) -> None:
    interrupt.listen()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)
    assert interrupt.arrived()
    signal.raise_signal(number)  # and the next one disturbs nobody


def test_a_signal_can_be_only_remembered() -> None:
    interrupt.listen()
    interrupt.only_remember()
    assert not interrupt.arrived()
    signal.raise_signal(signal.SIGINT)
    assert interrupt.arrived()


def test_a_signal_can_call_something_and_one_that_came_before_does_so_at_once() -> None:
    calls: list[int] = []
    interrupt.listen()
    interrupt.call(lambda: calls.append(1))
    assert calls == []
    signal.raise_signal(signal.SIGTERM)
    signal.raise_signal(signal.SIGINT)
    assert calls == [1, 1]
    interrupt.call(lambda: calls.append(2))
    assert calls == [1, 1, 2]
