"""PySide6 must not end the program after some hundred emitted signals."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# Each round returns True once and None twice; without care this Python ends after some hundred rounds.
_ROUNDS = """
import edge_assistant.ui
from PySide6.QtCore import QObject, Signal

class Sender(QObject):
    sent = Signal(object)

sender = Sender()
for _ in range(20_000):
    sender.sent.emit(None)
    sender.setObjectName("x")
print("alive")
"""


def test_twenty_thousand_signals_leave_python_whole(repository: Path) -> None:
    run = subprocess.run([sys.executable, "-c", _ROUNDS], cwd=repository, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "alive\n"), run.stderr
