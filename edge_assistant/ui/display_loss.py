"""Loss of the display: Qt would end the process; instead it continues without windows, as the command `listen`."""

from __future__ import annotations

import logging
import os
import subprocess
import sys

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from edge_assistant.controller.service import ServiceOptions

_log = logging.getLogger(__name__)

_FATAL_MESSAGES = ("The X11 connection broke", "The Wayland connection broke")
"""How messages begin after which Qt's platform plugins call exit (qxcbconnection.cpp, qwaylanddisplay.cpp)."""


def install_message_handler(options: ServiceOptions) -> None:
    """Log Qt's messages from now on, and replace the process by `listen` at those after which Qt would end it.

    Fatal messages are among them: where memory is short, Qt cannot open a window and aborts.
    """

    def on_message(message_type: QtMsgType, _: QMessageLogContext, message: str | None) -> None:
        _log.info("%s", message)
        if message_type == QtMsgType.QtFatalMsg or (message and message.startswith(_FATAL_MESSAGES)):
            replace_process(listen_command(options))

    qInstallMessageHandler(on_message)


def replace_process(command: list[str]) -> None:
    """Replace this process by `command`, which does not return.

    On Windows a new one is started and this one ended: execv would split arguments at spaces there, as the path of the
    installed program has them.
    """
    if sys.platform == "win32":
        subprocess.Popen(command)
        os._exit(0)
    os.execv(command[0], command)


def listen_command(options: ServiceOptions) -> list[str]:
    """Return the command line of `listen` with the same options."""
    arguments = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "edge_assistant"]
    arguments.append("listen")
    if options.speak is not None:
        arguments.append("--speak" if options.speak else "--no-speak")
    for name, value in (("--temperature", options.temperature), ("--seed", options.seed)):
        if value is not None:
            arguments += [name, str(value)]
    return arguments
