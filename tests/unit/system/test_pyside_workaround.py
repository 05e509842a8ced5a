"""None, True and False outlive a binding that gives away references to them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_CALLS = """
import os
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget
from edge_assistant.system import pyside_workaround
pyside_workaround.keep_constants_alive()
pyside_workaround.keep_constants_alive()
class Sender(QObject):
    sent = Signal()
application = QApplication([])
sender, widget = Sender(), QWidget()
for _ in range(50_000):
    sender.sent.emit()
    widget.setEnabled(True)
print("alive")
"""


def test_many_calls_of_qt_do_not_end_the_process(repository: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", _CALLS], cwd=repository, capture_output=True, text=True, timeout=120, check=False
    )
    assert (run.returncode, run.stdout) == (0, "alive\n"), run.stderr
