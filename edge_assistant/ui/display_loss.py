"""When the display dies Qt ends the process: instead, the program goes on without windows, as the command listen."""

from __future__ import annotations

import logging
import os
import sys

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from edge_assistant.controller.service import ServiceOptions

_log = logging.getLogger(__name__)

_LAST_WORDS = ("The X11 connection broke", "The Wayland connection broke")
"""What Qt's platform plugins say right before they call exit (qxcbconnection.cpp, qwaylanddisplay.cpp)."""


def watch(options: ServiceOptions) -> None:
    """From now on Qt's messages go to the log, and its last words begin the program anew in the same process.

    So do those after which Qt aborts: where the memory is short, it finds no way to open a window.
    """

    def on_message(kind: QtMsgType, _: QMessageLogContext, message: str | None) -> None:
        _log.info("%s", message)
        if kind == QtMsgType.QtFatalMsg or (message and message.startswith(_LAST_WORDS)):
            os.execv(sys.executable, command(options))

    qInstallMessageHandler(on_message)


def command(options: ServiceOptions) -> list[str]:
    """The program's own command line without windows."""
    arguments = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "edge_assistant"]
    arguments.append("listen")
    if options.speak is not None:
        arguments.append("--speak" if options.speak else "--no-speak")
    for name, value in (("--temperature", options.temperature), ("--seed", options.seed)):
        if value is not None:
            arguments += [name, str(value)]
    return arguments
