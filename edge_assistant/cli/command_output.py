"""The output of one command, for all its threads: it says of each question, or of the command, once how it ended."""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Callable, Sequence

from edge_assistant.assistant.events import DoneEvent, ErrorEvent, Event, FoundEvent, NoticeEvent, ReadEvent, cancelled
from edge_assistant.cli.exit_codes import CANCELLED, exit_code
from edge_assistant.cli.output import NoOutput, Output
from edge_assistant.system.errors import AssistantError, CancelledError, DoesNotFitError
from edge_assistant.system.i18n import tr
from edge_assistant.system.terminal import print_error


class CommandOutput:
    """An output that any thread may use. `exit_code` is that of the first error; 0 without one."""

    def __init__(self, output: Output, questions: Sequence[str], on_closed: Callable[[], None]) -> None:
        """`questions` are those that the command is to answer; without any, it only fails or not (as question 0).

        `on_closed` is called when the stream was closed, so that no one waits for more.
        """
        self.exit_code = 0
        self._output = output
        self._questions = questions
        self._on_closed = on_closed
        self._lock = threading.Lock()  # held while printing, which blocks when nobody reads
        self._ended: set[int] = set()

    def show(self, event: Event) -> None:
        """Show an event; of several events that end a question, only the first."""
        with self._lock:
            if event.index in self._ended and not isinstance(event, NoticeEvent):
                return
            if isinstance(event, ErrorEvent | DoneEvent | ReadEvent | FoundEvent):
                self._ended.add(event.index)
            if isinstance(event, ErrorEvent):
                self.exit_code = self.exit_code or exit_code(event.kind)
            try:
                self._output.show(event)
                return
            except OSError as error:
                self._handle_output_error(error)
        self._on_closed()

    def fail(self, error: AssistantError) -> None:
        """End with the error all that has not ended; a cancelled question counts as one with an empty answer."""
        if isinstance(error, CancelledError) and self._questions:
            for index, question in enumerate(self._questions):
                self.show(cancelled(index, question))
            self.exit_code = self.exit_code or CANCELLED
            return
        for index in range(len(self._questions) or 1):
            self.show(ErrorEvent.from_error(index, error))

    def _handle_output_error(self, error: OSError) -> None:
        self._output = NoOutput()
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno == errno.ENOSPC:
            full = DoesNotFitError(tr("The answer cannot be written: the disk is full. Free up space."), code="disk")
            self.exit_code = exit_code(full.kind)
            print_error(str(full))
        else:
            self.exit_code = CANCELLED
