"""A signal that came is never forgotten."""

from __future__ import annotations

import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from edge_assistant.system import signals

# Windows has no SIGHUP, and a SIGBREAK besides.
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]


@pytest.fixture(autouse=True)
def _own_state(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(signals._State, "arrived", False)
    monkeypatch.setattr(signals._State, "raising", False)
    monkeypatch.setattr(signals._State, "lost", False)
    monkeypatch.setattr(signals._State, "waker", None)
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    signal.set_wakeup_fd(-1)
    if signals._State.waker is not None:
        signals._State.waker.close()
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_interrupts_and_is_remembered(number: signal.Signals) -> None:
    signals.install()
    with pytest.raises(KeyboardInterrupt), signals.raise_interrupts():
        signal.raise_signal(number)
    assert signals.arrived()
    signal.raise_signal(number)  # and the next one disturbs nobody


def test_a_signal_that_came_before_it_may_interrupt_does_so_then() -> None:
    signals.install()
    signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), signals.raise_interrupts():
        pytest.fail("the block must not begin")


def test_a_signal_while_a_class_is_made_interrupts_as_any_other() -> None:
    class Meddler:
        def __set_name__(self, owner: type, name: str) -> None:
            signal.raise_signal(signal.SIGINT)

    signals.install()
    with pytest.raises(KeyboardInterrupt), signals.raise_interrupts():
        type("Made", (), {"field": Meddler()})


class Finalized:
    """What a finalizer raises is swallowed, as in the callbacks of imports."""

    def __init__(self, error: Callable[[], object]) -> None:
        self._error = error

    def __del__(self) -> None:
        self._error()


def test_a_signal_that_python_swallows_interrupts_soon_and_quietly(
    capsys: pytest.CaptureFixture[str],
) -> None:
    signals.install()
    before = sys.unraisablehook
    swallowed = []
    began = time.monotonic()

    def be_signalled() -> None:
        made = Finalized(lambda: signal.raise_signal(signal.SIGTERM))
        del made
        swallowed.append(True)
        time.sleep(30)

    with pytest.raises(KeyboardInterrupt), signals.raise_interrupts():
        be_signalled()
    assert swallowed
    assert time.monotonic() - began < 20, "the main thread was not woken"
    assert sys.unraisablehook is before
    assert capsys.readouterr().err == ""


def test_a_swallowed_signal_is_not_lost_on_a_machine_so_busy_that_the_callback_lasts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = threading.Thread.start

    def start_slowly(self: threading.Thread) -> None:
        start(self)
        time.sleep(0.2)  # still in Python's own callback

    monkeypatch.setattr(threading.Thread, "start", start_slowly)
    signals.install()
    swallowed = []

    def be_signalled() -> None:
        finalized = Finalized(lambda: signal.raise_signal(signal.SIGTERM))
        del finalized
        swallowed.append(True)
        time.sleep(30)

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), signals.raise_interrupts():
        be_signalled()
    assert swallowed
    assert time.monotonic() - began < 20, "the main thread was not woken"


def test_other_swallowed_errors_are_told_as_always(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda what: told.append(what.exc_type))
    signals.install()
    with signals.raise_interrupts():
        made = Finalized(lambda: 1 // 0)
        del made
    assert told == [ZeroDivisionError]


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(RuntimeError, match="else"), signals.raise_interrupts():
        raise RuntimeError("something else") from ValueError()


def test_a_signal_can_be_only_remembered() -> None:
    signals.install()
    with signals.raise_interrupts():
        signals.stop_raising()
    assert not signals.arrived()
    signal.raise_signal(signal.SIGINT)
    assert signals.arrived()


def test_a_signal_can_call_something_and_one_that_came_before_does_so_at_once() -> None:
    calls: queue.SimpleQueue[int] = queue.SimpleQueue()
    signals.install()
    signals.on_signal(lambda: calls.put(1))
    assert calls.empty()
    signal.raise_signal(signal.SIGTERM)
    assert calls.get(timeout=10) == 1
    signal.raise_signal(signal.SIGINT)
    assert calls.get(timeout=10) == 1
    signals.on_signal(lambda: calls.put(2))
    assert calls.get(timeout=10) == 2


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no thread can be chosen here")
def test_a_signal_that_another_thread_takes_is_not_lost_on_a_main_thread_that_waits() -> None:
    """What the system does where several come at once; Python's own handler then waits for the main thread."""
    program = """
import os, signal, threading, time
from edge_assistant.system import signals
signals.install()
came = threading.Event()
signals.on_signal(came.set)
def take():
    time.sleep(0.2)
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)
    time.sleep(60)
threading.Thread(target=take, daemon=True).start()
came.wait()
os._exit(3 if signals.arrived() else 4)
"""
    assert subprocess.run([sys.executable, "-c", program], timeout=50, check=False).returncode == 3
