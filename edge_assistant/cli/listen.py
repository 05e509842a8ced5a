"""The listen command: the waiting program without windows, until a signal or `trigger quit` ends it."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

from edge_assistant.assistant.events import Event
from edge_assistant.cli.output import NoOutput, Output, TextOutput
from edge_assistant.controller.service import Service, ServiceOptions
from edge_assistant.settings import schema, store
from edge_assistant.system import signals
from edge_assistant.system.i18n import later, tr
from edge_assistant.system.ipc import RELOAD, SHOW, TUNED, AlreadyRunningError, IpcServer, endpoint
from edge_assistant.system.terminal import print_line

_NO_WINDOW = later("It has no windows. To get them, quit it with edge-assistant trigger quit, and start it again.")


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


def listen(options: ServiceOptions) -> int:
    """Run until a signal or `trigger quit`; 0. Raises AssistantError when it cannot even start."""
    waiting: list[Service] = []  # a trigger may come before there is anyone to take it

    def on_call(text: str) -> str:
        if not waiting:
            return tr("Edge Assistant is starting.")
        control = waiting[0].control
        if text == SHOW:
            control.tell("already-running", tr(_NO_WINDOW))
            return tr(_NO_WINDOW)
        if text == TUNED:
            return waiting[0].take_tuned()
        return waiting[0].reload() if text == RELOAD else control.trigger(text)

    try:
        door = IpcServer(endpoint(), on_call)
    except AlreadyRunningError:
        print_line(tr("Edge Assistant is already running."))
        return 0
    try:
        chosen, trouble = store.load_or_set_aside(schema.path())
        program = Service(options, chosen, _Shown().show)
        if trouble:
            program.control.tell("settings-broken", trouble)
        else:
            program.catch_up()
        waiting.append(program)
        signals.call(program.control.quit)
        program.run()
    finally:
        door.close()
    return 0
