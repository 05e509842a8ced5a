"""What the main function knows of a command: the function to run, and how a signal ends it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from edge_assistant.system.cancellation import Cancellation

if TYPE_CHECKING:
    from edge_assistant.cli.command_output import CommandOutput


class CommandContext(Protocol):
    """What a running command is given besides its arguments."""

    cancellation: Cancellation
    """Set by the first signal."""

    @property
    def output(self) -> CommandOutput:
        """Where errors go, and for some commands everything else."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command. Its function returns an exit code, or raises an error, which is reported."""

    run: Callable[[argparse.Namespace, CommandContext], int]
    questions: Callable[[argparse.Namespace], tuple[str, ...]] = lambda _: ()
    """The questions that it will answer; its output says of each how it ended. Raises UsageError."""
    tidy_s: float | None = 0.0
    """Seconds that it has after a signal to keep what it has done; None: a signal is how it is meant to end."""
    on_main_thread: bool = False
    """Whether it runs on the main thread: only where windows need that. Signals are then waited for on another one."""
