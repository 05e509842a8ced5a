"""The listen command: the waiting program without windows, until a signal or `trigger quit` ends it."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

from edge_assistant import interrupt, paths, settings
from edge_assistant.events import Event
from edge_assistant.output import NoOutput, Output, TextOutput
from edge_assistant.resident.control import Control
from edge_assistant.resident.door import AlreadyRunningError, Door, place
from edge_assistant.resident.program import Options, Program


class _Shown:
    """Events of several threads, one at a time, until nobody reads any more."""

    def __init__(self) -> None:
        self._output: Output = TextOutput()
        self._lock = threading.Lock()

    def show(self, event: Event) -> None:
        with self._lock:
            try:
                self._output.show(event)
            except OSError:
                self._output = NoOutput()
                with contextlib.suppress(OSError):
                    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def listen(options: Options) -> int:
    """Run until a signal or `trigger quit`; 0. Raises AssistantError when it cannot even start."""
    chosen = settings.load(paths.config_dir() / "settings.toml")
    waiting: list[Control] = []  # a trigger may come before there is anyone to take it
    try:
        door = Door(place(), lambda text: waiting[0].trigger(text) if waiting else "Edge Assistant is starting.")
    except AlreadyRunningError:
        print("Edge Assistant is already running.", flush=True)
        return 0
    try:
        program = Program(options, chosen, _Shown().show)
        waiting.append(program.control)
        interrupt.call(program.control.quit)
        program.run()
    finally:
        door.close()
    return 0
