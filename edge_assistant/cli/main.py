"""The main function of the command line: parses the arguments, runs one command until a signal, and reports its end."""

from __future__ import annotations

import argparse
import os
import threading
from collections.abc import Sequence
from contextlib import closing
from functools import cached_property
from typing import TYPE_CHECKING

from edge_assistant.cli import commands
from edge_assistant.cli.command import Command
from edge_assistant.cli.exit_codes import CANCELLED, exit_code
from edge_assistant.cli.implied_command import with_describe
from edge_assistant.cli.parser import make_parser
from edge_assistant.system import logger, worker_bootstrap
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import AssistantError, CancelledError, UsageError, run_safely
from edge_assistant.system.i18n import tr, translate_libraries
from edge_assistant.system.signals import Signals

if TYPE_CHECKING:
    from edge_assistant.cli.command_output import CommandOutput

_STOP_TIMEOUT_S = 0.15
"""Seconds that every cancelled command has. Signals that come meanwhile are the same one: a terminal sends several."""

_PRINT_TIMEOUT_S = 0.15
"""Seconds to say that a command was cancelled: nobody may read the output."""

_THREAD_END_S = 1.0
"""Seconds that the thread of a command has to end once the command has ended: it takes none."""


def main(arguments: Sequence[str], signals: Signals | None = None) -> int:
    """Run one command; return its exit code, as in exit_codes. `signals` are those of the process, if installed."""
    _use_language_of_settings()
    logger.set_up_logging()
    with closing(signals or Signals()) as signals:
        return _CommandRun(arguments, signals).main()


class _CommandRun:
    """One run of a command, on a thread of its own, while the main thread waits for its end or for a signal; or the
    other way round. It is the command's CommandContext.
    """

    def __init__(self, arguments: Sequence[str], signals: Signals) -> None:
        self.cancellation = Cancellation()
        self._arguments = arguments
        self._signals = signals
        self._parsed = argparse.Namespace()
        self._questions: tuple[str, ...] = ()
        self._ended = threading.Event()
        self._exit_code = exit_code(AssistantError.kind)  # until the command says something else

    @cached_property
    def output(self) -> CommandOutput:
        """The output of events. Made when it is needed: `trigger` is to be quick."""
        from edge_assistant.cli.command_output import CommandOutput
        from edge_assistant.cli.output import JsonOutput, TextOutput

        as_json = getattr(self._parsed, "json", bool({"-j", "--json"} & set(self._arguments)))
        output = JsonOutput() if as_json else TextOutput(progress=getattr(self._parsed, "progress", True))
        return CommandOutput(output, self._questions, self.cancellation.set)

    def main(self) -> int:
        """Run; return the exit code. Raises SystemExit after --help and --version."""
        failure = run_safely(self._parse, "the arguments were refused") or run_safely(self._start, "a command failed")
        if failure is not None:
            self._fail(failure)
        elif self._command.on_main_thread:
            self._work()
            self._thread.join()
        elif self._watch():
            return CANCELLED
        else:
            # Python ends a thread that it finds at its own end by force, and aborts where there is no memory for that.
            self._thread.join(_THREAD_END_S)
        return self._exit_code

    @property
    def _command(self) -> Command:
        command: Command = self._parsed.command
        return command

    def _parse(self) -> None:
        with translate_libraries():
            parser = make_parser()
            self._parsed = parser.parse_args(with_describe(self._arguments, parser))
        _check_app_options(self._parsed)
        self._questions = self._command.questions(self._parsed)
        if self._questions:
            _ = self.output  # a signal during the imports that follow is to find it ready

    def _start(self) -> None:
        target, name = (self._watch_beside, "signals") if self._command.on_main_thread else (self._work, "command")
        self._thread = threading.Thread(target=target, name=name, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        try:
            failure = run_safely(self._call, "a command failed")
            if failure is not None:
                self._fail(failure)
        finally:
            self._ended.set()
            self._signals.wake()

    def _call(self) -> None:
        try:
            self._exit_code = self._command.run(self._parsed, self)
        except BrokenPipeError:  # nobody reads the output any more
            self._exit_code = CANCELLED

    def _fail(self, failure: AssistantError) -> None:
        self.output.fail(failure)
        self._exit_code = self.output.exit_code

    def _watch(self) -> bool:
        """Wait for the end of the command. The first signal cancels it, and a second one ends the waiting.

        Return whether it is still at work; it was then told to be cancelled.
        """
        self._signals.wait()
        if not self._ended.is_set():
            _ = self.output  # made before its time to print runs, and before the command fails too, which needs it then
            self.cancellation.set()
            tidy_s = self._command.tidy_s
            if not self._ended.wait(_STOP_TIMEOUT_S) and tidy_s != 0:
                self._signals.wait(0)
                if not self._ended.is_set():  # its wake-up may be what was just forgotten
                    self._signals.wait(tidy_s)
        if self._ended.is_set():
            return False
        reporter = threading.Thread(target=self._fail, args=(CancelledError(),), name="reporter", daemon=True)
        reporter.start()
        reporter.join(_PRINT_TIMEOUT_S)
        return True

    def _watch_beside(self) -> None:
        if self._watch():
            worker_bootstrap.forbid_starts()
            os._exit(CANCELLED)  # the main thread is busy


def _use_language_of_settings() -> None:
    """Use the language of the settings, or the system's if the file is broken (the command will report that)."""
    from edge_assistant.settings import schema
    from edge_assistant.system import i18n

    try:
        i18n.use_language(schema.load(schema.path()).spoken_language)
    except AssistantError:
        i18n.use_language(i18n.system_language())


def _check_app_options(parsed: argparse.Namespace) -> None:
    """Refuse options of the app before a command, where they would have no effect."""
    given = [
        name.removeprefix(commands.APP_PREFIX)
        for name, value in vars(parsed).items()
        if name.startswith(commands.APP_PREFIX) and value is not None
    ]
    if given and parsed.command.run is not commands.app:
        raise UsageError(tr("The option {value} must come after the command.", value=given[0]))
