"""A terminal in place of a standard stream, on which nobody uses a screen reader."""

from __future__ import annotations

import io

import pytest

from edge_assistant.cli import progress_line
from edge_assistant.system import terminal


class Terminal(io.StringIO):
    """Keeps what is written on it."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def stand_in_terminal(
    monkeypatch: pytest.MonkeyPatch, stream: str = "stderr", *, screen_reader: bool = False
) -> Terminal:
    """Put a terminal that obeys escape codes in place of a standard stream, and return it."""
    stand_in = Terminal()
    monkeypatch.setattr(f"sys.{stream}", stand_in)
    monkeypatch.setattr(terminal, "_kernel32", lambda: None)  # it is no console of Windows
    monkeypatch.setattr(progress_line, "choose_detector", lambda: lambda: screen_reader)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return stand_in
