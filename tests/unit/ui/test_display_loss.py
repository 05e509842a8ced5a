"""What Qt says last: the program goes on without windows, whether the display died or no window can be opened."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import QMessageLogContext, QtMsgType

from edge_assistant.controller.service import ServiceOptions
from edge_assistant.ui import display_loss


@pytest.mark.parametrize(
    ("kind", "message", "begins_anew"),
    [
        (QtMsgType.QtFatalMsg, "This application failed to start because no Qt platform plugin could be loaded.", True),
        (QtMsgType.QtWarningMsg, "The X11 connection broke (error 1). Did the X11 server die?", True),
        (QtMsgType.QtWarningMsg, "QPixmap: nothing", False),
        (QtMsgType.QtWarningMsg, None, False),
    ],
)
def test_it_goes_on_without_windows_after_last_words_only(
    kind: QtMsgType, message: str | None, begins_anew: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers: list[Callable[..., None]] = []
    begun: list[Any] = []
    monkeypatch.setattr(display_loss, "qInstallMessageHandler", handlers.append)
    monkeypatch.setattr(os, "execv", lambda _, arguments: begun.append(arguments[-2:]))
    display_loss.watch(ServiceOptions(speak=False))
    handlers[0](kind, QMessageLogContext(), message)
    assert begun == ([["listen", "--no-speak"]] if begins_anew else [])
