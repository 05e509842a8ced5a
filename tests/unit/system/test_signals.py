"""A signal that came is never forgotten, and interrupts nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from support.platforms import POSIX_SIGNALS, lacks
from support.waiting import PATIENCE

from edge_assistant.system.signals import Signals

# Windows has no SIGHUP, and a SIGBREAK besides.
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]


@pytest.fixture
def signals() -> Iterator[Signals]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    made = Signals()
    made.install()
    yield made
    made.close()
    for number, handler in before.items():
        signal.signal(number, handler)


def waiting(signals: Signals) -> threading.Thread:
    thread = threading.Thread(target=signals.wait, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_that_came_before_ends_the_wait_and_only_one(signals: Signals, number: signal.Signals) -> None:
    signal.raise_signal(number)
    signals.wait()
    thread = waiting(signals)
    thread.join(0.05)
    assert thread.is_alive(), "nothing came since"
    signal.raise_signal(number)
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_signals_that_came_together_end_one_wait(signals: Signals) -> None:
    for number in SIGNALS:
        signal.raise_signal(number)
    signals.wait()
    thread = waiting(signals)
    thread.join(0.05)
    assert thread.is_alive()
    signals.wake()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_wait_can_be_forgotten_and_has_an_end(signals: Signals) -> None:
    signals.wait(0)
    signals.wait(0.01)
    signal.raise_signal(signal.SIGINT)
    signals.wait(0)
    thread = waiting(signals)
    thread.join(0.05)
    assert thread.is_alive(), "the signal was taken by the wait that did not wait"
    signals.wake()
    thread.join(PATIENCE)


def test_what_is_closed_can_still_be_woken(signals: Signals) -> None:
    signals.close()
    signals.wake()
    signal.raise_signal(signal.SIGTERM)  # and signals disturb nobody


def test_a_signal_while_python_ends_disturbs_nobody_either() -> None:
    program = """
import signal
from edge_assistant.system.signals import Signals
class Last:
    def __del__(self, send=signal.raise_signal, number=signal.SIGINT):
        send(number)
signals = Signals()
signals.install()
signals.close()
signals.last = Last()
"""
    assert subprocess.run([sys.executable, "-c", program], timeout=50, check=False).returncode == 0


class Finalized:
    """What a finalizer raises is swallowed, as in the callbacks of imports."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


class Meddler:
    """What is raised here becomes the cause of another error."""

    def __set_name__(self, owner: type, name: str) -> None:
        signal.raise_signal(signal.SIGINT)


def test_a_signal_in_the_middle_of_python_s_own_work_is_not_lost(signals: Signals) -> None:
    Finalized()
    signals.wait()
    type("Made", (), {"field": Meddler()})
    signals.wait()


@lacks(POSIX_SIGNALS)
def test_a_signal_that_another_thread_takes_is_not_lost_on_a_main_thread_that_waits() -> None:
    """What the system does where several come at once; Python's own handler then waits for the main thread."""
    program = """
import os, signal, threading, time
from edge_assistant.system.signals import Signals
signals = Signals()
signals.install()
def take():
    time.sleep(0.2)
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)
    time.sleep(60)
threading.Thread(target=take, daemon=True).start()
signals.wait()
os._exit(3)
"""
    assert subprocess.run([sys.executable, "-c", program], timeout=50, check=False).returncode == 3
