"""A signal ends every command: what it says of that, what it may still do, and its exit code."""

from __future__ import annotations

import argparse
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from support.waiting import PATIENCE, until

from edge_assistant.cli import command_output, main
from edge_assistant.cli.command import Command, CommandContext
from edge_assistant.cli.command_output import CommandOutput
from edge_assistant.system.errors import CancelledError
from edge_assistant.system.signals import Signals

Run = Callable[[argparse.Namespace, CommandContext], int]


@pytest.fixture
def signals() -> Iterator[Signals]:
    with closing(Signals()) as made:
        yield made


@pytest.fixture
def start(signals: Signals, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run a command as the main function does; `signals.wake` is as good as a signal while it runs."""

    def begin(command: Command, *arguments: str) -> int:
        parser = argparse.ArgumentParser()
        parser.add_argument("--json", action="store_true")
        parser.set_defaults(command=command)
        monkeypatch.setattr(main, "make_parser", lambda: parser)
        return main.main(arguments, signals)

    return begin


def stuck(signals: Signals) -> Run:
    """A command that is signalled at once, and heeds nothing."""

    def run(*_: object) -> int:
        signals.wake()
        threading.Event().wait(PATIENCE)
        return 0

    return run


def heeding(signals: Signals, then: Callable[[], int]) -> Run:
    """A command that is signalled at once, and does something more when that reaches it."""

    def run(_: object, context: CommandContext) -> int:
        signals.wake()
        until(lambda: context.cancellation.is_set)
        return then()

    return run


def raise_cancelled() -> int:
    raise CancelledError("Cancelled. Progress is kept.")


def test_a_command_that_heeds_nothing_is_left(
    start: Callable[..., int], signals: Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start(Command(stuck(signals))) == 130
    assert capsys.readouterr() == ("", "Cancelled.\n")


def test_every_question_is_told_to_be_cancelled(
    start: Callable[..., int], signals: Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start(Command(stuck(signals), lambda _: ("What?", "Where?")), "--json") == 130
    out, err = capsys.readouterr()
    events = [json.loads(line) for line in out.splitlines()]
    assert [(each["event"], each["stop"], each["question"]) for each in events] == [
        ("done", "cancelled", "What?"),
        ("done", "cancelled", "Where?"),
    ]
    assert err == ""


def test_without_questions_programs_are_told_of_an_error(
    start: Callable[..., int], signals: Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start(Command(stuck(signals)), "--json") == 130
    assert json.loads(capsys.readouterr().out) == {
        "event": "error", "index": 0, "code": "cancelled", "message": "Cancelled.",
    }  # fmt: skip


def test_what_the_command_says_of_the_cancel_is_told_once(
    start: Callable[..., int], signals: Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start(Command(heeding(signals, raise_cancelled), tidy_s=PATIENCE)) == 130
    assert capsys.readouterr().err == "Cancelled. Progress is kept.\n"


def test_a_command_may_complete_what_it_does(start: Callable[..., int], signals: Signals) -> None:
    tidied = threading.Event()

    def tidy() -> int:
        threading.Event().wait(0.4)
        tidied.set()
        return 0

    assert start(Command(heeding(signals, tidy), tidy_s=PATIENCE)) == 0
    assert tidied.is_set()


@pytest.mark.parametrize("tidy_s", [PATIENCE, None])
def test_a_command_that_ends_just_when_later_signals_are_forgotten_is_not_waited_for(
    tidy_s: float | None, start: Callable[..., int], signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    released, ended = threading.Event(), threading.Event()
    wait, wake = signals.wait, signals.wake

    def forget_late(timeout: float | None = None) -> None:
        if timeout == 0:
            released.set()
            assert ended.wait(PATIENCE)
        elif ended.is_set():
            pytest.fail("nothing will come any more")
        wait(timeout)

    def finish() -> int:
        assert released.wait(PATIENCE)
        monkeypatch.setattr(signals, "wake", lambda: (wake(), ended.set()))
        return 0

    monkeypatch.setattr(signals, "wait", forget_late)
    assert start(Command(heeding(signals, finish), tidy_s=tidy_s)) == 0


def test_the_output_is_made_before_the_cancel_reaches_the_command_which_then_needs_it_too(
    start: Callable[..., int], signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancelled_before: list[bool] = []
    contexts: list[CommandContext] = []

    def make_output(*arguments: Any) -> CommandOutput:
        cancelled_before.append(contexts[0].cancellation.is_set)
        return CommandOutput(*arguments)

    def run(_: object, context: CommandContext) -> int:
        contexts.append(context)
        return heeding(signals, raise_cancelled)(argparse.Namespace(), context)

    monkeypatch.setattr(command_output, "CommandOutput", make_output)
    assert start(Command(run, tidy_s=PATIENCE)) == 130
    assert cancelled_before == [False]


@pytest.mark.parametrize("tidy_s", [PATIENCE, None])
def test_a_second_signal_ends_it_although_it_tidies_up(
    tidy_s: float | None, start: Callable[..., int], signals: Signals
) -> None:
    released = threading.Event()

    def tidy() -> int:
        threading.Timer(0.4, signals.wake).start()
        released.wait(PATIENCE)
        return 0

    assert start(Command(heeding(signals, tidy), tidy_s=tidy_s)) == 130
    released.set()


def test_signals_that_come_together_are_one(start: Callable[..., int], signals: Signals) -> None:
    tidied = threading.Event()

    def tidy() -> int:
        signals.wake()
        signals.wake()
        threading.Event().wait(0.4)
        tidied.set()
        return 0

    start(Command(heeding(signals, tidy), tidy_s=PATIENCE))
    assert tidied.is_set()


def test_an_end_that_comes_together_with_signals_is_not_waited_for(
    start: Callable[..., int], signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What drops the signals that came with the first one drops the end's wake-up too."""
    wait, waits, released = signals.wait, list[float | None](), threading.Event()
    commands: list[threading.Thread] = []

    def wait_slowly(timeout: float | None = None) -> None:
        waits.append(timeout)
        if timeout == 0:
            released.set()
            commands[0].join(PATIENCE)
        wait(0.1 if timeout is None and len(waits) > 1 else timeout)

    def end() -> int:
        commands.append(threading.current_thread())
        released.wait(PATIENCE)
        return 0

    monkeypatch.setattr(signals, "wait", wait_slowly)
    assert start(Command(heeding(signals, end), tidy_s=None)) == 0
    assert waits == [None, 0]


def test_what_a_signal_is_meant_to_end_ends_as_it_would(
    start: Callable[..., int], signals: Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start(Command(heeding(signals, lambda: 0), tidy_s=None)) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("on_main_thread", [True, False])
def test_a_command_runs_beside_the_main_thread_unless_it_has_windows(
    on_main_thread: bool, start: Callable[..., int]
) -> None:
    threads: list[threading.Thread] = []

    def run(*_: object) -> int:
        threads.append(threading.current_thread())
        return 3

    assert start(Command(run, on_main_thread=on_main_thread)) == 3
    assert (threads == [threading.main_thread()]) == on_main_thread


def test_what_has_windows_is_ended_by_a_signal_too(start: Callable[..., int], signals: Signals) -> None:
    assert start(Command(heeding(signals, lambda: 0), tidy_s=None, on_main_thread=True)) == 0
