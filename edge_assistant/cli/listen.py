"""The listen command: the program without windows, waiting for keys until a signal or `trigger quit` ends it."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

from edge_assistant.assistant.events import Event
from edge_assistant.cli.output import NoOutput, Output, TextOutput
from edge_assistant.controller.remote_commands import RemoteCommands
from edge_assistant.controller.service import Service, ServiceOptions
from edge_assistant.settings import schema, store
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.i18n import tr
from edge_assistant.system.ipc import AlreadyRunningError, IpcServer, default_endpoint
from edge_assistant.system.terminal import print_line


class _LockedOutput:
    """An output that several threads may use, until the stream is closed."""

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


def listen(options: ServiceOptions, cancellation: Cancellation) -> None:
    """Run until the cancellation or `trigger quit`. Raises AssistantError if it cannot start."""
    commands = RemoteCommands()
    try:
        server = IpcServer(default_endpoint(), commands.answer)
    except AlreadyRunningError:
        print_line(tr("Edge Assistant is already running."))
        return
    try:
        settings, problem = store.load_or_back_up(schema.path())
        service = Service(options, settings, _LockedOutput().show)
        service.report_settings_file(problem)
        commands.serve(service)
        with cancellation.calling(service.quit):
            service.run()
    finally:
        server.close()
