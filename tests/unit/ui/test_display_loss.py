"""Qt's fatal messages: the program continues without windows, whether the display is lost or no window opens."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QMessageLogContext, QtMsgType
from support.waiting import PATIENCE

from edge_assistant.controller.service import ServiceOptions
from edge_assistant.ui import display_loss


@pytest.mark.parametrize(
    ("kind", "message", "restarts"),
    [
        (QtMsgType.QtFatalMsg, "This application failed to start because no Qt platform plugin could be loaded.", True),
        (QtMsgType.QtWarningMsg, "The X11 connection broke (error 1). Did the X11 server die?", True),
        (QtMsgType.QtWarningMsg, "QPixmap: nothing", False),
        (QtMsgType.QtWarningMsg, None, False),
    ],
)
def test_it_continues_without_windows_after_fatal_messages_only(
    kind: QtMsgType, message: str | None, restarts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers: list[Callable[..., None]] = []
    commands: list[Any] = []
    monkeypatch.setattr(display_loss, "qInstallMessageHandler", handlers.append)
    monkeypatch.setattr(display_loss, "replace_process", lambda command: commands.append(command[-2:]))
    display_loss.install_message_handler(ServiceOptions(speak=False))
    handlers[0](kind, QMessageLogContext(), message)
    assert commands == ([["listen", "--no-speak"]] if restarts else [])


def test_the_command_that_replaces_it_gets_its_arguments_whole() -> None:
    replaced = "import sys; from edge_assistant.ui import display_loss as d; d.replace_process(sys.argv[1:])"
    command = [sys.executable, "-c", "import sys; print(*sys.argv[1:], sep='|')", "C:/two words/x.py", 'a "b"', ""]
    done = subprocess.run(
        [sys.executable, "-c", replaced, *command], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.returncode, done.stdout) == (0, 'C:/two words/x.py|a "b"|\n'), done.stderr
