"""The listen command: the program without windows, waiting for keys until a signal or `trigger quit` ends it."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

from edge_assistant.assistant.events import Event
from edge_assistant.cli.output import NoOutput, Output, TextOutput
from edge_assistant.controller.service import Service, ServiceOptions
from edge_assistant.settings import schema, store
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.system.ipc import RELOAD, SHOW, TUNED, AlreadyRunningError, IpcServer, default_endpoint
from edge_assistant.system.terminal import print_line

_NO_WINDOW = tr_noop("It has no windows. To get them, quit it with edge-assistant trigger quit, and start it again.")


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


def listen(options: ServiceOptions, cancellation: Cancellation) -> int:
    """Run until the cancellation or `trigger quit`; return 0. Raises AssistantError if it cannot start."""
    services: list[Service] = []  # empty while starting, when a trigger may arrive already

    def on_call(text: str) -> str:
        if not services:
            return tr("Edge Assistant is starting.")
        event_loop = services[0].event_loop
        if text == SHOW:
            event_loop.tell("already-running", tr(_NO_WINDOW))
            return tr(_NO_WINDOW)
        if text == TUNED:
            return services[0].apply_tuning()
        return services[0].reload() if text == RELOAD else event_loop.trigger(text)

    try:
        server = IpcServer(default_endpoint(), on_call)
    except AlreadyRunningError:
        print_line(tr("Edge Assistant is already running."))
        return 0
    try:
        settings, notice = store.load_or_back_up(schema.path())
        service = Service(options, settings, _LockedOutput().show)
        if notice:
            service.event_loop.tell("settings-broken", notice)
        else:
            service.apply_offline_changes()
        services.append(service)
        with cancellation.calling(service.event_loop.quit):
            service.run()
    finally:
        server.close()
    return 0
