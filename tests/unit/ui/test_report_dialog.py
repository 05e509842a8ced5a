"""A report of a problem is written where the person says, by a process of its own, and what became of it is told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QDir
from PySide6.QtWidgets import QFileDialog
from support.accessible_walk import application, until

from edge_assistant.ui import save_dialogs

WRITE = "import sys, pathlib; pathlib.Path(sys.argv[-1]).write_text(sys.argv[1])"


def save(command: list[str]) -> list[tuple[str, str]]:
    """Accept the dialog as it is; return what is told until the end."""
    told: list[tuple[str, str]] = []
    qt_app = application()
    save_dialogs.save_report(None, lambda code, sentence: told.append((code, sentence)), command)
    dialogs = [each for each in qt_app.topLevelWidgets() if isinstance(each, QFileDialog) and each.isVisible()]
    (dialog,) = (each for each in dialogs if each.windowTitle() == "Save the report")
    dialog.accept()
    until(lambda: len(told) == 2, "the end")
    return told


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(QDir, "homePath", lambda: str(tmp_path))
    return tmp_path


def test_it_is_told_where_the_report_is_and_that_nothing_was_sent(home: Path) -> None:
    assert save([sys.executable, "-c", WRITE]) == [
        ("report", "Trying each part. This takes up to a minute."),
        (
            "saved",
            "The report is saved as edge-assistant-report.txt. Nothing was sent. Read it before you hand it on.",
        ),
    ]
    assert (home / "edge-assistant-report.txt").read_text() == "report"


def test_a_check_that_fails_is_told(home: Path) -> None:
    _, ended = save([sys.executable, "-c", "raise SystemExit(7)"])
    assert ended == (
        "not-saved",
        "edge-assistant-report.txt cannot be saved: its check ended with code 7.",
    )
    assert list(home.iterdir()) == []
