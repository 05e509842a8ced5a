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
